//! What the mouse did, in the bytes that a program on an xterm gets when it asked for them.

use ratatui::crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use vt100::{MouseProtocolEncoding, MouseProtocolMode};

/// The bytes; `None` when the program did not ask for this. `at`: column and row in its own window, from zero.
pub(super) fn encode(
    event: MouseEvent,
    at: (u16, u16),
    mode: MouseProtocolMode,
    encoding: MouseProtocolEncoding,
) -> Option<Vec<u8>> {
    let number = |button| match button {
        MouseButton::Left => 0,
        MouseButton::Middle => 1,
        MouseButton::Right => 2,
    };
    let (button, released) = match event.kind {
        MouseEventKind::Down(button) => (number(button), false),
        MouseEventKind::Up(button) => (number(button), true),
        MouseEventKind::ScrollUp => (64, false),
        MouseEventKind::ScrollDown => (65, false),
        _ => return None,
    };
    if mode == MouseProtocolMode::None || (released && mode == MouseProtocolMode::Press) {
        return None;
    }
    let held = [(KeyModifiers::SHIFT, 4), (KeyModifiers::ALT, 8), (KeyModifiers::CONTROL, 16)];
    let button = held.into_iter().filter(|(held, _)| event.modifiers.contains(*held)).fold(button, |all, (_, bit)| all | bit);
    let (column, row) = (at.0.saturating_add(1), at.1.saturating_add(1));
    if encoding == MouseProtocolEncoding::Sgr {
        let end = if released { 'm' } else { 'M' };
        return Some(format!("\x1b[<{button};{column};{row}{end}").into_bytes());
    }
    // The old form does not say which button was let go, and has no number beyond one byte.
    let button = if released { (button & !0b11) | 3 } else { button };
    let byte = |number: u16| u8::try_from(number + 32).ok();
    Some(vec![0x1b, b'[', b'M', byte(button)?, byte(column)?, byte(row)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_gets_what_it_asked_for_in_its_own_form() {
        let event = |kind| MouseEvent { kind, column: 0, row: 0, modifiers: KeyModifiers::CONTROL };
        let (down, up) = (event(MouseEventKind::Down(MouseButton::Left)), event(MouseEventKind::Up(MouseButton::Left)));
        let sent = |event, mode, encoding| {
            encode(event, (4, 200), mode, encoding).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        };
        let (both, sgr) = (MouseProtocolMode::PressRelease, MouseProtocolEncoding::Sgr);
        assert_eq!(sent(down, both, sgr).as_deref(), Some("\x1b[<16;5;201M"));
        assert_eq!(sent(up, both, sgr).as_deref(), Some("\x1b[<16;5;201m"));
        assert_eq!(sent(up, MouseProtocolMode::Press, sgr), None);
        assert_eq!(sent(down, MouseProtocolMode::None, sgr), None);
        assert_eq!(encode(up, (4, 6), both, MouseProtocolEncoding::Default), Some(b"\x1b[M\x33\x25\x27".to_vec()));
        assert_eq!(encode(down, (4, 223), both, MouseProtocolEncoding::Default), None, "too far for one byte? it is left out");
    }
}
