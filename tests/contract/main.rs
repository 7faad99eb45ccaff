//! What nixml promises on the outside, line by line, through the built program and without a terminal.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests touch the world"
)]

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod bytes;
mod getting;
mod refusals;
mod report;
mod room;
mod variables;
mod words;
