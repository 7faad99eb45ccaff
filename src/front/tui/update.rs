//! One thing that happened changes the model, and may ask something of the world. Nothing here waits or touches anything.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::act;
use super::input::{Effect, Input};
use super::keys::{self, Act, Place};
use super::model::{Focus, Model, Popup, PopupKind};
use super::pane::{encode, paste};
use super::trial::Trial;
use super::{layout, leave, mouse, seen};
use crate::core::answers::Answers;
use crate::core::session::{self, Event, Intent};
use crate::core::step::Kind;

/// Milliseconds within which a second Ctrl-C leaves at once.
pub const TWICE: u64 = 2000;

/// Milliseconds within which Enter was meant for what was on the screen before.
const HASTE: u64 = 700;

/// What to do before anything happened.
#[must_use]
pub fn start(model: &mut Model) -> Vec<Effect> {
    let effects = model.session.start();
    world(model, effects)
}

/// Takes one input at `now`, milliseconds since the start.
pub fn update(model: &mut Model, input: Input, now: u64) -> Vec<Effect> {
    model.now = now.max(model.now);
    if model.interrupted.is_some_and(|at| model.now > at + TWICE) {
        model.interrupted = None;
        model.dirty = true;
    }
    let mut effects = match input {
        Input::Key(key) => pressed(model, key),
        Input::Paste(text) => pasted(model, &text),
        Input::Mouse(event) => {
            settle_texts(model);
            mouse::mouse(model, event)
        }
        Input::Resize(columns, rows) => {
            model.size = (columns, rows);
            Vec::new()
        }
        Input::Tick => {
            model.dirty |= model.wants_tick().is_some();
            return Vec::new();
        }
        Input::World(event) => report(model, *event),
        Input::Output => {
            model.session.hear_output();
            model.dirty = true;
            return Vec::new();
        }
        Input::ShellEnded(why) => {
            model.shell.running = false;
            model.focus = if model.focus == Focus::Pane { Focus::Main } else { model.focus };
            model.shell.pane.line(&format!("[{why}]"));
            // The pane has left the screen with the shell.
            model.notice = Some(why);
            Vec::new()
        }
        Input::OutsideGit => {
            model.git.get_or_insert(true);
            Vec::new()
        }
        Input::NoSuspend => {
            model.notice = Some("no shell is waiting for this terminal, so Ctrl-Z has nowhere to go".to_owned());
            Vec::new()
        }
    };
    model.dirty = true;
    seen::refresh(model);
    effects.extend(layout::fit_pane(model));
    effects
}

/// Hands an intent to the conversation and follows it.
pub(super) fn intend(model: &mut Model, intent: Intent) -> Vec<Effect> {
    let (screen, before) = (model.screen().to_owned(), model.session.answers().clone());
    let effects = model.session.handle(intent);
    forget_dropped(model, &before);
    if let Some(refusal) = model.session.refusal() {
        let text = [Some(format!("nixml cannot {}.", refusal.what)), refusal.why.clone(), refusal.next.clone()];
        let text = text.into_iter().flatten().collect::<Vec<_>>().join("\n\n");
        if model.step().is_some_and(|step| matches!(step.kind, Kind::Text | Kind::List)) {
            model.notice = Some(refusal.why.clone().unwrap_or_else(|| refusal.what.clone()));
        } else {
            read(model, "This cannot be done", text);
        }
    }
    if !model.session.changed().is_empty() {
        model.notice = Some(model.session.changed().join("; "));
    }
    if model.screen() != screen {
        arrive(model);
    }
    world(model, effects)
}

/// What a person did at a step whose answer the conversation dropped does not count any more.
fn forget_dropped(model: &mut Model, before: &Answers) {
    let now = model.session.answers();
    let dropped: Vec<String> = before.iter().filter(|(id, _)| now.get(id).is_none()).map(|(id, _)| id.to_owned()).collect();
    for id in dropped {
        model.drafts.remove(&id);
    }
}

