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
}

impl Unmet {
    pub const ALL: [Self; 7] = [Self::Disk, Self::Memory, Self::Gpu, Self::Driver, Self::Compute, Self::Nix, Self::Proof];

    /// For the board: what such people need.
    #[must_use]
    pub fn say(self) -> &'static str {
        match self {
            Self::Disk => "free disk space",
            Self::Memory => "more memory",
            Self::Gpu => "an NVIDIA GPU that answers",
            Self::Driver => "a newer NVIDIA driver",
            Self::Compute => "a newer GPU",
            Self::Nix => "Nix",
            Self::Proof => "a look at the failed proof",
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
