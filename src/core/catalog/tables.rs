//! Rows about machines: CUDA, drivers, cards, Python, native libraries, extras.

use serde::Deserialize;

use crate::core::plan::Pin;
use crate::core::version::{Range, Version};

/// The oldest driver that runs programs built with one CUDA major release (minor-version compatibility).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    pub major: u32,
    pub linux: Version,
    /// The Windows driver, which is the driver under WSL.
    pub windows: Version,
    pub source: String,
    pub verified: String,
}

/// A CUDA toolkit and the driver it came with: the oldest that compiles its PTX.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Toolkit {
    pub version: Version,
    pub linux: Option<Version>,
    pub windows: Option<Version>,
    pub source: String,
    pub verified: String,
}

/// Cards that drivers leave out from some release on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generation {
    /// For people: `Maxwell, Pascal and Volta`.
    pub name: String,
    pub compute: Range,
    /// The last driver branch that runs them: `580`.
    pub last_branch: Version,
    /// The first driver that ignores them: `590`.
    pub first_without: Version,
    pub source: String,
    pub verified: String,
}

/// A compute capability.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arch {
    pub compute: Version,
    pub family: String,
    pub examples: Vec<String>,
    /// The oldest driver that knows the card at all; absent: every driver in the tables.
    pub first_driver: Option<Version>,
    /// Systems it exists on (`aarch64-linux` for Jetson); empty: all with NVIDIA drivers.
    #[serde(default)]
    pub systems: Vec<String>,
    /// A board of the Jetson kind: code for other cards of its family runs on it only from this CUDA on.
    pub shares_code_from: Option<Version>,
    pub source: String,
    pub verified: String,
}

/// The compute capability of cards, by the words of their names.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    pub compute: Version,
    /// Words in their order: `RTX 4090` fits `NVIDIA GeForce RTX 4090 Laptop GPU`.
    pub names: Vec<String>,
    pub source: String,
    pub verified: String,
}

/// A Python minor release.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PythonMinor {
    /// `3.13`.
    pub version: String,
    /// The pinned nixpkgs has this interpreter.
    pub offered: bool,
    pub status: String,
    pub eol: String,
    pub source: String,
    pub verified: String,
}

/// The default index.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PyPi {
    pub hosts: Vec<String>,
    pub source: String,
    pub verified: String,
}

/// Libraries outside Python that a package's wheels load.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Native {
    /// Normalised distribution names.
    pub packages: Vec<String>,
    /// nixpkgs attributes.
    pub libraries: Vec<String>,
    pub source: String,
    pub verified: String,
}

/// What choosing an extra adds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extra {
    pub id: String,
    /// Requirements of the `dev` group.
    pub dev: Vec<String>,
    pub source: String,
    pub verified: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CudaFile {
    pub schema: u32,
    pub floor: Vec<Floor>,
    pub toolkit: Vec<Toolkit>,
    pub generation: Vec<Generation>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GpuFile {
    pub schema: u32,
    pub arch: Vec<Arch>,
    #[serde(default)]
    pub card: Vec<Card>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PythonFile {
    pub schema: u32,
    pub pypi: PyPi,
    pub python: Vec<PythonMinor>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NixpkgsFile {
    pub schema: u32,
    pub hosts: Vec<String>,
    pub pin: Pin,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NetworkFile {
    pub schema: u32,
    /// Hosts of indexes that cannot be reached from here.
    #[serde(default)]
    pub unreachable: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NativeFile {
    pub schema: u32,
    #[serde(default)]
    pub native: Vec<Native>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExtraFile {
    pub schema: u32,
    #[serde(default)]
    pub extra: Vec<Extra>,
}
