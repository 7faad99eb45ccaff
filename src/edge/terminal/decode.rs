//! Bytes from the terminal to keys and pastes. Whatever arrives, no sequence can hold a later key back for ever.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent};

use super::mouse;
use super::sequence::{control_sequence, single_shift};

/// What is kept of one paste; the rest of it is read and dropped.
const PASTE: usize = 1024 * 1024;
/// No key's sequence is longer.
const SEQUENCE: usize = 32;
/// No answer of a terminal is longer.
const STRING: usize = 4096;
const PASTE_END: &[u8] = b"\x1b[201~";

/// A key that was pressed, a text that was pasted, or what the mouse did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    Key(KeyEvent),
    Paste(String),
    Mouse(MouseEvent),
}

/// Where in a sequence the bytes have stopped.
#[derive(Debug, Default)]
enum State {
    #[default]
    Ground,
    Escape,
    /// After `ESC [`: its parameters so far.
    Control(Vec<u8>),
    /// After `ESC O`.
    Single,
    /// After `ESC [ [`, as the Linux console begins its function keys.
    Console,
    /// A letter of several bytes: those so far, and how many there will be.
    Letter(Vec<u8>, usize),
    Paste(Vec<u8>),
    /// An answer nobody asked for, until its end: how long it is so far, and whether its last byte was Escape.
    String(usize, bool),
}

/// Decodes a stream of bytes.
#[derive(Debug, Default)]
pub struct Decoder {
    state: State,
    /// Escape came before what is being read now.
    alt: bool,
}

