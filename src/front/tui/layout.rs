//! Which part of the window is whose. Shared by what draws and by what tells a program its size.

use ratatui::layout::Rect;

use super::input::Effect;
use super::model::{Focus, Model, WIDE};
use crate::core::session::Stage;

/// Five phases, what the one that runs is doing, and a frame.
pub const PHASES: u16 = 8;

/// From so many rows on the output stays in sight beside what came of it.
const TALL: u16 = 44;

/// The parts every screen has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    pub title: Rect,
    pub outline: Rect,
    pub body: Rect,
    pub notice: Rect,
    pub hints: Rect,
}

/// Title, outline, body, a line for a notice or the cost, a line of hints.
#[must_use]
pub fn parts(screen: Rect) -> Parts {
    let row = |y: u16| Rect { x: screen.x, y: screen.y + y.min(screen.height.saturating_sub(1)), width: screen.width, height: 1 };
    let body = Rect { y: screen.y + 2, height: screen.height.saturating_sub(4), ..screen };
    Parts {
        title: row(0),
        outline: row(1),
        body,
        notice: row(screen.height.saturating_sub(2)),
        hints: row(screen.height.saturating_sub(1)),
    }
}

/// The body in two columns when the window is wide and something is to stand beside.
#[must_use]
pub fn columns(body: Rect, beside: bool, focus: Focus) -> (Rect, Option<Rect>) {
    if !beside {
        return (body, None);
    }
    if body.width < WIDE {
        // One or the other.
        return if focus == Focus::Side { (Rect { width: 0, ..body }, Some(body)) } else { (body, None) };
    }
    let left = body.width / 2;
    (Rect { width: left, ..body }, Some(Rect { x: body.x + left, width: body.width - left, ..body }))
}

/// The body in an upper part of `wanted` rows and the rest, which keeps at least `least`.
#[must_use]
pub fn upper(body: Rect, wanted: u16, least: u16) -> (Rect, Rect) {
    let height = wanted.min(body.height.saturating_sub(least)).max(body.height.min(3));
    (Rect { height, ..body }, Rect { y: body.y + height, height: body.height - height, ..body })
}

/// Where the terminal pane is, its frame included; `None` where there is none.
#[must_use]
pub fn pane(model: &Model, body: Rect) -> Option<Rect> {
    match model.session.stage() {
        Stage::Machine | Stage::Asking(_) | Stage::Review(_) => None,
        _ if model.zoom => Some(body),
        Stage::Writing { .. } | Stage::Validating { .. } => Some(upper(body, PHASES, 5).1),
        // A tall window has room for both.
        Stage::Done { report: Some(_), .. } if body.height >= TALL => Some(upper(body, body.height / 2, 5).1),
        // What came of it is more important, until the person goes into the pane.
        Stage::Done { .. } | Stage::Stopped { .. } if model.focus == Focus::Pane => Some(upper(body, body.height / 3, 5).1),
        Stage::Done { .. } | Stage::Stopped { .. } => None,
    }
}

/// Rows and columns inside the pane.
#[must_use]
pub fn pane_size(model: &Model) -> (u16, u16) {
    let screen = Rect::new(0, 0, model.size.0, model.size.1);
    pane(model, parts(screen).body).map_or((24, 80), |area| (area.height.saturating_sub(2), area.width.saturating_sub(2)))
}

/// Gives the pane the size it has on the screen, and tells the program in it.
pub(super) fn fit_pane(model: &mut Model) -> Option<Effect> {
    let screen = Rect::new(0, 0, model.size.0, model.size.1);
    pane(model, parts(screen).body)?;
    let (rows, columns) = pane_size(model);
    let changed = model.pane().resize(rows, columns);
    (changed && model.shell.running && model.over()).then_some(Effect::ResizeShell { rows, columns })
}
