//! `nixml probe` on machines made of files, with programs that misbehave, and on recorded machines.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::redundant_pub_crate,
    reason = "tests touch the world"
)]

mod hosts;
mod machine;
mod privacy;
mod programs;
mod project;
mod roots;
#[path = "../support/mod.rs"]
mod support;