impl Decoder {
    /// Takes bytes in pieces of any size.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<Typed>) {
        // The terminal never ends a paste it began? Ctrl-C alone gets out of it.
        if matches!(self.state, State::Paste(_)) && bytes == [0x03] {
            self.state = State::Ground;
        }
        for byte in bytes {
            self.byte(*byte, out);
        }
    }

    /// True when a little silence would decide what the bytes so far mean.
    #[must_use]
    pub fn waits(&self) -> bool {
        match &self.state {
            State::Ground => false,
            State::Paste(text) => !text.is_empty(),
            _ => true,
        }
    }

    /// The little silence has passed: Escape was the Escape key, and an unfinished sequence was none.
    pub fn silence(&mut self, out: &mut Vec<Typed>) {
        match std::mem::take(&mut self.state) {
            State::Escape => out.push(key(KeyCode::Esc, KeyModifiers::NONE)),
            State::Control(parameters) if parameters.is_empty() => out.push(key(KeyCode::Char('['), KeyModifiers::ALT)),
            State::Single => out.push(key(KeyCode::Char('O'), KeyModifiers::ALT)),
            State::Paste(text) => {
                // More of it may come; what there is can be shown.
                out.push(Typed::Paste(String::from_utf8_lossy(&text).into_owned()));
                self.state = State::Paste(Vec::new());
            }
            _ => {}
        }
        self.alt = false;
    }

    fn byte(&mut self, byte: u8, out: &mut Vec<Typed>) {
        match std::mem::take(&mut self.state) {
            State::Paste(text) => self.pasted(text, byte, out),
            State::String(length, escape) => self.string(length, escape, byte, out),
            State::Letter(bytes, all) => self.letter(bytes, all, byte, out),
            // A control character ends every sequence and is itself: Ctrl-C always arrives.
            State::Escape if byte == 0x1b => {
                out.push(key(KeyCode::Esc, KeyModifiers::NONE));
                self.state = State::Escape;
            }
            State::Escape => self.escaped(byte, out),
            State::Ground => self.ground(byte, out),
            _ if !(0x20..0x7f).contains(&byte) => self.ground(byte, out),
            State::Console => {
                if let Some(number) = byte.checked_sub(b'A').filter(|number| *number < 5) {
                    out.push(key(KeyCode::F(number + 1), KeyModifiers::NONE));
                }
            }
            State::Single => out.extend(single_shift(byte).map(Typed::Key)),
            State::Control(mut parameters) => match byte {
                b'[' if parameters.is_empty() => self.state = State::Console,
                0x20..=0x3f if parameters.len() < SEQUENCE => {
                    parameters.push(byte);
                    self.state = State::Control(parameters);
                }
                0x40..=0x7e if parameters == b"200" && byte == b'~' => self.state = State::Paste(Vec::new()),
                b'M' | b'm' if parameters.first() == Some(&b'<') => {
                    out.extend(mouse::report(&parameters, byte).map(Typed::Mouse));
                }
                0x40..=0x7e => out.extend(control_sequence(&parameters, byte).map(Typed::Key)),
                _ => {}
            },
        }
    }

    fn escaped(&mut self, byte: u8, out: &mut Vec<Typed>) {
        self.state = match byte {
            b'[' => State::Control(Vec::new()),
            b'O' => State::Single,
            b']' | b'P' | b'_' | b'^' | b'X' => State::String(0, false),
            _ => {
                self.alt = true;
                return self.ground(byte, out);
            }
        };
    }

    fn ground(&mut self, byte: u8, out: &mut Vec<Typed>) {
        let control = |letter: u8| (KeyCode::Char(char::from(letter)), KeyModifiers::CONTROL);
        let (code, held) = match byte {
            0x1b => {
                self.alt = false;
                self.state = State::Escape;
                return;
            }
            b'\r' => (KeyCode::Enter, KeyModifiers::NONE),
            b'\t' => (KeyCode::Tab, KeyModifiers::NONE),
            0x08 | 0x7f => (KeyCode::Backspace, KeyModifiers::NONE),
            0x00 => control(b' '),
            0x01..=0x1a => control(byte + b'a' - 1),
            0x1c..=0x1f => control(byte - 0x1c + b'4'),
            0x20..=0x7e => (KeyCode::Char(char::from(byte)), KeyModifiers::NONE),
            0xc2..=0xdf => return self.state = State::Letter(vec![byte], 2),
            0xe0..=0xef => return self.state = State::Letter(vec![byte], 3),
            0xf0..=0xf4 => return self.state = State::Letter(vec![byte], 4),
            _ => {
                self.alt = false;
                return;
            }
        };
        self.press(code, held, out);
    }

    fn letter(&mut self, mut bytes: Vec<u8>, all: usize, byte: u8, out: &mut Vec<Typed>) {
        if !(0x80..0xc0).contains(&byte) {
            self.alt = false;
            return self.ground(byte, out);
        }
        bytes.push(byte);
        if bytes.len() < all {
            self.state = State::Letter(bytes, all);
        } else if let Some(letter) = std::str::from_utf8(&bytes).ok().and_then(|text| text.chars().next()) {
            self.press(KeyCode::Char(letter), KeyModifiers::NONE, out);
        }
    }

    fn press(&mut self, code: KeyCode, held: KeyModifiers, out: &mut Vec<Typed>) {
        let alt = if std::mem::take(&mut self.alt) { KeyModifiers::ALT } else { KeyModifiers::NONE };
        out.push(key(code, held | alt));
    }

    fn pasted(&mut self, mut text: Vec<u8>, byte: u8, out: &mut Vec<Typed>) {
        text.push(byte);
        if text.ends_with(PASTE_END) {
            text.truncate(text.len() - PASTE_END.len());
            text.truncate(PASTE);
            out.push(Typed::Paste(String::from_utf8_lossy(&text).into_owned()));
            return;
        }
        // The end mark must still fit behind what is kept.
        if text.len() > PASTE + PASTE_END.len() {
            text.remove(PASTE);
        }
        self.state = State::Paste(text);
    }

    fn string(&mut self, length: usize, escape: bool, byte: u8, out: &mut Vec<Typed>) {
        match byte {
            0x07 => {}
            b'\\' if escape => {}
            0x1b => self.state = State::String(length + 1, true),
            0x03 => self.ground(byte, out),
            _ if length < STRING => self.state = State::String(length + 1, false),
            _ => {}
        }
    }
}

