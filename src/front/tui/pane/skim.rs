//! Follows a program's output without drawing it, and finds the part of a flood that would be gone from the history before anyone
//! could see it.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memrchr_iter};

const ESCAPE: u8 = 0x1b;

/// Where in the output's grammar we are. It is the parser's own grammar (vte), in so far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum At {
    /// Text.
    #[default]
    Ground,
    /// After the escape byte.
    Escape,
    /// `ESC [` and parameters. `true`: nothing but digits, `;` and `:` so far.
    Csi(bool),
    /// `ESC ]` until its end: titles, links, the clipboard. `true`: no control byte in it so far.
    Osc(bool),
    /// After the escape byte that ends one of those. `true`: it was plain.
    OscEnd(bool),
    /// `ESC` and a byte that announces one more.
    More,
    /// Something that is not followed; the parser alone knows where it ends.
    Lost,
}

/// What was learned of the output so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Skim {
    at: At,
    /// Only some rows may scroll: a line end does not push the first row out.
    region: bool,
}

impl Skim {
    /// Follows `bytes`; the parts of it that are plain: whole letters, line ends, colours, links and the erasing of a line's rest.
    /// Whatever a plain part does is undone by scrolling it away, but for the colours.
    pub fn follow(&mut self, bytes: &[u8]) -> Vec<Range<usize>> {
        let mut plain = Vec::new();
        let mut start = (self.at == At::Ground && !self.region).then_some(0);
        let mut place = 0;
        while place < bytes.len() {
            let begun = place;
            let (next, harmless) = self.step(bytes, place);
            place = next;
            // A part ends before the sequence that is more than plain, and before one that is not whole.
            if !harmless && let Some(from) = start.take() {
                plain.push(from..begun);
            }
            if start.is_none() && self.at == At::Ground && !self.region {
                start = Some(place);
            }
        }
        plain.extend(start.map(|from| from..bytes.len()));
        plain
    }

    /// From `place` to the end of the text or of the sequence there; whether that was whole and plain.
    fn step(&mut self, bytes: &[u8], place: usize) -> (usize, bool) {
        let rest = &bytes[place..];
        if self.at == At::Ground {
            let text = memchr(ESCAPE, rest).unwrap_or(rest.len());
            if text > 0 {
                return (place + text, true);
            }
        } else if self.at == At::Lost {
            return (bytes.len(), false);
        }
        // What began in an earlier piece is not whole in this one.
        let mut harmless = self.at == At::Ground;
        for (count, byte) in rest.iter().enumerate() {
            let was = self.at;
            harmless &= self.take(*byte);
            if self.at == At::Ground && was != At::Ground {
                return (place + count + 1, harmless);
            }
        }
        (bytes.len(), false)
    }

    /// One byte of a sequence; false when it makes the sequence more than plain.
    fn take(&mut self, byte: u8) -> bool {
        let (next, plain) = match (self.at, byte) {
            (_, 0x18 | 0x1a) => (At::Ground, false),
            (At::Osc(plain), ESCAPE) => (At::OscEnd(plain), true),
            (At::OscEnd(plain), b'\\') => (At::Ground, plain),
            (At::Ground, ESCAPE) => (At::Escape, true),
            (_, ESCAPE) => (At::Escape, false),
            (At::Escape, b'[') => (At::Csi(true), true),
            (At::Escape, b']') => (At::Osc(true), true),
            (At::OscEnd(_), b'[') => (At::Csi(false), false),
            (At::OscEnd(_), b']') => (At::Osc(false), false),
            (At::Escape | At::OscEnd(_), b'P' | b'X' | b'^' | b'_') => (At::Lost, false),
            (At::Escape | At::OscEnd(_), b' '..=b'/') => (At::More, false),
            (At::Escape | At::OscEnd(_), b'c') => {
                self.region = false;
                (At::Ground, false)
            }
            (At::Escape | At::OscEnd(_) | At::More, 0x30..=0x7e) => (At::Ground, false),
            (At::Csi(plain), b'0'..=b';') => (At::Csi(plain), true),
            (At::Csi(true), b'm' | b'K') => (At::Ground, true),
            (At::Csi(_), 0x40..=0x7e) => {
                self.region |= byte == b'r';
                (At::Ground, false)
            }
            (At::Csi(_), _) => (At::Csi(false), false),
            (At::Osc(plain), 0x07) => (At::Ground, plain),
            (At::Osc(plain), _) => (At::Osc(plain && byte >= b' '), true),
            (at, _) => (at, false),
        };
        self.at = next;
        plain
    }
}

/// Of a plain part, what is gone once its last `lines` lines are there: where it begins and ends, and the colours that outlive it.
pub(super) fn gone(part: &[u8], lines: usize) -> Option<(Range<usize>, Vec<u8>)> {
    // The first line is always shown: a letter may have begun in an earlier piece.
    let start = memchr_iter(b'\n', part).find(|end| *end > 0 && part[end - 1] == b'\r')? + 1;
    let end = memrchr_iter(b'\n', part).skip(lines).find(|end| *end > start && part[end - 1] == b'\r')? + 1;
    // A letter may be asked for again (REP): it must be one that is shown.
    let shown = says_something(&part[end..]);
    shown.then(|| (start..end, colours(&part[start..end])))
}

/// A letter is drawn.
fn says_something(part: &[u8]) -> bool {
    let mut skim = Skim::default();
    let mut place = 0;
    while place < part.len() {
        let was = skim.at;
        let (next, _) = skim.step(part, place);
        if was == At::Ground && part[place] != ESCAPE && part[place..next].iter().any(u8::is_ascii_graphic) {
            return true;
        }
        place = next;
    }
    false
}

/// The changes of colour in a plain part, from the last that takes everything back.
fn colours(part: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut place = 0;
    while let Some(begin) = memchr(ESCAPE, &part[place..]).map(|at| place + at) {
        let mut skim = Skim::default();
        let (end, _) = skim.step(part, begin);
        let sequence = &part[begin..end];
        if sequence.starts_with(b"\x1b[") && sequence.ends_with(b"m") {
            if matches!(sequence, b"\x1b[m" | b"\x1b[0m") {
                kept.clear();
            }
            kept.extend_from_slice(sequence);
        }
        place = end;
    }
    kept
}
