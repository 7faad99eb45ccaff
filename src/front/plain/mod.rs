//! The wizard line by line: nothing is redrawn, nothing moves, everything stays in the scrollback. For screen readers and simple terminals.

mod reply;

use std::fmt::Write as _;

use crate::core::answers::{Answers, Value};
use crate::core::changes::{Action, Change};
use crate::core::difference;
use crate::core::facts::Facts;
use crate::core::plan::Plan;
use crate::core::session::{Intent, Review, Session};
use crate::core::step::Kind;
use crate::core::text;
use crate::core::wizard::Question;
use crate::front::tui::glossary;
use crate::front::tui::screens::{found, machine::headline};
use crate::front::tui::start_rows::kept_words;
use crate::front::tui::widgets::prose::{terms, unmarked};

pub use reply::{Reply, read};

/// The first line: which mode this is, and how to get out of it.
pub const HELLO: &str = "nixml, line by line. Type `back`, `why` or `quit` at any question; Ctrl-C leaves.";

/// What was found, one fact a line, the word that judges it first.
#[must_use]
pub fn machine(facts: &Facts, able: &Result<Plan, String>) -> String {
    let mut out = format!("{}\nThis machine (nixml has only looked):\n", headline(facts, Some(able)));
    for fact in found::facts(facts, true).into_iter().chain(found::troubles(facts, true)) {
        let label = if fact.label.is_empty() { String::new() } else { format!("{}: ", fact.label) };
        let mut lines = fact.detail.lines();
        let _ = writeln!(out, "{}: {label}{}", fact.mark.word(), unmarked(lines.next().unwrap_or_default()));
        for line in lines {
            let _ = writeln!(out, "  {}", unmarked(line));
        }
    }
    out
}

/// What to do with the machine found, numbered; what was begun before comes first.
#[must_use]
pub fn go_on(session: &Session) -> String {
    let title = |id: &str| session.steps().iter().find(|step| step.id == id).map(|step| step.title.clone());
    let mut rows: Vec<String> = session.kept().map(|kept| format!("Continue: {}", kept_words(kept, title))).into_iter().collect();
    let anew = if rows.is_empty() { "" } else { ", anew" };
    rows.push(format!("Quick{anew}: what suits this machine best, on one page"));
    rows.push(format!("Step by step{anew}"));
    let rows: Vec<String> = rows.iter().enumerate().map(|(at, row)| format!("{}. {row}", at + 1)).collect();
    format!("Nothing is written before you confirm it.\n{}\nNumber, Enter for 1, or `rescan`:", rows.join("\n"))
}

/// What the number, or the word, stands for.
#[must_use]
pub fn gone_on(line: &str, session: &Session) -> Option<Intent> {
    let line = line.trim().to_lowercase();
    let mut ways = vec![(Intent::Quick, "quick"), (Intent::Accept, "step by step")];
    if session.kept().is_some() {
        ways.insert(0, (Intent::Resume, "continue"));
    }
    let number = if line.is_empty() { Some(1) } else { line.parse::<usize>().ok() };
    match number {
        Some(number) => number.checked_sub(1).and_then(|place| ways.get(place)).map(|(intent, _)| intent.clone()),
        None => match line.as_str() {
            "rescan" | "r" => Some(Intent::Rescan),
            "quit" | "q" => Some(Intent::Quit),
            word => ways.into_iter().find(|(_, name)| *name == word).map(|(intent, _)| intent),
        },
    }
}

