//! Chooses release, builds and Python: the newest that serves most of the machine's cards.

use super::Target;
use super::packages::{Asked, accepts};
use crate::core::catalog::{Catalog, Framework, Release};
use crate::core::choices::{Choices, Resolved};
use crate::core::verdict::{Candidate, Card, Machine, every_candidate, fit, rank};
use crate::core::version::Version;

/// What was chosen.
#[derive(Debug, Clone)]
pub(super) struct Chosen<'a> {
    /// One for each target, in their order.
    pub builds: Vec<(Target, Candidate<'a>)>,
    pub python: String,
    /// Taken from an earlier run instead of from this machine.
    pub from_earlier: bool,
}

/// Cards served, then the targets whose builds start here, then how well the cards are served.
type Score = (usize, usize, u32);

/// The newest release with a build for every target that serves the most cards; `None` when nothing is left.
pub(super) fn choose<'a>(
    framework: &'a Framework,
    targets: &[Target],
    pythons: &[String],
    choices: &Choices,
    asked: &Asked<'_>,
    machine: &Machine,
    catalog: &'a Catalog,
) -> Option<Chosen<'a>> {
    let mut all: Vec<Candidate<'a>> =
        every_candidate(framework, catalog).into_iter().filter(|candidate| accepts(candidate, asked)).collect();
    let python = |candidate: &Candidate<'_>| {
        let has = candidate.pythons(catalog);
        let companions = |version: &String| asked.companions.iter().all(|(_, companion)| companion.python.contains(version));
        pythons.iter().find(|version| has.contains(version) && companions(version)).cloned()
    };
    if let Some(earlier) = choices.resolved.as_ref().filter(|earlier| earlier.framework == framework.id)
        && let Some(builds) = again(earlier, targets, &all)
        && let Some(python) = python(&builds[0].1)
    {
        return Some(Chosen { builds, python, from_earlier: true });
    }
    all.retain(|candidate| candidate.out_of_reach(catalog).is_none());
    let mut best: Option<(Score, Chosen<'a>)> = None;
    // First as the machine is; then as it would be with the driver its cards want; then as if it were another one.
    for machine in [machine, &with_fitting_driver(machine, catalog), &Machine { cards: None, ..machine.clone() }] {
        for group in groups(&all) {
            let Some(python) = python(&group[0]) else { continue };
            let Some((score, builds)) = builds(group, targets, machine, catalog) else { continue };
            if best.as_ref().is_none_or(|(most, _)| score > *most) {
                best = Some((score, Chosen { builds, python, from_earlier: false }));
            }
        }
        let serves = best.as_ref().is_some_and(|((served, ..), _)| *served > 0)
            || !machine.has_nvidia()
            || !targets.contains(&Target::Cuda);
        if serves && best.is_some() {
            break;
        }
    }
    best.map(|(_, chosen)| chosen)
}

/// Candidates of one release (and one release below) each, in order.
fn groups<'a, 'b>(all: &'b [Candidate<'a>]) -> impl Iterator<Item = &'b [Candidate<'a>]> {
    let below = |candidate: &Candidate<'_>| candidate.base.map(|(_, release)| release.version.clone());
    all.chunk_by(move |a, b| a.release.version == b.release.version && below(a) == below(b))
}

/// A build of the group for each target, with how well the cards are served.
fn builds<'a>(
    group: &[Candidate<'a>],
    targets: &[Target],
    machine: &Machine,
    catalog: &Catalog,
) -> Option<(Score, Vec<(Target, Candidate<'a>)>)> {
    let mut total: Score = (0, 0, 0);
    let mut builds = Vec::new();
    for target in targets {
        let here = |candidate: &&Candidate<'_>| candidate.starts_on(machine);
        let fitting = || group.iter().filter(|candidate| candidate.build.target() == *target);
        let build = if *target == Target::Cuda {
            let cards: Vec<&Card> = machine.nvidia().filter(|card| card.is_alive()).collect();
            let score = |candidate: &Candidate<'_>| {
                let ranks: Vec<u8> = cards.iter().map(|card| rank(&fit(candidate, card, machine, catalog))).collect();
                (ranks.iter().filter(|rank| **rank > 0).count(), ranks.iter().map(|rank| u32::from(*rank)).sum())
            };
            let served = fitting()
                .map(|candidate| (score(candidate), candidate))
                .reduce(|best, next| if next.0 > best.0 { next } else { best })?;
            if served.0.0 > 0 {
                (total.0, total.2) = (total.0 + served.0.0, served.0.1);
                served.1
            } else if cards.is_empty() {
                let runs = |candidate: &&Candidate<'_>| driver_runs(candidate, machine, catalog);
                fitting().filter(here).find(runs).or_else(|| fitting().find(here)).or_else(|| fitting().next())?
            } else {
                // Nobody is served; a later look with other eyes may find more.
                fitting().find(here).or_else(|| fitting().next())?
            }
        } else {
            fitting().find(here).or_else(|| fitting().next())?
        };
        total.0 += usize::from(build.build.id == "mps" && build.starts_on(machine));
        total.1 += usize::from(build.starts_on(machine));
        builds.push((*target, *build));
    }
    // Where no card decides, a build that the driver runs beats a newer one that it does not.
    if !machine.has_nvidia() && targets.contains(&Target::Cuda) {
        let runs = builds
            .iter()
            .filter(|(target, _)| *target == Target::Cuda)
            .all(|(_, candidate)| driver_runs(candidate, machine, catalog));
        total.2 = u32::from(runs);
    }
    Some((total, builds))
}

/// The driver alone would run it (true when no driver is known).
fn driver_runs(candidate: &Candidate<'_>, machine: &Machine, catalog: &Catalog) -> bool {
    let floor = candidate.build.cuda.as_ref().and_then(|cuda| catalog.floor(cuda, machine.wsl));
    machine.driver.version().is_none_or(|version| floor.is_none_or(|floor| version >= floor))
}

/// The builds of an earlier run, when the catalog still has them for these targets.
fn again<'a>(earlier: &Resolved, targets: &[Target], all: &[Candidate<'a>]) -> Option<Vec<(Target, Candidate<'a>)>> {
    let same = |release: &Release, text: &str| text.parse::<Version>().is_ok_and(|version| version == release.version);
    let group: Vec<&Candidate<'a>> = all
        .iter()
        .filter(|candidate| same(candidate.release, &earlier.version))
        .filter(|candidate| {
            candidate.base.is_none_or(|(_, below)| earlier.base_version.as_ref().is_none_or(|text| same(below, text)))
        })
        .collect();
    let ids: Vec<&String> = std::iter::once(&earlier.build).chain(&earlier.other_builds).collect();
    let mut builds = Vec::new();
    for target in targets {
        let fitting = |candidate: &&&Candidate<'a>| candidate.build.target() == *target;
        let build = group
            .iter()
            .filter(fitting)
            .find(|candidate| ids.contains(&&candidate.build.id))
            .or_else(|| group.iter().find(fitting))?;
        builds.push((*target, **build));
    }
    builds.first().is_some_and(|(_, first)| ids.contains(&&first.build.id)).then_some(builds)
}

/// The same machine with a driver that its cards allow and every build accepts.
fn with_fitting_driver(machine: &Machine, catalog: &Catalog) -> Machine {
    let limits = machine.nvidia().filter_map(|card| {
        let compute = card.compute.as_ref()?;
        catalog
            .generations
            .iter()
            .find(|generation| generation.compute.contains(compute))
            .map(|generation| generation.last_branch.clone())
    });
    let version = limits.min().unwrap_or_else(Version::newest);
    machine.with_driver(version)
}
