//! The longer texts: why, help, and which file is looked at.

use std::fmt::Write as _;

use super::glossary;
use super::keys::{self, Place};
use super::model::Model;
use super::widgets::prose::terms;
use crate::core::facts::Facts;
use crate::core::init_report;
use crate::core::session::Stage;

/// The reasons for what is on the screen, and what its words mean: title and text.
#[must_use]
pub fn why(model: &Model) -> (String, String) {
    let mut parts = Vec::new();
    let title = match model.session.stage() {
        Stage::Machine => {
            parts.push(machine(model.session.facts()).to_owned());
            "Why look at the machine".to_owned()
        }
        Stage::Asking(question) => {
            parts.extend((!question.step.help.is_empty()).then(|| question.step.help.clone()));
            parts.extend(model.seen.why.lines().map(str::to_owned));
            question.step.ask.clone()
        }
        Stage::Review(_) => {
            parts.push(NOTHING_COMPILES.to_owned());
            "Why this plan".to_owned()
        }
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
        Stage::Machine if model.session.facts().is_mac() => &["wheel", "lock-file"],
        Stage::Machine => &["driver", "toolkit", "compute-capability"],
        Stage::Asking(question) if question.step.id == "framework" => &["wheel", "cuda"],
        Stage::Asking(question) if question.step.id == "targets" => &["target", "driver"],
        Stage::Review(_) => &["flake", "lock-file", "index"],
        Stage::Writing { .. } | Stage::Validating { .. } => &["proof", "store", "binary-cache"],
        _ => &[],
    };
    let mut ids: Vec<&str> = terms(text);
    ids.extend(own.iter().filter(|id| !terms(text).iter().any(|term| term.to_lowercase().replace(' ', "-") == **id)));
    ids.into_iter()
        .filter_map(|id| glossary::entry(&model.data, id))
        .map(|entry| format!("[[{}]]\n{}", entry.title, entry.flowing()))
        .collect()
}

/// The keys of this place, and the whole glossary.
#[must_use]
pub fn help(model: &Model, place: Place) -> String {
    let about = match model.session.stage() {
        Stage::Machine => machine(model.session.facts()),
        Stage::Asking(question) => question.step.help.as_str(),
        Stage::Review(_) => REVIEW,
        Stage::Writing { .. } | Stage::Validating { .. } => TRIAL,
        Stage::Done { .. } | Stage::Stopped { .. } => END,
    };
    let mut text = format!("{about}\n\nThe keys here\n");
    for binding in keys::at(place).filter(|binding| !binding.help.is_empty()) {
        let label = if binding.label == "updown" { "Up" } else { binding.label };
        let _ = writeln!(text, "- {label}: {}", binding.help);
    }
    text.push_str("\nThe words\n");
    for entry in glossary::all(&model.data) {
        let _ = writeln!(text, "\n[[{}]]\n{}", entry.title, entry.flowing());
    }
    text
}

/// What to type next in the project in `dir`, and what each line does.
#[must_use]
pub fn next_lines(dir: &str, stage: &Stage) -> Vec<(String, &'static str)> {
    let mut lines = Vec::new();
    if dir != "." {
        lines.push((format!("cd {}", init_report::folder(dir)), "into the project"));
    }
    let proved = matches!(stage, Stage::Done { report: Some(report), .. } if report.ok);
    if matches!(stage, Stage::Stopped { wrote: true, .. }) {
        lines.push(("nixml validate".to_owned(), "prove it, once what is missing is there"));
    }
    lines.push(("nix develop".to_owned(), "enter its shell"));
    if !proved {
        lines.push(("nixml-sync".to_owned(), "install the packages"));
    }
    lines.push(("python main.py".to_owned(), "run the first program"));
    if proved {
        lines.push(("uv add NAME".to_owned(), "add a package"));
    }
    lines
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

/// Why a machine is looked at.
#[must_use]
pub fn machine(facts: &Facts) -> &'static str {
    if facts.is_mac() { MAC } else { MACHINE }
}

const MAC: &str = "On a Mac the frameworks that can use its GPU do so through what macOS brings along: there is no driver to install and no CUDA. Everything \
                   else comes with the project, as ready-made [[wheel]]s. nixml has only looked: nothing was changed.";
const MACHINE: &str = "The [[driver]] decides the newest [[CUDA]] that can run here, and the card's [[compute capability]] decides which builds of a framework \
                       have code for it. Everything above the driver comes with the project, so no CUDA [[toolkit]] is needed. nixml has only looked: nothing \
                       was changed.";
const REVIEW: &str = "Everything that was decided, and every line that would be written. Enter on the first row writes the files, all of them or none; \
                      Enter on another row changes that answer. The last line of the middle part is a command that does the same without questions.";
const END: &str = "What came of it. The project is yours now: [[uv]] adds packages, [[Nix]] brings the tools, and nixml is not needed to use it.";
const NOTHING_COMPILES: &str = "Nothing is compiled here: the Python packages come as ready-made [[wheel]]s, the tools around them from the [[binary cache]] of NixOS. \
                                What has to be downloaded once is shared by every project on this machine.";
const TRIAL: &str = "A framework can install and import well and still fail at the first computation. nixml therefore enters the project as you will, and computes \
                     on every device of the target.";
