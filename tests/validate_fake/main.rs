//! `nixml validate` with a Nix and a uv that only pretend: processes, refusals, phases.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests touch the world"
)]

#[path = "../support/mod.rs"]
mod support;

mod init;
mod phases;
mod process;
mod room;
mod trust;
