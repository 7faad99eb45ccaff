//! Answers, a machine and the catalog make a plan, or say why they cannot.

use super::choose::{Chosen, choose};
use super::conflict::Conflict;
use super::packages::{self, Asked};
use super::reasons;
use super::{Index, PackageSource, Plan, Target, TargetPlan};
use crate::core::catalog::{Catalog, Framework, Pinned};
use crate::core::choices::{Choices, Resolved};
use crate::core::facts::Facts;
use crate::core::requirement;
use crate::core::verdict::{Candidate, Machine, candidates, every_candidate, say};

/// Wheels of other indexes than PyPI are Linux wheels; a Mac takes PyPI's.
const ON_LINUX: &str = "sys_platform == 'linux'";
const PYPI: &str = "pypi";

/// Decides everything about a project. A project may be made for another machine: a target this one cannot run is planned
/// all the same, and [`Plan::not_here`] says why it will not run here.
///
/// # Errors
/// Answers that cannot go together on any machine.
pub fn decide(choices: &Choices, facts: &Facts, catalog: &Catalog) -> Result<Plan, Conflict> {
    let framework = catalog.framework(&choices.framework).ok_or_else(|| unknown_framework(&choices.framework, catalog))?;
    if choices.strategy != "uv" {
        return Err(Conflict::new(["strategy"], format!("the strategy `{}` is reserved for later", choices.strategy)).way(
            "strategy",
            "uv",
            "uv owns the Python packages",
        ));
    }
    let machine = Machine::new(facts, catalog);
    let asked = packages::sort(choices, framework, catalog)?;
    let targets = targets(choices, framework, &machine, catalog)?;
    if let Some((name, extra)) = asked.selecting.first().filter(|_| targets.contains(&Target::Cpu)) {
        let why = format!("`{name}[{extra}]` is a build for NVIDIA cards, and the cpu target cannot have it");
        return Err(Conflict::new(["packages", "targets"], why).advice("packages", "leave it out: the target decides the build"));
    }
    let pythons = pythons(choices, &asked, catalog)?;
    let chosen = choose(framework, &targets, &pythons, choices, &asked, &machine, catalog)
        .ok_or_else(|| nothing_left(framework, choices, &pythons, catalog))?;
    // What an earlier run resolved is not judged by this machine's cards.
    let judge = if chosen.from_earlier { &Machine { cards: None, ..machine.clone() } } else { &machine };
    let mut notes = packages::beside(&asked, &chosen.builds, &chosen.python, judge, catalog)?;
    let pins = pins(&chosen, choices, &machine);
    let plans = target_plans(&chosen, &asked, &pins);
    refuse_own_name(choices, &plans, &asked)?;
    let first = chosen.builds[0].1;
    notes.extend(catalog_notes(&chosen));
    // What is built for a Mac alone comes from PyPI; its index is for the Linux machines of the same project.
    let index = first.build.systems.iter().find_map(|system| first.remote(system));
    let mut shell_env = first.base.map(|(below, _)| below.shell_env.clone()).unwrap_or_default();
    shell_env.extend(framework.shell_env.clone());
    Ok(Plan {
        name: choices.name.clone(),
        framework: framework.id.clone(),
        title: framework.title.clone(),
        version: first.release.version.to_string(),
        build: first.build.id.clone(),
        index: index.map_or_else(|| PYPI.to_owned(), |remote| remote.name.clone()),
        url: index.map(|remote| remote.url.clone()),
        python: chosen.python.clone(),
        packages: asked.others.clone(),
        dev: dev(choices, catalog),
        indexes: indexes(&chosen),
        native: native(&chosen, &asked, catalog),
        extras: choices.extras.clone(),
        strategy: choices.strategy.clone(),
        import: framework.import.clone(),
        proof: framework.proof.clone(),
        prereleases: framework.prereleases || first.base.is_some_and(|(below, _)| below.prereleases),
        shell_env,
        pin: catalog.pin.clone(),
        catalog_date: catalog.date.clone(),
        reasons: reasons::reasons(choices, &chosen, &pins, &asked, &machine, catalog),
        notes,
        not_here: reasons::not_here(&chosen, &machine, catalog),
        resolved: resolved(framework, &chosen, &pins),
        hosts: hosts(&chosen, catalog),
        custom: choices.custom.clone(),
        targets: plans,
    })
}

