//! A text over the screen, to read and to close.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Clear, Widget as _};

use super::{boxed, prose, put_below, table};
use crate::front::tui::theme::Theme;

/// Widest line of prose that reads well.
const WIDEST: u16 = 84;

/// Draws `text` under `title`, above what Esc does, from line `first` on; gives the first line shown and where the cursor stands.
pub fn draw(
    (title, foot): (&str, &str),
    text: &str,
    first: usize,
    screen: Rect,
    buffer: &mut Buffer,
    theme: &Theme,
) -> (usize, Option<Position>) {
    // Where there is no air around it the popup takes the whole width: half a frame beside it would only confuse.
    let width = if screen.width < WIDEST + 8 { screen.width } else { WIDEST };
    let lines = prose::wrap(text, width.saturating_sub(4), theme, theme.paint.text);
    let wanted = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    // The title and the hints stay in sight.
    let room = screen.height.saturating_sub(3);
    let height = wanted.min(room);
    let area = Rect { x: screen.x + (screen.width - width) / 2, y: screen.y + 2 + (room - height) / 2, width, height };
    Clear.render(area, buffer);
    let inner = boxed(area, buffer, theme, title, true);
    put_below(buffer, area, &format!(" {foot} "), theme.paint.dim);
    let first = table::scroll(&lines, first, inner, buffer, theme);
    (first, (!inner.is_empty()).then_some(Position { x: inner.x, y: inner.y }))
}