fn key(code: KeyCode, held: KeyModifiers) -> Typed {
    Typed::Key(KeyEvent::new(code, held))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: KeyModifiers = KeyModifiers::NONE;
    const CTRL: KeyModifiers = KeyModifiers::CONTROL;
    const ALT: KeyModifiers = KeyModifiers::ALT;

    fn typed(bytes: &[u8]) -> Vec<Typed> {
        let (mut decoder, mut out) = (Decoder::default(), Vec::new());
        // One byte at a time is the worst that can happen.
        for byte in bytes {
            decoder.feed(&[*byte], &mut out);
        }
        if decoder.waits() {
            decoder.silence(&mut out);
        }
        out
    }

    #[test]
    fn letters_controls_and_alt() {
        for (bytes, code, held) in [
            (&b"a"[..], KeyCode::Char('a'), NONE),
            ("é".as_bytes(), KeyCode::Char('é'), NONE),
            ("好".as_bytes(), KeyCode::Char('好'), NONE),
            (b"\r", KeyCode::Enter, NONE),
            (b"\x7f", KeyCode::Backspace, NONE),
            (b"\x03", KeyCode::Char('c'), CTRL),
            (b"\x1d", KeyCode::Char('5'), CTRL),
            (b"\0", KeyCode::Char(' '), CTRL),
            (b"\x1bb", KeyCode::Char('b'), ALT),
            ("\x1bé".as_bytes(), KeyCode::Char('é'), ALT),
            (b"\x1b", KeyCode::Esc, NONE),
            (b"\x1b[", KeyCode::Char('['), ALT),
            (b"\x1b[[B", KeyCode::F(2), NONE),
        ] {
            assert_eq!(typed(bytes), [key(code, held)], "{bytes:?}");
        }
        assert_eq!(typed(b"\x1b\x1b"), [key(KeyCode::Esc, NONE), key(KeyCode::Esc, NONE)]);
    }

    #[test]
    fn nothing_unfinished_holds_ctrl_c_back() {
        let end = key(KeyCode::Char('c'), CTRL);
        for begun in [
            &b"\x1b["[..],
            b"\x1b[?12;3",
            b"\x1b[<1;2",
            b"\x1bO",
            b"\x1b]52;c;",
            b"\x1bP1$r",
            b"\xe5\xa5",
            b"\x1b[200~text",
            b"\xff",
        ] {
            let bytes = [begun, b"\x03"].concat();
            assert_eq!(typed(&bytes).last(), Some(&end), "{begun:?}");
        }
    }

    #[test]
    fn answers_of_the_terminal_are_no_keys() {
        for answer in
            [&b"\x1b[?62;4c"[..], b"\x1b[24;80R", b"\x1b]11;rgb:1e/1e/1e\x1b\\", b"\x1bP>|xterm\x1b\\", b"\x1b[I", b"\x1b[?1u"]
        {
            assert_eq!(typed(&[answer, b"x"].concat()), [key(KeyCode::Char('x'), NONE)], "{answer:?}");
        }
    }

    #[test]
    fn a_paste_is_one_text_however_it_comes() {
        assert_eq!(
            typed(b"\x1b[200~a\rb\x1b[Cc\x1b[201~x"),
            [Typed::Paste("a\rb\x1b[Cc".to_owned()), key(KeyCode::Char('x'), NONE)]
        );
        let long = [&b"\x1b[200~"[..], &b"y".repeat(PASTE + 5000), b"\x1b[201~"].concat();
        let (mut decoder, mut out) = (Decoder::default(), Vec::new());
        decoder.feed(&long, &mut out);
        assert!(matches!(&out[..], [Typed::Paste(text)] if text.len() == PASTE));
    }
}
