//! Review: everything that was decided, what it costs, what would change on the disk. Nothing is written before it is confirmed.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::{ask, preview};
use crate::core::answers::{Answers, Value};
use crate::core::changes::{Action, Change};
use crate::core::plan::Plan;
use crate::core::session::Review;
use crate::core::step::{Kind, Step};
use crate::core::wizard::Question;
use crate::front::tui::model::{Focus, Model, WIDE};
use crate::front::tui::theme::Paint;
use crate::front::tui::widgets::choices::{Choices, Marks, Row};
use crate::front::tui::widgets::{boxed, diff, lines, plain, prose, table};
use crate::front::tui::words;

/// Fewer rows show nothing of the changes.
const LEAST: u16 = 5;
/// From so many rows on there is room for a box of words.
const ROOMY: u16 = 7;

/// Draws the screen; where the cursor stands.
pub fn draw(model: &Model, review: &Review, body: Rect, buffer: &mut Buffer) -> Option<Position> {
    let theme = &model.theme;
    let (left, side) = if body.width >= WIDE {
        let width = body.width / 2;
        (Rect { width, ..body }, Rect { x: body.x + width, width: body.width - width, ..body })
    } else if model.focus == Focus::Side {
        (Rect { width: 0, ..body }, body)
    } else {
        let rows = u16::try_from(model.seen.rows.len()).unwrap_or(8) + 2;
        let facts = u16::try_from(cost(model, review, body.width).len()).unwrap_or(4);
        let height = (rows + facts).min(body.height.saturating_sub(LEAST));
        (Rect { height, ..body }, Rect { y: body.y + height, height: body.height - height, ..body })
    };
    changes(model, review, side, buffer);
    if left.width == 0 {
        return Some(Position { x: side.x + 2, y: side.y + 1 });
    }
    let facts = cost(model, review, left.width);
    let rows = u16::try_from(model.seen.rows.len()).unwrap_or(8) + 2;
    let most = left.height.saturating_sub(u16::try_from(facts.len()).unwrap_or(4)).max(5);
    let list = Rect { height: rows.min(most), ..left };
    let inner = boxed(list, buffer, theme, "Your project (Enter on a row changes it)", model.focus == Focus::Main);
    let cursor = Choices {
        rows: &model.seen.rows,
        cursor: model.cursor(),
        marks: Marks::None,
        search: None,
        focus: model.focus == Focus::Main,
        empty: "",
        stands: &model.shown.list,
    }
    .draw(inner, buffer, theme);
    let below = Rect {
        x: left.x + 1,
        y: list.bottom(),
        width: left.width.saturating_sub(2),
        height: left.bottom().saturating_sub(list.bottom()),
    };
    lines(buffer, below, &facts);
    let told = u16::try_from(facts.len()).unwrap_or(u16::MAX).saturating_add(1).min(below.height);
    let rest = Rect { y: below.y + told, height: below.height - told, ..left };
    if rest.height >= ROOMY && body.width >= WIDE {
        explained(model, rest, buffer);
    }
    cursor
}

/// Where there is room: what this page means, for whoever sees the words for the first time.
fn explained(model: &Model, area: Rect, buffer: &mut Buffer) {
    let inner = boxed(area, buffer, &model.theme, "In plain words", false);
    let width = inner.width.min(prose::READABLE);
    let text = words::compiled(model);
    let mut shown = prose::wrap(&text, width, &model.theme, model.theme.paint.text);
    shown.extend(words::meanings(model, &text, width, usize::from(inner.height).saturating_sub(shown.len())));
    table::scroll(&shown, 0, inner, buffer, &model.theme);
}

/// What it costs, which hosts it needs, and the same without questions; where there is room, also why.
fn cost(model: &Model, review: &Review, width: u16) -> Vec<Line<'static>> {
    let (theme, plan) = (&model.theme, &review.plan);
    let room = width.saturating_sub(11).max(10);
    let mut out = Vec::new();
    let mut labelled = |label: &str, value: &str, paint: Paint| {
        for (at, line) in prose::wrap(value, room, theme, paint).into_iter().enumerate() {
            let label = Span::styled(format!("{:<9}", if at == 0 { label } else { "" }), theme.paint.dim);
            out.push(Line::from([vec![label], line.spans].concat()));
        }
    };
    let mut costs = ask::sizes(model, plan);
    costs.push(words::compiles(plan, model.session.validates()).to_owned());
    labelled("Cost", &costs.join(", "), theme.paint.text);
    labelled("Hosts", &plan.hosts.join(", "), theme.paint.text);
    labelled("Scripted", &model.command(), theme.paint.command);
    // In a narrow window the key that says why has the rest.
    if model.size.0 >= WIDE {
        for (at, reason) in plan.reasons.iter().enumerate() {
            labelled(if at == 0 { "Because" } else { "" }, reason, theme.paint.text);
        }
        for (at, note) in plan.notes.iter().chain(&plan.not_here).enumerate() {
            labelled(if at == 0 { "Note" } else { "" }, note, theme.paint.warn);
        }
    }
    out
}

