//! `nixml doctor`, `nixml report` and `nixml schema` as they are run: recorded machines, a library that hangs, a real project.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::redundant_pub_crate,
    reason = "tests touch the world"
)]

mod explaining;
mod faults;
mod hosts;
mod project;
mod run;
mod schemas;
#[path = "../support/mod.rs"]
mod support;
