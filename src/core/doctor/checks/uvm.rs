//! /dev/nvidia-uvm, without which CUDA does not start although `nvidia-smi` works.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{fails, passes, skips, warns};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "uvm",
    title: "/dev/nvidia-uvm is there",
    codes: &["uvm-device-missing"],
    facts: &["driver.nodes", "driver.modules"],
    run,
    #[cfg(test)]
    examples: &[
        fails(
            "uvm-device-missing",
            "os = { container = true }\ndriver = { kernel_module = \"580.95.05\", nodes = [{ path = \"/dev/nvidiactl\", usable = true }] }",
        )
        .required(true),
        fails(
            "uvm-device-missing",
            "driver = { kernel_module = \"580.95.05\", modules = [\"nvidia\", \"nvidia_uvm\"], nodes = [{ path = \"/dev/nvidiactl\", usable = true }] }",
        ),
        warns(
            "uvm-device-missing",
            "driver = { kernel_module = \"580.95.05\", modules = [\"nvidia\"], nodes = [{ path = \"/dev/nvidiactl\", usable = true }] }",
        ),
        passes("driver = { kernel_module = \"580.95.05\", nodes = [{ path = \"/dev/nvidia-uvm\", usable = true }] }"),
        skips("os = { wsl = 2 }\ndriver = { version = \"580.95.05\", nodes = [{ path = \"/dev/dxg\", usable = true }] }"),
        skips("gpus = []"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    if let Some(why) = case.no_linux_driver() {
        return Judged::skipped(why);
    }
    let Some(nodes) = case.nodes() else {
        return Judged::skipped(case.not_known("what stands in /dev for the driver", "driver.nodes"));
    };
    if nodes.iter().any(|node| node.path == "/dev/nvidia-uvm") {
        return Judged::pass("/dev/nvidia-uvm");
    }
    if case.module_loaded() != Some(true) || nodes.is_empty() {
        return Judged::skipped("the driver does not run, so there are no device files");
    }
    let seen = "other device files of the driver are there; /dev/nvidia-uvm is not";
    if case.is_container() {
        return Judged::fail("uvm-device-missing", "/dev/nvidia-uvm is missing in this container")
            .seen(seen)
            .cause("the container was given the card and not its memory manager, or the host has not made the file yet")
            .remedy(known("uvm-device-missing", case))
            .required(case.gpu_matters());
    }
    if case.module("nvidia_uvm") == Some(false) {
        return Judged::warn("uvm-device-missing", "/dev/nvidia-uvm is not there yet")
            .seen(format!("{seen}; the module `nvidia_uvm` is not loaded"))
            .cause("the first CUDA program makes it with the help of `nvidia-modprobe`; where that is not installed CUDA fails with error 999")
            .remedy(known("uvm-device-missing", case));
    }
    Judged::fail("uvm-device-missing", "/dev/nvidia-uvm is missing")
        .seen(seen)
        .cause("the helper that makes the file did not run")
        .remedy(known("uvm-device-missing", case))
        .required(case.gpu_matters())
}
