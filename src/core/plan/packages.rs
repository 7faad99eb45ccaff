//! The packages a person adds: which belong to the framework, which are frameworks themselves, what that costs.

use super::conflict::Conflict;
use super::{PackageSource, Target};
use crate::core::catalog::{Catalog, Companion, Framework};
use crate::core::choices::Choices;
use crate::core::requirement::{self, Parsed};
use crate::core::verdict::{Candidate, Fit, Machine, Obstacle, candidates, fit, say};

/// The system whose builds and sizes notes speak of: they stand in files, which are the same on every machine.
const COMMON: &str = "x86_64-linux";

/// The packages, sorted by what they mean for the plan.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked<'a> {
    /// The framework's own distributions: they choose its release.
    pub own: Vec<Parsed>,
    /// Packages of its family that come in a matching version.
    pub companions: Vec<(Parsed, &'a Companion)>,
    /// Other frameworks.
    pub foreign: Vec<(Parsed, &'a Framework)>,
    /// Extras of them that choose a build: (`jax`, `cuda12`).
    pub selecting: Vec<(String, String)>,
    /// What is written into `dependencies`, foreign frameworks included.
    pub others: Vec<String>,
}

/// Sorts the packages of the answers.
pub(super) fn sort<'a>(choices: &Choices, framework: &'a Framework, catalog: &'a Catalog) -> Result<Asked<'a>, Conflict> {
    let mut asked = Asked::default();
    let below = framework.base.as_ref().and_then(|base| catalog.framework(&base.framework));
    let family: Vec<&Framework> = [Some(framework), below].into_iter().flatten().collect();
    let every = candidates(framework, catalog);
    for text in &choices.packages {
        let package = requirement::read(text).map_err(|why| Conflict::new(["packages"], format!("`{text}`: {why}")))?;
        let companion = family.iter().flat_map(|member| &member.companions).find(|companion| companion.package == package.name);
        if let Some(companion) = companion {
            asked.companions.push((package, companion));
        } else if every.iter().any(|candidate| version_of(candidate, &package.name).is_some()) {
            let chooses = |extra: &String| every.iter().any(|candidate| extras_of(candidate, &package.name).contains(extra));
            asked.selecting.extend(package.extras().into_iter().filter(chooses).map(|extra| (package.name.clone(), extra)));
            asked.own.push(package);
        } else {
            asked.others.push(package.text.clone());
            if let Some(foreign) = catalog.owner(&package.name).filter(|owner| family.iter().all(|member| member.id != owner.id))
            {
                asked.foreign.push((package, foreign));
            }
        }
    }
    Ok(asked)
}

/// The requirements of a candidate with all placeholders filled in.
pub(super) fn requirements(candidate: &Candidate<'_>) -> Vec<String> {
    let own = candidate.framework.requirements.iter().map(|text| candidate.release.fill(text));
    let base = candidate.base.iter().flat_map(|(below, release)| below.requirements.iter().map(|text| release.fill(text)));
    let built = candidate.build.requirements.iter().map(|text| candidate.built().fill(text));
    own.chain(base).chain(built).collect()
}

/// The exact version in which a candidate brings a distribution.
pub(super) fn version_of(candidate: &Candidate<'_>, name: &str) -> Option<String> {
    requirements(candidate).iter().find_map(|text| {
        let (left, right) = text.split_once("==")?;
        let own = requirement::normalise(left.split('[').next().unwrap_or(left).trim());
        (own == name).then(|| right.split(';').next().unwrap_or(right).trim().to_owned())
    })
}

/// The extras with which a candidate brings a distribution.
fn extras_of(candidate: &Candidate<'_>, name: &str) -> Vec<String> {
    let parsed = requirements(candidate).into_iter().filter_map(|text| requirement::read(&text).ok());
    parsed.filter(|package| package.name == name).flat_map(|package| package.extras()).collect()
}

/// True when a candidate fits what was asked of the framework's own distributions.
pub(super) fn accepts(candidate: &Candidate<'_>, asked: &Asked<'_>) -> bool {
    let own = |package: &Parsed| {
        let version = version_of(candidate, &package.name);
        let extras = extras_of(candidate, &package.name);
        version.is_none_or(|version| package.accepts(&version))
            && asked.selecting.iter().all(|(name, extra)| *name != package.name || extras.contains(extra))
    };
    asked.own.iter().all(own)
        && asked.companions.iter().all(|(package, companion)| {
            let fits = companion.releases.contains(&candidate.built().version);
            fits && candidate.built().with.get(&package.name).is_some_and(|version| package.accepts(version))
        })
}

/// The companions asked for, as requirements of a target, and where they come from.
pub(super) fn companions(candidate: &Candidate<'_>, asked: &Asked<'_>, marker: &str) -> (Vec<String>, Vec<PackageSource>) {
    let mut sources = Vec::new();
    let mut texts = Vec::new();
    for (package, companion) in &asked.companions {
        let Some(version) = candidate.built().with.get(&package.name) else { continue };
        texts.push(format!("{}=={version}", package.name));
        if let Some(index) = candidate.build.index.as_ref().filter(|_| companion.from_index) {
            let (package, marker) = (package.name.clone(), Some(marker.to_owned()));
            sources.push(PackageSource { package, index: index.clone(), marker });
        }
    }
    (texts, sources)
}

/// Extras of the framework's own distributions (`transformers[sentencepiece]`), in the version of the candidate.
pub(super) fn own_extras(candidate: &Candidate<'_>, asked: &Asked<'_>) -> Vec<String> {
    let mut texts = Vec::new();
    for package in &asked.own {
        let mut extras = package.extras();
        extras.retain(|extra| !asked.selecting.contains(&(package.name.clone(), extra.clone())));
        if let Some(version) = version_of(candidate, &package.name).filter(|_| !extras.is_empty()) {
            texts.push(format!("{}[{}]=={version}", package.name, extras.join(",")));
        }
    }
    texts
}

/// What other frameworks in `packages` mean beside this one: notes on what they cost, or a conflict.
pub(super) fn beside(
    asked: &Asked<'_>,
    chosen: &[(Target, Candidate<'_>)],
    python: &str,
    machine: &Machine,
    catalog: &Catalog,
) -> Result<Vec<String>, Conflict> {
    let mut notes = Vec::new();
    for (package, foreign) in &asked.foreign {
        held(package, chosen)?;
        let all = candidates(foreign, catalog);
        let accepted =
            |candidate: &&Candidate<'_>| version_of(candidate, &package.name).is_none_or(|version| package.accepts(&version));
        let with_python = |candidate: &&Candidate<'_>| candidate.pythons(catalog).iter().any(|own| own == python);
        if !all.iter().any(|candidate| accepted(&candidate) && with_python(&candidate)) {
            return Err(Conflict::new(
                ["packages", "python"],
                format!("no release of {} asked for as `{}` has wheels for Python {python}", foreign.title, package.text),
            )
            .advice("packages", format!("leave `{}` out", package.name)));
        }
        let from_pypi = |candidate: &&Candidate<'_>| {
            candidate.build.index.is_none()
                && covers(package, candidate)
                && candidate.build.systems.iter().any(|system| system == COMMON)
        };
        let Some(brought) = all.iter().filter(accepted).filter(with_python).find(from_pypi) else { continue };
        let fits_here = |candidate: &&Candidate<'_>| {
            machine.nvidia().filter(|card| card.is_alive()).all(|card| fit(candidate, card, machine, catalog).runs())
        };
        for (target, candidate) in chosen {
            let (own, other) = (&candidate.framework.title, &foreign.title);
            match (target, &candidate.build.cuda, &brought.build.cuda) {
                (Target::Cuda, Some(first), Some(second)) => {
                    if let Some(why) = too_new_for_machine(brought, machine, catalog) {
                        let older = all.iter().filter(accepted).filter(with_python).filter(from_pypi).find(fits_here);
                        return Err(refused(package, foreign, candidate, older, why));
                    }
                    if first.major() != second.major() {
                        notes.push(format!(
                            "{own} brings CUDA {} and {other} CUDA {}: two sets of CUDA libraries in one environment{}",
                            first.major(),
                            second.major(),
                            gigabytes(brought).map_or_else(String::new, |size| format!(", about {size} more to download"))
                        ));
                    }
                }
                (Target::Cuda, _, None) if foreign.builds.iter().any(|build| build.cuda.is_some()) => {
                    notes.push(format!("{other} as `{}` runs on the CPU, also where {own} uses the card", package.text));
                }
                (Target::Cpu, _, Some(second)) => notes.push(format!(
                    "`{}` from PyPI brings CUDA {} libraries into the cpu target{}; make {other} the framework to avoid it",
                    package.text,
                    second.major(),
                    gigabytes(brought).map_or_else(String::new, |size| format!(", about {size}"))
                )),
                _ => {}
            }
        }
    }
    notes.dedup();
    Ok(notes)
}

/// A version that the framework's own metadata fixes must be accepted.
fn held(package: &Parsed, chosen: &[(Target, Candidate<'_>)]) -> Result<(), Conflict> {
    for (_, candidate) in chosen {
        let release = candidate.release;
        if let Some(version) = release.holds.get(&package.name)
            && !package.accepts(version)
        {
            let title = format!("{} {}", candidate.framework.title, release.version);
            return Err(Conflict::new(
                ["framework", "packages"],
                format!("{title} works with {} {version} only, and `{}` was asked for", package.name, package.text),
            )
            .advice("packages", format!("leave `{}` out: {title} brings {} {version}", package.name, package.name))
            .advice("framework", "make a second project for the other version"));
        }
    }
    Ok(())
}

/// The bare package, or exactly the extra that selects this build.
fn covers(package: &Parsed, candidate: &Candidate<'_>) -> bool {
    extras_of(candidate, &package.name) == package.extras()
}

fn too_new_for_machine(brought: &Candidate<'_>, machine: &Machine, catalog: &Catalog) -> Option<String> {
    machine.nvidia().filter(|card| card.is_alive()).find_map(|card| match fit(brought, card, machine, catalog) {
        Fit::No(obstacle @ (Obstacle::DriverTooOld(_) | Obstacle::NoKernels | Obstacle::Broken(_) | Obstacle::Jetson)) => {
            Some(say::obstacle(&obstacle, brought, card, machine, catalog))
        }
        _ => None,
    })
}

fn refused(package: &Parsed, foreign: &Framework, own: &Candidate<'_>, older: Option<&Candidate<'_>>, why: String) -> Conflict {
    let mut conflict = Conflict::new(["framework", "packages"], why);
    if let Some(version) = older.and_then(|candidate| version_of(candidate, &package.name)) {
        conflict = conflict.way("packages", &format!("{}=={version}", package.name), "the newest on PyPI that this machine runs");
    }
    conflict
        .way(
            "framework",
            &foreign.id,
            format!("{} from an index that fits, with {} as a package", foreign.title, own.framework.title),
        )
        .advice("packages", format!("leave `{}` out", package.name))
}

/// What a candidate downloads, in words.
fn gigabytes(candidate: &Candidate<'_>) -> Option<String> {
    #[expect(clippy::cast_precision_loss, reason = "a size in words needs two digits")]
    candidate.size(COMMON).map(|size| format!("{:.1} GB", size.download as f64 / 1e9))
}
