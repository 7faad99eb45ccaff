//! What this machine is: plain, versioned, serialisable; an absent key means "not known".

mod gpu;
mod host;
mod loader;
mod project;
mod show;
mod tools;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use gpu::{DeviceNode, Driver, Gpu, LibraryFile, Toolkit, Vendor, compute_capability};
pub use host::{Cpu, Disk, DiskRole, Env, Memory, Os, OsKind, SetBy};
pub use loader::Loaded;
pub use project::{Installed, ProjectFacts, Proved, Venv};
pub use show::{Row, size};
pub use tools::{Direnv, Git, Nix, NixFlavour, Uv};

/// The version of the Facts format; raised when a key is renamed or removed.
pub const SCHEMA: u32 = 1;

/// The source of a fact that the environment says instead of the machine.
pub const OVERRIDE: &str = "override";

/// Everything that was found on one machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Format version. TOML files say `schema`, JSON says `schema_version`; both are read.
    #[serde(default = "schema", rename = "schema_version", alias = "schema")]
    pub schema: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<Os>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Cpu>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disks: Vec<Disk>,
    /// Absent: no driver is known of. The NVIDIA driver only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver: Option<Driver>,
    /// `Some([])`: looked and found none. `None`: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpus: Option<Vec<Gpu>>,
    /// CUDA toolkits lying about. Shown as "not needed"; never used to decide anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub toolkits: Vec<Toolkit>,
    /// Absent: not looked for. `installed = false` inside: looked for and not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nix: Option<Nix>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uv: Option<Uv>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git: Option<Git>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direnv: Option<Direnv>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<Env>,
    /// The project that was looked at, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectFacts>,
    /// Where each fact comes from, by its path: `driver.version` -> `nvml`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, String>,
    /// Why a fact is not known, by its path: `gpus` -> reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unknown: BTreeMap<String, String>,
}

fn schema() -> u32 {
    SCHEMA
}

impl Default for Facts {
    /// A machine of which nothing is known.
    fn default() -> Self {
        Self {
            schema: SCHEMA,
            os: None,
            cpu: None,
            memory: None,
            disks: Vec::new(),
            driver: None,
            gpus: None,
            toolkits: Vec::new(),
            nix: None,
            uv: None,
            git: None,
            direnv: None,
            env: None,
            project: None,
            sources: BTreeMap::new(),
            unknown: BTreeMap::new(),
        }
    }
}

impl Facts {
    /// Nix was looked for and is not there.
    #[must_use]
    pub fn lacks_nix(&self) -> bool {
        self.nix.as_ref().is_some_and(|nix| nix.installed == Some(false))
    }

    /// The system as Nix names it, `x86_64-linux`; `None` while unknown.
    #[must_use]
    pub fn system(&self) -> Option<String> {
        let os = self.os.as_ref()?;
        let kind = match os.kind? {
            OsKind::Linux => "linux",
            OsKind::Macos => "darwin",
        };
        Some(format!("{}-{kind}", os.arch.as_deref()?))
    }

    /// True on macOS.
    #[must_use]
    pub fn is_mac(&self) -> bool {
        self.os.as_ref().is_some_and(|os| os.kind == Some(OsKind::Macos))
    }

    /// True on NixOS.
    #[must_use]
    pub fn is_nixos(&self) -> bool {
        self.os.as_ref().is_some_and(|os| os.distro.as_deref() == Some("nixos"))
    }

    /// True under WSL 1 or 2.
    #[must_use]
    pub fn is_wsl(&self) -> bool {
        self.os.as_ref().is_some_and(|os| os.wsl.unwrap_or(0) > 0)
    }

    /// The NVIDIA cards that answered; an empty list when none are known.
    pub fn nvidia(&self) -> impl Iterator<Item = &Gpu> {
        self.gpus.iter().flatten().filter(|gpu| gpu.vendor == Some(Vendor::Nvidia))
    }
}
