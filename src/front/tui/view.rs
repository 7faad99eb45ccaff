//! The model as it looks. Draws whatever fits into the window, however small it is.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget as _};
use unicode_width::UnicodeWidthStr as _;

use super::clean::clean;
use super::keys;
use super::layout::{self, Parts};
use super::model::{Focus, Model, PopupKind, SMALLEST, WIDE};
use super::screens::{ask, end, found, machine, review, running};
use super::widgets::{boxed, cut, phases, popup, prose, put, put_right};
use crate::core::answers::Origin;
use crate::core::session::Stage;

/// Draws the whole screen.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    let screen = frame.area();
    let buffer = frame.buffer_mut();
    // What is not drawn now cannot be clicked.
    model.shown.list.take();
    model.shown.beside.take();
    model.shown.pane.take();
    let cursor = if screen.width < SMALLEST.0 || screen.height < SMALLEST.1 {
        too_small(screen, buffer, model)
    } else {
        whole(model, screen, buffer)
    };
    clean(buffer, model.theme.ascii);
    // Screen readers and magnifiers follow the hardware cursor.
    if let Some(cursor) = cursor.filter(|cursor| screen.contains(*cursor)) {
        frame.set_cursor_position(cursor);
    }
}

fn too_small(screen: Rect, buffer: &mut Buffer, model: &Model) -> Option<Position> {
    let text = format!("nixml needs a window of {}x{}; this one has {}x{}", SMALLEST.0, SMALLEST.1, screen.width, screen.height);
    put(buffer, screen.x, screen.y, screen.right(), &[(&text, model.theme.paint.text.into())]);
    None
}

fn whole(model: &Model, screen: Rect, buffer: &mut Buffer) -> Option<Position> {
    let parts = layout::parts(screen);
    title(model, parts.title, buffer);
    outline(model, parts.outline, buffer);
    let mut cursor = body(model, &parts, buffer);
    notice(model, parts.notice, buffer);
    hints(model, parts.hints, buffer);
    if let Some(open) = &model.popup {
        let (first, at) = match &open.kind {
            PopupKind::Search(words) => (0, Some(search(words, screen, buffer, model))),
            kind => {
                let foot = if matches!(kind, PopupKind::Leave(_)) { "Esc stays" } else { "Esc closes" };
                popup::draw((&open.title, foot), &open.text, open.first, screen, buffer, &model.theme)
            }
        };
        model.shown.popup.set(first);
        model.shown.page.set(screen.height.saturating_sub(6));
        cursor = at;
    }
    cursor
}

fn body(model: &Model, parts: &Parts, buffer: &mut Buffer) -> Option<Position> {
    match model.session.stage() {
        Stage::Machine => machine::draw(model, parts.body, buffer),
        Stage::Asking(question) => ask::draw(model, question, parts.body, buffer),
        Stage::Review(found) => review::draw(model, found, parts.body, buffer),
        Stage::Writing { .. } | Stage::Validating { .. } => running::draw(model, parts.body, buffer),
        Stage::Done { .. } | Stage::Stopped { .. } => end::draw(model, parts.body, buffer),
    }
}

/// `nixml`, then `step N/M: TITLE`, and at the right what the screen is about.
fn title(model: &Model, area: Rect, buffer: &mut Buffer) {
    let paint = &model.theme.paint;
    let (at, count) = (model.seen.at + 1, model.seen.outline.len());
    let title = model.seen.outline.get(model.seen.at).map_or("", |(_, title)| title.as_str());
    let step = format!("step {at}/{count}: {title}");
    let end = put(
        buffer,
        area.x + 1,
        area.y,
        area.right(),
        &[("nixml", paint.brand.into()), ("  ", Style::new()), (&step, paint.title.into())],
    );
    put_right(buffer, end + 2, area.y, area.right().saturating_sub(1), &about(model), paint.dim);
}

fn about(model: &Model) -> String {
    match model.session.stage() {
        Stage::Machine if !model.session.probed() => "looking".to_owned(),
        Stage::Machine | Stage::Asking(_) => found::summary(model.session.facts()),
        Stage::Review(_) => "nothing is written yet".to_owned(),
        Stage::Writing { .. } => "writing".to_owned(),
        Stage::Stopped { .. } if model.trial.elapsed(model.now).is_none_or(|took| took < 1000) => String::new(),
        Stage::Validating { .. } | Stage::Done { .. } | Stage::Stopped { .. } => {
            model.trial.elapsed(model.now).map(|took| format!("{} elapsed", phases::duration(took))).unwrap_or_default()
        }
    }
}

