//! The longer texts: why, help, and which file is looked at.

use std::fmt::Write as _;

use ratatui::text::Line;

use super::glossary;
use super::keys::{self, Place};
use super::model::Model;
use super::widgets::prose::{self, terms};
use crate::core::facts::Facts;
use crate::core::init_report;
use crate::core::plan::Plan;
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
            parts.push(compiled(model));
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

/// What has to be compiled, in one phrase: nobody knows of a package that a person named whether there is a wheel of it.
#[must_use]
pub fn compiles(plan: &Plan, validates: bool) -> &'static str {
    match (plan.packages.is_empty(), validates) {
        (true, _) => "nothing is compiled",
        (false, true) => "a package of yours is ready-made or refused, never compiled",
        (false, false) => "a package of yours without a wheel is compiled",
    }
}

/// The same in sentences.
#[must_use]
pub fn compiled(model: &Model) -> String {
    let named = model.session.stage().review().is_some_and(|review| !review.plan.packages.is_empty());
    match (named, model.session.validates()) {
        (false, _) => READY_MADE.to_owned(),
        (true, true) => format!("{READY_MADE} {NOT_COMPILED}"),
        (true, false) => format!("{READY_MADE} {MAY_COMPILE}").replace("Nothing is compiled here: the", "The"),
    }
}

/// What the words of a text mean, and of those that belong to the screen: whole entries, as many as `rows` have room for.
#[must_use]
pub fn meanings(model: &Model, text: &str, width: u16, rows: usize) -> Vec<Line<'static>> {
    let (theme, mut lines) = (&model.theme, Vec::new());
    for entry in words_of(model, text) {
        let entry = entry.split("\nSee also:").next().unwrap_or_default();
        let entry = prose::wrap(entry, width, theme, theme.paint.dim);
        if lines.len() + 1 + entry.len() > rows {
            break;
        }
        lines.push(Line::default());
        lines.extend(entry);
    }
    lines
}

/// The glossary entries of the words that a text links to, and of those that belong to the screen.
fn words_of(model: &Model, text: &str) -> Vec<String> {
    let own: &[&str] = match model.session.stage() {
        Stage::Machine if model.session.facts().nvidia().next().is_none() => &["wheel", "lock-file"],
        Stage::Machine => &["driver", "toolkit", "compute-capability"],
        Stage::Asking(question) => match question.step.id.as_str() {
            "name" => &["pyproject"],
            "framework" if model.session.facts().nvidia().next().is_some() => &["wheel", "cuda"],
            "framework" => &["wheel"],
            "targets" => &["target", "driver"],
            "python" => &["nixpkgs", "venv"],
            "packages" => &["uv", "lock-file"],
            "extras" => &["direnv"],
            _ => &[],
        },
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
    match (facts.is_mac(), facts.gpus.as_ref().is_some_and(|_| facts.nvidia().next().is_none())) {
        (true, _) => MAC,
        (false, true) => NO_CARD,
        (false, false) => MACHINE,
    }
}

const MAC: &str = "On a Mac the frameworks that can use its GPU do so through what macOS brings along: there is no driver to install and no CUDA. Everything \
                   else comes with the project, as ready-made [[wheel]]s. nixml only looks and changes nothing.";
const MACHINE: &str = "The [[driver]] decides the newest [[CUDA]] that can run here, and the card's [[compute capability]] decides which builds of a framework \
                       have code for it. Everything above the driver comes with the project, so no CUDA [[toolkit]] is needed. nixml only \
                       looks and changes nothing.";
const NO_CARD: &str = "There is no NVIDIA card here, so frameworks compute on the processor: good to learn, to write and to test on. The same project can be given to a machine with \
                       a card later, as a second target. Everything comes with the project, as ready-made [[wheel]]s. nixml only looks and changes nothing.";
const REVIEW: &str = "Everything that was decided, and every line that would be written. Enter on the first row writes the files, all of them or none; \
                      Enter on another row changes that answer. The line `Scripted` is a command that does the same without questions.";
const END: &str = "What came of it. The project is yours now: [[uv]] adds packages, [[Nix]] brings the tools, and nixml is not needed to use it.";
const READY_MADE: &str = "Nothing is compiled here: the framework and what it needs come as ready-made [[wheel]]s, the tools around them from the \
                          [[binary cache]] of NixOS. Nix only puts a few small scripts together. What was downloaded once is shared by every project on this machine.";
const NOT_COMPILED: &str = "The packages you named besides the framework may have no wheel for this machine: the validation then refuses them and says so, because \
                            building one runs its author's code and needs compilers. `nixml validate --allow-build` allows it.";
const MAY_COMPILE: &str = "The packages you named besides the framework may have no wheel for this machine: uv then compiles them when you run `nixml-sync`.";
const TRIAL: &str = "A framework can install and import well and still fail at the first computation. nixml therefore enters the project as you will, and computes \
                     on every device of the target.";
