//! Leaving: asked once, done at once when pressed twice.

use super::input::Effect;
use super::model::{Model, Popup, PopupKind};
use super::update::{TWICE, intend};
use crate::core::session::{Intent, Stage};

/// Ctrl-C.
pub(super) fn interrupt(model: &mut Model) -> Vec<Effect> {
    let twice = model.interrupted.is_some_and(|at| model.now <= at + TWICE);
    model.interrupted = Some(model.now);
    if twice {
        return intend(model, Intent::Interrupt);
    }
    ask(model, true);
    Vec::new()
}

/// Opens the question.
pub(super) fn ask(model: &mut Model, interrupt: bool) {
    let text = match model.session.stage() {
        Stage::Machine => "Nothing has been written.",
        Stage::Asking(_) | Stage::Review(_) => {
            "Nothing has been written. Your answers are kept: the next `nixml` in this folder goes on from here."
        }
        Stage::Writing { .. } => "The files are being written; all of them or none will be there.",
        Stage::Validating { .. } => {
            "The files are written; the validation is still running. What it has downloaded is kept, so the next one goes on from there."
        }
        Stage::Done { .. } | Stage::Stopped { .. } => "The project stays as it is.",
    };
    let keys = if matches!(model.session.stage(), Stage::Validating { .. }) {
        "Enter leaves, s stops the validation and stays here, Esc goes on."
    } else {
        "Enter leaves, Esc stays."
    };
    let again = if interrupt { "\n\nCtrl-C once more leaves at once." } else { "" };
    model.popup = Some(Popup {
        kind: PopupKind::Leave(interrupt),
        title: "Leave nixml?".to_owned(),
        text: format!("{text}\n\n{keys}{again}"),
        first: 0,
    });
}

/// The answer to the question.
pub(super) fn confirmed(model: &mut Model, interrupt: bool) -> Vec<Effect> {
    model.popup = None;
    intend(model, if interrupt { Intent::Interrupt } else { Intent::Quit })
}
