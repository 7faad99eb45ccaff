//! A line of text to type into.

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget as _;
use tui_textarea::{CursorMove, TextArea};

use crate::front::tui::theme::Theme;

/// No answer is longer; a pasted book stops here.
const MOST: usize = 500;

/// The text being typed. A paste never ends it: line breaks become spaces.
#[derive(Debug, Clone)]
pub struct Field {
    area: TextArea<'static>,
}

impl Default for Field {
    fn default() -> Self {
        Self::with("")
    }
}

impl Field {
    /// A field that holds `text`, the cursor behind it.
    #[must_use]
    pub fn with(text: &str) -> Self {
        let mut area = TextArea::new(vec![one_line(text)]);
        area.move_cursor(CursorMove::End);
        area.set_max_histories(50);
        Self { area }
    }

    /// What stands in it.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join(" ")
    }

    /// Takes a key that types or moves within the line; true when something changed.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        if matches!(key.code, KeyCode::Enter | KeyCode::Tab | KeyCode::Up | KeyCode::Down | KeyCode::Esc) {
            return false;
        }
        // What the widget would do with these makes a second line or reaches for a clipboard of its own.
        if key.modifiers.contains(KeyModifiers::CONTROL) && matches!(key.code, KeyCode::Char('m' | 'j' | 'c' | 'x' | 'y' | 'v')) {
            return false;
        }
        let types = matches!(key.code, KeyCode::Char(_)) && !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        if types && self.text().chars().count() >= MOST {
            return false;
        }
        let before = (self.text(), self.area.cursor());
        match key.code {
            // As in every shell; the widget would undo.
            KeyCode::Char('u') if key.modifiers.contains(KeyModifiers::CONTROL) => drop(self.area.delete_line_by_head()),
            _ => drop(self.area.input(key)),
        }
        before != (self.text(), self.area.cursor())
    }

    /// Takes a pasted text.
    pub fn paste(&mut self, text: &str) {
        let room = MOST.saturating_sub(self.text().chars().count());
        let kept: String = one_line(text).chars().take(room).collect();
        self.area.insert_str(kept);
    }

    /// Draws the line; where the cursor stands.
    #[must_use]
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: &Theme) -> Option<Position> {
        let area = Rect { height: area.height.min(1), ..area }.intersection(buffer.area);
        if area.is_empty() {
            return None;
        }
        let mut shown = self.area.clone();
        shown.set_style(theme.paint.question.into());
        shown.set_cursor_line_style(theme.paint.question.into());
        // The hardware cursor is used: screen readers and magnifiers follow it.
        shown.set_cursor_style(theme.paint.question.into());
        shown.render(area, buffer);
        let column = u16::try_from(self.area.cursor().1).unwrap_or(u16::MAX);
        Some(Position { x: area.x + column.min(area.width - 1), y: area.y })
    }
}

fn one_line(text: &str) -> String {
    let text = text.replace("\r\n", " ");
    let text: String = text.chars().map(|letter| if matches!(letter, '\n' | '\r' | '\t') { ' ' } else { letter }).collect();
    crate::core::text::sanitise(&text).chars().take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_line_break_is_a_space_and_a_book_is_cut() {
        let mut field = Field::with("a");
        field.paste("b\nc\r\nd\x1b[31m");
        assert_eq!(field.text(), "ab c d");
        field.paste(&"x".repeat(1_000_000));
        assert_eq!(field.text().chars().count(), MOST);
    }

    #[test]
    fn no_key_makes_a_second_line() {
        let mut field = Field::default();
        for code in [KeyCode::Enter, KeyCode::Char('m'), KeyCode::Char('j')] {
            field.key(KeyEvent::new(code, KeyModifiers::CONTROL));
            field.key(KeyEvent::new(code, KeyModifiers::NONE));
        }
        assert_eq!(field.area.lines().len(), 1);
        assert_eq!(field.text(), "mj");
    }
}
