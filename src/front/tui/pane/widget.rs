//! Draws a pane: cells only, cleaned, in the colours the terminal has.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr as _;

use super::Pane;
use crate::core::text::harmless;
use crate::front::tui::theme::Theme;

/// Draws what fits into `area`; where the program's cursor stands, when it is to be seen.
pub fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer, theme: &Theme) -> Option<Position> {
    let area = area.intersection(buffer.area);
    let inner = pane.lock();
    let row = inner.found.as_ref().map(|found| found.row);
    let screen = inner.parser.screen();
    let back = screen.scrollback();
    let top = screen.scrollback_len() - back;
    for y in 0..area.height {
        let found = row.is_some_and(|row| row == top + usize::from(y));
        for x in 0..area.width {
            let Some(cell) = screen.cell(y, x) else { continue };
            if cell.is_wide_continuation() {
                continue;
            }
            let target = &mut buffer[(area.x + x, area.y + y)];
            set_symbol(target, cell, area.width - x);
            target.set_style(style(cell, theme.mono));
            if found {
                target.set_style(theme.paint.found);
            }
        }
    }
    let (cursor, hidden) = (screen.cursor_position(), screen.hide_cursor());
    let seen = !hidden && back == 0 && cursor.0 < area.height && cursor.1 < area.width;
    seen.then(|| Position { x: area.x + cursor.1, y: area.y + cursor.0 })
}

/// The cell's letters without what would steer the terminal; a letter that needs more room than there is becomes `?`.
fn set_symbol(target: &mut ratatui::buffer::Cell, cell: &vt100::Cell, room: u16) {
    let contents = cell.contents();
    if let [byte @ b' '..=b'~'] = contents.as_bytes() {
        target.set_char(char::from(*byte));
        return;
    }
    let kept: String = contents.chars().filter(|letter| harmless(*letter)).collect();
    let wide = if cell.is_wide() { 2 } else { 1 };
    match kept.width() {
        0 => target.set_symbol(" "),
        width if width <= wide && width <= usize::from(room) => target.set_symbol(&kept),
        _ => target.set_symbol("?"),
    };
}

fn style(cell: &vt100::Cell, mono: bool) -> Style {
    let mut style = Style::new();
    if !mono {
        style = style.fg(colour(cell.fgcolor())).bg(colour(cell.bgcolor()));
    }
    let marks = [
        (cell.bold(), Modifier::BOLD),
        (cell.dim(), Modifier::DIM),
        (cell.italic(), Modifier::ITALIC),
        (cell.underline(), Modifier::UNDERLINED),
        (cell.inverse(), Modifier::REVERSED),
    ];
    marks.into_iter().filter(|(set, _)| *set).fold(style, |style, (_, mark)| style.add_modifier(mark))
}

/// The first sixteen are the terminal's own, so that a person's palette is kept.
fn colour(colour: vt100::Color) -> Color {
    const NAMED: [Color; 16] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    match colour {
        vt100::Color::Default => Color::Reset,
        vt100::Color::Idx(number) => NAMED.get(usize::from(number)).copied().unwrap_or(Color::Indexed(number)),
        vt100::Color::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
    }
}

#[cfg(test)]
mod tests {
    use crate::core::data::Data;

    use super::*;

    fn drawn(bytes: &[u8], mono: bool) -> (Buffer, Option<Position>) {
        let theme = Theme::load(&Data::embedded(), mono, false).unwrap();
        let pane = Pane::new(2, 6);
        pane.feed(bytes);
        let area = Rect::new(0, 0, 6, 2);
        let mut buffer = Buffer::empty(area);
        let cursor = draw(&pane, area, &mut buffer, &theme);
        (buffer, cursor)
    }

    fn text(buffer: &Buffer) -> String {
        buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn titles_clipboard_and_hyperlinks_never_reach_a_cell() {
        let (buffer, _) = drawn(b"\x1b]52;c;aGk=\x07\x1b]0;t\x07a\x1bPq\x1b\\\x1b]8;;http://x\x07b\x9d", false);
        assert_eq!(text(&buffer).trim_end(), "ab");
    }

    #[test]
    fn direction_marks_are_left_out() {
        let (buffer, _) = drawn("a\u{202e}b\u{2066}c".as_bytes(), false);
        assert!(!text(&buffer).contains(['\u{202e}', '\u{2066}']));
    }

    #[test]
    fn without_colours_the_weight_stays() {
        let (colour, _) = drawn(b"\x1b[1;31mx", false);
        assert_eq!((colour[(0, 0)].fg, colour[(0, 0)].modifier), (Color::Red, Modifier::BOLD));
        let (mono, _) = drawn(b"\x1b[1;31;42mx", true);
        assert_eq!((mono[(0, 0)].fg, mono[(0, 0)].bg, mono[(0, 0)].modifier), (Color::Reset, Color::Reset, Modifier::BOLD));
    }

    #[test]
    fn the_cursor_is_where_the_program_put_it() {
        assert_eq!(drawn(b"ab", false).1, Some(Position { x: 2, y: 0 }));
        assert_eq!(drawn(b"ab\x1b[?25l", false).1, None);
    }
}
