//! The checks, one file each. A new one: its file, its `mod` line, its line in [`ALL`]; a test keeps the three alike.

mod accept_flake_config;
mod ca_files;
mod cache_trust;
mod conda;
mod container_gpu;
mod cuda_toolkit;
mod dead_caches;
mod device_nodes;
mod direnv;
mod driver_match;
mod driver_version;
mod flake_lock;
mod flakes;
mod framework_stack;
mod generated_files;
mod git;
mod git_owner;
mod git_repository;
mod git_tracked;
mod gpu;
mod gpu_answers;
mod gpu_driver;
mod gpu_too_new;
mod gpu_too_old;
mod jetson;
mod kernel_module;
mod ld_library_path;
mod ld_preload;
mod libc;
mod libcuda;
mod libcuda_copies;
mod libcuda_stub;
mod loader;
mod mig;
mod module_build;
mod nix;
mod nix_daemon;
mod nix_path;
mod nix_sandbox;
mod nix_store;
mod nix_version;
mod nouveau;
mod open_files;
mod other_gpus;
mod platform;
mod proof_drift;
mod proxy;
mod python_path;
mod secure_boot;
mod shared_memory;
mod space_cache;
mod space_nix;
mod space_project;
mod space_temp;
mod trusted_user;
mod uv_index;
mod uv_lock;
mod uv_python;
mod uvm;
mod venv_interpreter;
mod venv_python;
mod visible_devices;
mod wheel_build;
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
    &driver_version::CHECK,
    &gpu_too_old::CHECK,
    &gpu_too_new::CHECK,
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
    &ld_library_path::CHECK,
    &ld_preload::CHECK,
    &python_path::CHECK,
    &conda::CHECK,
    &cuda_toolkit::CHECK,
    &uv_index::CHECK,
    &nix::CHECK,
    &nix_path::CHECK,
    &nix_daemon::CHECK,
    &nix_store::CHECK,
    &nix_version::CHECK,
    &flakes::CHECK,
    &dead_caches::CHECK,
    &cache_trust::CHECK,
    &accept_flake_config::CHECK,
    &trusted_user::CHECK,
    &nix_sandbox::CHECK,
    &git::CHECK,
    &git_repository::CHECK,
    &git_tracked::CHECK,
    &git_owner::CHECK,
    &flake_lock::CHECK,
    &uv_lock::CHECK,
    &generated_files::CHECK,
    &proof_drift::CHECK,
    &venv_interpreter::CHECK,
    &venv_python::CHECK,
    &uv_python::CHECK,
    &wheel_build::CHECK,
    &framework_stack::CHECK,
    &loader::CHECK,
    &direnv::CHECK,
    &platform::CHECK,
    &libc::CHECK,
    &space_nix::CHECK,
    &space_project::CHECK,
    &space_temp::CHECK,
    &space_cache::CHECK,
    &shared_memory::CHECK,
    &open_files::CHECK,
    &ca_files::CHECK,
    &proxy::CHECK,
];
