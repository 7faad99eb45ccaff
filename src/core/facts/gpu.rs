//! Graphics cards and the NVIDIA driver.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vendor {
    Nvidia,
    Amd,
    Intel,
    Apple,
}

/// A compute capability as it is written here, from `8.9`, `89` or `sm_89`.
#[must_use]
pub fn compute_capability(text: &str) -> Option<String> {
    let digits = text.trim().trim_start_matches("sm_").trim_end_matches('a');
    let (major, minor) = match digits.split_once('.') {
        Some(pair) => pair,
        None => digits.split_at_checked(digits.len().checked_sub(1)?)?,
    };
    let (major, minor): (u8, u8) = (major.parse().ok()?, minor.parse().ok()?);
    ((1..100).contains(&major) && minor < 10).then(|| format!("{major}.{minor}"))
}

/// One graphics card.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Gpu {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<Vendor>,
    /// Compute capability, `8.9`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// Partitioned (multi-instance GPU is on).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mig: Option<bool>,
    /// A slice that a hypervisor hands out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vgpu: Option<bool>,
    /// PCI address, `0000:01:00.0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pci: Option<String>,
    /// PCI vendor and device, `10de:2684`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pci_id: Option<String>,
    /// The kernel driver that holds the card: `nvidia`, `nouveau`, `vfio-pci`, `amdgpu`, `i915`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel_driver: Option<String>,
    /// The card is there and does not work: what the driver said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A file in /dev that the driver needs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DeviceNode {
    pub path: String,
    /// This user may read and write it.
    pub usable: bool,
    /// `crw-rw---- root video`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
}

/// A driver library found on the disk.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LibraryFile {
    pub path: String,
    /// From the file name it links to: `550.163.01`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// A toolkit's placeholder, not the driver.
    pub stub: bool,
}

/// The NVIDIA driver.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Driver {
    /// The user-space driver (under WSL the Windows driver): `550.163.01`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The newest CUDA this driver speaks, `12.4`; not an installed toolkit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cuda: Option<String>,
    /// The version of the loaded kernel module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel_module: Option<String>,
    /// The open kernel module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<bool>,
    /// The folder that holds libcuda.so.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub library_dir: Option<String>,
    /// Graphics modules in the kernel: `nvidia`, `nvidia_uvm`, `nouveau`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modules: Option<Vec<String>>,
    /// What stands in /dev for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nodes: Option<Vec<DeviceNode>>,
    /// Every libcuda.so.1 that was found, the first one wins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub libcuda: Vec<LibraryFile>,
    /// Every libnvidia-ml.so.1 that was found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub libnvml: Vec<LibraryFile>,
    /// The number NVML answered when it did not start: 9 driver not loaded, 18 versions differ, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nvml_error: Option<i64>,
    /// A module for this kernel is on the disk (built or packaged), loaded or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module_on_disk: Option<bool>,
    /// A package of a Linux driver is installed inside WSL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linux_driver_in_wsl: Option<bool>,
    /// The container's runtime hands cards in (`NVIDIA_VISIBLE_DEVICES` and injected libraries).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_toolkit: Option<bool>,
}

/// A CUDA toolkit on the disk; never needed, never used to decide.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Toolkit {
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compute_capability_has_three_spellings() {
        for (text, expected) in [
            ("8.9", Some("8.9")),
            ("89", Some("8.9")),
            ("sm_120", Some("12.0")),
            ("sm_90a", Some("9.0")),
            ("x", None),
            ("", None),
            ("8", None),
            ("8.99", None),
        ] {
            assert_eq!(compute_capability(text).as_deref(), expected, "{text}");
        }
    }
}
