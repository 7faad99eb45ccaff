//! Everything decided, nothing rendered: what the templates and the writer work from.

mod choose;
mod conflict;
mod decide;
mod packages;
mod reasons;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use conflict::{Conflict, WayOut};
pub use decide::decide;

use crate::core::choices::Resolved;

/// Where the code is to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    Cpu,
    Cuda,
    Mps,
    Rocm,
}

impl Target {
    /// The word of the answers file, the dependency group and the dev shell.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::Mps => "mps",
            Self::Rocm => "rocm",
        }
    }

    /// The target of that word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        [Self::Cpu, Self::Cuda, Self::Mps, Self::Rocm].into_iter().find(|target| target.word() == word)
    }
}

/// A named package index that the project needs besides PyPI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// `pytorch-cpu`.
    pub name: String,
    pub url: String,
}

/// A package that must come from a named index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageSource {
    pub package: String,
    /// The name of an [`Index`].
    pub index: String,
    /// PEP 508 marker, `sys_platform == 'linux'`.
    pub marker: Option<String>,
}

/// One target with what is installed for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetPlan {
    pub target: Target,
    /// `cpu`, `mps` or `cuNNN`: the CUDA its wheels carry.
    pub build: String,
    /// The framework and its companions as PEP 508 requirements, markers included.
    pub requirements: Vec<String>,
    /// Which of them come from which index.
    pub sources: Vec<PackageSource>,
    /// The environment's folder: `.venv` for the first target, `.venv-OTHER` for another.
    pub venv: String,
    /// Wheels to download on `x86_64` Linux (on a Mac for what is built for Macs alone), in bytes; absent: not known.
    pub download_bytes: Option<u64>,
    /// The environment on the disk, in bytes, of the same machine; absent: not known.
    pub installed_bytes: Option<u64>,
}

/// The nixpkgs revision that the project is locked to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// `nixos-26.05`.
    pub branch: String,
    /// 40 hexadecimal digits.
    pub rev: String,
    /// `sha256-...=`.
    pub nar_hash: String,
    /// Seconds since 1970.
    pub last_modified: u64,
    pub source: String,
    pub verified: String,
}

/// Everything that is decided about a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub name: String,
    /// A catalog id: `pytorch`.
    pub framework: String,
    /// For people: `PyTorch`.
    pub title: String,
    /// The framework's release: `2.15.0`.
    pub version: String,
    /// The build of the first target.
    pub build: String,
    /// The name of the first target's index: `pypi`, `pytorch-cu126`, ...
    pub index: String,
    /// Its address; absent for PyPI, whose address the client knows.
    pub url: Option<String>,
    /// The first is the default shell and the default group. Never empty.
    pub targets: Vec<TargetPlan>,
    /// One minor release: `3.13`.
    pub python: String,
    /// Packages asked for besides the framework, as PEP 508 requirements, normalised and sorted as given.
    pub packages: Vec<String>,
    /// Packages for development (`ipykernel`), the `dev` group.
    pub dev: Vec<String>,
    /// The named indexes, each once, in the order of use.
    pub indexes: Vec<Index>,
    /// nixpkgs attributes whose libraries wheels load: `libGL`, `glib`, `libsndfile`, ... beyond the ones that every project gets.
    pub native: Vec<String>,
    pub extras: Vec<String>,
    /// `uv`.
    pub strategy: String,
    /// Python modules the proof imports; the first is the framework's own.
    pub import: String,
    /// The proof to run: `assets/proof/PROOF.py`.
    pub proof: String,
    /// Something the framework needs exists as pre-releases only: uv may take one where there is nothing else.
    pub prereleases: bool,
    /// Environment variables of the project's shells (`KERAS_BACKEND`), constants from the catalog.
    pub shell_env: BTreeMap<String, String>,
    pub pin: Pin,
    /// The date of the catalog that decided, `2026-11-21`.
    pub catalog_date: String,
    /// Why each choice was made, for a person. They speak of this machine: never written into files.
    pub reasons: Vec<String>,
    /// What a person must know before using it ("RTX 50 does not work with this release"); the same on every machine.
    pub notes: Vec<String>,
    /// Why this machine cannot run the first target, with what would unlock it; the project can still be made for another machine.
    pub not_here: Option<String>,
    /// What `[resolved]` keeps, so that the answers give the same project on another machine.
    pub resolved: Resolved,
    /// Hosts that must be reachable to build the project.
    pub hosts: Vec<String>,
    /// Answers to steps that nixml itself does not know (an instructor's own), for overlaid templates.
    pub custom: BTreeMap<String, Vec<String>>,
}

impl Plan {
    /// The first target: the default shell.
    ///
    /// # Panics
    /// Never on a plan that `plan::decide` made: it has at least one target.
    #[must_use]
    pub fn first(&self) -> &TargetPlan {
        &self.targets[0]
    }

    /// All bytes to download, as far as known.
    #[must_use]
    pub fn download_bytes(&self) -> Option<u64> {
        self.targets.iter().map(|target| target.download_bytes).sum()
    }

    /// All bytes on the disk, as far as known.
    #[must_use]
    pub fn installed_bytes(&self) -> Option<u64> {
        self.targets.iter().map(|target| target.installed_bytes).sum()
    }
}
