//! The driver's module exists for the running kernel.

use crate::core::doctor::Case;
use crate::core::doctor::case::ModuleFault;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{fails, passes, skips};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "module-build",
    title: "the driver has a module for this kernel",
    codes: &["driver-build-failed"],
    facts: &["driver.module_on_disk", "os.kernel"],
    run,
    #[cfg(test)]
    examples: &[
        fails(
            "driver-build-failed",
            "os = { kernel = \"6.17.1\" }\ngpus = [{ vendor = \"nvidia\" }]\ndriver = { library_dir = \"/usr/lib\", modules = [], module_on_disk = false }",
        )
        .required(true),
        passes("gpus = [{ vendor = \"nvidia\" }]\ndriver = { modules = [], module_on_disk = true }"),
        passes("gpus = [{ vendor = \"nvidia\" }]\ndriver = { kernel_module = \"580.95.05\" }"),
        skips("gpus = [{ vendor = \"nvidia\" }]\ndriver = { library_dir = \"/usr/lib\", modules = [] }"),
        skips("gpus = []"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    if let Some(why) = case.no_linux_driver() {
        return Judged::skipped(why);
    }
    if case.is_container() {
        return Judged::skipped("inside a container the module is the host's");
    }
    let on_disk = case.driver().and_then(|driver| driver.module_on_disk);
    if case.module_loaded() == Some(true) || on_disk == Some(true) {
        return Judged::pass("a module for the running kernel is there");
    }
    if case.module_fault() != Some(ModuleFault::NotBuilt) {
        return Judged::skipped(if on_disk.is_none() {
            "whether a module is on the disk is not known"
        } else {
            "no driver is installed"
        });
    }
    let kernel = case.os().and_then(|os| os.kernel.as_deref()).unwrap_or("the running kernel");
    Judged::fail("driver-build-failed", "the driver has no module for this kernel")
        .seen(format!("the driver's library is there; no nvidia module for {kernel} on the disk"))
        .cause("the module was not built for this kernel: its headers are missing, or the driver does not compile with it")
        .remedy(known("driver-build-failed", case))
        .required(case.gpu_matters())
}
