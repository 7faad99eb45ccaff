//! What the mouse did, as a terminal in SGR mode (1006) tells it.

use ratatui::crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// `ESC [ < button ; column ; row M`, or `m` for a release. What moves without a button is nothing to us.
pub(super) fn report(parameters: &[u8], last: u8) -> Option<MouseEvent> {
    let text = std::str::from_utf8(parameters).ok()?.strip_prefix('<')?;
    let mut numbers = text.split(';').map(|number| number.parse::<u16>().ok());
    let (button, column, row) = (numbers.next()??, numbers.next()??, numbers.next()??);
    if numbers.next().is_some() || button & 32 != 0 {
        return None;
    }
    let which = match button & 0b11 {
        0 => Some(MouseButton::Left),
        1 => Some(MouseButton::Middle),
        2 => Some(MouseButton::Right),
        _ => None,
    };
    let kind = match (button & !0b1_1100, last) {
        (0..=2, b'M') => MouseEventKind::Down(which?),
        (0..=2, b'm') => MouseEventKind::Up(which?),
        (64, b'M') => MouseEventKind::ScrollUp,
        (65, b'M') => MouseEventKind::ScrollDown,
        _ => return None,
    };
    let modifiers = [(4, KeyModifiers::SHIFT), (8, KeyModifiers::ALT), (16, KeyModifiers::CONTROL)]
        .into_iter()
        .filter(|(bit, _)| button & bit != 0)
        .fold(KeyModifiers::NONE, |held, (_, modifier)| held | modifier);
    // The terminal counts from one.
    Some(MouseEvent { kind, column: column.checked_sub(1)?, row: row.checked_sub(1)?, modifiers })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clicks_and_the_wheel_are_told_and_nothing_else() {
        let told =
            |parameters: &str, last| report(parameters.as_bytes(), last).map(|event| (event.kind, event.column, event.row));
        assert_eq!(told("<0;10;3", b'M'), Some((MouseEventKind::Down(MouseButton::Left), 9, 2)));
        assert_eq!(told("<0;10;3", b'm'), Some((MouseEventKind::Up(MouseButton::Left), 9, 2)));
        assert_eq!(told("<2;300;200", b'M'), Some((MouseEventKind::Down(MouseButton::Right), 299, 199)));
        assert_eq!(told("<64;1;1", b'M'), Some((MouseEventKind::ScrollUp, 0, 0)));
        assert_eq!(told("<69;1;1", b'M'), Some((MouseEventKind::ScrollDown, 0, 0)), "with Shift held");
        for nothing in ["<35;1;1", "<32;5;5", "<0;0;1", "<0;1", "<0;1;1;1", "<66;1;1", "<3;1;1", "<x;1;1", "0;1;1", "<99999;1;1"]
        {
            assert_eq!(told(nothing, b'M'), None, "{nothing}");
        }
    }
}
