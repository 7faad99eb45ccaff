//! Cuts a stream of bytes into lines a person would see: progress bars, escape sequences and Nix's JSON taken apart.

use std::borrow::Cow;

use memchr::{memchr_iter, memchr2, memchr2_iter, memchr3, memchr3_iter, memmem, memrchr2};
use serde::Deserialize;
use serde_json::Value;

use super::lower::lower;
use super::sieve::{Found, Sieve};
use crate::core::text::sanitise;

/// A longer line is read in pieces of this many bytes; below the length at which [`sanitise`] cuts.
const PIECE: usize = 4000;
/// How much of a piece is read again with the next one, so that a text on the border is seen whole.
const OVERLAP: usize = 400;

/// What the log consists of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece<'a> {
    /// So many pieces that are not blank, in which no pattern can match.
    Quiet(u64),
    /// A piece in which these patterns may match, as a person reads it (and in lower case), with the number of its line (from 1).
    Line(u64, &'a str, &'a [u8], &'a [usize]),
}

/// The line that is being read.
#[derive(Debug, Default)]
pub(super) struct Lines {
    carry: Vec<u8>,
    /// Line breaks so far.
    breaks: u64,
    /// The patterns that may match in the piece at hand.
    waiting: Vec<usize>,
    /// The block at hand in lower case, with its words.
    lower: Vec<u8>,
    found: Vec<Found>,
    /// The same of the piece at hand.
    small: Vec<u8>,
    here: Vec<Found>,
}

