//! Enter and Space.

use super::input::Effect;
use super::keys::Place;
use super::leave;
use super::model::{Model, Popup, PopupKind};
use super::seen::{self, GIT, GUIDED, QUICK, RESUME, WRITE};
use super::update::{intend, read};
use crate::core::answers::{Value, check};
use crate::core::session::{Intent, Stage};
use crate::core::step::Kind;
use crate::core::wizard::{Offer, Question};

/// Enter.
pub(super) fn choose(model: &mut Model, place: Place) -> Vec<Effect> {
    match (place, model.popup.take()) {
        (Place::Leave, Some(Popup { kind: PopupKind::Leave(interrupt), .. })) => return leave::confirmed(model, interrupt),
        (Place::Foreign, Some(Popup { kind: PopupKind::Foreign(id), .. })) => return foreign(model, &id),
        (Place::Find, Some(Popup { kind: PopupKind::Search(words), .. })) => {
            if !model.pane().search(&words) {
                model.notice = Some(format!("no line of the output holds `{words}`"));
            }
            return Vec::new();
        }
        (_, popup) => model.popup = popup,
    }
    match model.session.stage().clone() {
        Stage::Machine => machine(model),
        Stage::Asking(question) => asked(model, &question),
        Stage::Review(review) => match model.here().map(str::to_owned).as_deref() {
            Some(WRITE) if review.changes.is_none() => {
                model.notice = Some("still looking at what lies on the disk".to_owned());
                Vec::new()
            }
            Some(WRITE) => intend(model, Intent::Accept),
            Some(GIT) => {
                toggle(model);
                Vec::new()
            }
            Some(step) => {
                let step = step.to_owned();
                model.returns = true;
                intend(model, Intent::Jump(step))
            }
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Space.
pub(super) fn toggle(model: &mut Model) {
    match model.session.stage().clone() {
        Stage::Review(_) if model.here() == Some(GIT) => model.git = model.git.map(|git| !git),
        Stage::Asking(question) if question.step.kind == Kind::Many => {
            let Some(id) = model.here().map(str::to_owned) else { return };
            let offer = question.offers.iter().find(|offer| offer.id == id);
            model.draft_mut().marked = true;
            let chosen = model.draft().is_some_and(|draft| draft.chosen.contains(&id));
            match offer {
                // What was chosen may always be taken back, even when it has become impossible.
                _ if chosen => model.draft_mut().chosen.retain(|known| *known != id),
                Some(offer) if offer.blocked.is_none() => model.draft_mut().chosen.push(id),
                Some(offer) => explain(model, offer),
                None => {}
            }
        }
        _ => {}
    }
}

fn machine(model: &mut Model) -> Vec<Effect> {
    let wanted = match model.here() {
        Some(RESUME) => Intent::Resume,
        Some(QUICK) => Intent::Quick,
        Some(GUIDED) => return intend(model, Intent::Accept),
        _ => return Vec::new(),
    };
    if model.session.probed() {
        return intend(model, wanted);
    }
    model.waiting = Some(wanted);
    model.notice = Some("going on as soon as the machine is known".to_owned());
    Vec::new()
}

fn asked(model: &mut Model, question: &Question) -> Vec<Effect> {
    let draft = model.draft().cloned().unwrap_or_default();
    let here = model.here().map(str::to_owned);
    let offer = here.as_ref().and_then(|id| question.offers.iter().find(|offer| offer.id == *id));
    let value = match question.step.kind {
        Kind::Choice => match offer {
            Some(offer) if offer.blocked.is_some() => {
                explain(model, offer);
                return Vec::new();
            }
            Some(offer) => Value::Text(offer.id.clone()),
            None => return Vec::new(),
        },
        Kind::Confirm => Value::Yes(here.as_deref() == Some("true")),
        Kind::Many => match offer.filter(|offer| seen::one_is_meant(question, &draft, &offer.id)) {
            Some(offer) if offer.blocked.is_some() => {
                explain(model, offer);
                return Vec::new();
            }
            Some(offer) => Value::List(vec![offer.id.clone()]),
            None => Value::List(draft.chosen.clone()),
        },
        Kind::Text => Value::Text(draft.field.text()),
        Kind::List => match check::from_text(&question.step, &draft.field.text()) {
            Ok(value) => value,
            Err(why) => {
                model.notice = Some(why);
                return Vec::new();
            }
        },
        Kind::Note => Value::Yes(true),
    };
    if let Some(draft) = model.drafts.get_mut(&question.step.id) {
        draft.search = None;
        if question.step.kind == Kind::Many {
            (draft.chosen, draft.marked) = (value.words(), false);
        }
    }
    answer(model, value)
}

/// Gives the answer; one that was changed from the review leads back there.
pub(super) fn answer(model: &mut Model, value: Value) -> Vec<Effect> {
    let mut effects = intend(model, Intent::Answer(value));
    if model.returns && model.session.refusal().is_none() && matches!(model.session.stage(), Stage::Asking(_)) {
        let notice = model.notice.take();
        effects.extend(intend(model, Intent::Quick));
        model.notice = model.notice.take().or(notice);
    }
    effects
}

/// A blocked offer explains itself; one that only this machine cannot run may be chosen for another.
fn explain(model: &mut Model, offer: &Offer) {
    let why = offer.blocked.clone().unwrap_or_default();
    if offer.foreign {
        model.popup = Some(Popup {
            kind: PopupKind::Foreign(offer.id.clone()),
            title: offer.title.clone(),
            text: format!(
                "This machine cannot run it: {why}\n\nEnter chooses it all the same, for another machine: the project is written, \
                 and the validation here will say that it cannot run. Esc goes back."
            ),
            first: 0,
        });
    } else {
        read(model, &offer.title, format!("This cannot be chosen on this machine: {why}"));
    }
}

fn foreign(model: &mut Model, id: &str) -> Vec<Effect> {
    let Stage::Asking(question) = model.session.stage() else { return Vec::new() };
    match question.step.kind {
        Kind::Many => {
            let draft = model.draft_mut();
            if !draft.marked && draft.chosen.len() < 2 {
                draft.chosen.clear();
            }
            draft.marked = true;
            if !draft.chosen.iter().any(|known| known == id) {
                draft.chosen.push(id.to_owned());
            }
            Vec::new()
        }
        _ => answer(model, Value::Text(id.to_owned())),
    }
}
