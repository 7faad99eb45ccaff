//! What each act does where.

use super::input::Effect;
use super::keys::{Act, Place};
use super::leave;
use super::model::{Focus, Model, Popup, PopupKind, Shell};
use super::pane::Pane;
use super::update::{intend, read};
use super::{choose, layout, words};
use crate::core::session::{Intent, Stage};

pub(super) fn act(model: &mut Model, place: Place, act: Act) -> Vec<Effect> {
    match act {
        Act::Choose => return choose::choose(model, place),
        Act::Toggle => choose::toggle(model),
        Act::Back => return back(model, place),
        Act::Quit if place == Place::End => return intend(model, Intent::Quit),
        Act::Quit => leave::ask(model, false),
        Act::Stop => {
            model.popup = None;
            return intend(model, Intent::Cancel);
        }
        Act::Suspend => return vec![Effect::Suspend],
        Act::Rescan => {
            model.notice = Some("looking at the machine again".to_owned());
            return intend(model, Intent::Rescan);
        }
        Act::Retry => return intend(model, Intent::Retry),
        Act::Copy => {
            model.notice = Some("sent to the clipboard; a terminal that does not allow it ignores this".to_owned());
            return vec![Effect::Copy(model.pane().text())];
        }
        Act::Pane => return pane(model),
        Act::Interrupt => return leave::interrupt(model),
        Act::Search => search(model, place),
        Act::NextMatch => next_match(model),
        Act::Why => {
            let (title, text) = words::why(model);
            read(model, &title, text);
        }
        Act::Help => read(model, "Help", words::help(model, place)),
        Act::Preview => preview(model),
        Act::NextPane => next_pane(model),
        Act::NextFile => next_file(model, true),
        Act::PreviousFile => next_file(model, false),
        Act::Zoom => {
            model.zoom = !model.zoom;
            model.focus = if model.zoom { Focus::Pane } else { Focus::Main };
        }
        Act::Up | Act::Down | Act::PageUp | Act::PageDown | Act::First | Act::Last => moved(model, place, act),
    }
    Vec::new()
}

fn back(model: &mut Model, place: Place) -> Vec<Effect> {
    match place {
        Place::Popup | Place::Foreign | Place::Leave | Place::Find => model.popup = None,
        Place::Search => {
            // The row that was found stays under the cursor in the whole list.
            let here = model.here().map(str::to_owned);
            let draft = model.draft_mut();
            draft.search = None;
            draft.at = here;
        }
        Place::Side => {
            model.focus = Focus::Main;
            if model.preview == Some(true) && model.size.0 < super::model::WIDE {
                model.preview = None;
            }
        }
        Place::Log => {
            model.pane().follow();
            model.focus = Focus::Main;
            model.zoom = false;
        }
        Place::List | Place::Many | Place::Text | Place::Card if model.returns => return intend(model, Intent::Quick),
        _ => return intend(model, Intent::Back),
    }
    Vec::new()
}

fn moved(model: &mut Model, place: Place, act: Act) {
    let page = isize::try_from(model.shown.page.get().max(2) - 1).unwrap_or(1);
    let by = match act {
        Act::Up => -1,
        Act::Down => 1,
        Act::PageUp => -page,
        Act::PageDown => page,
        Act::First => isize::MIN / 2,
        _ => isize::MAX / 2,
    };
    match place {
        Place::Popup => {
            if let Some(popup) = &mut model.popup {
                popup.first = popup.first.saturating_add_signed(by);
            }
        }
        Place::Side => model.side.first = model.side.first.saturating_add_signed(by),
        Place::Log => model.pane().scroll(by.saturating_neg()),
        Place::Running => model.output.scroll(by.saturating_neg()),
        Place::End | Place::Card => model.first = model.first.saturating_add_signed(by),
        Place::Machine if matches!(act, Act::PageUp | Act::PageDown) => model.first = model.first.saturating_add_signed(by),
        _ => {
            let last = model.seen.rows.len().saturating_sub(1);
            let to = model.cursor().saturating_add_signed(by).min(last);
            let at = model.seen.ids.get(to).cloned();
            model.side.first = 0;
            let draft = model.draft_mut();
            (draft.cursor, draft.at) = (to, at);
        }
    }
}

fn search(model: &mut Model, place: Place) {
    if place == Place::Log {
        model.popup = Some(Popup {
            kind: PopupKind::Search(String::new()),
            title: "Search the output".to_owned(),
            text: String::new(),
            first: 0,
        });
    } else {
        model.draft_mut().search = Some(String::new());
    }
}

fn next_match(model: &mut Model) {
    let words = model.pane().searched();
    match words {
        Some(words) if model.pane().search(&words) => {}
        Some(words) => model.notice = Some(format!("no other line further up holds `{words}`")),
        None => model.notice = Some("search with / first".to_owned()),
    }
}

fn preview(model: &mut Model) {
    if matches!(model.session.stage(), Stage::Review(_)) {
        model.focus = if model.focus == Focus::Side { Focus::Main } else { Focus::Side };
        return;
    }
    let shown = model.shows_preview();
    model.preview = Some(!shown);
    if shown {
        model.focus = Focus::Main;
    } else if model.seen.files.is_none() {
        model.notice = Some(model.seen.conflict.clone().unwrap_or_else(|| "there is nothing to show yet".to_owned()));
    } else if model.size.0 < super::model::WIDE {
        model.focus = Focus::Side;
    }
}

fn next_pane(model: &mut Model) {
    model.focus = match (model.focus, model.session.stage()) {
        (Focus::Side | Focus::Pane, _) => Focus::Main,
        (Focus::Main, Stage::Review(_)) => Focus::Side,
        (Focus::Main, Stage::Machine | Stage::Asking(_)) if model.shows_preview() => Focus::Side,
        (Focus::Main, Stage::Machine | Stage::Asking(_)) => {
            preview(model);
            return;
        }
        (Focus::Main, _) => Focus::Pane,
    };
}

fn next_file(model: &mut Model, forward: bool) {
    let files = words::files(model);
    let at = words::file_at(model, &files).unwrap_or(0);
    let next = if forward { at + 1 } else { at + files.len().saturating_sub(1) };
    model.side.file = files.get(next % files.len().max(1)).cloned();
    model.side.first = 0;
}

/// Into the pane, or out of it; after the validation there is a shell in it.
fn pane(model: &mut Model) -> Vec<Effect> {
    if model.focus == Focus::Pane {
        model.focus = Focus::Main;
        model.zoom = false;
        return Vec::new();
    }
    if !model.over() {
        model.focus = Focus::Pane;
        return Vec::new();
    }
    if !model.session.stage().wrote() {
        model.notice = Some("there is no project yet to open a shell in".to_owned());
        return Vec::new();
    }
    model.focus = Focus::Pane;
    if model.shell.running {
        return Vec::new();
    }
    model.shell = Shell { running: true, pane: Pane::default(), used: true };
    let (rows, columns) = layout::pane_size(model);
    let _ = model.shell.pane.resize(rows, columns);
    vec![Effect::OpenShell { rows, columns }]
}