impl Lines {
    /// Calls `each` with every piece that `bytes` completes.
    pub(super) fn feed(&mut self, mut bytes: &[u8], sieve: &Sieve, each: &mut impl FnMut(Piece<'_>)) {
        if !self.carry.is_empty()
            && let Some(end) = memchr2(b'\n', b'\r', bytes)
        {
            self.keep(&bytes[..end], sieve, each);
            self.end(sieve, each);
            self.breaks += u64::from(bytes[end] == b'\n');
            bytes = &bytes[end + 1..];
        }
        let whole = memrchr2(b'\n', b'\r', bytes).map_or(0, |end| end + 1);
        self.whole(&bytes[..whole], sieve, each);
        self.keep(&bytes[whole..], sieve, each);
    }

    /// The last line, which nothing ended.
    pub(super) fn end(&mut self, sieve: &Sieve, each: &mut impl FnMut(Piece<'_>)) {
        let carry = std::mem::take(&mut self.carry);
        self.pieces(&carry, sieve, each);
        self.carry = carry;
        self.carry.clear();
    }

    /// Keeps what may go on, but never more than a piece.
    fn keep(&mut self, bytes: &[u8], sieve: &Sieve, each: &mut impl FnMut(Piece<'_>)) {
        for part in bytes.chunks(PIECE) {
            self.carry.extend_from_slice(part);
            while self.carry.len() > PIECE {
                let carry = std::mem::take(&mut self.carry);
                self.clean(&carry[..PIECE], sieve, each);
                self.carry = carry;
                self.carry.drain(..PIECE - OVERLAP);
            }
        }
    }

    /// Lines of which each is ended: the words are searched for in all of them at once, and most lines hold none.
    fn whole(&mut self, block: &[u8], sieve: &Sieve, each: &mut impl FnMut(Piece<'_>)) {
        let (mut small, mut found) = (std::mem::take(&mut self.lower), std::mem::take(&mut self.found));
        lower(block, &mut small);
        sieve.search(&small, &mut found);
        let mut words = found.iter().peekable();
        // Escapes, erased letters and two-byte spaces read otherwise once they are cleaned.
        let mut unclean = memchr3_iter(0x1b, 0x08, 0xc2, block).peekable();
        // With this begin curly quotes, among others.
        let mut curly = memchr_iter(0xe2, block).peekable();
        let mut start = 0;
        let mut quiet = 0;
        for end in memchr2_iter(b'\n', b'\r', block) {
            let line = &block[start..end];
            let mut as_it_is = line.len() <= PIECE;
            while unclean.next_if(|at| *at < end).is_some() {
                as_it_is = false;
            }
            let mut straight = true;
            while curly.next_if(|at| *at < end).is_some() {
                straight = false;
            }
            self.waiting.clear();
            while let Some(word) = words.next_if(|word| word.at < end) {
                // A word that goes over the end of a line is none.
                if word.start >= start && word.end <= end {
                    match sieve.waiting(*word) {
                        Some(patterns) => self.waiting.extend_from_slice(patterns),
                        None => as_it_is = false,
                    }
                }
            }
            if as_it_is && self.waiting.is_empty() {
                quiet += u64::from(!blank(line));
            } else {
                each(Piece::Quiet(std::mem::take(&mut quiet)));
                match std::str::from_utf8(line) {
                    Ok(text) if as_it_is && straight => {
                        each(Piece::Line(self.breaks + 1, text, &small[start..end], &self.waiting));
                    }
                    _ if as_it_is => {
                        let text = straightened(String::from_utf8_lossy(line));
                        lower(text.as_bytes(), &mut self.small);
                        each(Piece::Line(self.breaks + 1, &text, &self.small, &self.waiting));
                    }
                    _ => self.pieces(line, sieve, each),
                }
            }
            // A carriage return starts the same line anew: a progress bar is one line.
            self.breaks += u64::from(block[end] == b'\n');
            start = end + 1;
        }
        each(Piece::Quiet(quiet));
        (self.lower, self.found) = (small, found);
    }

    fn pieces(&mut self, mut line: &[u8], sieve: &Sieve, each: &mut impl FnMut(Piece<'_>)) {
        while line.len() > PIECE {
            self.clean(&line[..PIECE], sieve, each);
            line = &line[PIECE - OVERLAP..];
        }
        self.clean(line, sieve, each);
    }

    /// The text of a piece as a person reads it.
    fn clean(&mut self, bytes: &[u8], sieve: &Sieve, each: &mut impl FnMut(Piece<'_>)) {
        if let Some(json) = bytes.strip_prefix(b"@nix ")
            && let Some(text) = of_nix(json)
        {
            for line in text.lines() {
                self.search(&plain(line), sieve, each);
            }
            return;
        }
        self.search(&plain(&String::from_utf8_lossy(bytes)), sieve, each);
    }

    fn search(&mut self, text: &str, sieve: &Sieve, each: &mut impl FnMut(Piece<'_>)) {
        lower(text.as_bytes(), &mut self.small);
        sieve.search(&self.small, &mut self.here);
        self.waiting.clear();
        self.waiting.extend(self.here.iter().filter_map(|word| sieve.waiting(*word)).flatten());
        each(if self.waiting.is_empty() {
            Piece::Quiet(u64::from(!blank(text.as_bytes())))
        } else {
            Piece::Line(self.breaks + 1, text, &self.small, &self.waiting)
        });
    }
}

fn blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

/// What of an event of `--log-format internal-json` is read; most of it is numbers.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    action: Cow<'a, str>,
    #[serde(default)]
    msg: Value,
    #[serde(default)]
    text: Value,
    #[serde(default)]
    fields: Value,
}

/// What an event says to a person; `None` when it is no such event.
fn of_nix(json: &[u8]) -> Option<String> {
    if !json.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let event: Event<'_> = serde_json::from_slice(json).ok()?;
    let text = match event.action.as_ref() {
        "msg" => Some(&event.msg),
        "start" => Some(&event.text),
        "result" => event.fields.get(0),
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
    straightened(text)
}

/// With straight quotes.
fn straightened(mut text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.is_ascii() && text.contains(['\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}']) {
        text = Cow::Owned(text.replace(['\u{2018}', '\u{2019}'], "'").replace(['\u{201c}', '\u{201d}'], "\""));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::{pattern::Pattern, rarity::Rarity};
    use super::*;

    /// The lines in which one of two words stands, as they are read, and how many others there are.
    fn cut(chunks: &[&str]) -> (Vec<(u64, String)>, u64) {
        let patterns = ["error", "xxx"].map(|word| Pattern::new(word).unwrap());
        let sieve = Sieve::new(&patterns, &Rarity::default());
        let (mut found, mut others) = (Vec::new(), 0);
        let mut lines = Lines::default();
        let mut each = |piece: Piece<'_>| match piece {
            Piece::Quiet(count) => others += count,
            Piece::Line(number, text, lower, _) => {
                assert_eq!(text.to_ascii_lowercase().as_bytes(), lower);
                found.push((number, text.to_owned()));
            }
        };
        for chunk in chunks {
            lines.feed(chunk.as_bytes(), &sieve, &mut each);
        }
        lines.end(&sieve, &mut each);
        (found, others)
    }

    #[test]
    fn a_progress_bar_is_one_line() {
        let (seen, others) = cut(&["get\r\n10%\r5", "0%\r100% er", "ror\r\n  \nError", " 28\n\nerr\nor\nxx\rx\nxXx"]);
        let want = [(2, "100% error"), (4, "Error 28"), (9, "xXx")];
        assert_eq!(seen, want.map(|(number, text)| (number, text.to_owned())));
        assert_eq!(others, 7, "the blank ones do not count");
    }

    #[test]
    fn colours_and_curly_quotes_go() {
        for (raw, read) in [
            ("\u{1b}[31;1merror:\u{1b}[0m couldn\u{2018}t", "error: couldn't"),
            ("\\u001b[31merror:\\u001b[0m x", "error: x"),
            ("^[[31mer\u{1b}[0mr\u{1b}[1mor\u{1b}[0m x", "error x"),
            ("error:\u{a0}x", "error: x"),
            ("\u{201c}error\u{201d}", "\"error\""),
        ] {
            assert_eq!(cut(&[raw]).0, [(1, read.to_owned())]);
            assert_eq!(cut(&["a\n", raw, "\n", "b\n"]).0, [(2, read.to_owned())], "in a block");
        }
    }

    #[test]
    fn events_of_nix_are_read_as_their_text() {
        let event = r#"@nix {"action":"msg","level":0,"msg":"\u001b[31;1mer\u001b[0mror: attribute '\u001b[35;1mzlibb\u001b[0m' missing\n  at x\nxxx"}"#;
        let want = [(1, "error: attribute 'zlibb' missing".to_owned()), (1, "xxx".to_owned())];
        assert_eq!(cut(&[event]), (want.to_vec(), 1));
        assert_eq!(cut(&[&format!("{event}\n")]), (want.to_vec(), 1));
        assert_eq!(cut(&["@nix {error"]).0[0].1, "@nix {error");
    }

    #[test]
    fn a_line_without_end_is_read_in_pieces_that_overlap() {
        let long = "x".repeat(3 * PIECE);
        let (whole, _) = cut(&[&long]);
        let parts: Vec<&str> = long.as_bytes().chunks(7).map(|part| std::str::from_utf8(part).unwrap()).collect();
        assert_eq!(whole, cut(&parts).0);
        assert_eq!(whole, cut(&[&format!("{long}\n")]).0);
        assert!(whole.len() >= 4 && whole.iter().all(|(number, text)| *number == 1 && text.len() <= PIECE));
    }
}
