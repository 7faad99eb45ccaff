//! Decides at the end of a log which of the signs that were seen name a cause.

use super::condition;
use super::diagnosis::{Diagnosis, Sign};
use super::knowledge::Knowledge;
use super::watch::{Shown, Watch};
use super::{Explained, one_line};
use crate::core::doctor;
use crate::core::facts::Facts;
use crate::core::finding::{Finding, Verdict};

/// A sign that holds.
struct Held<'a> {
    diagnosis: &'a Diagnosis,
    sign: &'a Sign,
    shown: Shown,
    /// Percent.
    score: u8,
}

/// The causes, the most certain first.
pub(super) fn judge(knowledge: &Knowledge, watch: Watch, facts: Option<&Facts>) -> Vec<Explained> {
    let known_facts = facts.and_then(|facts| serde_json::to_value(facts).ok());
    let (shown, ever) = watch.end();
    let mut held = Vec::new();
    for (watched, shown) in knowledge.signs.iter().zip(shown) {
        let Some(shown) = shown else { continue };
        let (diagnosis, sign) = knowledge.of_sign(watched);
        let context = watched.somewhere.iter().all(|&pattern| ever[pattern]);
        if !context || watched.nowhere.iter().any(|&pattern| ever[pattern]) {
            continue;
        }
        let known = condition::all(&sign.facts, known_facts.as_ref());
        if known == Some(false) || (sign.facts_needed && known.is_none()) {
            continue;
        }
        let agreed = known == Some(true) && !sign.facts.is_empty();
        let score = if agreed { sign.known.unwrap_or(sign.weight) } else { sign.weight };
        held.push(Held { diagnosis, sign, shown, score });
    }
    let stands_back: Vec<bool> = held.iter().map(|one| held.iter().any(|other| one.stands_back_before(other))).collect();
    let mut stands_back = stands_back.into_iter();
    held.retain(|_| stands_back.next() == Some(false));
    if held.iter().any(|held| !held.sign.weak) {
        held.retain(|held| !held.sign.weak);
    }
    held.sort_by_key(|held| (std::cmp::Reverse(held.score), held.shown.line));
    let mut found: Vec<Explained> = Vec::new();
    for held in held {
        if !found.iter().any(|other| other.finding.code.as_deref() == Some(&held.diagnosis.code)) {
            found.push(held.explain(facts));
        }
    }
    found
}

impl Held<'_> {
    /// The other cause is there, and this is what follows from it. Of two that stand back before each other the surer one stays.
    fn stands_back_before(&self, other: &Self) -> bool {
        let yields = |one: &Self, to: &Self| {
            let codes = one.diagnosis.consequence_of.iter().chain(&one.sign.yields_to);
            one.diagnosis.code != to.diagnosis.code && !to.sign.weak && codes.into_iter().any(|code| *code == to.diagnosis.code)
        };
        yields(self, other) && !(yields(other, self) && self.score > other.score)
    }

    fn explain(self, facts: Option<&Facts>) -> Explained {
        let Self { diagnosis, sign, shown, score } = self;
        let mut finding = Finding::new("explain", diagnosis.verdict, &diagnosis.title);
        finding.code = Some(diagnosis.code.clone());
        finding.required = diagnosis.verdict == Verdict::Fail;
        finding.seen = sign.seen.as_ref().map_or_else(|| shown.text.clone(), |seen| fill(seen, &shown.captured));
        finding.cause = Some(one_line(&diagnosis.cause));
        finding.remedy = Some(diagnosis.remedy.of(facts));
        finding.link = Some(doctor::link(&diagnosis.code));
        finding.source = Some(diagnosis.source.clone());
        Explained { finding, line: shown.line, text: shown.text, confidence: f64::from(score) / 100.0 }
    }
}

/// Puts captured values into `{name}`.
fn fill(text: &str, captured: &[(String, String)]) -> String {
    captured.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value.trim()))
}
