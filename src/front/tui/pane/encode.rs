//! Keys to the bytes that a program on an xterm gets for them.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The bytes of a key; `None` for a key that no terminal sends. `own_arrows`: the program asked for application cursor keys.
#[must_use]
pub fn encode(key: KeyEvent, own_arrows: bool) -> Option<Vec<u8>> {
    let held = key.modifiers;
    let plain = match key.code {
        KeyCode::Char(letter) => return letters(letter, held),
        KeyCode::Enter => "\r".to_owned(),
        KeyCode::Tab if held.contains(KeyModifiers::SHIFT) => "\x1b[Z".to_owned(),
        KeyCode::BackTab => "\x1b[Z".to_owned(),
        KeyCode::Tab => "\t".to_owned(),
        KeyCode::Backspace if held.contains(KeyModifiers::CONTROL) => "\x08".to_owned(),
        KeyCode::Backspace => "\x7f".to_owned(),
        KeyCode::Esc => "\x1b".to_owned(),
        KeyCode::Null => "\0".to_owned(),
        KeyCode::Up => return Some(cursor('A', held, own_arrows)),
        KeyCode::Down => return Some(cursor('B', held, own_arrows)),
        KeyCode::Right => return Some(cursor('C', held, own_arrows)),
        KeyCode::Left => return Some(cursor('D', held, own_arrows)),
        KeyCode::End => return Some(cursor('F', held, own_arrows)),
        KeyCode::Home => return Some(cursor('H', held, own_arrows)),
        KeyCode::Insert => return Some(tilde(2, held)),
        KeyCode::Delete => return Some(tilde(3, held)),
        KeyCode::PageUp => return Some(tilde(5, held)),
        KeyCode::PageDown => return Some(tilde(6, held)),
        KeyCode::F(number) => return function(number, held),
        _ => return None,
    };
    Some(with_alt(plain.into_bytes(), held))
}

/// A pasted text as the program gets it: in brackets when it asked for them, and never able to close them itself.
#[must_use]
pub fn paste(text: &str, brackets: bool) -> Vec<u8> {
    let mut text = text.to_owned();
    // What is left after one is taken out may form another.
    while text.contains("\x1b[201~") {
        text = text.replace("\x1b[201~", "");
    }
    let text = text.replace("\r\n", "\r").replace('\n', "\r");
    if brackets { format!("\x1b[200~{text}\x1b[201~").into_bytes() } else { text.into_bytes() }
}

fn letters(letter: char, held: KeyModifiers) -> Option<Vec<u8>> {
    let bytes = if held.contains(KeyModifiers::CONTROL) {
        let code = match letter.to_ascii_lowercase() {
            lower @ 'a'..='z' => u8::try_from(lower).ok()? & 0x1f,
            ' ' | '@' | '2' => 0,
            '[' | '3' => 0x1b,
            '\\' | '4' => 0x1c,
            ']' | '5' => 0x1d,
            '^' | '6' => 0x1e,
            '_' | '/' | '7' | '-' => 0x1f,
            '?' | '8' => 0x7f,
            _ => return None,
        };
        vec![code]
    } else {
        letter.to_string().into_bytes()
    };
    Some(with_alt(bytes, held))
}

fn with_alt(mut bytes: Vec<u8>, held: KeyModifiers) -> Vec<u8> {
    if held.contains(KeyModifiers::ALT) {
        bytes.insert(0, 0x1b);
    }
    bytes
}

/// 1 for none, and one bit each: shift, alt, control.
fn modifier(held: KeyModifiers) -> u8 {
    1 + u8::from(held.contains(KeyModifiers::SHIFT))
        + 2 * u8::from(held.contains(KeyModifiers::ALT))
        + 4 * u8::from(held.contains(KeyModifiers::CONTROL))
}

fn cursor(letter: char, held: KeyModifiers, own: bool) -> Vec<u8> {
    match (modifier(held), own) {
        (1, true) => format!("\x1bO{letter}"),
        (1, false) => format!("\x1b[{letter}"),
        (held, _) => format!("\x1b[1;{held}{letter}"),
    }
    .into_bytes()
}