/// What would change on the disk, file by file.
fn changes(model: &Model, review: &Review, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let paths = words::files(model);
    let at = words::file_at(model, &paths).unwrap_or(0);
    let change = paths.get(at).and_then(|path| review.changes.iter().flatten().find(|change| change.path == *path));
    let diff = change.map(|change| diff::diff(change.before.as_deref(), &change.after, theme)).unwrap_or_default();
    let told = change.map(|change| format!(": {}", headline(change, &diff))).unwrap_or_default();
    model.shown.beside.set(area);
    let inner = boxed(area, buffer, theme, &format!("What would change on the disk{told}"), model.focus == Focus::Side);
    let Some(changes) = &review.changes else {
        lines(buffer, inner, &[plain("looking at what lies there", theme.paint.dim)]);
        return;
    };
    preview::tabs(&paths, at, inner, buffer, model, &|path| {
        changes.iter().any(|change| change.path == path && (change.writes() || change.why.is_some()))
    });
    let Some(change) = change else { return };
    let text = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    let mut shown: Vec<Line<'static>> = Vec::new();
    if let (Action::Conflict, Some(why)) = (change.action, &change.why) {
        shown.extend(prose::wrap(why, text.width, theme, theme.paint.fail));
    }
    if change.writes() || change.action == Action::Conflict {
        shown.extend(diff.lines);
    }
    model.shown.side.set(table::scroll(&shown, model.side.first, text, buffer, theme));
    if model.focus == Focus::Side {
        model.shown.page.set(text.height);
    }
}

fn headline(change: &Change, diff: &diff::Diff) -> String {
    let counted = || format!("{} lines more, {} less", diff.added, diff.removed);
    match change.action {
        Action::Created => format!("a new file, {} lines", change.after.lines().count()),
        Action::Updated => format!("nixml wrote it, {}", counted()),
        Action::Replaced => format!("replaced, the old one is kept, {}", counted()),
        Action::Appended => format!("added at the end, {}", counted()),
        Action::Unchanged => "stays, it has these bytes already".to_owned(),
        Action::Kept => "stays, it is yours".to_owned(),
        Action::Removed => "goes: these answers do without it, and it is as nixml wrote it".to_owned(),
        Action::Conflict => "in the way".to_owned(),
    }
}

/// The row that writes.
#[must_use]
pub fn write_row(review: &Review, model: &Model) -> Row {
    let nothing = review
        .changes
        .as_ref()
        .is_some_and(|changes| changes.iter().all(|change| !change.writes() && change.action != Action::Conflict));
    // Without Nix the files are written, and what is missing is said then.
    let nix_is_missing = model.session.facts().lacks_nix();
    let title = match (model.session.validates() && !nix_is_missing, nothing) {
        (true, true) => "Validate",
        (true, false) => "Write and validate",
        (false, _) => "Write",
    };
    let later = if model.session.validates() && nix_is_missing { "; validated later, because Nix is missing" } else { "" };
    let detail = match &review.changes {
        None => "looking at what lies on the disk".to_owned(),
        Some(changes) => {
            let conflicts: Vec<&str> =
                changes.iter().filter(|change| change.action == Action::Conflict).map(|change| change.path.as_str()).collect();
            let (writes, stays) = changes.iter().partition::<Vec<_>, _>(|change| change.writes());
            match (conflicts.is_empty(), writes.is_empty()) {
                (false, _) => format!("in the way: {}", conflicts.join(", ")),
                (true, true) => "nothing to write: every file is there already".to_owned(),
                (true, false) if stays.is_empty() => format!("{} new files{later}", writes.len()),
                (true, false) => format!("{} files, {} stay as they are{later}", writes.len(), stays.len()),
            }
        }
    };
    Row { title: title.to_owned(), detail, ..Row::default() }
}

/// The row of one answer.
#[must_use]
pub fn answer_row(step: &Step, question: &Question, answers: &Answers, plan: &Plan) -> Row {
    let words = answers.get(&step.id).map(|answer| answer.value.clone());
    let title_of = |word: &String| {
        question.offers.iter().find(|offer| offer.id == *word).map_or_else(|| word.clone(), |offer| offer.title.clone())
    };
    let detail = match (step.id.as_str(), step.kind, words) {
        ("framework", _, _) => format!("{} {} ({})", plan.title, plan.version, plan.build),
        (_, Kind::Confirm, Some(Value::Yes(yes))) => if yes { "yes" } else { "no" }.to_owned(),
        (_, _, Some(value)) if value.words().is_empty() => "none".to_owned(),
        (_, _, Some(value)) => value.words().iter().map(title_of).collect::<Vec<_>>().join(", "),
        (_, _, None) => "not answered".to_owned(),
    };
    Row { title: step.title.clone(), detail, ..Row::default() }
}