fn unknown_framework(id: &str, catalog: &Catalog) -> Conflict {
    let ids: Vec<&str> = catalog.frameworks.iter().map(|framework| framework.id.as_str()).collect();
    Conflict::new(["framework"], format!("the catalog has no framework `{id}`"))
        .advice("framework", format!("it has {}", ids.join(", ")))
}

/// The targets asked for, or the machine's best.
fn targets(choices: &Choices, framework: &Framework, machine: &Machine, catalog: &Catalog) -> Result<Vec<Target>, Conflict> {
    // A project that was made elsewhere is not refused for what this network lacks.
    let all = if choices.resolved.is_some() { every_candidate } else { candidates }(framework, catalog);
    let has = |target: Target| all.iter().any(|candidate| candidate.build.target() == target);
    let Some(targets) = &choices.targets else {
        let cuda = has(Target::Cuda) && (!has(Target::Cpu) || reasons::some_card_is_served(framework, choices, machine, catalog));
        return Ok(vec![if cuda { Target::Cuda } else { Target::Cpu }]);
    };
    for target in targets {
        let title = &framework.title;
        match target {
            Target::Mps => {
                return Err(Conflict::new(
                    ["targets"],
                    "there is no target `mps`: on a Mac the cpu target's build uses the Apple GPU as well",
                )
                .way("targets", "cpu", "the build for a Mac"));
            }
            Target::Rocm => {
                return Err(Conflict::new(["targets"], "builds for AMD cards are not in the catalog yet").way(
                    "targets",
                    "cpu",
                    format!("{title} on the processor"),
                ));
            }
            Target::Cuda if !has(Target::Cuda) => {
                return Err(Conflict::new(["targets", "framework"], format!("{title} has no build for NVIDIA cards")).way(
                    "targets",
                    "cpu",
                    format!("{title} runs on the processor"),
                ));
            }
            Target::Cpu if !has(Target::Cpu) => {
                let conflict = Conflict::new(["targets", "framework"], say::no_cpu_build(framework, catalog));
                let everything = every_candidate(framework, catalog);
                let elsewhere = everything.iter().any(|candidate| candidate.build.target() == Target::Cpu);
                return Err(conflict.way(
                    "targets",
                    "cuda",
                    if elsewhere {
                        "the build of PyPI, which computes on the processor as well".to_owned()
                    } else {
                        format!("{title} needs an NVIDIA card")
                    },
                ));
            }
            Target::Cpu | Target::Cuda => {}
        }
    }
    Ok(targets.clone())
}

/// The Python asked for, or every one on offer, the preferred first and those first that other frameworks in `packages` have too.
fn pythons(choices: &Choices, asked: &Asked<'_>, catalog: &Catalog) -> Result<Vec<String>, Conflict> {
    let offered: Vec<String> =
        catalog.pythons.iter().filter(|python| python.offered).map(|python| python.version.clone()).collect();
    if let Some(python) = &choices.python {
        if offered.contains(python) {
            return Ok(vec![python.clone()]);
        }
        let why = match catalog.python(python) {
            Some(known) => format!(
                "Python {python} ({}, ends {}) is not among the interpreters of the pinned nixpkgs that nixml offers",
                known.status, known.eol
            ),
            None => format!("Python {python} is not in the catalog"),
        };
        return Err(Conflict::new(["python"], why).advice("python", format!("on offer are {}", offered.join(", "))));
    }
    let everywhere = |python: &String| {
        asked
            .foreign
            .iter()
            .all(|(_, foreign)| candidates(foreign, catalog).iter().any(|candidate| candidate.pythons(catalog).contains(python)))
    };
    let (first, last): (Vec<_>, Vec<_>) = offered.into_iter().partition(everywhere);
    Ok(first.into_iter().chain(last).collect())
}

