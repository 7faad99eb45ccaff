//! Takes everything out of a text that could act on a terminal: escape sequences, control and direction characters.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar as _;

/// The most characters that [`sanitise`] keeps of one line.
pub const LINE_CHARS: usize = 4096;
/// The most cells that [`label`] keeps: a name on one line.
pub const LABEL_CELLS: usize = 120;

/// The same text with only what may reach a terminal: line breaks and tabs stay, escape sequences (CSI, OSC, DCS, in 7 and 8
/// bits), other control characters and direction marks go; a line is cut after [`LINE_CHARS`] characters.
#[must_use]
pub fn sanitise(text: &str) -> Cow<'_, str> {
    if text.len() <= LINE_CHARS && text.chars().all(|c| c == '\n' || c == '\t' || harmless(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().min(1 << 16));
    let mut column = 0;
    for c in (Plain { rest: text.chars().peekable() }) {
        if c == '\n' {
            column = 0;
        } else {
            column += 1;
            if column == LINE_CHARS {
                out.push('…');
            }
            if column >= LINE_CHARS {
                continue;
            }
        }
        out.push(c);
    }
    Cow::Owned(out)
}

/// A name for one line (a graphics card, a version): sanitised, white space made single, cut to [`LABEL_CELLS`].
#[must_use]
pub fn label(text: &str) -> String {
    let clean = sanitise(text);
    let mut out = String::new();
    let mut cells = 0;
    for word in clean.split_whitespace() {
        for c in std::iter::once(' ').take(usize::from(!out.is_empty())).chain(word.chars()) {
            cells += c.width().unwrap_or(0);
            if cells >= LABEL_CELLS {
                out.push('…');
                return out;
            }
            out.push(c);
        }
    }
    out
}

/// May stand on a screen: no control character, nothing invisible that changes the order or the meaning of its neighbours.
#[must_use]
pub fn harmless(c: char) -> bool {
    !c.is_control()
        && !matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The characters that stay.
struct Plain<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
}

impl Plain<'_> {
    /// After ESC: which kind of sequence begins here, and past its end.
    fn escape(&mut self) {
        match self.rest.peek() {
            Some('[') => {
                self.rest.next();
                self.control_sequence();
            }
            Some(']' | 'P' | 'X' | '^' | '_') => {
                self.rest.next();
                self.string();
            }
            Some(' '..='/') => {
                while self.rest.next_if(|c| (' '..='/').contains(c)).is_some() {}
                self.rest.next_if(|c| ('0'..='~').contains(c));
            }
            Some('0'..='~') => {
                self.rest.next();
            }
            _ => {}
        }
    }

    fn control_sequence(&mut self) {
        while self.rest.next_if(|c| (' '..='?').contains(c)).is_some() {}
        self.rest.next_if(|c| ('@'..='~').contains(c));
    }

    /// To BEL or ST. An unterminated one ends with its line: a hostile program may not swallow the rest of the output.
    fn string(&mut self) {
        while let Some(&c) = self.rest.peek() {
            match c {
                '\n' => return,
                '\x07' | '\u{9c}' => {
                    self.rest.next();
                    return;
                }
                '\x1b' => {
                    self.rest.next();
                    self.rest.next_if_eq(&'\\');
                    return;
                }
                _ => self.rest.next(),
            };
        }
    }
}

impl Iterator for Plain<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        loop {
            match self.rest.next()? {
                '\x1b' => self.escape(),
                '\u{9b}' => self.control_sequence(),
                '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => self.string(),
                c @ ('\n' | '\t') => return Some(c),
                c if harmless(c) => return Some(c),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_go_and_words_stay() {
        for (wild, tame) in [
            ("\x1b[31;1mred\x1b[0m", "red"),
            ("a\x1b]52;c;ZXZpbA==\x07b", "ab"),
            ("a\x1b]0;title\x1b\\b", "ab"),
            ("a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "alink"),
            ("a\x1bPq#0\x1b\\b", "ab"),
            ("a\u{9b}31mb\u{9d}2;x\u{9c}c", "abc"),
            ("a\x1bc\x1b(Bb", "ab"),
            ("x\x1b]52;never ends\nnext", "x\nnext"),
            ("one\r\ntwo\rthree\x08\x07\x7f\0", "one\ntwothree"),
            ("evil\u{202e}txt.exe\u{2066}\u{200b}", "eviltxt.exe"),
            ("ends in \x1b", "ends in "),
            ("ends in \x1b[3", "ends in "),
            ("tab\tstays, é 中 🙂 stay", "tab\tstays, é 中 🙂 stay"),
        ] {
            assert_eq!(sanitise(wild), tame, "{wild:?}");
        }
    }

    #[test]
    fn ordinary_text_is_not_copied() {
        assert!(matches!(sanitise("error: builder failed\n  at /nix/store/x\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn long_lines_are_cut_and_the_next_line_is_whole() {
        let text = format!("{}\nend", "x".repeat(1_000_000));
        let clean = sanitise(&text);
        assert_eq!(clean.lines().map(|line| line.chars().count()).collect::<Vec<_>>(), [LINE_CHARS, 3]);
    }

    #[test]
    fn a_label_is_one_short_line() {
        assert_eq!(label(" NVIDIA \x1b]52;c;x\x07\n GeForce\tRTX "), "NVIDIA GeForce RTX");
        assert_eq!(label(&"中".repeat(500)).chars().count(), 60);
        assert_eq!(label(""), "");
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_acts_is_left(text in ".*|(\\x1b|\\x1b\\[|\\x1b\\]|\\x07|[a-z0-9;]|\\u{9b}|\\u{9d}|\\n|\\u{202e})*") {
            let clean = sanitise(&text);
            proptest::prop_assert!(clean.chars().all(|c| c == '\n' || c == '\t' || harmless(c)));
            proptest::prop_assert_eq!(sanitise(&clean), clean.as_ref());
        }
    }
}
