//! The checks, one file each. A new one: its file, its `mod` line, its line in [`ALL`]; a test keeps the three alike.

mod device_nodes;
mod driver_match;
mod gpu;
mod gpu_driver;
mod kernel_module;
mod module_build;
mod nouveau;
mod secure_boot;
mod uvm;

use crate::core::doctor::Check;

/// Every check, in the order in which they are told: the card and its driver, WSL, the environment, Nix, the project, the machine.
pub const ALL: &[&Check] = &[
    &gpu::CHECK,
    &gpu_driver::CHECK,
    &nouveau::CHECK,
    &kernel_module::CHECK,
    &module_build::CHECK,
    &secure_boot::CHECK,
    &driver_match::CHECK,
    &device_nodes::CHECK,
    &uvm::CHECK,
];
