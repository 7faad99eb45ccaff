//! Cuts a stream of bytes into lines a person would see: progress bars, escape sequences and Nix's JSON taken apart.

use std::borrow::Cow;

use memchr::{memchr2, memchr3, memmem};
use serde_json::Value;

use crate::core::text::sanitise;

/// A longer line is read in pieces of this many bytes; below the length at which [`sanitise`] cuts.
const PIECE: usize = 4000;
/// How much of a piece is read again with the next one, so that a text on the border is seen whole.
const OVERLAP: usize = 400;

/// The line that is being read.
#[derive(Debug, Default)]
pub(super) struct Lines {
    carry: Vec<u8>,
    /// Line breaks so far.
    breaks: u64,
}

impl Lines {
    /// Calls `each` with the number (from 1) and the text of every piece of a line that `bytes` completes.
    pub(super) fn feed(&mut self, mut bytes: &[u8], each: &mut impl FnMut(u64, &str)) {
        while let Some(end) = memchr2(b'\n', b'\r', bytes) {
            if self.carry.is_empty() {
                pieces(&bytes[..end], self.breaks + 1, each);
            } else {
                self.keep(&bytes[..end], each);
                self.end(each);
            }
            // A carriage return starts the same line anew: a progress bar is one line.
            self.breaks += u64::from(bytes[end] == b'\n');
            bytes = &bytes[end + 1..];
        }
        self.keep(bytes, each);
    }

    /// The last line, which nothing ended.
    pub(super) fn end(&mut self, each: &mut impl FnMut(u64, &str)) {
        pieces(&self.carry, self.breaks + 1, each);
        self.carry.clear();
    }

    /// Keeps what may go on, but never more than a piece.
    fn keep(&mut self, bytes: &[u8], each: &mut impl FnMut(u64, &str)) {
        for part in bytes.chunks(PIECE) {
            self.carry.extend_from_slice(part);
            while self.carry.len() > PIECE {
                clean(&self.carry[..PIECE], self.breaks + 1, each);
                self.carry.drain(..PIECE - OVERLAP);
            }
        }
    }
}

fn pieces(mut line: &[u8], number: u64, each: &mut impl FnMut(u64, &str)) {
    while line.len() > PIECE {
        clean(&line[..PIECE], number, each);
        line = &line[PIECE - OVERLAP..];
    }
    if !line.is_empty() {
        clean(line, number, each);
    }
}

/// The text of a piece as a person reads it.
fn clean(bytes: &[u8], number: u64, each: &mut impl FnMut(u64, &str)) {
    if let Some(json) = bytes.strip_prefix(b"@nix ")
        && let Some(text) = of_nix(json)
    {
        for line in text.lines() {
            each(number, &plain(line));
        }
        return;
    }
    each(number, &plain(&String::from_utf8_lossy(bytes)));
}

/// What an event of `--log-format internal-json` says to a person; `None` when it is no such event.
fn of_nix(json: &[u8]) -> Option<String> {
    let event: Value = serde_json::from_slice(json).ok()?;
    let text = match event.get("action")?.as_str()? {
        "msg" => event.get("msg"),
        "start" => event.get("text"),
        "result" => event.get("fields").and_then(|fields| fields.get(0)),
        _ => None,
    };
    Some(text.and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// Without escape sequences (also those that a log spells out), with straight quotes and ordinary spaces.
fn plain(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut text = Cow::Borrowed(text);
    if memchr2(b'\\', b'^', bytes).is_some() {
        for spelled in ["\\u001b[", "\\x1b[", "\\033[", "\\e[", "^[["] {
            if memmem::find(text.as_bytes(), spelled.as_bytes()).is_some() {
                text = Cow::Owned(text.replace(spelled, "\u{1b}["));
            }
        }
    }
    if memchr3(0x1b, 0x08, 0xc2, text.as_bytes()).is_some() {
        let clean = sanitise(&text).replace('\u{a0}', " ");
        text = Cow::Owned(clean);
    }
    if !text.is_ascii() && text.contains(['\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}']) {
        text = Cow::Owned(text.replace(['\u{2018}', '\u{2019}'], "'").replace(['\u{201c}', '\u{201d}'], "\""));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(chunks: &[&str]) -> Vec<(u64, String)> {
        let mut found = Vec::new();
        let mut lines = Lines::default();
        let mut each = |number, text: &str| found.push((number, text.to_owned()));
        for chunk in chunks {
            lines.feed(chunk.as_bytes(), &mut each);
        }
        lines.end(&mut each);
        found
    }

    #[test]
    fn a_progress_bar_is_one_line() {
        let seen = cut(&["get\r\n10%\r5", "0%\r100%\nError", " 28"]);
        let want = [(1, "get"), (2, "10%"), (2, "50%"), (2, "100%"), (3, "Error 28")];
        assert_eq!(seen, want.map(|(number, text)| (number, text.to_owned())));
    }

    #[test]
    fn colours_and_curly_quotes_go() {
        assert_eq!(cut(&["\u{1b}[31;1merror:\u{1b}[0m couldn\u{2018}t"])[0].1, "error: couldn't");
        assert_eq!(cut(&["\\u001b[31merror:\\u001b[0m x"])[0].1, "error: x");
    }

    #[test]
    fn events_of_nix_are_read_as_their_text() {
        let event = r#"@nix {"action":"msg","level":0,"msg":"\u001b[31;1merror:\u001b[0m attribute '\u001b[35;1mzlibb\u001b[0m' missing\n  at x"}"#;
        assert_eq!(cut(&[event]), [(1, "error: attribute 'zlibb' missing".to_owned()), (1, "  at x".to_owned())]);
        assert_eq!(cut(&["@nix {broken"])[0].1, "@nix {broken");
    }

    #[test]
    fn a_line_without_end_is_read_in_pieces_that_overlap() {
        let long = "x".repeat(3 * PIECE);
        let whole = cut(&[&long]);
        let parts: Vec<&str> = long.as_bytes().chunks(7).map(|part| std::str::from_utf8(part).unwrap()).collect();
        assert_eq!(whole, cut(&parts));
        assert!(whole.len() >= 4 && whole.iter().all(|(number, text)| *number == 1 && text.len() <= PIECE));
    }
}
