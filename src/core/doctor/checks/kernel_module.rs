//! The driver's kernel module is loaded.

use crate::core::doctor::Case;
use crate::core::doctor::case::ModuleFault;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{fails, passes, skips};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "kernel-module",
    title: "the driver's kernel module is loaded",
    codes: &["driver-not-loaded"],
    facts: &["driver.kernel_module", "driver.modules", "driver.nvml_error"],
    run,
    #[cfg(test)]
    examples: &[
        fails("driver-not-loaded", "gpus = [{ vendor = \"nvidia\" }]\ndriver = { library_dir = \"/usr/lib\", modules = [] }")
            .required(true),
        fails("driver-not-loaded", "gpus = [{ vendor = \"nvidia\" }]\ndriver = { nvml_error = 9 }"),
        passes("gpus = [{ vendor = \"nvidia\" }]\ndriver = { kernel_module = \"580.95.05\" }"),
        skips("gpus = [{ vendor = \"nvidia\" }]\ndriver = { library_dir = \"/usr/lib\", modules = [\"nouveau\"] }"),
        skips("gpus = [{ vendor = \"nvidia\" }]"),
        skips("gpus = []"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    if let Some(why) = case.no_linux_driver() {
        return Judged::skipped(why);
    }
    if case.module_loaded() == Some(true) {
        let version = case.driver().and_then(|driver| driver.kernel_module.as_deref());
        return Judged::pass(
            version.map_or_else(|| "the module `nvidia` is loaded".to_owned(), |version| format!("module {version}")),
        );
    }
    match case.module_fault() {
        Some(ModuleFault::NotLoaded) => Judged::fail("driver-not-loaded", "the driver is installed and its kernel module is not loaded")
            .seen(match case.driver().and_then(|driver| driver.nvml_error) {
                Some(9) => "the driver's library is there; NVML says `Driver Not Loaded` (9)",
                _ => "the driver's library is there; no module `nvidia` in the kernel",
            })
            .cause("usually a kernel or driver update without a reboot, a laptop profile that keeps the card off, or a module that failed to start")
            .remedy(known("driver-not-loaded", case))
            .required(case.gpu_matters()),
        Some(ModuleFault::HeldByAnother) => Judged::skipped("another driver holds the card: see `nouveau`"),
        Some(ModuleFault::SecureBoot) => Judged::skipped("Secure Boot is in the way: see `secure-boot`"),
        Some(ModuleFault::NotBuilt) => Judged::skipped("there is no module for this kernel: see `module-build`"),
        None => Judged::skipped("no driver is installed whose module could be loaded"),
    }
}
