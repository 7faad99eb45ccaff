//! The sequences that stand for a key, as xterm, the Linux console and kitty's simple form send them.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// `ESC O x`.
pub(super) fn single_shift(byte: u8) -> Option<KeyEvent> {
    let code = match byte {
        b'M' => KeyCode::Enter,
        b'P'..=b'S' => KeyCode::F(byte - b'P' + 1),
        _ => cursor(byte)?,
    };
    Some(KeyEvent::new(code, KeyModifiers::NONE))
}

/// `ESC [ parameters final`; answers and reports are no keys.
pub(super) fn control_sequence(parameters: &[u8], last: u8) -> Option<KeyEvent> {
    let text = std::str::from_utf8(parameters).ok()?;
    if text.starts_with(['?', '<', '>', '=']) {
        return None;
    }
    let mut numbers = text.split(';').map(|number| number.split(':').next().unwrap_or_default().parse::<u32>().ok());
    let (first, second, third) = (numbers.next().flatten(), numbers.next().flatten(), numbers.next().flatten());
    let held = modifiers(second);
    let code = match last {
        b'Z' => return Some(KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT)),
        // A report of the cursor's place ends like F3.
        b'R' if first != Some(1) && first.is_some() => return None,
        b'P'..=b'S' => KeyCode::F(last - b'P' + 1),
        b'~' if first == Some(27) => return Some(KeyEvent::new(letter(third?)?, held)),
        b'~' => numbered(first?)?,
        b'u' => letter(first?)?,
        _ => cursor(last)?,
    };
    Some(KeyEvent::new(code, held))
}

fn cursor(byte: u8) -> Option<KeyCode> {
    Some(match byte {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        _ => return None,
    })
}

/// 1 for none, and one bit each: shift, alt, control.
fn modifiers(parameter: Option<u32>) -> KeyModifiers {
    let bits = parameter.unwrap_or(1).saturating_sub(1);
    [(1, KeyModifiers::SHIFT), (2, KeyModifiers::ALT), (4, KeyModifiers::CONTROL)]
        .into_iter()
        .filter(|(bit, _)| bits & bit != 0)
        .fold(KeyModifiers::NONE, |held, (_, modifier)| held | modifier)
}

fn numbered(number: u32) -> Option<KeyCode> {
    let function = |first: u32, key: u8| u8::try_from(number - first).ok().map(|more| KeyCode::F(key + more));
    match number {
        1 | 7 => Some(KeyCode::Home),
        2 => Some(KeyCode::Insert),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11..=15 => function(11, 1),
        17..=21 => function(17, 6),
        23..=26 => function(23, 11),
        28..=29 => function(28, 15),
        31..=34 => function(31, 17),
        _ => None,
    }
}

fn letter(code: u32) -> Option<KeyCode> {
    Some(match code {
        9 => KeyCode::Tab,
        13 => KeyCode::Enter,
        27 => KeyCode::Esc,
        127 => KeyCode::Backspace,
        _ => KeyCode::Char(char::from_u32(code).filter(|letter| !letter.is_control())?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: KeyModifiers = KeyModifiers::NONE;

    #[test]
    fn every_sequence_has_its_key() {
        for (parameters, last, code, held) in [
            ("", b'A', KeyCode::Up, NONE),
            ("1;5", b'C', KeyCode::Right, KeyModifiers::CONTROL),
            ("1;2", b'H', KeyCode::Home, KeyModifiers::SHIFT),
            ("3", b'~', KeyCode::Delete, NONE),
            ("5;3", b'~', KeyCode::PageUp, KeyModifiers::ALT),
            ("12", b'~', KeyCode::F(2), NONE),
            ("15", b'~', KeyCode::F(5), NONE),
            ("24;2", b'~', KeyCode::F(12), KeyModifiers::SHIFT),
            ("1;5", b'Q', KeyCode::F(2), KeyModifiers::CONTROL),
            ("", b'Z', KeyCode::BackTab, KeyModifiers::SHIFT),
            ("27;5;99", b'~', KeyCode::Char('c'), KeyModifiers::CONTROL),
            ("99;5", b'u', KeyCode::Char('c'), KeyModifiers::CONTROL),
            ("27", b'u', KeyCode::Esc, NONE),
        ] {
            let found = control_sequence(parameters.as_bytes(), last);
            assert_eq!(found, Some(KeyEvent::new(code, held)), "{parameters}{}", char::from(last));
        }
        assert_eq!(single_shift(b'Q'), Some(KeyEvent::new(KeyCode::F(2), NONE)));
    }
}
