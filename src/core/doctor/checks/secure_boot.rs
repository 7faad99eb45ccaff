//! Secure Boot lets the driver's module in.

use crate::core::doctor::Case;
use crate::core::doctor::case::ModuleFault;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{fails, passes, skips};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "secure-boot",
    title: "Secure Boot lets the driver in",
    codes: &["secure-boot-blocks-module"],
    facts: &["os.secure_boot", "driver.modules"],
    run,
    #[cfg(test)]
    examples: &[
        fails(
            "secure-boot-blocks-module",
            "os = { secure_boot = true }\ngpus = [{ vendor = \"nvidia\" }]\ndriver = { library_dir = \"/usr/lib\", modules = [], module_on_disk = true }",
        )
        .required(true),
        passes("os = { secure_boot = true }\ngpus = [{ vendor = \"nvidia\" }]\ndriver = { kernel_module = \"580.95.05\" }"),
        passes("os = { secure_boot = false }\ngpus = [{ vendor = \"nvidia\" }]"),
        skips("gpus = [{ vendor = \"nvidia\" }]"),
        skips("gpus = []"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    if let Some(why) = case.no_linux_driver() {
        return Judged::skipped(why);
    }
    let Some(on) = case.os().and_then(|os| os.secure_boot) else {
        return Judged::skipped(case.not_known("whether Secure Boot is on", "os.secure_boot"));
    };
    if case.module_fault() != Some(ModuleFault::SecureBoot) {
        return Judged::pass(if on { "Secure Boot is on and not in the way" } else { "Secure Boot is off" });
    }
    Judged::fail("secure-boot-blocks-module", "Secure Boot keeps the driver's module out")
        .seen("Secure Boot is on; the module is on the disk and not in the kernel")
        .cause("the firmware accepts only modules signed with a key it knows, and this module's key was never enrolled")
        .remedy(known("secure-boot-blocks-module", case))
        .required(case.gpu_matters())
}
