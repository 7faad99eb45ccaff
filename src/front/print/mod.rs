//! Reports as text on standard output; talk goes to standard error.

pub mod board;
pub mod clean;
pub mod course;
mod explained;
mod facts;
mod findings;
pub mod init;
mod look;
mod matrix;
pub mod validation;

use std::io::{self, Write};

use serde::Serialize;

use crate::core::text::sanitise;

pub use explained::explained;
pub use facts::table as facts_table;
pub use findings::findings;
pub use look::Look;
pub use matrix::table as matrix_table;

/// Prints one JSON object and nothing else on standard output.
///
/// # Errors
/// The reader has gone, or the disk is full.
pub fn json(value: &impl Serialize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)
}

/// Says one line on standard error, without what could act on a terminal; nobody listening is no reason to stop.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", sanitise(line));
}

/// What to type next, as aligned lines.
#[must_use]
pub fn next(lines: &[(String, &str)]) -> Vec<String> {
    let widest = lines.iter().map(|(command, _)| command.chars().count()).max().unwrap_or(0);
    let shown = lines.iter().map(|(command, what)| format!("  {command:<widest$}  {what}"));
    std::iter::once("What to type next:".to_owned()).chain(shown).collect()
}
