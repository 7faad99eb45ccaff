//! A question: what can be chosen, why, and what it costs.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr as _;

use super::preview;
use crate::core::facts::DiskRole;
use crate::core::plan::Plan;
use crate::core::step::Kind;
use crate::core::text;
use crate::core::wizard::Question;
use crate::front::tui::layout;
use crate::front::tui::model::{Focus, Model};
use crate::front::tui::widgets::choices::{Choices, Marks};
use crate::front::tui::widgets::{boxed, prose, put, table};
use crate::front::tui::words;

/// From so many rows on there is room for empty ones.
const ROOMY: u16 = 9;

/// Draws the question; where the cursor stands.
pub fn draw(model: &Model, question: &Question, body: Rect, buffer: &mut Buffer) -> Option<Position> {
    let (main, beside) = layout::columns(body, model.shows_preview(), model.focus);
    if let Some(area) = beside {
        preview::draw(model, area, buffer);
    }
    if main.width == 0 {
        return Some(Position { x: body.x + 2, y: body.y + 1 });
    }
    let wanted = match question.step.kind {
        Kind::Choice | Kind::Many | Kind::Confirm => {
            let searching = model.draft().is_some_and(|draft| draft.search.is_some());
            u16::try_from(model.seen.rows.len().max(1) + usize::from(searching)).unwrap_or(u16::MAX).saturating_add(2)
        }
        Kind::Text | Kind::List => 3,
        Kind::Note => 0,
    };
    let (top, below) =
        if question.step.kind == Kind::Note { (Rect { height: 0, ..main }, main) } else { layout::upper(main, wanted, 6) };
    let cursor = match question.step.kind {
        Kind::Note => None,
        Kind::Text | Kind::List => field(model, question, top, buffer),
        _ => list(model, question, top, buffer),
    };
    let title = if question.step.kind == Kind::Note { question.step.ask.as_str() } else { "Why" };
    let inner = boxed(below, buffer, &model.theme, title, question.step.kind == Kind::Note);
    let width = inner.width.min(prose::READABLE);
    let mut lines = prose::wrap(&model.seen.why, width, &model.theme, model.theme.paint.text);
    // What was measured comes before what is always true.
    // Only where the offers follow from the machine: a name has no such reasons.
    if question.step.from.is_some() {
        lines.extend(reasons(model, width).into_iter().skip(usize::from(lines.is_empty() || below.height < ROOMY)));
    }
    if !question.step.help.is_empty() {
        lines.extend((!lines.is_empty() && below.height >= ROOMY).then(Line::default));
        lines.extend(prose::wrap(&question.step.help, width, &model.theme, model.theme.paint.text));
    }
    // What is left is for the words of the page: a first-timer need not know that a key tells them.
    let left = usize::from(inner.height).saturating_sub(lines.len());
    lines.extend(words::meanings(model, &question.step.help, width, left));
    model.shown.first.set(table::scroll(&lines, model.first, inner, buffer, &model.theme));
    cursor.or(Some(Position { x: inner.x, y: inner.y }))
}

fn list(model: &Model, question: &Question, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let inner = boxed(area, buffer, &model.theme, &question.step.ask, model.focus == Focus::Main);
    model.shown.page.set(inner.height);
    let many = question.step.kind == Kind::Many;
    Choices {
        rows: &model.seen.rows,
        cursor: model.cursor(),
        marks: if many { Marks::Many } else { Marks::One },
        search: model.draft().and_then(|draft| draft.search.as_deref()),
        focus: model.focus == Focus::Main,
        empty: "nothing holds these letters",
        stands: &model.shown.list,
    }
    .draw(inner, buffer, &model.theme)
}

fn field(model: &Model, question: &Question, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let inner = boxed(area, buffer, &model.theme, &question.step.ask, model.focus == Focus::Main);
    let draft = model.draft()?;
    let pointer = format!("{} ", model.theme.sign.pointer);
    let start = put(buffer, inner.x, inner.y, inner.right(), &[(&pointer, model.theme.paint.key.into())]);
    draft.field.draw(Rect { x: start, width: inner.right().saturating_sub(start), ..inner }, buffer, &model.theme)
}

/// Why the plan is as it is, as far as the answers go.
#[must_use]
pub fn reasons(model: &Model, width: u16) -> Vec<Line<'static>> {
    let Some(plan) = &model.seen.plan else { return Vec::new() };
    let (theme, mut lines) = (&model.theme, vec![Line::default()]);
    // What the row under the cursor says already is not said again.
    let new = |text: &&String| !model.seen.why.contains(text.as_str());
    for reason in plan.reasons.iter().filter(new) {
        lines.extend(prose::wrap(&format!("- {reason}"), width, theme, theme.paint.dim));
    }
    for note in plan.notes.iter().chain(&plan.not_here).filter(new) {
        lines.extend(prose::wrap(&format!("- {note}"), width, theme, theme.paint.warn));
    }
    if lines.len() > 1 { lines } else { Vec::new() }
}

/// What the plan costs, in one line.
#[must_use]
pub fn cost(model: &Model) -> Option<String> {
    let plan = model.seen.plan.as_ref()?;
    let mut words = vec![format!("{} {} ({}), Python {}", plan.title, plan.version, plan.build, plan.python)];
    words.extend(sizes(model, plan));
    let dot = format!(" {} ", model.theme.sign.dot);
    // Whole words or none: half a number says something else.
    while words.len() > 1 && words.join(&dot).width() + 2 > usize::from(model.size.0) {
        words.pop();
    }
    Some(words.join(&dot))
}

/// What is downloaded and what it needs on the disk, as far as it was measured.
#[must_use]
pub fn sizes(model: &Model, plan: &Plan) -> Vec<String> {
    let disks = &model.session.facts().disks;
    let free = disks.iter().find(|disk| disk.role == Some(DiskRole::Project)).and_then(|disk| disk.free_bytes);
    let mut words = vec![match plan.download_bytes() {
        Some(bytes) => format!("{} download", text::bytes(bytes)),
        None => "download size not known".to_owned(),
    }];
    words.extend(plan.installed_bytes().map(|bytes| format!("{} on disk", text::bytes(bytes))));
    words.extend(free.map(|free| {
        let short = plan.installed_bytes().is_some_and(|needed| needed > free);
        format!("{}{} free", if short { "only " } else { "" }, text::bytes(free))
    }));
    words
}