/// Why no release is left: the Python, or the versions asked for.
fn nothing_left(framework: &Framework, choices: &Choices, pythons: &[String], catalog: &Catalog) -> Conflict {
    let all = candidates(framework, catalog);
    let has = |candidate: &Candidate<'_>| candidate.pythons(catalog).iter().any(|python| pythons.contains(python));
    let title = &framework.title;
    if let Some(python) = choices.python.as_ref().filter(|_| !all.iter().any(has)) {
        let newest = all.first().map(|candidate| candidate.pythons(catalog)).unwrap_or_default();
        let conflict = Conflict::new(
            ["framework", "python"],
            format!("no release of {title} in the catalog has wheels for Python {python}"),
        );
        return newest.iter().fold(conflict, |conflict, python| {
            conflict.way("python", python, format!("{title} has wheels for Python {python}"))
        });
    }
    let versions: Vec<String> = framework.releases.iter().map(|release| release.version.to_string()).collect();
    let mut between = vec!["framework", "packages"];
    between.extend(choices.python.as_ref().map(|_| "python"));
    Conflict::new(between, format!("no release of {title} in the catalog fits the versions asked for"))
        .advice("packages", format!("the catalog has {title} {}", versions.join(", ")))
}

/// The requirements that this machine's driver or cards make necessary, of every build chosen.
fn pins<'a>(chosen: &Chosen<'a>, choices: &Choices, machine: &Machine) -> Vec<(Target, &'a Pinned)> {
    let earlier = choices.resolved.as_ref().filter(|_| chosen.from_earlier);
    let wanted = |pinned: &Pinned| {
        if let Some(earlier) = earlier {
            return earlier.pins.contains(&pinned.requirement);
        }
        let version = machine.driver.version();
        let driver = pinned.driver.as_ref().is_none_or(|range| version.is_some_and(|version| range.contains(version)));
        let mut computes = machine.nvidia().filter_map(|card| card.compute.as_ref());
        driver && pinned.compute.as_ref().is_none_or(|range| computes.any(|compute| range.contains(compute)))
    };
    chosen
        .builds
        .iter()
        .flat_map(|(target, candidate)| candidate.build.pins.iter().map(|pinned| (*target, pinned)))
        .filter(|(_, pinned)| wanted(pinned))
        .collect()
}

fn target_plans(chosen: &Chosen<'_>, asked: &Asked<'_>, pins: &[(Target, &Pinned)]) -> Vec<TargetPlan> {
    let mut plans = Vec::new();
    for (place, (target, candidate)) in chosen.builds.iter().enumerate() {
        let (companions, more) = packages::companions(candidate, asked, ON_LINUX);
        let mut requirements = packages::requirements(candidate);
        requirements.extend(packages::own_extras(candidate, asked));
        requirements.extend(companions);
        requirements.extend(pins.iter().filter(|(of, _)| of == target).map(|(_, pinned)| pinned.requirement.clone()));
        let source = |index: &String| {
            let one = |package: &String| PackageSource {
                package: package.clone(),
                index: index.clone(),
                marker: Some(ON_LINUX.to_owned()),
            };
            candidate.build.from_index.iter().map(one).collect::<Vec<_>>()
        };
        // Sizes stand in files, which are the same on every machine: they are told for the first system of the build.
        let size = candidate.build.systems.first().and_then(|system| candidate.size(system));
        plans.push(TargetPlan {
            target: *target,
            build: candidate.build.id.clone(),
            requirements,
            sources: candidate.build.index.as_ref().map(source).unwrap_or_default().into_iter().chain(more).collect(),
            venv: if place == 0 { ".venv".to_owned() } else { format!(".venv-{}", target.word()) },
            download_bytes: size.map(|size| size.download),
            installed_bytes: size.and_then(|size| size.installed),
        });
    }
    plans
}

