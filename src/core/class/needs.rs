//! A machine against what a course needs.

use crate::core::class::{Class, GpuNeed};
use crate::core::facts::{DiskRole, Facts};
use crate::core::text;
use crate::core::version::Version;

/// A need that a machine does not meet, in the order in which they are told; its place is part of the readiness code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unmet {
    Disk,
    Memory,
    Gpu,
    Driver,
    Compute,
    /// Nix is not there.
    Nix,
    /// The proof failed.
    Proof,
    /// An index or a cache could not be reached.
    Network,
    /// A file of the kit is missing or damaged.
    Kit,
    /// There is no build for this kind of machine.
    Platform,
}

impl Unmet {
    pub const ALL: [Self; 10] = [
        Self::Disk,
        Self::Memory,
        Self::Gpu,
        Self::Driver,
        Self::Compute,
        Self::Nix,
        Self::Proof,
        Self::Network,
        Self::Kit,
        Self::Platform,
    ];

    /// One word, for files and JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Disk => "disk",
            Self::Memory => "memory",
            Self::Gpu => "gpu",
            Self::Driver => "driver",
            Self::Compute => "compute",
            Self::Nix => "nix",
            Self::Proof => "proof",
            Self::Network => "network",
            Self::Kit => "kit",
            Self::Platform => "platform",
        }
    }

    /// The need of that word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|need| need.word() == word)
    }

    /// What a student does about it.
    #[must_use]
    pub fn to_do(self) -> &'static str {
        match self {
            Self::Disk => "free some disk space: `nixml clean` and emptying the bin help",
            Self::Memory => "close other programs, or use a machine with more memory",
            Self::Gpu => "find out why no NVIDIA card answers: `nixml doctor gpu`",
            Self::Driver => "install a newer NVIDIA driver: `nixml doctor driver-version` says how on this machine",
            Self::Compute => "use a machine with another card: no driver changes what this one can run",
            Self::Nix => "install Nix: `nixml doctor nix` shows the command for this machine",
            Self::Proof => "read what the proof said above, and show it to your instructor: `nixml report` collects it",
            Self::Network => "check the network, or ask your instructor for a kit",
            Self::Kit => "get the named files of the kit again",
            Self::Platform => "use another machine: this course has no build for one like this",
        }
    }

    /// For the board: what such people need.
    #[must_use]
    pub fn say(self) -> &'static str {
        match self {
            Self::Disk => "free disk space",
            Self::Memory => "more memory",
            Self::Gpu => "an NVIDIA GPU that answers",
            Self::Driver => "a newer NVIDIA driver",
            Self::Compute => "a GPU that the course's build is for",
            Self::Nix => "Nix",
            Self::Proof => "a look at the failed proof",
            Self::Network => "a network that reaches the indexes, or a kit",
            Self::Kit => "a kit without damage",
            Self::Platform => "another kind of machine",
        }
    }

    /// Only the card falls short: the class's fallback helps.
    #[must_use]
    pub fn of_the_card(self) -> bool {
        matches!(self, Self::Gpu | Self::Driver | Self::Compute)
    }
}

/// How a machine stands against one need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// `None`: met, or not known to be unmet.
    pub unmet: Option<Unmet>,
    /// What is needed and what was found, one sentence.
    pub say: String,
}

/// Every need of the class, met or not. What is not known is not held against the machine, and that is said.
#[must_use]
pub fn judge(class: &Class, facts: &Facts) -> Vec<Met> {
    let needs = &class.needs;
    let mut judged = Vec::new();
    if let Some(wanted) = needs.disk_bytes {
        let free = facts.disks.iter().filter(|disk| matches!(disk.role, Some(DiskRole::Nix | DiskRole::Project)));
        judged.push(at_least(Unmet::Disk, "free disk space", wanted, free.filter_map(|disk| disk.free_bytes).min()));
    }
    if let Some(wanted) = needs.memory_bytes {
        judged.push(at_least(Unmet::Memory, "memory", wanted, facts.memory.as_ref().and_then(|memory| memory.total_bytes)));
    }
    let cards: Vec<_> = facts.nvidia().filter(|gpu| gpu.error.is_none()).collect();
    let looked = facts.gpus.is_some();
    if needs.gpu == Some(GpuNeed::Required) || needs.driver.is_some() || needs.compute.is_some() {
        let unmet = (looked && cards.is_empty()).then_some(Unmet::Gpu);
        let found = if looked { format!("{} found", cards.len()) } else { "not known here".to_owned() };
        judged.push(Met { unmet, say: format!("an NVIDIA GPU: {found}") });
    }
    if let Some(wanted) = &needs.driver {
        let found = facts.driver.as_ref().and_then(|driver| driver.version.as_deref());
        judged.push(version(Unmet::Driver, "NVIDIA driver", wanted, found));
    }
    if let Some(wanted) = &needs.compute {
        let best = cards.iter().filter_map(|gpu| gpu.compute.as_deref()).max_by_key(|compute| compute.parse::<Version>().ok());
        judged.push(version(Unmet::Compute, "compute capability", wanted, best));
    }
    judged
}

fn at_least(need: Unmet, what: &str, wanted: u64, found: Option<u64>) -> Met {
    let unmet = found.filter(|found| *found < wanted).map(|_| need);
    let found = found.map_or("not known here".to_owned(), |found| format!("{} found", text::bytes(found)));
    Met { unmet, say: format!("{what}: {} needed, {found}", text::bytes(wanted)) }
}

fn version(need: Unmet, what: &str, wanted: &str, found: Option<&str>) -> Met {
    let older = match (wanted.parse::<Version>().ok(), found.and_then(|found| found.parse::<Version>().ok())) {
        (Some(wanted), Some(found)) => found < wanted,
        _ => false,
    };
    let seen = found.map_or("not known here".to_owned(), |found| format!("{found} found"));
    Met { unmet: older.then_some(need), say: format!("{what}: {wanted} needed, {seen}") }
}