/// Another screen: the keys go to its main part again.
fn arrive(model: &mut Model) {
    model.focus = Focus::Main;
    model.zoom = false;
    model.first = 0;
    model.side.first = 0;
    model.seen.before = None;
    model.returns &= model.step().is_some();
}

/// Opens a text to read.
pub(super) fn read(model: &mut Model, title: &str, text: String) {
    model.popup = Some(Popup { kind: PopupKind::Read, title: title.to_owned(), text, first: 0 });
}

fn world(model: &mut Model, effects: Vec<session::Effect>) -> Vec<Effect> {
    for effect in &effects {
        if matches!(effect, session::Effect::Validate) {
            model.trial = Trial::started(model.now);
        }
    }
    effects.into_iter().map(Effect::World).collect()
}

fn report(model: &mut Model, event: Event) -> Vec<Effect> {
    let screen = model.screen().to_owned();
    match &event {
        Event::Validating(event) => model.trial.hear(event, model.now),
        Event::Validated(_) | Event::NotValidated(_) => model.trial.finish(model.now),
        _ => {}
    }
    let effects = model.session.report(event);
    if model.screen() != screen {
        arrive(model);
    }
    let mut effects = world(model, effects);
    if model.session.probed()
        && let Some(wanted) = model.waiting.take()
    {
        effects.extend(intend(model, wanted));
    }
    effects
}

fn pressed(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    model.notice = None;
    settle_texts(model);
    let place = model.place();
    match (place, keys::act(place, key)) {
        // Whoever pressed Enter while it ended has not seen yet what came of it.
        (Place::End, Some(Act::Quit)) if key.code == KeyCode::Enter && model.trial.ended_within(HASTE, model.now) => {
            model.notice = Some("it has just ended: Enter once more leaves nixml".to_owned());
            Vec::new()
        }
        (_, Some(Act::Interrupt)) => leave::interrupt(model),
        (_, Some(act)) => act::act(model, place, act),
        (Place::Shell, None) => {
            model.shell.pane.follow();
            encode(key, model.shell.pane.own_arrows()).map(Effect::Type).into_iter().collect()
        }
        (Place::Text, None) => {
            model.draft_mut().field.key(key);
            Vec::new()
        }
        (Place::Search | Place::Find, None) => {
            search_key(model, key);
            Vec::new()
        }
        (_, None) => Vec::new(),
    }
}

/// Texts longer than their room were shown only so far.
fn settle_texts(model: &mut Model) {
    model.side.first = model.shown.side.get();
    model.first = model.shown.first.get();
    if let Some(popup) = &mut model.popup {
        popup.first = model.shown.popup.get();
    }
}

/// Types into the search of a list or of the output.
fn search_key(model: &mut Model, key: KeyEvent) {
    let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match key.code {
        KeyCode::Char(letter) if plain => search_text(model, &letter.to_string()),
        KeyCode::Backspace => {
            if let Some(search) = searched(model) {
                search.pop();
            }
        }
        _ => {}
    }
}

fn search_text(model: &mut Model, text: &str) {
    if let Some(search) = searched(model) {
        let room = 60_usize.saturating_sub(search.chars().count());
        search.extend(text.chars().filter(|letter| !letter.is_control()).take(room));
    }
    if model.popup.is_none() {
        let draft = model.draft_mut();
        (draft.cursor, draft.at) = (0, None);
    }
}

fn searched(model: &mut Model) -> Option<&mut String> {
    let screen = model.screen().to_owned();
    match &mut model.popup {
        Some(Popup { kind: PopupKind::Search(search), .. }) => Some(search),
        Some(_) => None,
        None => model.drafts.get_mut(&screen)?.search.as_mut(),
    }
}

/// A pasted text is text: it never presses a key.
fn pasted(model: &mut Model, text: &str) -> Vec<Effect> {
    match model.place() {
        Place::Shell => {
            model.shell.pane.follow();
            return vec![Effect::Type(paste(text, model.shell.pane.wants_brackets()))];
        }
        Place::Text => model.draft_mut().field.paste(text),
        Place::Search | Place::Find => search_text(model, text),
        _ => {}
    }
    Vec::new()
}
