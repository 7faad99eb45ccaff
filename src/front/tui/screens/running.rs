//! While it runs: the phases with their progress above, the real output below.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::core::session::Stage;
use crate::front::tui::layout;
use crate::front::tui::model::{Focus, Model};
use crate::front::tui::pane;
use crate::front::tui::widgets::{boxed, cut, lines, phases, plain, put_below};

/// Draws the screen; where the cursor stands.
pub fn draw(model: &Model, body: Rect, buffer: &mut Buffer) -> Option<Position> {
    if !model.zoom {
        let (top, _) = layout::upper(body, layout::PHASES, 5);
        let inner = boxed(top, buffer, &model.theme, "Validate: is it really working?", false);
        let trial = model.trial.rows(model.session.stage(), model.now);
        let mut rows = phases::phases(&trial, inner.width, &model.theme, spin(model.now));
        if let Some(runs) = trial.iter().find(|row| row.state == phases::State::Running) {
            let room = usize::from(inner.width.saturating_sub(2));
            rows.push(plain(format!("  {}", cut(&runs.detail, room, &model.theme)), model.theme.paint.dim));
        }
        if matches!(model.session.stage(), Stage::Writing { .. }) {
            rows = vec![plain("writing the files, all of them or none", model.theme.paint.text)];
        }
        lines(buffer, inner, &rows);
    }
    layout::pane(model, body).and_then(|area| output(model, area, buffer))
}

/// The pane in its frame; where the cursor stands.
pub fn output(model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let shell = model.shell.used && model.over();
    let focus = model.focus == Focus::Pane;
    let title = match (shell, focus && model.shell.running) {
        (true, true) => "Shell in the project: what you type goes there, F2 leaves",
        (true, false) => "Shell in the project: F2 goes in",
        (false, _) => "Output",
    };
    let (back, history) = model.pane().position();
    boxed(area, buffer, &model.theme, title, focus);
    if back > 0 {
        let told = format!(" {back} of {history} lines back ");
        put_below(buffer, area, &told, model.theme.paint.key);
    } else if let Some(silent) = silent(model) {
        let told = format!(" nothing was heard for {} ", phases::duration(silent * 1000));
        put_below(buffer, area, &told, model.theme.paint.warn);
    }
    let inner = Rect { x: area.x + 1, y: area.y + 1, width: area.width.saturating_sub(2), height: area.height.saturating_sub(2) };
    model.shown.page.set(inner.height);
    model.shown.pane.set(inner);
    let cursor = pane::draw(model.pane(), inner, buffer, &model.theme);
    let typed = focus && shell && model.shell.running;
    if typed { cursor } else { Some(Position { x: inner.x, y: inner.y }) }
}

fn silent(model: &Model) -> Option<u64> {
    match model.session.stage() {
        Stage::Validating { progress, .. } => progress.silent,
        _ => None,
    }
}

/// Twice a second: more is unrest.
fn spin(now: u64) -> usize {
    usize::try_from(now / 500).unwrap_or(0)
}
