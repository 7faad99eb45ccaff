//! What a check is, and what it says.

use crate::core::doctor::Case;
use crate::core::facts::Facts;
use crate::core::finding::{Finding, Remedy, Verdict};
use crate::core::text::sanitise;

/// One question about a machine or a project. Reads facts and judges; never probes, never prints.
#[derive(Debug)]
pub struct Check {
    /// Kebab-case; the file's name, and what `nixml doctor NAME` selects.
    pub id: &'static str,
    /// What holds when all is well.
    pub title: &'static str,
    /// Every code this check can give; each has a page.
    pub codes: &'static [&'static str],
    /// The facts it reads, by their paths: gives the finding its source.
    pub facts: &'static [&'static str],
    pub run: fn(&Case<'_>) -> Judged,
    /// Machines on which it fails, passes and is skipped: played by a test.
    #[cfg(test)]
    pub examples: &'static [super::examples::Example],
}

/// What a check says: a finding without what every finding of the check shares.
#[derive(Debug, Clone)]
pub struct Judged {
    verdict: Verdict,
    code: Option<&'static str>,
    required: bool,
    title: Option<String>,
    seen: String,
    cause: Option<String>,
    remedy: Option<Remedy>,
}

impl Judged {
    fn new(verdict: Verdict, code: Option<&'static str>, title: Option<String>, seen: String) -> Self {
        Self { verdict, code, required: false, title, seen, cause: None, remedy: None }
    }

    /// Fine; `seen` holds the measured values.
    pub fn pass(seen: impl Into<String>) -> Self {
        Self::new(Verdict::Pass, None, None, seen.into())
    }

    /// Not looked at, and why.
    pub fn skipped(why: impl Into<String>) -> Self {
        Self::new(Verdict::Skipped, None, None, why.into())
    }

    /// Worth knowing.
    pub fn note(code: &'static str, title: impl Into<String>) -> Self {
        Self::new(Verdict::Note, Some(code), Some(title.into()), String::new())
    }

    /// Works, but costs something.
    pub fn warn(code: &'static str, title: impl Into<String>) -> Self {
        Self::new(Verdict::Warn, Some(code), Some(title.into()), String::new())
    }

    /// Broken.
    pub fn fail(code: &'static str, title: impl Into<String>) -> Self {
        Self::new(Verdict::Fail, Some(code), Some(title.into()), String::new())
    }

    /// The measured values.
    #[must_use]
    pub fn seen(mut self, seen: impl Into<String>) -> Self {
        self.seen = seen.into();
        self
    }

    #[must_use]
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    #[must_use]
    pub fn remedy(mut self, remedy: Remedy) -> Self {
        self.remedy = Some(remedy);
        self
    }

    /// Whether it stands in the way of what this machine or project is for.
    #[must_use]
    pub fn required(mut self, required: bool) -> Self {
        self.required = required;
        self
    }

    /// The finding, with the check's name, page and source.
    #[must_use]
    pub fn into_finding(self, check: &Check, facts: &Facts) -> Finding {
        Finding {
            check: check.id.to_owned(),
            code: self.code.map(str::to_owned),
            verdict: self.verdict,
            required: self.required,
            title: self.title.map_or_else(|| check.title.to_owned(), |title| sanitise(&title).into_owned()),
            seen: sanitise(&self.seen).into_owned(),
            cause: self.cause.map(|cause| sanitise(&cause).into_owned()),
            remedy: self.remedy,
            link: self.code.map(super::link),
            source: source(check, facts),
            duration_ms: 0,
        }
    }
}

/// Where the facts of this check come from, each source once: `sysfs, nvml`.
fn source(check: &Check, facts: &Facts) -> Option<String> {
    let below = |path: &str, known: &str| known == path || known.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
    let mut sources: Vec<&str> = Vec::new();
    for path in check.facts {
        for (known, source) in &facts.sources {
            if below(path, known) && !sources.contains(&source.as_str()) {
                sources.push(source);
            }
        }
    }
    (!sources.is_empty()).then(|| sources.join(", "))
}
