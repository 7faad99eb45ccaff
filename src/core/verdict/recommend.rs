//! One build for the whole machine: it serves every card, or nothing does.

use serde::Serialize;

use super::fit::{Candidate, fit, rank};
use super::machine::Card;
use super::{Question, card_row};
use crate::core::facts::Vendor;

/// What to install on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Recommended {
    Build { framework: String, version: String, build: String, python: String },
    Nothing { framework: String, none: String },
}

/// The newest build that serves every card it can be for; on a machine without such cards the CPU build.
#[must_use]
pub fn recommend(question: &Question<'_>) -> Recommended {
    let all = question.candidates();
    let framework = question.framework.id.clone();
    let for_cards: Vec<Candidate<'_>> = all.iter().filter(|candidate| candidate.is_for_cards()).copied().collect();
    let makers = [Vendor::Nvidia, Vendor::Apple];
    let has = |vendor: Vendor| for_cards.iter().any(|candidate| (candidate.build.id == "mps") == (vendor == Vendor::Apple));
    let meant = |card: &&Card| {
        card.is_alive()
            && makers
                .into_iter()
                .any(|vendor| has(vendor) && (card.vendor == Some(vendor) || (vendor == Vendor::Nvidia && card.is_nvidia())))
    };
    let mut cards: Vec<&Card> = question.machine.cards.iter().flatten().filter(meant).collect();
    // A card that is kept for a virtual machine does not decide for the others.
    if cards.iter().any(|card| card.held_by.is_none()) {
        cards.retain(|card| card.held_by.is_none());
    }
    let cpu = question.cpu(&all);
    if cards.is_empty() {
        let none = || format!("{} has no build that runs on this machine", question.framework.title);
        return cpu.and_then(|cpu| build(question, &cpu)).unwrap_or_else(|| Recommended::Nothing { framework, none: none() });
    }
    let score = |candidate: &Candidate<'_>| {
        let ranks: Vec<u8> = cards.iter().map(|card| rank(&fit(candidate, card, question.machine, question.catalog))).collect();
        ranks.iter().all(|rank| *rank > 0).then(|| ranks.iter().map(|rank| u32::from(*rank)).sum::<u32>())
    };
    let best = for_cards
        .iter()
        .filter_map(|candidate| Some((score(candidate)?, candidate)))
        .reduce(|best, next| if next.0 > best.0 { next } else { best });
    if let Some(found) = best.and_then(|(_, candidate)| build(question, candidate)) {
        return found;
    }
    Recommended::Nothing { framework, none: why_nothing(question, &cards, cpu.as_ref()) }
}

fn build(question: &Question<'_>, candidate: &Candidate<'_>) -> Option<Recommended> {
    let offered = candidate.pythons(question.catalog);
    let python = match question.python {
        Some(asked) => asked.to_owned(),
        None => offered.into_iter().next()?,
    };
    Some(Recommended::Build {
        framework: question.framework.id.clone(),
        version: candidate.release.version.to_string(),
        build: candidate.build.id.clone(),
        python,
    })
}

fn why_nothing(question: &Question<'_>, cards: &[&Card], cpu: Option<&Candidate<'_>>) -> String {
    let nearest =
        cpu.map_or_else(String::new, |cpu| format!("; the nearest is {} ({}) on the processor", cpu.title(), cpu.build.id));
    if let [card] = cards {
        let reason = card_row(question, card).reason;
        let tail = cpu.map_or_else(String::new, |cpu| super::row::on_the_processor(cpu));
        return format!("{}{nearest}", reason.strip_suffix(&tail).unwrap_or(&reason));
    }
    let each: Vec<String> = cards
        .iter()
        .map(|card| {
            let row = card_row(question, card);
            match (row.verdict.text(), row.version, row.build) {
                ("works" | "jit-only", Some(version), Some(build)) => {
                    format!("GPU {} ({}) takes {version} {build}", card.index, card.name)
                }
                (verdict, _, _) => format!("GPU {} ({}) is {verdict}", card.index, card.name),
            }
        })
        .collect();
    format!("no one build of {} serves every card: {}{nearest}", question.framework.title, each.join(", "))
}
