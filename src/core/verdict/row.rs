//! One row of `nixml matrix`: a framework on a card, or on the processor alone.

use serde::Serialize;

use super::fit::{Candidate, Fit, Obstacle, fit};
use super::machine::{Card, Machine};
use super::unlock::{Unlock, unlocks};
use super::{Question, say};
use crate::core::catalog::Catalog;

/// The verdict in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// Machine code for this card, in the newest release or an older one.
    Works,
    /// Intermediate code only: the driver compiles it at the first start.
    JitOnly,
    /// No release holds code that runs on this card.
    NoKernels,
    /// A newer driver would do.
    DriverTooOld,
    /// Nothing is built for this kind of card on this kind of system.
    UnsupportedPlatform,
    /// The framework uses no card, or whether it can use this one cannot be told.
    CpuOnly,
}

impl Word {
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::JitOnly => "jit-only",
            Self::NoKernels => "no-kernels",
            Self::DriverTooOld => "driver-too-old",
            Self::UnsupportedPlatform => "unsupported-platform",
            Self::CpuOnly => "cpu-only",
        }
    }
}

/// One row. `version` and `build` are what to install: for a card that nothing serves, the CPU build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    pub framework: String,
    /// The card's index; `None`: the processor alone.
    pub gpu: Option<u32>,
    /// The card's name.
    pub name: Option<String>,
    pub compute: Option<String>,
    pub verdict: Word,
    /// A sentence without a period.
    pub reason: String,
    pub version: Option<String>,
    pub build: Option<String>,
    /// `pypi` or the name of an index.
    pub index: Option<String>,
    /// Absent for PyPI, whose address the client knows.
    pub url: Option<String>,
    /// Python minor releases with wheels, oldest first.
    pub python: Vec<String>,
    pub download_bytes: Option<u64>,
    pub installed_bytes: Option<u64>,
    /// What would give more, the smallest change first.
    pub unlocks: Vec<Unlock>,
}

/// The framework on one card.
#[must_use]
pub fn card_row(question: &Question<'_>, card: &Card) -> Row {
    let all = question.candidates();
    let title = &question.framework.title;
    let for_cards: Vec<Candidate<'_>> = all.iter().filter(|candidate| candidate.is_for_cards()).copied().collect();
    let cpu = question.cpu(&all);
    let unserved = |verdict, reason: &str| row(question, Some(card), verdict, with_cpu(reason, cpu.as_ref()), cpu.as_ref());
    if all.is_empty() {
        return unserved(Word::UnsupportedPlatform, &no_wheels(question));
    }
    if for_cards.is_empty() {
        return row(
            question,
            Some(card),
            Word::CpuOnly,
            format!("{title} computes on the processor and uses no card"),
            cpu.as_ref(),
        );
    }
    if let Some(error) = &card.error {
        return unserved(Word::CpuOnly, &format!("{} does not work: {error}", card.name));
    }
    let unlocks = unlocks(question, &for_cards, card);
    if let Some((best, rank)) = question.best(&for_cards, card) {
        let verdict = if rank == 2 { Word::Works } else { Word::JitOnly };
        return Row {
            unlocks,
            ..row(question, Some(card), verdict, why_it_runs(question, &for_cards, &best, card), Some(&best))
        };
    }
    let (candidate, obstacle) = worst_told(&for_cards, card, question.machine, question.catalog);
    let mut reason = say::obstacle(&obstacle, &candidate, card, question.machine, question.catalog);
    if let Obstacle::Broken(broken) = &obstacle {
        reason = format!("{reason}; {}", broken.instead);
    }
    Row { unlocks, ..unserved(word(&obstacle), &reason) }
}

/// The framework on the processor alone.
#[must_use]
pub fn cpu_row(question: &Question<'_>) -> Row {
    let all = question.candidates();
    match question.cpu(&all) {
        Some(cpu) => {
            let also = if cpu.build.id == "mps" { "the build for a Mac" } else { "the CPU build" };
            row(
                question,
                None,
                Word::Works,
                format!("{also} of {} runs on {}", cpu.title(), say::system(&question.machine.system)),
                Some(&cpu),
            )
        }
        None if all.is_empty() => row(question, None, Word::UnsupportedPlatform, no_wheels(question), None),
        None if all.iter().any(|candidate| candidate.build.cuda.is_none()) => {
            row(question, None, Word::UnsupportedPlatform, no_build(question, &all), None)
        }
        None => row(question, None, Word::UnsupportedPlatform, say::no_cpu_build(question.framework, question.catalog), None),
    }
}

/// Why nothing for the processor starts here: the system, or its release.
fn no_build(question: &Question<'_>, all: &[Candidate<'_>]) -> String {
    let machine = question.machine;
    let here = |candidate: &&Candidate<'_>| candidate.build.cuda.is_none() && candidate.build.systems.contains(&machine.system);
    match all.iter().filter(here).find_map(|candidate| candidate.macos().map(|needs| (candidate, needs))) {
        Some((candidate, needs)) => say::needs_macos(&candidate.title(), needs),
        None => format!("{} has no build for {}", question.framework.title, say::system(&machine.system)),
    }
}

