//! The machine: what was found, what is missing, and how to go on.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use super::preview;
use crate::core::facts::Facts;
use crate::core::plan::{Plan, Target};
use crate::front::tui::layout;
use crate::front::tui::model::{Focus, Model};
use crate::front::tui::seen::{GUIDED, RESUME};
use crate::front::tui::widgets::choices::{Choices, Marks};
use crate::front::tui::widgets::{boxed, prose, put_below, table};
use crate::front::tui::words;

/// Fewer rows are too few for a box of words.
const LEAST: u16 = 7;
/// From so many rows on there is room for facts and for words.
const TALL: u16 = 26;

/// Draws the screen; where the cursor stands.
pub fn draw(model: &Model, body: Rect, buffer: &mut Buffer) -> Option<Position> {
    let (main, beside) = layout::columns(body, model.shows_preview(), model.focus);
    if let Some(area) = beside {
        preview::draw(model, area, buffer);
    }
    if main.width == 0 {
        return Some(Position { x: body.x + 2, y: body.y + 1 });
    }
    let shown = text(model, main.width.saturating_sub(4).min(prose::READABLE));
    let rows = u16::try_from(model.seen.rows.len()).unwrap_or(2) + 2;
    let room = main.height.saturating_sub(rows);
    let wanted = u16::try_from(shown.len()).unwrap_or(u16::MAX).saturating_add(2);
    // What is left below is for words, when it is enough for them. The rows to choose from stay where they are while the machine
    // answers: where there is little room they stand at the bottom.
    let height = if room < TALL { room } else { wanted.clamp(TALL - LEAST, room) };
    let height = if height.saturating_add(LEAST) <= room { height } else { room };
    let facts = Rect { height, ..main };
    let choices = Rect { y: main.y + height, height: rows.min(main.height - height), ..main };
    let below = Rect { y: choices.bottom(), height: main.bottom().saturating_sub(choices.bottom()), ..main };
    let title = if model.session.probed() { "What nixml found (it only looked)" } else { "Looking at this machine" };
    let inner = boxed(facts, buffer, &model.theme, title, false);
    model.shown.first.set(table::scroll(&shown, model.first, inner, buffer, &model.theme));
    model.shown.page.set(inner.height);
    if shown.len() > usize::from(inner.height) {
        put_below(buffer, facts, " PgDn shows more ", model.theme.paint.key);
    }
    let inner = boxed(choices, buffer, &model.theme, "How do you want to go on?", model.focus == Focus::Main);
    let cursor = Choices {
        rows: &model.seen.rows,
        cursor: model.cursor(),
        marks: Marks::None,
        search: None,
        focus: model.focus == Focus::Main,
        empty: "",
        stands: &model.shown.list,
    }
    .draw(inner, buffer, &model.theme);
    if below.height >= LEAST {
        let inner = boxed(below, buffer, &model.theme, "In plain words", false);
        let (width, text) = (inner.width.min(prose::READABLE), in_plain_words(model));
        let mut lines = prose::wrap(&text, width, &model.theme, model.theme.paint.text);
        lines.extend(words::meanings(model, &text, width, usize::from(inner.height).saturating_sub(lines.len())));
        table::scroll(&lines, 0, inner, buffer, &model.theme);
    }
    cursor
}

/// The verdict first, then the facts, then what would help.
fn text(model: &Model, width: u16) -> Vec<Line<'static>> {
    let (theme, seen) = (&model.theme, &model.seen);
    let told = headline(model.session.facts(), seen.able.as_ref());
    let mut lines = prose::wrap(&told, width, theme, theme.paint.title);
    lines.push(Line::default());
    lines.extend(table::table(&seen.facts, width, theme));
    if !seen.troubles.is_empty() {
        lines.push(Line::default());
        lines.extend(table::table(&seen.troubles, width, theme));
    }
    lines.extend(super::ask::reasons(model, width));
    lines
}

/// What this machine is good for, in one sentence: the first thing that is read. `able`: the plan that suits it best, once it is known.
#[must_use]
pub fn headline(facts: &Facts, able: Option<&Result<Plan, String>>) -> String {
    let Some(able) = able else {
        return "One moment: nixml looks at this machine, and changes nothing.".to_owned();
    };
    let plan = match able {
        Ok(plan) => plan,
        Err(why) => return format!("Nothing can be set up here yet: {}", why.lines().next().unwrap_or_default()),
    };
    let good = match (plan.first().target, plan.build.as_str(), facts.nvidia().next()) {
        (Target::Cuda, ..) => "Ready: this machine can train on its GPU.",
        (_, "mps", _) => "Ready: this Mac can train on its own GPU.",
        (_, _, Some(_)) => "The NVIDIA card cannot be used yet, and the reason is below. The CPU works.",
        (_, _, None) => "Ready: this machine computes on its CPU.",
    };
    let missing = if facts.lacks_nix() { " Nix is missing; to use the project, install it as shown below." } else { "" };
    format!("{good}{missing}")
}

fn in_plain_words(model: &Model) -> String {
    let row = match model.here() {
        Some(RESUME) => "Continue takes the answers of the last time; every one of them can still be changed.",
        Some(GUIDED) => "Step by step asks one question a page, each with a suggestion and its reason. Going back loses nothing.",
        _ => {
            "Quick puts the whole plan on one page, where every line can be changed. Files are written when you confirm it; then nixml enters \
             the project with [[Nix]] and computes on every device, to prove that it works."
        }
    };
    format!("{row}\n\n{}", words::machine(model.session.facts()))
}
