//! Day two through the built program: what a project costs, projects that were there before, teams, extras.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests touch the world"
)]

mod adopt;
mod clean;
mod extras;
#[path = "../support/mod.rs"]
mod support;
mod teams;

use std::process::Output;

use serde_json::Value;
use support::place::{Place, told};

/// What a command printed as JSON.
#[track_caller]
fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|wrong| panic!("{wrong}: {}", told(output)))
}

#[track_caller]
fn exits(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", told(output));
}

/// The schema of that name, as nixml prints it.
fn schema(place: &Place, name: &str) -> Value {
    json(&place.nixml(["schema", name]))
}
