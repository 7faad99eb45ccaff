//! What a check may look at, with the questions that many checks ask of it.

use crate::core::catalog::Catalog;
use crate::core::doctor::Family;
use crate::core::facts::{DeviceNode, Disk, DiskRole, Driver, Env, Facts, Gpu, Nix, Os, ProjectFacts, Vendor};
use crate::core::plan::{Plan, Target};

/// A machine, and the plan of its project when there is one.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    pub facts: &'a Facts,
    pub plan: Option<&'a Plan>,
    /// What builds need of drivers and cards.
    pub catalog: Option<&'a Catalog>,
}

impl<'a> Case<'a> {
    #[must_use]
    pub fn os(&self) -> Option<&'a Os> {
        self.facts.os.as_ref()
    }

    #[must_use]
    pub fn driver(&self) -> Option<&'a Driver> {
        self.facts.driver.as_ref()
    }

    #[must_use]
    pub fn env(&self) -> Option<&'a Env> {
        self.facts.env.as_ref()
    }

    /// Nix, unless it is known to be absent.
    #[must_use]
    pub fn nix(&self) -> Option<&'a Nix> {
        self.facts.nix.as_ref().filter(|nix| nix.installed != Some(false))
    }

    #[must_use]
    pub fn project(&self) -> Option<&'a ProjectFacts> {
        self.facts.project.as_ref()
    }

    #[must_use]
    pub fn family(&self) -> Family {
        Family::of(self.os())
    }

    #[must_use]
    pub fn is_wsl(&self) -> bool {
        self.facts.is_wsl()
    }

    #[must_use]
    pub fn is_container(&self) -> bool {
        self.os().and_then(|os| os.container) == Some(true)
    }

    /// The NVIDIA cards that are known of; an empty list when none are.
    #[must_use]
    pub fn nvidia(&self) -> Vec<&'a Gpu> {
        self.facts.nvidia().collect()
    }

    /// A card of NVIDIA's or a driver for one is there: the checks of the driver have something to look at.
    #[must_use]
    pub fn has_nvidia(&self) -> bool {
        self.facts.nvidia().next().is_some()
            || self
                .driver()
                .is_some_and(|driver| driver.kernel_module.is_some() || driver.version.is_some() || driver.nvml_error.is_some())
    }

    /// Looked for cards and found none of this vendor.
    #[must_use]
    pub fn has_none_of(&self, vendor: Vendor) -> bool {
        self.facts.gpus.as_ref().is_some_and(|gpus| gpus.iter().all(|gpu| gpu.vendor.is_some_and(|found| found != vendor)))
    }

    /// The kernel module of this name is loaded; `None` when the modules are not known.
    #[must_use]
    pub fn module(&self, name: &str) -> Option<bool> {
        Some(self.driver()?.modules.as_ref()?.iter().any(|module| module == name))
    }

    /// NVIDIA's kernel module runs.
    #[must_use]
    pub fn module_loaded(&self) -> Option<bool> {
        if self.driver().is_some_and(|driver| driver.kernel_module.is_some()) {
            return Some(true);
        }
        self.module("nvidia")
    }

    /// A user-space driver library is on the disk.
    #[must_use]
    pub fn has_libcuda(&self) -> bool {
        self.driver().is_some_and(|driver| driver.library_dir.is_some() || driver.libcuda.iter().any(|file| !file.stub))
    }

    /// Why the checks of a Linux driver have nothing to look at here; `None`: they have.
    #[must_use]
    pub fn no_linux_driver(&self) -> Option<String> {
        if self.facts.system().is_some_and(|system| system.ends_with("-darwin")) {
            return Some("macOS has no NVIDIA driver".to_owned());
        }
        if self.is_wsl() {
            return Some("under WSL the driver is the one of Windows".to_owned());
        }
        if self.os().and_then(|os| os.jetson) == Some(true) {
            return Some("a Jetson has a driver of its own: see `jetson`".to_owned());
        }
        if self.has_nvidia() {
            return None;
        }
        Some(match self.facts.gpus {
            Some(_) => "no NVIDIA card was found".to_owned(),
            None => self.not_known("whether there is an NVIDIA card", "gpus"),
        })
    }

    /// Another driver than NVIDIA's that holds a card of NVIDIA's.
    #[must_use]
    pub fn held_by_another(&self) -> Option<&'a str> {
        let mut holders = self.facts.nvidia().filter_map(|gpu| gpu.kernel_driver.as_deref());
        let by_card = holders.find(|holder| !holder.starts_with("nv"));
        by_card.or_else(|| (self.module("nouveau") == Some(true) && self.module_loaded() != Some(true)).then_some("nouveau"))
    }

    /// See [`ModuleFault`]; `None` when the module runs, no driver is installed, or nothing is known.
    #[must_use]
    pub fn module_fault(&self) -> Option<ModuleFault> {
        let driver = self.driver()?;
        let installed = self.has_libcuda() || driver.module_on_disk == Some(true) || driver.nvml_error == Some(9);
        let stopped = self.module_loaded() == Some(false) || (driver.nvml_error == Some(9) && driver.kernel_module.is_none());
        if !installed || !stopped || self.is_wsl() || self.is_container() {
            return None;
        }
        Some(if self.held_by_another().is_some() {
            ModuleFault::HeldByAnother
        } else if driver.module_on_disk == Some(false) {
            ModuleFault::NotBuilt
        } else if self.os().and_then(|os| os.secure_boot) == Some(true) {
            ModuleFault::SecureBoot
        } else {
            ModuleFault::NotLoaded
        })
    }

    /// The device files that CUDA opens; `None`: not known which there are.
    #[must_use]
    pub fn nodes(&self) -> Option<Vec<&'a DeviceNode>> {
        let numbered = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_digit());
        let needed = |path: &str| {
            let name = path.strip_prefix("/dev/").unwrap_or_default();
            ["nvidiactl", "nvidia-uvm", "dxg", "nvmap"].contains(&name) || name.strip_prefix("nvidia").is_some_and(numbered)
        };
        Some(self.driver()?.nodes.as_ref()?.iter().filter(|node| needed(&node.path)).collect())
    }

    /// The project has this target.
    #[must_use]
    pub fn wants(&self, target: Target) -> bool {
        self.plan.is_some_and(|plan| plan.targets.iter().any(|planned| planned.target == target))
    }

    /// A fault of the card stands in the way: no project at all (then it is a breakage), or one that computes on it.
    #[must_use]
    pub fn gpu_matters(&self) -> bool {
        self.plan.is_none() || self.wants(Target::Cuda)
    }

    /// The project runs on nothing but NVIDIA cards.
    #[must_use]
    pub fn only_cuda(&self) -> bool {
        self.plan.is_some_and(|plan| plan.targets.iter().all(|planned| planned.target == Target::Cuda))
    }

    /// A project that nixml knows.
    #[must_use]
    pub fn in_project(&self) -> bool {
        self.plan.is_some() || self.project().is_some_and(|project| project.ours)
    }

    #[must_use]
    pub fn disk(&self, role: DiskRole) -> Option<&'a Disk> {
        self.facts.disks.iter().find(|disk| disk.role == Some(role))
    }

    /// Why a fact is not known: the reason of the first path at or below `path`.
    #[must_use]
    pub fn unknown(&self, path: &str) -> Option<&'a str> {
        self.facts
            .unknown
            .iter()
            .find(|(known, _)| *known == path || known.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
            .map(|(_, reason)| reason.as_str())
    }

    /// `; set in ~/.bashrc, line 3` when it is known who sets a variable.
    #[must_use]
    pub fn set_by(&self, variable: &str) -> String {
        match self.env().and_then(|env| env.set_by.get(variable)) {
            Some(by) => format!("; set in {}, line {}", by.file, by.line),
            None => String::new(),
        }
    }

    /// `what` is not known, with the probe's reason when it gave one.
    #[must_use]
    pub fn not_known(&self, what: &str, path: &str) -> String {
        match self.unknown(path) {
            Some(reason) => format!("{what} is not known: {reason}"),
            None => format!("{what} is not known"),
        }
    }
}

/// Why NVIDIA's module does not run although its driver is installed: one answer, so that one check speaks and the others stand back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModuleFault {
    /// nouveau, or a driver for virtual machines, holds the card.
    HeldByAnother,
    SecureBoot,
    /// No module for this kernel is on the disk.
    NotBuilt,
    /// None of these: it could be loaded and is not.
    NotLoaded,
}
