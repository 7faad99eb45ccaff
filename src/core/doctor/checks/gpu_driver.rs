//! A card of NVIDIA's has NVIDIA's driver.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CPU, fails, passes, skips};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "gpu-driver",
    title: "the NVIDIA driver is installed",
    codes: &["libcuda-not-found"],
    facts: &["gpus", "driver"],
    run,
    #[cfg(test)]
    examples: &[
        fails("libcuda-not-found", r#"gpus = [{ vendor = "nvidia", pci_id = "10de:2684" }]"#).required(true),
        fails("libcuda-not-found", r#"gpus = [{ vendor = "nvidia", pci_id = "10de:2684" }]"#).inside(CPU).required(false),
        fails("libcuda-not-found", "os = { distro = \"nixos\" }\ngpus = [{ vendor = \"nvidia\" }]\ndriver = { modules = [] }"),
        passes("gpus = [{ vendor = \"nvidia\" }]\ndriver = { version = \"580.95.05\", kernel_module = \"580.95.05\" }"),
        skips("gpus = []"),
        skips("os = { wsl = 2 }\ngpus = [{ vendor = \"nvidia\" }]"),
        skips("gpus = [{ vendor = \"nvidia\", kernel_driver = \"nouveau\" }]"),
        skips("gpus = [{ vendor = \"nvidia\" }]\nunknown = { driver = \"the probe was stopped\" }"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    if let Some(why) = case.no_linux_driver() {
        return Judged::skipped(why);
    }
    if case.is_container() {
        return Judged::skipped("inside a container the driver is the host's: see `container-gpu`");
    }
    let driver = case.driver();
    let version = driver.and_then(|driver| driver.version.as_deref().or(driver.kernel_module.as_deref()));
    if version.is_some()
        || case.has_libcuda()
        || driver.is_some_and(|driver| driver.module_on_disk == Some(true) || driver.nvml_error.is_some())
    {
        return Judged::pass(
            version.map_or_else(|| "the driver's library was found".to_owned(), |version| format!("driver {version}")),
        );
    }
    if let Some(holder) = case.held_by_another() {
        return Judged::skipped(format!("`{holder}` holds the card: see `nouveau`"));
    }
    if let Some(reason) = case.facts.unknown.get("driver") {
        return Judged::skipped(format!("the driver is not known: {reason}"));
    }
    let card = case.nvidia().iter().find_map(|gpu| gpu.name.clone().or_else(|| gpu.pci_id.clone()));
    Judged::fail("libcuda-not-found", "there is an NVIDIA card and no driver for it")
        .seen(format!("card {}; no NVIDIA kernel module, no libcuda.so.1", card.as_deref().unwrap_or("of NVIDIA's")))
        .cause("the driver belongs to the system, not to the project: wheels and Nix do not bring it")
        .remedy(known("libcuda-not-found", case))
        .required(case.gpu_matters())
}
