//! The checks, one file each. A new one: its file, its `mod` line, its line in [`ALL`]; a test keeps the three alike.

mod container_gpu;
mod device_nodes;
mod driver_match;
mod gpu;
mod gpu_answers;
mod gpu_driver;
mod jetson;
mod kernel_module;
mod libcuda;
mod libcuda_copies;
mod libcuda_stub;
mod mig;
mod module_build;
mod nouveau;
mod other_gpus;
mod secure_boot;
mod uvm;
mod visible_devices;
mod wsl_driver;
mod wsl_libcuda;
mod wsl_project;
mod wsl_systemd;
mod wsl_version;

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
    &gpu_answers::CHECK,
    &mig::CHECK,
    &libcuda::CHECK,
    &libcuda_stub::CHECK,
    &libcuda_copies::CHECK,
    &visible_devices::CHECK,
    &other_gpus::CHECK,
    &jetson::CHECK,
    &container_gpu::CHECK,
    &wsl_version::CHECK,
    &wsl_driver::CHECK,
    &wsl_libcuda::CHECK,
    &wsl_systemd::CHECK,
    &wsl_project::CHECK,
];
