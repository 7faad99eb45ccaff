//! The mouse, for whoever asked for it: a click moves the cursor and chooses, the wheel scrolls what lies under it. Never needed, and never
//! able to write: what is confirmed is confirmed with a key.

use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::act;
use super::input::Effect;
use super::keys::{Act, Place};
use super::model::{Focus, Model};
use super::seen::WRITE;

/// Rows that one notch of the wheel scrolls a text.
const NOTCH: isize = 3;

pub(super) fn mouse(model: &mut Model, event: MouseEvent) -> Vec<Effect> {
    let at = Position { x: event.column, y: event.row };
    if let Some(bytes) = of_program(model, event, at) {
        return vec![Effect::Type(bytes)];
    }
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => click(model, at),
        MouseEventKind::ScrollUp => wheel(model, at, -1),
        MouseEventKind::ScrollDown => wheel(model, at, 1),
        _ => Vec::new(),
    }
}

/// The program in the pane asked for the mouse, and is the one that is typed to.
fn of_program(model: &Model, event: MouseEvent, at: Position) -> Option<Vec<u8>> {
    let area = model.shown.pane.get();
    let inside = model.place() == Place::Shell && area.contains(at);
    inside.then(|| model.shell.pane.moused(event, at.x - area.x, at.y - area.y)).flatten()
}

fn click(model: &mut Model, at: Position) -> Vec<Effect> {
    // A question over the screen is answered with a key.
    if model.popup.is_some() {
        return Vec::new();
    }
    model.notice = None;
    let (list, first) = model.shown.list.get();
    if list.contains(at) {
        model.focus = Focus::Main;
        return on_row(model, first + usize::from(at.y - list.y));
    }
    if model.shown.beside.get().contains(at) {
        model.focus = Focus::Side;
    } else if model.shown.pane.get().contains(at) {
        model.focus = Focus::Pane;
    } else if model.focus != Focus::Main && !model.zoom {
        model.focus = Focus::Main;
    }
    Vec::new()
}

/// Another row gets the cursor; the row that has it is chosen.
fn on_row(model: &mut Model, row: usize) -> Vec<Effect> {
    let Some(id) = model.seen.ids.get(row).cloned() else { return Vec::new() };
    if row != model.cursor() {
        model.side.first = 0;
        let draft = model.draft_mut();
        (draft.cursor, draft.at) = (row, Some(id));
        return Vec::new();
    }
    let place = model.place();
    if id == WRITE {
        model.notice = Some("Enter writes; the mouse never does".to_owned());
        return Vec::new();
    }
    act::act(model, place, if place == Place::Many { Act::Toggle } else { Act::Choose })
}

fn wheel(model: &mut Model, at: Position, turn: isize) -> Vec<Effect> {
    let place = model.place();
    if model.popup.is_none() {
        if model.shown.beside.get().contains(at) {
            model.side.first = model.side.first.saturating_add_signed(turn * NOTCH);
            return Vec::new();
        }
        if model.shown.pane.get().contains(at) {
            model.pane().scroll(-turn * NOTCH);
            return Vec::new();
        }
        // On the first page the facts scroll, and the two rows below them stay.
        let over_list = model.shown.list.get().0.contains(at);
        if !over_list && matches!(place, Place::Machine | Place::List | Place::Many | Place::Text | Place::Card | Place::End) {
            model.first = model.first.saturating_add_signed(turn * NOTCH);
            return Vec::new();
        }
    }
    match place {
        Place::Popup | Place::Leave | Place::Foreign => {
            if let Some(popup) = &mut model.popup {
                popup.first = popup.first.saturating_add_signed(turn * NOTCH);
            }
        }
        Place::Machine | Place::List | Place::Many | Place::Review | Place::Search => {
            return act::act(model, place, if turn < 0 { Act::Up } else { Act::Down });
        }
        _ => {}
    }
    Vec::new()
}
