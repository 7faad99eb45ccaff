//! Workshops from end to end: class files, joining, the board, kits, a room of forty, and the guide's own commands.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests touch the world"
)]

#[path = "../support/mod.rs"]
mod support;

mod bytes;
mod course;
mod forty;
mod guide;
mod https;
mod kit;
mod screen;

use support::ran::Ran;

/// The readiness code that `join` printed.
fn code_of(ran: &Ran) -> String {
    let text = ran.err();
    let line = text.lines().find_map(|line| line.strip_prefix("readiness code: "));
    line.unwrap_or_else(|| panic!("no code:\n{}", ran.told())).split_whitespace().next().unwrap().to_owned()
}

/// A machine without a card.
const PLAIN: &str = "schema = 1\ngpus = []\n[os]\nkind = \"linux\"\narch = \"x86_64\"\n";
