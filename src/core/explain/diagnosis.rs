//! One known cause as its data file says it: how it looks in a log, why it happens, what to do.

use serde::Deserialize;

use super::advice::Advice;
use super::condition::Condition;
use super::rule::Rule;
use crate::core::finding::Verdict;

/// A file of `assets/diagnoses`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diagnosis {
    /// A stable kebab-case word, the name of the file.
    pub code: String,
    pub title: String,
    /// Why it happens, for someone who sees it the first time.
    pub cause: String,
    /// `fail` unless the log only warns of something that costs.
    #[serde(default = "fail")]
    pub verdict: Verdict,
    pub remedy: Advice,
    /// What the page tells beyond cause and remedy; Markdown.
    #[serde(default)]
    pub page: String,
    /// How it looks, in short, for the page.
    #[serde(default)]
    pub looks: Vec<String>,
    /// Codes that are easily taken for this one; the page names them.
    #[serde(default)]
    pub alike: Vec<String>,
    /// Codes of which this is only a consequence: when one of them is there, this one is not named.
    #[serde(default)]
    pub consequence_of: Vec<String>,
    /// Where the knowledge comes from.
    pub source: String,
    /// When it was last checked, `2026-11-21`.
    pub verified: String,
    #[serde(default, rename = "sign")]
    pub signs: Vec<Sign>,
}

fn fail() -> Verdict {
    Verdict::Fail
}

/// One way the fault shows in a log.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// How sure this alone makes, in percent.
    pub weight: u8,
    /// The same when the machine's facts agree.
    #[serde(default)]
    pub known: Option<u8>,
    /// A general symptom: not named beside anything that is no symptom.
    #[serde(default)]
    pub weak: bool,
    /// One of these, on one line.
    #[serde(default)]
    pub any: Vec<String>,
    /// All of these (with one of `any`), within so many lines of each other.
    #[serde(default)]
    pub all: Vec<String>,
    /// Lines that may lie between; blank ones do not count. 0: the same line.
    #[serde(default)]
    pub within: u64,
    /// None of these within the same distance.
    #[serde(default)]
    pub not: Vec<String>,
    /// Each of these anywhere in the log.
    #[serde(default)]
    pub somewhere: Vec<String>,
    /// None of these anywhere in the log.
    #[serde(default)]
    pub nowhere: Vec<String>,
    /// The machine does not say no to these.
    #[serde(default)]
    pub facts: Vec<Condition>,
    /// The machine must say yes, not merely not say no.
    #[serde(default)]
    pub facts_needed: bool,
    /// What the captured numbers must say.
    #[serde(default)]
    pub decide: Option<Rule>,
    /// Codes before which this sign stands back.
    #[serde(default)]
    pub yields_to: Vec<String>,
    /// What was seen, with `{captured}` values; the line itself when absent.
    #[serde(default)]
    pub seen: Option<String>,
}