/// A project that is named like a package it needs would shadow it.
fn refuse_own_name(choices: &Choices, plans: &[TargetPlan], asked: &Asked<'_>) -> Result<(), Conflict> {
    let name = requirement::normalise(&choices.name);
    let all = plans.iter().flat_map(|plan| &plan.requirements).chain(&asked.others);
    let shadowed = all.filter_map(|text| requirement::read(text).ok()).any(|package| package.name == name);
    if !shadowed {
        return Ok(());
    }
    Err(Conflict::new(
        ["name", "packages"],
        format!("a project named `{}` cannot depend on the package of the same name", choices.name),
    )
    .way("name", &format!("my-{}", choices.name), "any other name"))
}

fn catalog_notes(chosen: &Chosen<'_>) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for (_, candidate) in &chosen.builds {
        let own = candidate.framework.notes.iter().map(|note| (note, &candidate.release.version));
        let below = candidate.base.iter().flat_map(|(below, release)| below.notes.iter().map(|note| (note, &release.version)));
        for (note, version) in own.chain(below) {
            let about = note.builds.is_empty() || note.builds.contains(&candidate.build.id);
            if about && note.releases.contains(version) && !notes.contains(&note.text) {
                notes.push(note.text.clone());
            }
        }
    }
    notes
}

fn indexes(chosen: &Chosen<'_>) -> Vec<Index> {
    let mut indexes: Vec<Index> = Vec::new();
    for (_, candidate) in &chosen.builds {
        let remote = candidate.owner().indexes.iter().find(|remote| Some(&remote.name) == candidate.build.index.as_ref());
        if let Some(remote) = remote.filter(|remote| indexes.iter().all(|index| index.name != remote.name)) {
            indexes.push(Index { name: remote.name.clone(), url: remote.url.clone() });
        }
    }
    indexes
}

fn native(chosen: &Chosen<'_>, asked: &Asked<'_>, catalog: &Catalog) -> Vec<String> {
    let first = chosen.builds[0].1;
    let own = first.framework.native.iter().chain(first.base.iter().flat_map(|(below, _)| &below.native));
    let names: Vec<String> =
        asked.others.iter().filter_map(|text| requirement::read(text).ok()).map(|package| package.name).collect();
    let rows = catalog.native.iter().filter(|row| row.packages.iter().any(|package| names.contains(package)));
    let mut native: Vec<String> = Vec::new();
    for library in own.chain(rows.flat_map(|row| &row.libraries)) {
        if !native.contains(library) {
            native.push(library.clone());
        }
    }
    native
}

fn dev(choices: &Choices, catalog: &Catalog) -> Vec<String> {
    let mut dev: Vec<String> =
        choices.extras.iter().filter_map(|extra| catalog.extras.get(extra)).flat_map(|extra| extra.dev.clone()).collect();
    dev.sort();
    dev.dedup();
    dev
}

fn hosts(chosen: &Chosen<'_>, catalog: &Catalog) -> Vec<String> {
    let mut hosts = catalog.pypi.hosts.clone();
    for (_, candidate) in &chosen.builds {
        let remotes = candidate.owner().indexes.iter().filter(|remote| Some(&remote.name) == candidate.build.index.as_ref());
        for remote in remotes {
            let own = remote.url.split("://").nth(1).and_then(|rest| rest.split('/').next()).map(str::to_owned);
            hosts.extend(own.into_iter().chain(remote.hosts.iter().cloned()));
        }
    }
    hosts.extend(catalog.nix_hosts.iter().cloned());
    let mut seen = Vec::new();
    hosts.retain(|host| {
        !seen.contains(host) && {
            seen.push(host.clone());
            true
        }
    });
    hosts
}

fn resolved(framework: &Framework, chosen: &Chosen<'_>, pins: &[(Target, &Pinned)]) -> Resolved {
    let (first, others) = (&chosen.builds[0].1, &chosen.builds[1..]);
    Resolved {
        framework: framework.id.clone(),
        version: first.release.version.to_string(),
        build: first.build.id.clone(),
        other_builds: others.iter().map(|(_, candidate)| candidate.build.id.clone()).collect(),
        base_version: first.base.map(|(_, release)| release.version.to_string()),
        pins: pins.iter().map(|(_, pinned)| pinned.requirement.clone()).collect(),
    }
}
