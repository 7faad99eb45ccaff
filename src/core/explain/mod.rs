//! Names the cause of an error log: a stream of bytes in, the known faults in it out, the most certain first.
//!
//! What the faults look like is data: `assets/diagnoses/CODE.toml`, one file a cause.

mod advice;
mod batch;
mod condition;
mod diagnosis;
mod judge;
mod knowledge;
mod lines;
mod lower;
mod page;
mod pairs;
mod pattern;
mod rarity;
mod recent;
mod rule;
mod sieve;
mod watch;
mod words;

use std::sync::Arc;

use serde::Serialize;

use super::data::Data;
use super::facts::Facts;
use super::failure::Failure;
use super::finding::Finding;

pub use advice::Advice;
pub use batch::Batch;
pub use diagnosis::Diagnosis;
pub use knowledge::{Knowledge, codes, diagnosis};
pub use page::page;

use lines::Lines;
use watch::Watch;

/// A fault that a log shows: a finding with the line that shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explained {
    #[serde(flatten)]
    pub finding: Finding,
    /// The line that decides, counted from 1.
    pub line: u64,
    /// That line, safe to print, cut around what was recognised.
    pub text: String,
    /// From 0 to 1: how sure this is.
    pub confidence: f64,
}

/// Reads a log as it comes, of any length, in bounded memory.
#[derive(Debug)]
pub struct Explainer {
    knowledge: Arc<Knowledge>,
    lines: Lines,
    watch: Watch,
}

impl Explainer {
    /// Ready to read, with the diagnoses of `data`.
    ///
    /// # Errors
    /// A diagnosis file that cannot be read (only an overlaid one: the tests hold our own).
    pub fn new(data: &Data) -> Result<Self, Failure> {
        Ok(Self::with(Arc::new(Knowledge::load(data)?)))
    }

    /// Ready to read, with diagnoses that were loaded before.
    #[must_use]
    pub fn with(knowledge: Arc<Knowledge>) -> Self {
        let watch = Watch::new(&knowledge);
        Self { knowledge, lines: Lines::default(), watch }
    }

    /// The next bytes of the log; where they are cut changes nothing.
    pub fn feed(&mut self, bytes: &[u8]) {
        let Self { knowledge, lines, watch } = self;
        lines.feed(bytes, &knowledge.sieve, &mut |piece| watch.take(knowledge, piece));
    }

    /// What cuts a log for this explainer, in a thread of its own: a log is cut and judged at once.
    #[must_use]
    pub fn cutter(&self) -> Cutter {
        Cutter { knowledge: Arc::clone(&self.knowledge), lines: Lines::default() }
    }

    /// The next part of the log, as a [`Cutter`] cut it.
    pub fn take(&mut self, batch: &Batch) {
        let Self { knowledge, watch, .. } = self;
        batch.each(|piece| watch.take(knowledge, piece));
    }

    /// The log is over: what it shows, the most certain first. Facts decide between causes that look alike.
    #[must_use]
    pub fn finish(mut self, facts: Option<&Facts>) -> Vec<Explained> {
        let Self { knowledge, lines, watch } = &mut self;
        lines.end(&knowledge.sieve, &mut |piece| watch.take(knowledge, piece));
        judge::judge(&self.knowledge, self.watch, facts)
    }
}

/// The half of an [`Explainer`] that finds the lines worth a look.
#[derive(Debug)]
pub struct Cutter {
    knowledge: Arc<Knowledge>,
    lines: Lines,
}

impl Cutter {
    /// Puts into `batch` what the next bytes of the log complete, and nothing else.
    pub fn cut(&mut self, bytes: &[u8], batch: &mut Batch) {
        batch.clear();
        self.lines.feed(bytes, &self.knowledge.sieve, &mut |piece| batch.push(piece));
    }

    /// The log is over: its last line, if nothing ended it.
    pub fn end(&mut self, batch: &mut Batch) {
        batch.clear();
        self.lines.end(&self.knowledge.sieve, &mut |piece| batch.push(piece));
    }
}

/// What a whole text shows. Diagnoses that cannot be read explain nothing (see [`Explainer::new`] for the reason).
#[must_use]
pub fn explain_text(text: &str, facts: Option<&Facts>, data: &Data) -> Vec<Explained> {
    let Ok(mut explainer) = Explainer::new(data) else { return Vec::new() };
    explainer.feed(text.as_bytes());
    explainer.finish(facts)
}

/// Data files break their lines where they like.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use regex::bytes::RegexBuilder;

    use super::*;

    /// What is looked for first loses no match: on the examples of each cause, against its expressions as they are written.
    #[test]
    fn nothing_that_matches_is_sifted_out() {
        let knowledge = Knowledge::load(&Data::embedded()).unwrap();
        let (mut found, mut matches) = (Vec::new(), 0);
        for (diagnosis, signs) in knowledge.diagnoses().map(|diagnosis| (diagnosis, &diagnosis.signs)) {
            for source in signs.iter().flat_map(|sign| sign.any.iter().chain(&sign.all)) {
                let number = knowledge.patterns.iter().position(|pattern| pattern.source == *source).unwrap();
                let plain = RegexBuilder::new(source).case_insensitive(true).unicode(false).build().unwrap();
                for line in diagnosis.looks.iter().flat_map(|look| [look.clone(), look.to_uppercase(), look.to_lowercase()]) {
                    let wanted = plain.is_match(line.as_bytes());
                    let lower = line.to_ascii_lowercase();
                    knowledge.sieve.search(lower.as_bytes(), &mut found);
                    let sifted =
                        found.iter().filter_map(|word| knowledge.sieve.waiting(*word)).flatten().any(|one| *one == number);
                    let pairs = pairs::Pairs::of(lower.as_bytes());
                    let got = sifted && knowledge.patterns[number].matches(&line, lower.as_bytes(), &pairs);
                    assert_eq!(got, wanted, "`{source}` in `{line}`");
                    matches += usize::from(wanted);
                }
            }
        }
        assert!(matches > 200, "{matches}");
    }
}