/// A question with its offers, numbered; what cannot be chosen says why.
#[must_use]
pub fn ask(question: &Question, answers: &Answers, place: (usize, usize)) -> String {
    let step = &question.step;
    let mut out = format!("\nStep {} of {}: {}\n{}\n", place.0, place.1, step.title, step.ask);
    if !step.help.is_empty() {
        let _ = writeln!(out, "{}", unmarked(&step.help));
    }
    for (number, offer) in question.offers.iter().enumerate() {
        let best = if offer.best && offer.blocked.is_none() { ", best here" } else { "" };
        let _ = match &offer.blocked {
            Some(why) => writeln!(out, "{}. {}, not possible here: {why}", number + 1, offer.title),
            None if offer.why.is_empty() => writeln!(out, "{}. {}{best}", number + 1, offer.title),
            None => writeln!(out, "{}. {}{best}: {}", number + 1, offer.title, offer.why),
        };
    }
    let current = current(question, answers);
    let enter = match (&current, step.kind) {
        (_, Kind::Note) => "Enter goes on".to_owned(),
        (Some(value), _) if value.words().is_empty() => "Enter for none".to_owned(),
        (Some(value), _) => format!("Enter for `{}`", value.argument()),
        (None, _) => "an answer is needed".to_owned(),
    };
    let how = match step.kind {
        Kind::Choice => "Number or name",
        Kind::Many => "Numbers or names separated by commas, the default first",
        Kind::Text => "Text",
        Kind::List => "Names separated by commas",
        Kind::Confirm => "yes or no",
        Kind::Note => "",
    };
    let _ = write!(out, "{how}{}{enter}:", if how.is_empty() { "" } else { ", " });
    out
}

/// What Enter alone takes.
#[must_use]
pub fn current(question: &Question, answers: &Answers) -> Option<Value> {
    answers.get(&question.step.id).map(|answer| answer.value.clone()).or_else(|| question.default.clone())
}

/// The help of a question and what its words mean.
#[must_use]
pub fn why(question: &Question, data: &crate::core::data::Data) -> String {
    let mut out = format!("{}\n", unmarked(&question.step.help));
    for term in terms(&question.step.help) {
        if let Some(entry) = glossary::entry(data, term) {
            let _ = writeln!(out, "{}: {}", entry.title, unmarked(&entry.text.replace('\n', " ")));
        }
    }
    out
}

/// Everything decided, what it costs, what would change, and the command that does the same.
#[must_use]
pub fn review(review: &Review, changes: &[Change], command: &str, git: Option<bool>, place: (usize, usize)) -> String {
    let plan = &review.plan;
    let targets: Vec<&str> = plan.targets.iter().map(|target| target.target.word()).collect();
    let mut out = format!("\nStep {} of {}: Review. Nothing is written yet.\n", place.0, place.1);
    let _ = writeln!(out, "Project: {}", plan.name);
    let _ = writeln!(out, "Framework: {} {} ({})", plan.title, plan.version, plan.build);
    let _ = writeln!(out, "Targets: {}", targets.join(", "));
    let _ = writeln!(out, "Python: {}", plan.python);
    if !plan.packages.is_empty() {
        let _ = writeln!(out, "Packages: {}", plan.packages.join(", "));
    }
    if !plan.extras.is_empty() {
        let _ = writeln!(out, "Extras: {}", plan.extras.join(", "));
    }
    let size = |bytes: Option<u64>| bytes.map_or_else(|| "not known".to_owned(), text::bytes);
    let _ = writeln!(out, "To download: {}. On disk: {}.", size(plan.download_bytes()), size(plan.installed_bytes()));
    let _ = writeln!(out, "Hosts: {}", plan.hosts.join(", "));
    for reason in &plan.reasons {
        let _ = writeln!(out, "Because: {reason}");
    }
    for note in plan.notes.iter().chain(&plan.not_here) {
        let _ = writeln!(out, "Note: {note}");
    }
    for change in changes {
        let why = change.why.as_ref().map_or(String::new(), |why| format!(", {why}"));
        let _ = writeln!(out, "{}: {}{why}", word(change.action), change.path);
    }
    if git == Some(true) {
        let _ = writeln!(out, "A git repository is made here (`nogit` leaves that out).");
    }
    let _ = writeln!(out, "The same without questions: {command}");
    let _ = write!(out, "`write`, `diff` to see every line, `back`, or `quit`:");
    out
}

/// Every line that would change.
#[must_use]
pub fn diff(changes: &[Change]) -> String {
    let mut out = String::new();
    for change in changes.iter().filter(|change| change.writes() || change.action == Action::Conflict) {
        out.push_str(&difference::unified(&change.path, change.before.as_deref(), &change.after));
    }
    text::sanitise(&out).into_owned()
}

fn word(action: Action) -> &'static str {
    match action {
        Action::Created => "create",
        Action::Unchanged => "unchanged",
        Action::Updated => "update",
        Action::Replaced => "replace, keeping a copy",
        Action::Appended => "append to",
        Action::Kept => "keep yours",
        Action::Conflict => "in the way",
        Action::Removed => "remove",
    }
}
