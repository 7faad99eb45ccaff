//! The driver's library is where programs find it.

use crate::core::doctor::Case;
use crate::core::doctor::Family;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{fails, passes, skips};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "libcuda",
    title: "libcuda.so.1 is where programs find it",
    codes: &["libcuda-not-found"],
    facts: &["driver.library_dir", "driver.libcuda"],
    run,
    #[cfg(test)]
    examples: &[
        fails("libcuda-not-found", "driver = { kernel_module = \"580.95.05\" }").required(true),
        fails("libcuda-not-found", "os = { distro = \"nixos\" }\ndriver = { kernel_module = \"580.95.05\" }"),
        passes("driver = { kernel_module = \"580.95.05\", library_dir = \"/usr/lib/x86_64-linux-gnu\" }"),
        skips("os = { container = true }\ndriver = { kernel_module = \"580.95.05\" }"),
        skips("gpus = [{ vendor = \"nvidia\" }]\ndriver = { modules = [] }"),
        skips("gpus = []"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    if let Some(why) = case.no_linux_driver() {
        return Judged::skipped(why);
    }
    if let Some(dir) = case.driver().and_then(|driver| driver.library_dir.as_deref()) {
        return Judged::pass(format!("{dir}/libcuda.so.1"));
    }
    if case.module_loaded() != Some(true) {
        return Judged::skipped("the driver does not run: see the checks above");
    }
    if case.is_container() {
        return Judged::skipped("inside a container the host hands it in: see `container-gpu`");
    }
    let why = if case.family() == Family::Nixos {
        "on NixOS the library stands in /run/opengl-driver/lib, which `hardware.graphics.enable` makes"
    } else {
        "only a part of the driver is installed: the module without its compute libraries"
    };
    Judged::fail("libcuda-not-found", "the driver runs and its library is missing")
        .seen("the kernel module is loaded; no libcuda.so.1 in the places where drivers put it")
        .cause(why)
        .remedy(known("libcuda-not-found", case))
        .required(case.gpu_matters())
}