/// Every screen in order: behind, at and after this one.
fn outline(model: &Model, area: Rect, buffer: &mut Buffer) {
    let (paint, sign) = (&model.theme.paint, &model.theme.sign);
    let names: usize = model.seen.outline.iter().map(|(_, title)| title.width() + sign.now.width() + 3).sum();
    let roomy = names < usize::from(area.width);
    let mut x = area.x + 1;
    for (at, (_, title)) in model.seen.outline.iter().enumerate() {
        let (mark, style): (&str, Style) = match at.cmp(&model.seen.at) {
            std::cmp::Ordering::Less => (&sign.done, paint.done.into()),
            std::cmp::Ordering::Equal => (&sign.now, paint.now.into()),
            std::cmp::Ordering::Greater => (&sign.later, paint.later.into()),
        };
        let number = (at + 1).to_string();
        let name = if roomy || at == model.seen.at { title.as_str() } else { &number };
        let gap = if roomy || at == model.seen.at { " " } else { "" };
        x = put(buffer, x, area.y, area.right(), &[(mark, style), (gap, style), (name, style), ("  ", style)]);
    }
}

/// What just happened; else what the plan costs.
fn notice(model: &Model, area: Rect, buffer: &mut Buffer) {
    let width = usize::from(area.width.saturating_sub(2));
    let (text, style): (String, Style) = match (&model.notice, aside(model)) {
        (Some(notice), _) => (prose::unmarked(notice), model.theme.paint.warn.into()),
        (None, Some(aside)) => (aside, model.theme.paint.dim.into()),
        (None, None) => return,
    };
    put(buffer, area.x + 1, area.y, area.right(), &[(&cut(text.lines().next().unwrap_or_default(), width, &model.theme), style)]);
}

/// What is good to know on this screen when nothing has just happened.
fn aside(model: &Model) -> Option<String> {
    match model.session.stage() {
        Stage::Machine if model.session.answers().iter().any(|(_, answer)| answer.from == Origin::Found) => {
            Some("What your project's files ask for is taken over; Review shows it first.".to_owned())
        }
        Stage::Machine => Some("Nothing is written before you confirm it on the page Review.".to_owned()),
        Stage::Asking(_) => ask::cost(model),
        Stage::Review(review) if model.size.0 < WIDE => {
            let left = model.session.told().len();
            let notes: Vec<&String> = review.plan.notes.iter().chain(&review.plan.not_here).collect();
            match (left, notes.first()) {
                (0, note) => note.map(|note| format!("Note: {note}")),
                (1, _) => Some("A line of your project's files is not taken over: w says which and why.".to_owned()),
                (left, _) => Some(format!("{left} lines of your project's files are not taken over: w says which and why.")),
            }
        }
        Stage::Validating { .. } => Some("Ctrl-C stops it or leaves; what is downloaded stays for the next run.".to_owned()),
        _ => None,
    }
}

/// The keys that matter here, the most important first, as many as there is room for.
fn hints(model: &Model, area: Rect, buffer: &mut Buffer) {
    let (paint, place) = (&model.theme.paint, model.place());
    let mut x = area.x + 1;
    for binding in keys::at(place).filter(|binding| !binding.hint.is_empty() && wanted(model, binding.act)) {
        let label = if binding.label == "updown" { model.theme.sign.updown.as_str() } else { binding.label };
        let width = u16::try_from(label.width() + 1 + binding.hint.width()).unwrap_or(u16::MAX);
        if x.saturating_add(width) > area.right() {
            break;
        }
        x = put(
            buffer,
            x,
            area.y,
            area.right(),
            &[(label, paint.key.into()), (" ", Style::new()), (binding.hint, paint.text.into())],
        ) + 2;
    }
}

/// Hints for what would do nothing just now are left out.
fn wanted(model: &Model, act: keys::Act) -> bool {
    let validating = matches!(model.session.stage(), Stage::Validating { .. });
    match act {
        keys::Act::Stop => validating,
        keys::Act::Retry => model.session.stage().wrote(),
        // Without Nix there is no shell to open.
        keys::Act::Pane if model.focus == Focus::Main && model.over() => {
            let nix = model.session.facts().nix.as_ref().and_then(|nix| nix.installed);
            model.session.stage().wrote() && (nix != Some(false) || matches!(model.session.stage(), Stage::Done { .. }))
        }
        // In a narrow window the preview has a key of its own, and there is no other pane.
        keys::Act::NextPane => model.size.0 >= WIDE || !matches!(model.session.stage(), Stage::Machine | Stage::Asking(_)),
        // A short list is seen whole.
        keys::Act::Search => model.focus == Focus::Pane || model.seen.rows.len() > 8,
        keys::Act::NextMatch => model.pane().searched().is_some(),
        keys::Act::Toggle if matches!(model.session.stage(), Stage::Review(_)) => model.git.is_some(),
        _ => true,
    }
}

fn search(words: &str, screen: Rect, buffer: &mut Buffer, model: &Model) -> Position {
    let width = screen.width.min(50);
    let area = Rect { x: (screen.width - width) / 2, y: screen.height / 2 - 1, width, height: 3 };
    Clear.render(area, buffer);
    let inner = boxed(area, buffer, &model.theme, "Search the output", true);
    let end = put(buffer, inner.x, inner.y, inner.right(), &[(words, model.theme.paint.question.into())]);
    Position { x: end.min(inner.right().saturating_sub(1)), y: inner.y }
}
