//! `nixml validate` with a Nix and a uv that only pretend: processes, refusals, phases.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests touch the world"
)]

mod phases;
mod process;
mod room;
mod trust;
