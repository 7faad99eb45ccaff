//! A list to choose from: what works first, what does not below it with the reason, the cursor on one row.

use std::cell::Cell;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr as _;

use super::{cut, put, put_right, scrolled};
use crate::front::tui::theme::Theme;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    pub title: String,
    /// One line beside the title: what speaks for it, or why it cannot be chosen.
    pub detail: String,
    /// A word at the right: `best`.
    pub tag: String,
    pub blocked: bool,
    /// Chosen already.
    pub chosen: bool,
    /// Its place among several that are chosen, when the order matters.
    pub place: Option<usize>,
}

/// How the rows are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    /// One of them.
    One,
    /// Any of them.
    Many,
    /// Nothing is chosen, a row is done.
    None,
}

/// The list with the row under the cursor.
#[derive(Debug)]
pub struct Choices<'a> {
    pub rows: &'a [Row],
    pub cursor: usize,
    pub marks: Marks,
    /// The letters looked for, shown above the list.
    pub search: Option<&'a str>,
    pub focus: bool,
    /// Shown when there is no row.
    pub empty: &'a str,
    /// Told where the rows stand and which is the first: the mouse asks for it.
    pub stands: &'a Cell<(Rect, usize)>,
}

impl Choices<'_> {
    /// Draws the list; where the hardware cursor belongs.
    #[must_use]
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: &Theme) -> Option<Position> {
        let mut area = area.intersection(buffer.area);
        let mut cursor = None;
        if let Some(search) = self.search
            && area.height > 1
        {
            let end = put(
                buffer,
                area.x,
                area.y,
                area.right(),
                &[("search ", theme.paint.dim.into()), (search, theme.paint.question.into())],
            );
            cursor = Some(Position { x: end.min(area.right().saturating_sub(1)), y: area.y });
            area = Rect { y: area.y + 1, height: area.height - 1, ..area };
        }
        if self.rows.is_empty() {
            put(buffer, area.x, area.y, area.right(), &[(self.empty, theme.paint.dim.into())]);
            return cursor;
        }
        let room = usize::from(area.height);
        let first = scrolled(self.cursor, self.rows.len(), room, 0);
        self.stands.set((area, first));
        let titles = self.title_width(area.width);
        for (at, row) in self.rows.iter().enumerate().skip(first).take(room) {
            let y = area.y + u16::try_from(at - first).unwrap_or(0);
            // The sign that there is more stands beside its row, not over it.
            let signed = (at == first && first > 0) || (at + 1 == first + room && first + room < self.rows.len() && room > 1);
            let line = Rect { y, height: 1, width: area.width.saturating_sub(if signed { 2 } else { 0 }), ..area };
            self.row(row, at == self.cursor, titles, line, buffer, theme);
            if at == self.cursor {
                cursor = cursor.or(Some(Position { x: area.x, y }));
            }
        }
        let (above, below) = (first > 0, first + room < self.rows.len());
        if above {
            put_right(buffer, area.x, area.y, area.right(), &format!(" {}", theme.sign.up), theme.paint.key);
        }
        if below && area.height > 1 {
            put_right(buffer, area.x, area.bottom() - 1, area.right(), &format!(" {}", theme.sign.down), theme.paint.key);
        }
        cursor
    }

    fn title_width(&self, width: u16) -> usize {
        let widest = self.rows.iter().map(|row| row.title.width()).max().unwrap_or(0);
        widest.min((usize::from(width) / 2).max(12))
    }

    fn row(&self, row: &Row, here: bool, titles: usize, line: Rect, buffer: &mut Buffer, theme: &Theme) {
        let sign = &theme.sign;
        let mark = match (self.marks, row.blocked, row.chosen) {
            (Marks::None, _, _) => "",
            (_, true, _) => &sign.blocked,
            (Marks::One, false, true) => &sign.chosen,
            (Marks::One, false, false) => &sign.open,
            (Marks::Many, false, true) => &sign.checked,
            (Marks::Many, false, false) => &sign.unchecked,
        };
        let widest = match self.marks {
            Marks::None => 0,
            Marks::One => [&sign.blocked, &sign.chosen, &sign.open].into_iter().map(|mark| mark.width()).max().unwrap_or(1),
            Marks::Many => {
                [&sign.blocked, &sign.checked, &sign.unchecked].into_iter().map(|mark| mark.width()).max().unwrap_or(3)
            }
        };
        let gap = usize::from(widest > 0);
        let lit = here && self.focus;
        let (title, detail): (Style, Style) = match (row.blocked, row.chosen) {
            _ if lit => (theme.paint.cursor.into(), theme.paint.cursor.into()),
            (true, _) => (theme.paint.blocked.into(), theme.paint.blocked.into()),
            (false, true) => (theme.paint.chosen.into(), theme.paint.dim.into()),
            (false, false) => (theme.paint.text.into(), theme.paint.dim.into()),
        };
        if lit {
            buffer.set_style(line, theme.paint.cursor);
        }
        let (pointer, key): (&str, Style) = match (here, lit) {
            (_, true) => (&sign.pointer, title),
            (true, false) => (&sign.pointer, theme.paint.key.into()),
            (false, _) => (" ", title),
        };
        let paint = |style: Style| if lit { title } else { style };
        let pad = " ".repeat(titles.saturating_sub(row.title.width()) + 2);
        let right = put_right(buffer, line.x + 8, line.y, line.right(), &row.tag, paint(theme.paint.best.into()));
        let end = if row.tag.is_empty() { line.right() } else { right.saturating_sub(1).max(line.x) };
        let start = put(
            buffer,
            line.x,
            line.y,
            end,
            &[
                (pointer, key),
                (" ", title),
                (mark, title),
                (&" ".repeat(widest.saturating_sub(mark.width()) + gap), title),
                (&cut(&row.title, titles, theme), title),
                (&pad, title),
            ],
        );
        let place =
            row.place.map_or(String::new(), |place| if place == 0 { "default  ".to_owned() } else { "also     ".to_owned() });
        let start = put(buffer, start, line.y, end, &[(&place, paint(theme.paint.note.into()))]);
        if end > start {
            put(buffer, start, line.y, end, &[(&cut(&row.detail.replace('`', ""), usize::from(end - start), theme), detail)]);
        }
    }
}