fn tilde(number: u8, held: KeyModifiers) -> Vec<u8> {
    match modifier(held) {
        1 => format!("\x1b[{number}~"),
        held => format!("\x1b[{number};{held}~"),
    }
    .into_bytes()
}

fn function(number: u8, held: KeyModifiers) -> Option<Vec<u8>> {
    let code = match number {
        1..=4 => {
            let letter = char::from(b'P' + number - 1);
            return Some(match modifier(held) {
                1 => format!("\x1bO{letter}").into_bytes(),
                held => format!("\x1b[1;{held}{letter}").into_bytes(),
            });
        }
        5 => 15,
        6..=10 => number + 11,
        11..=14 => number + 12,
        15..=16 => number + 13,
        17..=20 => number + 14,
        _ => return None,
    };
    Some(tilde(code, held))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: KeyModifiers = KeyModifiers::NONE;
    const CTRL: KeyModifiers = KeyModifiers::CONTROL;
    const ALT: KeyModifiers = KeyModifiers::ALT;
    const SHIFT: KeyModifiers = KeyModifiers::SHIFT;

    #[test]
    fn every_key_has_the_bytes_of_an_xterm() {
        let cases: &[(KeyCode, KeyModifiers, bool, &str)] = &[
            (KeyCode::Char('a'), NONE, false, "a"),
            (KeyCode::Char('A'), SHIFT, false, "A"),
            (KeyCode::Char('é'), NONE, false, "é"),
            (KeyCode::Char('c'), CTRL, false, "\x03"),
            (KeyCode::Char('Z'), CTRL, false, "\x1a"),
            (KeyCode::Char(' '), CTRL, false, "\0"),
            (KeyCode::Char('5'), CTRL, false, "\x1d"),
            (KeyCode::Char('7'), CTRL, false, "\x1f"),
            (KeyCode::Char('b'), ALT, false, "\x1bb"),
            (KeyCode::Char('b'), ALT.union(CTRL), false, "\x1b\x02"),
            (KeyCode::Enter, NONE, false, "\r"),
            (KeyCode::Enter, ALT, false, "\x1b\r"),
            (KeyCode::Tab, NONE, false, "\t"),
            (KeyCode::BackTab, SHIFT, false, "\x1b[Z"),
            (KeyCode::Backspace, NONE, false, "\x7f"),
            (KeyCode::Backspace, CTRL, false, "\x08"),
            (KeyCode::Esc, NONE, false, "\x1b"),
            (KeyCode::Up, NONE, false, "\x1b[A"),
            (KeyCode::Up, NONE, true, "\x1bOA"),
            (KeyCode::Left, CTRL, true, "\x1b[1;5D"),
            (KeyCode::Home, NONE, false, "\x1b[H"),
            (KeyCode::End, SHIFT, false, "\x1b[1;2F"),
            (KeyCode::Delete, NONE, false, "\x1b[3~"),
            (KeyCode::PageUp, ALT, false, "\x1b[5;3~"),
            (KeyCode::F(1), NONE, false, "\x1bOP"),
            (KeyCode::F(4), CTRL, false, "\x1b[1;5S"),
            (KeyCode::F(5), NONE, false, "\x1b[15~"),
            (KeyCode::F(6), NONE, false, "\x1b[17~"),
            (KeyCode::F(10), NONE, false, "\x1b[21~"),
            (KeyCode::F(11), NONE, false, "\x1b[23~"),
            (KeyCode::F(12), SHIFT, false, "\x1b[24;2~"),
        ];
        for (code, held, own, bytes) in cases {
            let sent = encode(KeyEvent::new(*code, *held), *own);
            assert_eq!(sent.as_deref(), Some(bytes.as_bytes()), "{code:?} {held:?}");
        }
        assert_eq!(encode(KeyEvent::new(KeyCode::CapsLock, NONE), false), None);
    }

    #[test]
    fn a_paste_cannot_close_its_brackets() {
        assert_eq!(paste("a\x1b[20\x1b[201~1~b\n", true), b"\x1b[200~ab\r\x1b[201~");
        assert_eq!(paste("a\r\nb", false), b"a\rb");
    }
}
