//! One judged thing: what was seen, what causes it, what to do about it.

use serde::{Deserialize, Serialize};

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Looked at, fine.
    Pass,
    /// Worth knowing, nothing to do.
    Note,
    /// Works, but costs something.
    Warn,
    /// Broken.
    Fail,
    /// Not looked at; `seen` says why.
    Skipped,
    /// The check itself crashed or timed out; `seen` says how.
    Broken,
}

/// A command of a remedy, for a person to read and run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemedyCommand {
    /// The argument list, when the command needs no shell.
    #[serde(default)]
    pub argv: Vec<String>,
    /// The line as a person types it, when it needs a shell (pipes, redirections); else the joined `argv`.
    #[serde(default)]
    pub shell: String,
    /// True when the person must become root for it; nixml never runs such a command.
    #[serde(default)]
    pub needs_root: bool,
}

impl RemedyCommand {
    /// A command without a shell.
    #[must_use]
    pub fn run(argv: &[&str]) -> Self {
        Self { argv: argv.iter().map(ToString::to_string).collect(), shell: argv.join(" "), needs_root: false }
    }

    /// A line that only root may run, shown to the person.
    #[must_use]
    pub fn as_root(shell: &str) -> Self {
        Self { argv: Vec::new(), shell: shell.to_owned(), needs_root: true }
    }

    /// A line for the person's own shell.
    #[must_use]
    pub fn shell(line: &str) -> Self {
        Self { argv: Vec::new(), shell: line.to_owned(), needs_root: false }
    }
}

/// What to do about a finding.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remedy {
    /// One or two sentences.
    pub say: String,
    #[serde(default)]
    pub commands: Vec<RemedyCommand>,
    /// How to take it back, when it changes something.
    #[serde(default)]
    pub undo: Option<String>,
    /// True when `doctor --fix` may run it: it needs no root, loses nothing and can be undone.
    #[serde(default)]
    pub safe: bool,
}

/// One judged thing, the same shape in every output of nixml.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The check (or the phase, or `explain`) that speaks.
    pub check: String,
    /// The fault: a stable kebab-case word; null on `pass` and `skipped`.
    pub code: Option<String>,
    pub verdict: Verdict,
    /// True when this stands in the way of what was asked for.
    pub required: bool,
    pub title: String,
    /// What was found, with the measured values.
    pub seen: String,
    pub cause: Option<String>,
    pub remedy: Option<Remedy>,
    /// The page that tells more, relative to the documentation root.
    pub link: Option<String>,
    /// Where the knowledge or the fact comes from.
    pub source: Option<String>,
    /// Milliseconds.
    pub duration_ms: u64,
}

impl Finding {
    /// A finding with nothing but its check, verdict and title.
    #[must_use]
    pub fn new(check: &str, verdict: Verdict, title: &str) -> Self {
        Self {
            check: check.to_owned(),
            code: None,
            verdict,
            required: false,
            title: title.to_owned(),
            seen: String::new(),
            cause: None,
            remedy: None,
            link: None,
            source: None,
            duration_ms: 0,
        }
    }
}

/// How many findings ended which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    pub pass: usize,
    pub note: usize,
    pub warn: usize,
    pub fail: usize,
    pub skipped: usize,
    pub broken: usize,
}

impl Summary {
    #[must_use]
    pub fn of(findings: &[Finding]) -> Self {
        let count = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
        Self {
            pass: count(Verdict::Pass),
            note: count(Verdict::Note),
            warn: count(Verdict::Warn),
            fail: count(Verdict::Fail),
            skipped: count(Verdict::Skipped),
            broken: count(Verdict::Broken),
        }
    }
}
