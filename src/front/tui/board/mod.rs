//! The board on the full screen: who is ready, and what the others wait for, while codes come in.

mod view;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::core::class::board::Board;

pub use view::{page, view};

/// What the screen shows.
#[derive(Debug, Clone)]
pub struct BoardModel {
    pub board: Board,
    /// The course's title, when its class file was named.
    pub title: String,
    /// Where the lines come from.
    pub source: String,
    /// The first row shown.
    pub first: usize,
    /// Only those who are not ready.
    pub waiting_only: bool,
    /// Why the file could not be read just now.
    pub trouble: Option<String>,
    /// Names that are new or changed since the last reading.
    pub fresh: Vec<String>,
}

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Nothing,
    Redraw,
    Quit,
    /// Ctrl-C.
    Interrupt,
    Suspend,
}

impl BoardModel {
    #[must_use]
    pub fn new(board: Board, title: String, source: String) -> Self {
        Self { board, title, source, first: 0, waiting_only: false, trouble: None, fresh: Vec::new() }
    }

    /// Takes a newer reading; true when something is to be drawn.
    pub fn take(&mut self, read: Result<Board, String>) -> bool {
        match read {
            Ok(board) if board == self.board && self.trouble.is_none() => false,
            Ok(board) => {
                let changed = |row: &&crate::core::class::board::Row| !self.board.rows.contains(row);
                self.fresh = board.rows.iter().filter(changed).map(|row| row.name.clone()).collect();
                self.board = board;
                self.trouble = None;
                true
            }
            Err(why) => {
                let new = self.trouble.as_ref() != Some(&why);
                self.trouble = Some(why);
                new
            }
        }
    }

    /// Obeys a key.
    pub fn key(&mut self, key: KeyEvent, page: usize) -> Asked {
        let rows = self.shown().count();
        match key.code {
            KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => return Asked::Interrupt,
            KeyCode::Char('z') if key.modifiers.contains(KeyModifiers::CONTROL) => return Asked::Suspend,
            KeyCode::Char('q') | KeyCode::Esc => return Asked::Quit,
            KeyCode::Down | KeyCode::Char('j') => self.first += 1,
            KeyCode::Up | KeyCode::Char('k') => self.first = self.first.saturating_sub(1),
            KeyCode::PageDown | KeyCode::Char(' ') => self.first += page.max(1),
            KeyCode::PageUp => self.first = self.first.saturating_sub(page.max(1)),
            KeyCode::Home => self.first = 0,
            KeyCode::End => self.first = rows,
            KeyCode::Char('w') => {
                self.waiting_only = !self.waiting_only;
                self.first = 0;
            }
            _ => return Asked::Nothing,
        }
        self.first = self.first.min(rows.saturating_sub(page.max(1)));
        Asked::Redraw
    }

    /// The rows as they are shown: those who wait first.
    pub fn shown(&self) -> impl Iterator<Item = &crate::core::class::board::Row> {
        let waiting = self.board.rows.iter().filter(|row| !row.ready);
        waiting.chain(self.board.rows.iter().filter(|row| row.ready && !self.waiting_only))
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    use super::*;
    use crate::core::class::Unmet;
    use crate::core::class::board::read;
    use crate::core::class::code::{Readiness, State, encode};
    use crate::core::data::Data;
    use crate::core::plan::Target;
    use crate::front::tui::Theme;

    fn model(count: usize) -> BoardModel {
        let code = |state, unmet| encode(&Readiness { class: 7, state, target: Target::Cpu, card: 8, unmet });
        let mut lines = String::new();
        for number in 0..count {
            let (state, unmet) = match number % 4 {
                0 => (State::NotReady, Some(Unmet::Nix)),
                1 => (State::Fallback, None),
                _ => (State::Ready, None),
            };
            let _ = writeln!(lines, "Student {number:02} {}", code(state, unmet));
        }
        lines.push_str("Kurt 0000-0001\n");
        BoardModel::new(read(&lines, Some(7)), "ML 101".to_owned(), "codes.txt".to_owned())
    }

    fn draw(model: &BoardModel, width: u16, height: u16) -> String {
        let theme = Theme::load(&Data::embedded(), true, true).unwrap();
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        view(model, &theme, area, &mut buffer);
        let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        (0..height).map(|y| row(y).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_board_says_how_many_miss_the_same() {
        let text = draw(&model(40), 80, 24);
        assert!(text.starts_with("nixml  ML 101") && text.contains("30 of 41 ready"), "{text}");
        assert!(text.contains("10 wait for Nix: Student 00, Student 04"), "{text}");
        assert!(text.contains("Kurt") && text.contains("mistyped"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80) && text.contains("q quit"), "{text}");
    }

    #[test]
    fn keys_move_and_a_small_window_says_so() {
        let mut model = model(40);
        let press = |model: &mut BoardModel, code| model.key(KeyEvent::new(code, KeyModifiers::NONE), 10);
        assert_eq!(press(&mut model, KeyCode::End), Asked::Redraw);
        assert_eq!(model.first, 31);
        assert_eq!(press(&mut model, KeyCode::Char('w')), Asked::Redraw);
        assert_eq!((model.shown().count(), model.first), (11, 0));
        assert_eq!(press(&mut model, KeyCode::Char('q')), Asked::Quit);
        assert_eq!(press(&mut model, KeyCode::F(5)), Asked::Nothing);
        assert!(draw(&model, 40, 10).contains("60x16"));
        for (width, height) in [(1, 1), (60, 16), (200, 60), (80, 3)] {
            let _ = draw(&model, width, height);
        }
    }

    #[test]
    fn news_is_taken_and_trouble_is_shown() {
        let mut model = model(4);
        let same = model.board.clone();
        assert!(!model.take(Ok(same.clone())));
        assert!(model.take(Err("it is gone".to_owned())) && !model.take(Err("it is gone".to_owned())));
        assert!(draw(&model, 80, 24).contains("it is gone"));
        assert!(model.take(Ok(same)) && model.trouble.is_none());
    }
}
