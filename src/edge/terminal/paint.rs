//! Cells to bytes: a frame becomes one write, and a theme without colours sends no colour at all.

use std::fmt::Write as _;
use std::io;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

use super::guard;

/// The terminal shows the frame at once, not line by line (DEC mode 2026; others ignore it).
const BEGIN: &str = "\x1b[?2026h";
const END: &str = "\x1b[?2026l";

/// What ratatui draws on. Its size is told, never asked for: a query could wait for an answer that does not come.
#[derive(Debug)]
pub struct Painter {
    bytes: String,
    pub(super) size: Size,
    cursor: Position,
    seen: bool,
}

#[derive(Clone, Copy, PartialEq)]
struct Look {
    front: Color,
    back: Color,
    modifier: Modifier,
}

impl Painter {
    pub(super) fn new(size: Size) -> Self {
        // The alternate screen starts with a cursor that is seen.
        Self { bytes: String::new(), size, cursor: Position::ORIGIN, seen: true }
    }

    fn push(&mut self, position: Position) {
        let _ = write!(self.bytes, "\x1b[{};{}H", position.y.saturating_add(1), position.x.saturating_add(1));
    }
}

impl Backend for Painter {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        const PLAIN: Look = Look { front: Color::Reset, back: Color::Reset, modifier: Modifier::empty() };
        let mut look = PLAIN;
        let mut next = None;
        for (x, y, cell) in content {
            if next != Some((x, y)) {
                self.push(Position { x, y });
            }
            let wanted = Look { front: cell.fg, back: cell.bg, modifier: cell.modifier };
            if wanted != look {
                sgr(&mut self.bytes, wanted);
                look = wanted;
            }
            self.bytes.push_str(cell.symbol());
            // Terminals differ on how far a wide symbol moves the cursor: after one, the next position is told.
            next = Some((x.saturating_add(1), y)).filter(|_| cell.symbol().width() == 1);
        }
        if look != PLAIN {
            self.bytes.push_str("\x1b[0m");
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.seen) {
            self.bytes.push_str("\x1b[?25l");
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.seen, true) {
            self.bytes.push_str("\x1b[?25h");
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.cursor = position.into();
        self.push(self.cursor);
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.bytes.push_str(match region {
            ClearType::All => "\x1b[2J",
            ClearType::AfterCursor => "\x1b[J",
            ClearType::BeforeCursor => "\x1b[1J",
            ClearType::CurrentLine => "\x1b[2K",
            ClearType::UntilNewLine => "\x1b[K",
        });
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        let frame = format!("{BEGIN}{}{END}", self.bytes);
        self.bytes.clear();
        guard::write(frame.as_bytes())
    }
}

/// The whole look, from plain: no state of the terminal is relied on.
fn sgr(bytes: &mut String, look: Look) {
    const MARKS: [(Modifier, u8); 8] = [
        (Modifier::BOLD, 1),
        (Modifier::DIM, 2),
        (Modifier::ITALIC, 3),
        (Modifier::UNDERLINED, 4),
        (Modifier::SLOW_BLINK, 5),
        (Modifier::RAPID_BLINK, 5),
        (Modifier::REVERSED, 7),
        (Modifier::CROSSED_OUT, 9),
    ];
    bytes.push_str("\x1b[0");
    for (modifier, code) in MARKS {
        if look.modifier.contains(modifier) {
            let _ = write!(bytes, ";{code}");
        }
    }
    colour(bytes, look.front, 30);
    colour(bytes, look.back, 40);
    bytes.push('m');
}

fn colour(bytes: &mut String, colour: Color, base: u8) {
    let plain = match colour {
        Color::Reset => return,
        Color::Rgb(red, green, blue) => {
            let _ = write!(bytes, ";{};2;{red};{green};{blue}", base + 8);
            return;
        }
        Color::Indexed(number) => {
            let _ = write!(bytes, ";{};5;{number}", base + 8);
            return;
        }
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
    };
    let _ = write!(bytes, ";{}", base + plain);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(cells: &[(u16, u16, Cell)]) -> String {
        let mut painter = Painter::new(Size::new(10, 2));
        painter.draw(cells.iter().map(|(x, y, cell)| (*x, *y, cell))).unwrap();
        painter.bytes
    }

    fn cell(symbol: &'static str, front: Color, modifier: Modifier) -> Cell {
        let mut cell = Cell::new(symbol);
        cell.fg = front;
        cell.modifier = modifier;
        cell
    }

    #[test]
    fn neighbours_share_a_position_and_a_look() {
        let bold = |symbol| cell(symbol, Color::Reset, Modifier::BOLD);
        assert_eq!(bytes(&[(0, 0, bold("a")), (1, 0, bold("b"))]), "\x1b[1;1H\x1b[0;1mab\x1b[0m");
    }

    #[test]
    fn a_wide_symbol_is_followed_by_a_position() {
        let plain = |symbol| cell(symbol, Color::Reset, Modifier::empty());
        assert_eq!(bytes(&[(0, 0, plain("好")), (2, 0, plain("b"))]), "\x1b[1;1H好\x1b[1;3Hb");
    }

    #[test]
    fn reverse_without_colours_sends_no_colour() {
        let sent = bytes(&[(0, 0, cell("a", Color::Reset, Modifier::REVERSED))]);
        assert_eq!(sent, "\x1b[1;1H\x1b[0;7ma\x1b[0m");
    }

    #[test]
    fn every_kind_of_colour_has_its_code() {
        let of = |colour| bytes(&[(0, 0, cell("a", colour, Modifier::empty()))]);
        assert!(of(Color::Red).contains("[0;31m"));
        assert!(of(Color::LightBlue).contains("[0;94m"));
        assert!(of(Color::Indexed(200)).contains("[0;38;5;200m"));
        assert!(of(Color::Rgb(1, 2, 3)).contains("[0;38;2;1;2;3m"));
    }
}
