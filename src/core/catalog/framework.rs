//! Rows about one framework: releases, the builds they come as, companions, sizes, known faults.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::core::plan::Target;
use crate::core::version::{Range, Version};

/// One file of `assets/catalog/frameworks/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    pub schema: u32,
    /// The word of the answers file; the file is named after it.
    pub id: String,
    /// For people: `PyTorch`.
    pub title: String,
    /// One line that says what it is for.
    pub summary: String,
    /// Where it stands in lists; ties by id.
    pub order: u32,
    /// Python modules that the proof imports, the framework's own first.
    pub import: String,
    /// `assets/proof/PROOF.py`.
    pub proof: String,
    /// The framework below, whose builds it uses.
    pub base: Option<Base>,
    /// Distributions that are this framework, normalised; asking for one of them beside another framework is told.
    pub provides: Vec<String>,
    /// Requirements of every build; `{version}` and names of `with` are filled in.
    #[serde(default)]
    pub requirements: Vec<String>,
    /// nixpkgs attributes whose libraries its wheels load.
    #[serde(default)]
    pub native: Vec<String>,
    /// Something it needs exists as pre-releases only.
    #[serde(default)]
    pub prereleases: bool,
    /// Environment variables of the project's shells.
    #[serde(default)]
    pub shell_env: BTreeMap<String, String>,
    #[serde(default, rename = "index")]
    pub indexes: Vec<Remote>,
    /// Newest first.
    #[serde(rename = "release")]
    pub releases: Vec<Release>,
    /// The preferred first.
    #[serde(default, rename = "build")]
    pub builds: Vec<Build>,
    #[serde(default, rename = "companion")]
    pub companions: Vec<Companion>,
    #[serde(default, rename = "size")]
    pub sizes: Vec<Size>,
    #[serde(default)]
    pub broken: Vec<Broken>,
    #[serde(default, rename = "note")]
    pub notes: Vec<Note>,
    pub source: String,
    pub verified: String,
}

/// The framework that another one runs on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    pub framework: String,
    /// Releases of it that are accepted.
    #[serde(default)]
    pub releases: Range,
}

/// A package index besides PyPI.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remote {
    pub name: String,
    pub url: String,
    /// Further hosts that its wheels come from.
    #[serde(default)]
    pub hosts: Vec<String>,
    pub source: String,
    pub verified: String,
}

/// One release.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    pub version: Version,
    pub released: Option<String>,
    /// Python minor releases with wheels.
    pub python: Vec<String>,
    /// Versions of the packages that belong to it, by name: `torchvision = "0.29.2"`.
    #[serde(default)]
    pub with: BTreeMap<String, String>,
    /// Exact versions that its own metadata demands of other packages.
    #[serde(default)]
    pub holds: BTreeMap<String, String>,
    /// The CUDA of the compilers it brings for its own just-in-time code, most special first.
    #[serde(default)]
    pub jit: Vec<Jit>,
    /// The oldest macOS its wheels start on.
    pub macos: Option<Version>,
    pub source: String,
    pub verified: String,
}

impl Release {
    /// A requirement with `{version}` and the names of `with` filled in.
    #[must_use]
    pub fn fill(&self, requirement: &str) -> String {
        let mut filled = requirement.replace("{version}", self.version.text());
        for (name, version) in &self.with {
            filled = filled.replace(&format!("{{{name}}}"), version);
        }
        filled
    }
}

/// A just-in-time compiler that a release brings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jit {
    pub cuda: Version,
    /// Cards it compiles for.
    #[serde(default)]
    pub compute: Range,
}

/// What a range of releases is built as.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// `cpu`, `mps`, `cu126`, `cu13`.
    pub id: String,
    #[serde(default)]
    pub releases: Range,
    /// The CUDA its code was built with; absent: it uses no NVIDIA card.
    pub cuda: Option<Version>,
    /// The name of an index; absent: PyPI.
    pub index: Option<String>,
    /// `x86_64-linux`, `aarch64-linux`, `aarch64-darwin`.
    pub systems: Vec<String>,
    /// Machine code inside by system, as `86` for compute capability 8.6; absent: see `compute`.
    #[serde(default)]
    pub sm: BTreeMap<String, Vec<u32>>,
    /// Intermediate code (PTX) for this and later cards, which the driver compiles at the first start.
    #[serde(default)]
    pub ptx: BTreeMap<String, u32>,
    /// Cards it serves where its code list is not known or it compiles everything itself.
    pub compute: Option<Range>,
    /// A floor above the one of its CUDA release.
    pub driver: Option<Floors>,
    /// The oldest macOS whose GPU it uses, where its wheels start on an older one.
    pub macos: Option<Version>,
    /// Added to the framework's own; `{version}` and names of `with` are filled in.
    #[serde(default)]
    pub requirements: Vec<String>,
    /// Which of the requirements come from `index`, by name.
    #[serde(default)]
    pub from_index: Vec<String>,
    /// Requirements that only some machines need.
    #[serde(default, rename = "pin")]
    pub pins: Vec<Pinned>,
    pub source: String,
    pub verified: String,
}

impl Build {
    /// The target it is installed for.
    #[must_use]
    pub fn target(&self) -> Target {
        if self.cuda.is_some() { Target::Cuda } else { Target::Cpu }
    }
}

/// Driver floors of one build.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floors {
    pub linux: Version,
    pub windows: Option<Version>,
}

/// A requirement that only some machines need.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pinned {
    pub requirement: String,
    /// Drivers that need it; all when absent.
    pub driver: Option<Range>,
    /// Cards that need it (one is enough); all when absent.
    pub compute: Option<Range>,
    /// Why, for a person.
    pub why: String,
    pub source: String,
    pub verified: String,
}

/// A package of the same family that is installed only when asked for, in the version that fits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Companion {
    /// Normalised; a key of `with`.
    pub package: String,
    /// Python minor releases with wheels.
    pub python: Vec<String>,
    #[serde(default)]
    pub releases: Range,
    /// It stands in the build's index too.
    #[serde(default)]
    pub from_index: bool,
    pub source: String,
    pub verified: String,
}

/// The bytes of one build of one release.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    pub release: Version,
    /// The release of the base framework that was measured.
    pub base: Option<Version>,
    pub build: String,
    pub system: String,
    /// The Python it was measured with.
    pub python: String,
    pub download: u64,
    pub installed: Option<u64>,
    pub source: String,
    pub verified: String,
}

/// Releases that are known not to work somewhere although their code lists say so.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Broken {
    #[serde(default)]
    pub releases: Range,
    #[serde(default)]
    pub compute: Range,
    /// What happens, as a sentence.
    pub effect: String,
    /// What to do instead, as a sentence.
    pub instead: String,
    pub source: String,
    pub verified: String,
}

/// What a person must know before using it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    pub text: String,
    #[serde(default)]
    pub releases: Range,
    /// Builds it is about; all when empty.
    #[serde(default)]
    pub builds: Vec<String>,
    pub source: String,
    pub verified: String,
}
