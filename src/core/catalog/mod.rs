//! The compatibility knowledge as data: what every framework ships, and what drivers, cards and Python versions run.

mod cards;
mod check;
mod framework;
mod load;
mod tables;

use std::collections::BTreeMap;

pub use framework::{Base, Broken, Build, Companion, Framework, Jit, Note, Pinned, Release, Remote, Size};
pub use load::date;
pub use tables::{Arch, Card, Extra, Floor, Generation, Native, PyPi, PythonMinor, Toolkit};

use crate::core::plan::Pin;
use crate::core::version::Version;

/// Everything nixml knows about frameworks and machines.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// The newest date on which a row was verified, `2026-11-21`.
    pub date: String,
    /// In the order in which they are offered.
    pub frameworks: Vec<Framework>,
    /// Which driver each CUDA major release needs, newest first.
    pub floors: Vec<Floor>,
    /// Which driver each CUDA toolkit came with, newest first.
    pub toolkits: Vec<Toolkit>,
    /// Families of cards that newer drivers leave out.
    pub generations: Vec<Generation>,
    /// Compute capabilities, lowest first.
    pub arches: Vec<Arch>,
    /// Compute capabilities by the names of cards.
    pub cards: Vec<Card>,
    /// Python minor releases, the preferred one first.
    pub pythons: Vec<PythonMinor>,
    pub pypi: PyPi,
    /// The nixpkgs revision of every new project.
    pub pin: Pin,
    /// Hosts that Nix asks.
    pub nix_hosts: Vec<String>,
    /// Hosts of indexes that cannot be reached from here, as an overlay says.
    pub unreachable: Vec<String>,
    /// Libraries outside Python that packages load.
    pub native: Vec<Native>,
    /// What an extra adds to the `dev` group.
    pub extras: BTreeMap<String, Extra>,
}

impl Catalog {
    /// One framework by its id.
    #[must_use]
    pub fn framework(&self, id: &str) -> Option<&Framework> {
        self.frameworks.iter().find(|framework| framework.id == id)
    }

    /// The framework that a distribution belongs to (`torchvision` -> PyTorch); `name` is normalised.
    #[must_use]
    pub fn owner(&self, name: &str) -> Option<&Framework> {
        self.frameworks.iter().find(|framework| framework.provides.iter().any(|own| own == name))
    }

    /// The oldest driver that runs programs of this CUDA major release.
    #[must_use]
    pub fn floor(&self, cuda: &Version, windows: bool) -> Option<&Version> {
        self.floors
            .iter()
            .find(|floor| u64::from(floor.major) == cuda.major())
            .map(|floor| if windows { &floor.windows } else { &floor.linux })
    }

    /// The driver that came with a CUDA toolkit of at least this version: the oldest that compiles that toolkit's PTX.
    /// Where the Windows number is not known, the Linux one stands for it: branches carry the same number.
    #[must_use]
    pub fn toolkit_driver(&self, cuda: &Version, windows: bool) -> Option<&Version> {
        let toolkit = self.toolkits.iter().rev().find(|toolkit| toolkit.version >= *cuda)?;
        if windows { toolkit.windows.as_ref().or(toolkit.linux.as_ref()) } else { toolkit.linux.as_ref() }
    }

    /// The host that an index's address names, when it cannot be reached from here.
    #[must_use]
    pub fn out_of_reach<'a>(&self, remote: &'a Remote) -> Option<&'a str> {
        let host = remote.url.split_once("://").map_or(remote.url.as_str(), |(_, rest)| rest).split(['/', ':']).next()?;
        self.unreachable.iter().any(|known| known == host).then_some(host)
    }

    /// What is known of a compute capability.
    #[must_use]
    pub fn arch(&self, compute: &Version) -> Option<&Arch> {
        self.arches.iter().find(|arch| arch.compute == *compute)
    }

    /// One Python minor release, `3.13`.
    #[must_use]
    pub fn python(&self, version: &str) -> Option<&PythonMinor> {
        self.pythons.iter().find(|python| python.version == version)
    }
}
