//! What a person could change to get more from a card, and whether it is needed.

use std::cmp::Reverse;

use serde::Serialize;

use super::fit::Candidate;
use super::machine::{Card, DriverState, Machine};
use super::{Question, fit, rank};
use crate::core::version::Version;

/// A change and what it gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unlock {
    /// `driver 580 or newer (not needed: PyTorch 2.14.1 runs now)`.
    pub change: String,
    pub version: String,
    pub build: String,
    /// False: something works without it.
    pub needed: bool,
}

/// How good an answer is: how the code runs, then how new the release is (smaller places are newer).
type Worth = (u8, Reverse<usize>);

/// Every change that gives strictly more than the smaller ones before it.
pub(super) fn unlocks(question: &Question<'_>, all: &[Candidate<'_>], card: &Card) -> Vec<Unlock> {
    let now = worth(question, all, card, question.machine);
    let mut best = now;
    let mut found = Vec::new();
    for (change, machine) in changes(question, all, card) {
        let worth = worth(question, all, &card.freed(), &machine);
        if worth > best
            && let Some((_, Reverse(place))) = worth
        {
            best = worth;
            found.push(unlock(&change, &all[place], now.map(|(_, Reverse(place))| &all[place])));
        }
    }
    found.extend(by_python(question, card, now.map(|(rank, Reverse(place))| (rank, &all[place]))));
    found
}

fn unlock(change: &str, gives: &Candidate<'_>, runs_now: Option<&Candidate<'_>>) -> Unlock {
    Unlock {
        change: runs_now.map_or_else(|| change.to_owned(), |now| format!("{change} (not needed: {} runs now)", now.title())),
        version: gives.release.version.to_string(),
        build: gives.build.id.clone(),
        needed: runs_now.is_none(),
    }
}

fn worth(question: &Question<'_>, all: &[Candidate<'_>], card: &Card, machine: &Machine) -> Option<Worth> {
    let ranked =
        all.iter().enumerate().map(|(place, candidate)| (rank(&fit(candidate, card, machine, question.catalog)), Reverse(place)));
    ranked.filter(|(rank, _)| *rank > 0).max()
}

/// The machines to imagine: each driver that something waits for, oldest first; a restart; a newer macOS.
fn changes(question: &Question<'_>, all: &[Candidate<'_>], card: &Card) -> Vec<(String, Machine)> {
    let (machine, catalog) = (question.machine, question.catalog);
    let with = |driver: &Version| machine.with_driver(driver.clone());
    if let (Some(_), Some(needs)) = (&machine.macos, all.iter().filter_map(Candidate::macos).max()) {
        return vec![(format!("macOS {needs} or newer"), Machine { macos: Some(needs.clone()), ..machine.clone() })];
    }
    if machine.is_mac() || machine.wsl1 || card.compute.is_none() {
        return Vec::new();
    }
    if let DriverState::Torn { libraries, .. } = &machine.driver {
        return vec![("restart the machine, so that the whole driver is of one version".to_owned(), with(libraries))];
    }
    if let (Some(holder), Some(driver)) = (&card.held_by, machine.driver.version()) {
        return vec![(format!("give the card to the NVIDIA driver instead of `{holder}`"), with(driver))];
    }
    let arch = machine.arch(card, catalog);
    let generation = catalog
        .generations
        .iter()
        .find(|generation| card.compute.as_ref().is_some_and(|compute| generation.compute.contains(compute)));
    let mut drivers: Vec<&Version> = Vec::new();
    for candidate in all {
        let build = candidate.build;
        drivers.extend(build.cuda.as_ref().and_then(|cuda| catalog.floor(cuda, machine.wsl)));
        drivers.extend(
            build.cuda.as_ref().filter(|_| !build.ptx.is_empty()).and_then(|cuda| catalog.toolkit_driver(cuda, machine.wsl)),
        );
        drivers.extend(build.driver.as_ref().map(|own| own.windows.as_ref().filter(|_| machine.wsl).unwrap_or(&own.linux)));
    }
    drivers.extend(arch.and_then(|arch| arch.first_driver.as_ref()));
    drivers.retain(|driver| machine.driver.version().is_none_or(|has| *driver > has));
    drivers.extend(generation.map(|generation| &generation.last_branch));
    drivers.sort();
    drivers.dedup();
    let whose = if machine.wsl { "the Windows driver" } else { "driver" };
    let say = |driver: &Version| match (generation, machine.driver.version()) {
        (Some(old), _) if *driver >= old.last_branch => {
            format!("{whose} {driver} ({} and newer leave this card out)", old.first_without)
        }
        (_, None) => format!("install {} {driver} or newer", if machine.wsl { "the Windows driver" } else { "NVIDIA driver" }),
        (_, Some(_)) => format!("{whose} {driver} or newer"),
    };
    drivers.into_iter().map(|driver| (say(driver), with(driver))).collect()
}

/// With a Python given: what another Python would give on the machine as it is.
fn by_python(question: &Question<'_>, card: &Card, now: Option<(u8, &Candidate<'_>)>) -> Option<Unlock> {
    let asked = question.python?;
    let free = Question { python: None, ..*question };
    let all = free.candidates();
    let (best, rank) = free.best(&all.into_iter().filter(Candidate::is_for_cards).collect::<Vec<_>>(), card)?;
    let newer =
        now.is_none_or(|(worth, candidate)| rank > worth || (rank == worth && best.release.version > candidate.release.version));
    let python = best.pythons(question.catalog).into_iter().next().filter(|python| python != asked)?;
    newer.then(|| unlock(&format!("Python {python} instead of {asked}"), &best, now.map(|(_, candidate)| candidate)))
}
