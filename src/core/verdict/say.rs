//! The sentences of a verdict, for someone who has never heard of compute capabilities.

use super::fit::{Candidate, Obstacle, every_candidate};
use super::machine::{Card, DriverState, Machine};
use crate::core::catalog::{Catalog, Framework};
use crate::core::facts::Vendor;
use crate::core::version::Version;

/// A system in words: `Linux on x86_64`.
#[must_use]
pub fn system(system: &str) -> String {
    match system.split_once('-') {
        Some((arch, "linux")) => format!("Linux on {arch}"),
        Some(("aarch64", "darwin")) => "a Mac with an Apple chip".to_owned(),
        Some((_, "darwin")) => "a Mac with an Intel chip".to_owned(),
        _ => system.to_owned(),
    }
}

/// The newest CUDA major release whose programs this driver runs.
#[must_use]
pub fn cuda_of(driver: &Version, machine: &Machine, catalog: &Catalog) -> Option<u32> {
    let floor = |major| catalog.floors.iter().find(|floor| floor.major == major);
    catalog
        .floors
        .iter()
        .map(|floor| floor.major)
        .find(|major| floor(*major).is_some_and(|floor| *driver >= *if machine.wsl { &floor.windows } else { &floor.linux }))
}

/// `driver 535.183.01 runs builds up to CUDA 12`.
#[must_use]
pub fn driver(version: &Version, machine: &Machine, catalog: &Catalog) -> String {
    let has = match (&machine.driver, machine.wsl) {
        (DriverState::Known { from_cuda: true, .. }, _) => format!("the driver (about {version} by the CUDA it speaks)"),
        (_, true) => format!("the Windows driver {version}"),
        _ => format!("driver {version}"),
    };
    match cuda_of(version, machine, catalog) {
        Some(major) => format!("{has} runs CUDA {major} builds"),
        None => format!("{has} is older than every CUDA build of today needs"),
    }
}

/// Why a framework has no build for the processor alone.
#[must_use]
pub fn no_cpu_build(framework: &Framework, catalog: &Catalog) -> String {
    let title = &framework.title;
    let builds = every_candidate(framework, catalog);
    match builds.iter().filter(|candidate| candidate.build.cuda.is_none()).find_map(|candidate| candidate.out_of_reach(catalog)) {
        Some(host) => format!("the CPU build of {title} comes from {host}, which this network does not reach"),
        None => format!("{title} has no build for the processor alone: it needs an NVIDIA card"),
    }
}

/// What a Mac lacks: `title` is a framework with its release.
#[must_use]
pub fn needs_macos(title: &str, needs: &Version) -> String {
    format!("{title} needs macOS {needs} or newer")
}

/// Why nothing is known of the driver, or why it cannot be used.
#[must_use]
pub fn no_driver(card: &Card, machine: &Machine) -> String {
    match &machine.driver {
        DriverState::Torn { module, libraries } => {
            format!(
                "restart the machine first: the old kernel module {module} is still loaded beside the libraries {libraries} of the driver"
            )
        }
        DriverState::Unknown(Some(reason)) => format!("the version of the NVIDIA driver is not known ({reason})"),
        _ => match &card.held_by {
            Some(other) => format!("{} is held by the kernel driver `{other}`; the NVIDIA driver is not in use", card.name),
            None => "no NVIDIA driver is known on this machine".to_owned(),
        },
    }
}

/// One obstacle as a sentence without a period.
#[must_use]
pub fn obstacle(obstacle: &Obstacle<'_>, candidate: &Candidate<'_>, card: &Card, machine: &Machine, catalog: &Catalog) -> String {
    let title = candidate.title();
    match obstacle {
        Obstacle::System if machine.wsl1 => {
            "WSL 1 hands no card to Linux; WSL 2 does (`wsl --set-version NAME 2` in Windows)".to_owned()
        }
        Obstacle::System => match machine.arch(card, catalog) {
            Some(arch) if !arch.systems.is_empty() && !arch.systems.contains(&machine.system) => {
                format!(
                    "compute capability {} is {}, which does not exist on {}",
                    arch.compute,
                    arch.family,
                    system(&machine.system)
                )
            }
            _ => format!("{} has no GPU build for {}", candidate.framework.title, system(&machine.system)),
        },
        Obstacle::MacOs(needs) => needs_macos(&title, needs),
        Obstacle::OtherMaker => other_maker(candidate, card, machine),
        Obstacle::ComputeUnknown => {
            format!("the compute capability of {} is not known, and without it nothing can be promised", card.name)
        }
        Obstacle::DriverUnknown => no_driver(card, machine),
        Obstacle::DriverTooOld(need) => {
            let has = machine.driver.version().map_or_else(String::new, |version| driver(version, machine, catalog));
            if need.for_card {
                format!("{has}; {} itself needs {} or newer", card.name, need.driver)
            } else if need.for_ptx {
                format!(
                    "{has}; {title} holds intermediate code only for {}, and compiling it takes {} or newer",
                    card.name, need.driver
                )
            } else {
                format!("{has}; {title} ({}) needs {} or newer", candidate.build.id, need.driver)
            }
        }
        Obstacle::DriverTooNew { last_branch, generation } => {
            let has = machine.driver.version().map_or_else(String::new, ToString::to_string);
            format!("driver {has} leaves {generation} cards out; driver {last_branch} is the last that runs {}", card.name)
        }
        Obstacle::NoKernels => format!("{title} ({}) holds no code for {}", candidate.build.id, described(card)),
        Obstacle::Jetson => {
            format!(
                "{} is a Jetson board: builds before CUDA 13 do not run on it, and NVIDIA's own wheels are not in this catalog",
                card.name
            )
        }
        Obstacle::Broken(broken) => format!("{title} is known not to work on {}: {}", described(card), broken.effect),
    }
}

fn other_maker(candidate: &Candidate<'_>, card: &Card, machine: &Machine) -> String {
    let title = &candidate.framework.title;
    let maker = match card.vendor {
        Some(Vendor::Amd) => "an AMD card",
        Some(Vendor::Intel) => "an Intel card",
        Some(Vendor::Apple) => "an Apple GPU",
        _ if machine.is_mac() => "an NVIDIA card",
        _ => return format!("it is not known who made {}; {title} uses NVIDIA cards", card.name),
    };
    if machine.is_mac() {
        return format!("{title} has no build for {} on a Mac", card.name);
    }
    format!("{} is {maker}; the builds of {title} in this catalog use NVIDIA cards only", card.name)
}

/// `NVIDIA GeForce GTX 1080 (compute capability 6.1)`.
#[must_use]
pub fn described(card: &Card) -> String {
    match &card.compute {
        Some(compute) => format!("{} (compute capability {compute})", card.name),
        None => card.name.clone(),
    }
}
