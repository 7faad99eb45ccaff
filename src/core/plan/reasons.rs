//! Why a plan is as it is, in sentences about this machine.

use super::Target;
use super::choose::Chosen;
use super::packages::{Asked, accepts};
use crate::core::catalog::{Catalog, Framework, Pinned};
use crate::core::choices::Choices;
use crate::core::verdict::{Candidate, Card, Fit, Machine, Question, candidates, card_row, fit, say};

/// True when some release with a CUDA build serves one of the machine's cards.
pub(super) fn some_card_is_served(framework: &Framework, choices: &Choices, machine: &Machine, catalog: &Catalog) -> bool {
    let python =
        |candidate: &Candidate<'_>| choices.python.as_ref().is_none_or(|python| candidate.pythons(catalog).contains(python));
    let serves = |candidate: &Candidate<'_>| {
        machine.nvidia().filter(|card| card.is_alive()).any(|card| fit(candidate, card, machine, catalog).runs())
    };
    candidates(framework, catalog)
        .iter()
        .any(|candidate| candidate.build.cuda.is_some() && python(candidate) && serves(candidate))
}

/// Why the first target does not run on this machine; `None` when it does.
pub(super) fn not_here(chosen: &Chosen<'_>, machine: &Machine, catalog: &Catalog) -> Option<String> {
    let (target, candidate) = &chosen.builds[0];
    if !candidate.build.systems.contains(&machine.system) {
        return Some(format!("{} has no {} build for {}", candidate.title(), target.word(), say::system(&machine.system)));
    }
    if *target != Target::Cuda {
        let needs = candidate.macos().filter(|_| !candidate.starts_on(machine))?;
        return Some(say::needs_macos(&candidate.title(), needs));
    }
    let Some(cards) = &machine.cards else {
        return Some("whether this machine has an NVIDIA card is not known".to_owned());
    };
    let nvidia = || cards.iter().filter(|card| card.is_nvidia());
    let Some(first) = nvidia().find(|card| card.is_alive()).or_else(|| nvidia().next()) else {
        let others: Vec<&str> = cards.iter().map(|card| card.name.as_str()).collect();
        return Some(if others.is_empty() {
            "this machine has no NVIDIA card".to_owned()
        } else {
            format!("this machine has no NVIDIA card (it has {})", others.join(", "))
        });
    };
    if machine.nvidia().filter(|card| card.is_alive()).any(|card| fit(candidate, card, machine, catalog).runs()) {
        return None;
    }
    if let Some(error) = &first.error {
        return Some(format!("{} does not work: {error}", first.name));
    }
    match fit(candidate, first, machine, catalog) {
        Fit::No(obstacle) => {
            let why = say::obstacle(&obstacle, candidate, first, machine, catalog);
            let question = Question { framework: candidate.framework, machine, catalog, python: None };
            let unlocks = card_row(&question, first).unlocks;
            let way = unlocks.iter().rev().find(|unlock| unlock.build == candidate.build.id).or(unlocks.last());
            Some(way.map_or(why.clone(), |way| format!("{why}; what would unlock it: {}", way.change)))
        }
        Fit::Native | Fit::Jit => None,
    }
}

/// Each choice with its reason.
pub(super) fn reasons(
    choices: &Choices,
    chosen: &Chosen<'_>,
    pins: &[(Target, &Pinned)],
    asked: &Asked<'_>,
    machine: &Machine,
    catalog: &Catalog,
) -> Vec<String> {
    let mut reasons = Vec::new();
    let first = &chosen.builds[0].1;
    if choices.targets.is_none() {
        reasons.push(target_reason(chosen, machine, catalog));
    }
    if chosen.from_earlier {
        reasons.push(format!("{} ({}) as resolved when the project was made", first.title(), first.build.id));
    } else {
        let lost = choices.resolved.as_ref().filter(|earlier| earlier.framework == first.framework.id);
        reasons.extend(lost.map(|earlier| {
            format!(
                "{} {} ({}), as the answers were resolved, is not to be had here any more",
                first.framework.title, earlier.version, earlier.build
            )
        }));
        reasons.extend(older_reason(choices, chosen, asked, machine, catalog));
        let cuda = chosen.builds.iter().find(|(target, _)| *target == Target::Cuda);
        for card in machine.nvidia().filter(|_| cuda.is_some()) {
            reasons.extend(cuda.map(|(_, candidate)| card_reason(candidate, card, machine, catalog)));
        }
    }
    if machine.system_assumed {
        reasons.push(format!("the system is not known; {} is assumed", say::system(&machine.system)));
    }
    if choices.python.is_none() {
        let preferred = catalog.pythons.iter().find(|python| python.offered).map_or("", |python| &python.version);
        reasons.push(if chosen.python == preferred {
            format!("Python {}: the release with the most wheels", chosen.python)
        } else {
            format!("Python {}: not everything asked for has wheels for {preferred}", chosen.python)
        });
    }
    reasons.extend(pins.iter().map(|(_, pinned)| format!("`{}`: {}", bare(&pinned.requirement), pinned.why)));
    reasons
}

