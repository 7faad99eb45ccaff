//! Whether a GPU target has anything to run on.

use std::fs;
use std::path::Path;

use crate::core::facts::Facts;

/// The doctor's checks that tell why a card is not there or does not compute.
pub const CHECKS: &[&str] = &[
    "gpu",
    "nouveau",
    "gpu-driver",
    "kernel-module",
    "module-build",
    "secure-boot",
    "driver-match",
    "driver-version",
    "device-nodes",
    "gpu-answers",
    "gpu-too-new",
    "gpu-too-old",
    "libcuda",
    "libcuda-stub",
    "uvm",
    "mig",
    "visible-devices",
    "container-gpu",
    "wsl-version",
    "wsl-driver",
    "wsl-libcuda",
    "ld-library-path",
];

/// False only when it is certain: a card that hides is found by the proof.
pub fn present(facts: &Facts) -> bool {
    match Some(facts).filter(|facts| facts.gpus.is_some()) {
        Some(facts) => {
            facts.nvidia().next().is_some() || facts.driver.as_ref().is_some_and(|driver| driver.kernel_module.is_some())
        }
        None => {
            ["/proc/driver/nvidia/version", "/dev/nvidiactl", "/dev/dxg"].iter().any(|path| Path::new(path).exists())
                || on_the_bus()
        }
    }
}

/// A display device of NVIDIA on the PCI bus.
fn on_the_bus() -> bool {
    let word = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    fs::read_dir("/sys/bus/pci/devices").into_iter().flatten().flatten().any(|device| {
        word(&device.path().join("vendor")).trim() == "0x10de" && word(&device.path().join("class")).starts_with("0x03")
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_check_is_one_of_the_doctor_s() {
        for id in super::CHECKS {
            assert!(crate::core::doctor::ALL.iter().any(|check| check.id == *id), "{id}");
        }
    }
}