fn row(question: &Question<'_>, card: Option<&Card>, verdict: Word, reason: String, chosen: Option<&Candidate<'_>>) -> Row {
    let size = chosen.and_then(|candidate| candidate.size(&question.machine.system));
    let remote = chosen.and_then(|candidate| candidate.remote(&question.machine.system));
    let assumed = question.machine.system_assumed && verdict != Word::CpuOnly;
    Row {
        framework: question.framework.id.clone(),
        gpu: card.map(|card| card.index),
        name: card.map(|card| card.name.clone()),
        compute: card.and_then(|card| card.compute.as_ref()).map(ToString::to_string),
        verdict,
        reason: if assumed {
            format!("{reason} (the system is not known; {} is assumed)", say::system(&question.machine.system))
        } else {
            reason
        },
        version: chosen.map(|candidate| candidate.release.version.to_string()),
        build: chosen.map(|candidate| candidate.build.id.clone()),
        index: chosen.map(|_| remote.map_or_else(|| "pypi".to_owned(), |remote| remote.name.clone())),
        url: remote.map(|remote| remote.url.clone()),
        python: chosen.map(Candidate::all_pythons).unwrap_or_default(),
        download_bytes: size.map(|size| size.download),
        installed_bytes: size.and_then(|size| size.installed),
        unlocks: Vec::new(),
    }
}

fn no_wheels(question: &Question<'_>) -> String {
    format!(
        "no release of {} in the catalog has wheels for Python {}",
        question.framework.title,
        question.python.unwrap_or("of this kind")
    )
}

fn with_cpu(reason: &str, cpu: Option<&Candidate<'_>>) -> String {
    cpu.map_or_else(|| reason.to_owned(), |cpu| format!("{reason}{}", on_the_processor(cpu)))
}

/// The end of a reason that names the CPU build.
pub(super) fn on_the_processor(cpu: &Candidate<'_>) -> String {
    format!("; {} runs on the processor", cpu.title())
}

/// Why the best is the best: what it holds, and what stands in the way of something newer.
fn why_it_runs(question: &Question<'_>, all: &[Candidate<'_>], best: &Candidate<'_>, card: &Card) -> String {
    let (machine, catalog) = (question.machine, question.catalog);
    let title = format!("{} ({})", best.title(), best.build.id);
    let mut reason = match fit(best, card, machine, catalog) {
        Fit::Jit => format!(
            "{title} holds only intermediate code for {}: the driver compiles it at the first start, which takes minutes",
            say::described(card)
        ),
        _ if best.build.id == "mps" => format!("{title} uses {}", card.name),
        _ => format!("{title} holds code for {}", say::described(card)),
    };
    let here = |candidate: &&Candidate<'_>| candidate.build.systems.contains(&machine.system);
    let newest = all.iter().filter(here).find(|candidate| !fit(candidate, card, machine, catalog).runs());
    if let Some(newest) = newest.filter(|newest| newest.title() != best.title() && all[0].title() == newest.title())
        && let Fit::No(obstacle) = fit(newest, card, machine, catalog)
    {
        reason = format!("{}; {title} is the newest that runs", say::obstacle(&obstacle, newest, card, machine, catalog));
    }
    if card.by_name {
        reason.push_str("; its compute capability is known by its name only");
    }
    if card.mig {
        reason.push_str("; it is partitioned (MIG): each process sees one slice");
    }
    reason
}

/// Of all the reasons why nothing fits, the one that helps most, with the newest candidate it stands for.
fn worst_told<'a>(all: &[Candidate<'a>], card: &Card, machine: &Machine, catalog: &'a Catalog) -> (Candidate<'a>, Obstacle<'a>) {
    let board = machine.arch(card, catalog).is_some_and(|arch| arch.shares_code_from.is_some());
    let weight = |obstacle: &Obstacle<'_>| match obstacle {
        Obstacle::Jetson => {
            if board {
                0
            } else {
                6
            }
        }
        Obstacle::DriverUnknown => 1,
        Obstacle::DriverTooNew { .. } => 2,
        Obstacle::DriverTooOld(_) => 3,
        Obstacle::Broken(_) => 4,
        Obstacle::NoKernels => 5,
        Obstacle::MacOs(_) => 7,
        Obstacle::ComputeUnknown => 0, // An older driver floor says nothing of a card that may run another build.
        Obstacle::OtherMaker => 9,
        Obstacle::System => 10,
    };
    let told = all.iter().filter_map(|candidate| match fit(candidate, card, machine, catalog) {
        Fit::No(obstacle) => Some((*candidate, obstacle)),
        Fit::Native | Fit::Jit => None,
    });
    told.reduce(|best, next| if weight(&next.1) < weight(&best.1) { next } else { best }).unwrap_or((all[0], Obstacle::System))
}

fn word(obstacle: &Obstacle<'_>) -> Word {
    match obstacle {
        Obstacle::DriverTooOld(_) => Word::DriverTooOld,
        Obstacle::NoKernels | Obstacle::Broken(_) => Word::NoKernels,
        Obstacle::DriverUnknown | Obstacle::ComputeUnknown => Word::CpuOnly,
        Obstacle::DriverTooNew { .. } | Obstacle::Jetson | Obstacle::MacOs(_) | Obstacle::OtherMaker | Obstacle::System => {
            Word::UnsupportedPlatform
        }
    }
}
