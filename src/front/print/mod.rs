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

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use crate::core::text::{harmless, sanitise};

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
    let text = serde_json::to_string_pretty(value)?;
    let mut out = io::stdout().lock();
    out.write_all(escaped(&text).as_bytes())?;
    writeln!(out)
}

/// JSON in which a character that could act on a terminal stands as its number; JSON itself demands that of the oldest ones only.
fn escaped(text: &str) -> Cow<'_, str> {
    let acts = |c: char| !harmless(c) && c != '\n';
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 64);
    for c in text.chars() {
        if acts(c) {
            out.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_its_meaning_and_loses_what_acts_on_a_terminal() {
        let value = serde_json::json!({ "name": "a\u{9b}2J\u{202e}\u{e0041}é日\n\u{7f}" });
        let text = serde_json::to_string_pretty(&value).unwrap();
        let shown = escaped(&text);
        assert!(shown.chars().all(|c| harmless(c) || c == '\n') && shown.contains("é日"), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
