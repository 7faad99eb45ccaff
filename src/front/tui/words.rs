//! The longer texts: why, help, and which file is looked at.

use std::fmt::Write as _;

use super::glossary;
use super::keys::{self, Place};
use super::model::Model;
use super::widgets::prose::terms;
use crate::core::session::Stage;

/// The reasons for what is on the screen, and what its words mean: title and text.
#[must_use]
pub fn why(model: &Model) -> (String, String) {
    let mut parts = Vec::new();
    let title = match model.session.stage() {
        Stage::Machine => {
            parts.push(MACHINE.to_owned());
            "Why look at the machine".to_owned()
        }
        Stage::Asking(question) => {
            parts.extend(model.seen.why.lines().map(str::to_owned));
            question.step.ask.clone()
        }
        Stage::Review(_) => "Why this plan".to_owned(),
        Stage::Writing { .. } | Stage::Validating { .. } => {
            parts.push(TRIAL.to_owned());
            "Why validate".to_owned()
        }
        Stage::Done { .. } | Stage::Stopped { .. } => {
            parts.push(super::screens::end::explanation(model));
            "What happened".to_owned()
        }
    };
    if let Some(plan) = model.seen.plan.as_ref().or_else(|| model.session.stage().review().map(|review| &review.plan)) {
        if !matches!(model.session.stage(), Stage::Machine) {
            parts.extend(plan.reasons.iter().map(|reason| format!("- {reason}")));
        }
        parts.extend(plan.notes.iter().map(|note| format!("- note: {note}")));
    }
    let text = parts.join("\n\n");
    let meanings: Vec<String> = words_of(model, &text);
    let all = [vec![text], meanings].concat().join("\n\n");
    (title, all)
}

/// The glossary entries of the words that a text links to, and of those that belong to the screen.
fn words_of(model: &Model, text: &str) -> Vec<String> {
    let own: &[&str] = match model.session.stage() {
        Stage::Machine => &["driver", "toolkit", "compute-capability"],
        Stage::Asking(question) if question.step.id == "framework" => &["wheel", "cuda"],
        Stage::Asking(question) if question.step.id == "targets" => &["target", "driver"],
        Stage::Review(_) => &["flake", "lock-file", "index"],
        Stage::Writing { .. } | Stage::Validating { .. } => &["proof", "store", "binary-cache"],
        _ => &[],
    };
    let mut ids: Vec<&str> = terms(text);
    ids.extend(own.iter().filter(|id| !terms(text).contains(id)));
    ids.into_iter()
        .filter_map(|id| glossary::entry(&model.data, id))
        .map(|entry| format!("[[{}]]\n{}", entry.title, entry.text))
        .collect()
}

/// The keys of this place, and the whole glossary.
#[must_use]
pub fn help(model: &Model, place: Place) -> String {
    let mut text = String::from("The keys here\n");
    for binding in keys::at(place).filter(|binding| !binding.help.is_empty()) {
        let label = if binding.label == "updown" { "Up" } else { binding.label };
        let _ = writeln!(text, "- {label}: {}", binding.help);
    }
    text.push_str("\nThe words\n");
    for entry in glossary::all(&model.data) {
        let _ = writeln!(text, "\n[[{}]]\n{}", entry.title, entry.text);
    }
    text
}

/// The files that can be looked at: what would change first.
#[must_use]
pub fn files(model: &Model) -> Vec<String> {
    if let Stage::Review(review) = model.session.stage()
        && let Some(changes) = &review.changes
    {
        let (mut first, rest): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.writes() || change.why.is_some());
        first.sort_by_key(|change| (change.why.is_none(), rank(&change.path)));
        return first.into_iter().chain(rest).map(|change| change.path.clone()).collect();
    }
    let Some(files) = &model.seen.files else { return Vec::new() };
    let mut paths: Vec<String> = files.0.keys().cloned().collect();
    paths.sort_by_key(|path| rank(path));
    paths
}

/// What a person reads first.
fn rank(path: &str) -> usize {
    const FIRST: [&str; 5] = ["pyproject.toml", "flake.nix", "main.py", "nixml.toml", "README.md"];
    FIRST.iter().position(|name| *name == path).unwrap_or(FIRST.len())
}

/// Which of `files` is looked at.
#[must_use]
pub fn file_at(model: &Model, files: &[String]) -> Option<usize> {
    if files.is_empty() {
        return None;
    }
    let chosen = model.side.file.as_ref().and_then(|file| files.iter().position(|path| path == file));
    Some(chosen.unwrap_or(0))
}

const MACHINE: &str = "The [[driver]] decides the newest [[cuda]] that can run here, and the card's [[compute-capability]] decides which builds of a framework \
                       have code for it. Everything above the driver comes with the project, so no CUDA [[toolkit]] is needed. nixml has only looked: nothing \
                       was changed.";
const TRIAL: &str = "A framework can install and import well and still fail at the first computation. nixml therefore enters the project as you will, and computes \
                     on every device of the target.";