fn target_reason(chosen: &Chosen<'_>, machine: &Machine, catalog: &Catalog) -> String {
    let (target, candidate) = &chosen.builds[0];
    match (target, &machine.cards) {
        (Target::Cuda, _) if machine.has_nvidia() => {
            format!("target cuda: {} can use the card of this machine", candidate.framework.title)
        }
        (Target::Cuda, _) => format!("target cuda: {}", say::no_cpu_build(candidate.framework, catalog)),
        _ if candidate.build.id == "mps" => "target cpu: on a Mac its build uses the Apple GPU as well".to_owned(),
        (_, None) => "target cpu: whether there is a card is not known".to_owned(),
        (_, Some(cards)) => match cards.iter().find(|card| card.is_nvidia()) {
            Some(card) => {
                let question = Question { framework: candidate.framework, machine, catalog, python: None };
                format!("target cpu: {}", card_row(&question, card).reason)
            }
            None => "target cpu: there is no NVIDIA card".to_owned(),
        },
    }
}

/// Why it is not the newest release: the versions asked for, the Python, or the first card that the newest does not serve.
fn older_reason(
    choices: &Choices,
    chosen: &Chosen<'_>,
    asked: &Asked<'_>,
    machine: &Machine,
    catalog: &Catalog,
) -> Option<String> {
    let (target, candidate) = chosen.builds.iter().find(|(target, _)| *target == Target::Cuda).unwrap_or(&chosen.builds[0]);
    let all = candidates(candidate.framework, catalog);
    let newest = all.iter().find(|other| other.build.target() == *target)?;
    if newest.title() == candidate.title() {
        return None;
    }
    let why = if !accepts(newest, asked) {
        "the packages asked for accept nothing newer".to_owned()
    } else if let Some(python) = choices.python.as_ref().filter(|python| !newest.pythons(catalog).contains(python)) {
        format!("{} has no wheels for Python {python}", newest.title())
    } else if let Some(needs) = newest.macos().filter(|_| machine.is_mac() && !newest.starts_on(machine)) {
        say::needs_macos(&newest.title(), needs)
    } else {
        let served = |card: &&Card| fit(candidate, card, machine, catalog).runs() || !machine.has_nvidia();
        machine.nvidia().filter(served).find_map(|card| match fit(newest, card, machine, catalog) {
            Fit::No(obstacle) => Some(say::obstacle(&obstacle, newest, card, machine, catalog)),
            Fit::Native | Fit::Jit => None,
        })?
    };
    Some(format!("{} instead of {}: {why}", candidate.title(), newest.title()))
}

fn card_reason(candidate: &Candidate<'_>, card: &Card, machine: &Machine, catalog: &Catalog) -> String {
    let title = format!("{} ({})", candidate.title(), candidate.build.id);
    if let Some(error) = &card.error {
        return format!("GPU {} ({}) does not work: {error}", card.index, card.name);
    }
    match fit(candidate, card, machine, catalog) {
        Fit::Native => format!("{title} holds code for {}", say::described(card)),
        Fit::Jit => {
            let card = say::described(card);
            format!("{title} holds intermediate code for {card}: the driver compiles it at the first start, which takes minutes")
        }
        Fit::No(obstacle) => {
            format!("GPU {} is not served: {}", card.index, say::obstacle(&obstacle, candidate, card, machine, catalog))
        }
    }
}

/// The name and version of a requirement, without extras and marker.
fn bare(requirement: &str) -> String {
    let text = requirement.split(';').next().unwrap_or(requirement).trim();
    match (text.split_once('['), text.split_once(']')) {
        (Some((name, _)), Some((_, rest))) => format!("{name}{rest}"),
        _ => text.to_owned(),
    }
}
