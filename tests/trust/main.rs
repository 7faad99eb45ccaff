//! Nothing lost, nobody let in: what nixml promises about files, the terminal, children and privacy, tried on the real binary.
//!
//! `cases.toml` lists the cases and the tests that stand for them, here and elsewhere; `scripts/cases` prints it with what ran.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests touch the world"
)]

#[path = "../support/mod.rs"]
mod support;

mod cases;
mod clock;
mod crowd;
mod disk;
mod folders;
mod fuzz;
mod hostile;
mod idle;
mod kills;
mod limits;
mod outside;
mod panics;
mod private;
mod room;
mod spoken;
mod stuck;
mod swapped;
mod traced;
mod undone;
mod unread;
