//! Whether a GPU target has anything to run on.

use std::fs;
use std::path::Path;

use crate::core::facts::Facts;

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
