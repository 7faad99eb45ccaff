//! What the screens are made of. Each draws into an area it is given, however small, and tells where the cursor stands.

pub mod choices;
pub mod diff;
pub mod field;
pub mod phases;
pub mod popup;
pub mod prose;
pub mod table;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Widget as _};
use unicode_width::UnicodeWidthChar as _;
use unicode_width::UnicodeWidthStr as _;

use crate::front::tui::theme::Theme;

/// Draws a box with a title and gives the room inside.
pub fn boxed(area: Rect, buffer: &mut Buffer, theme: &Theme, title: &str, focus: bool) -> Rect {
    let area = area.intersection(buffer.area);
    let (frame, text) =
        if focus { (theme.paint.border_focus, theme.paint.title) } else { (theme.paint.border, theme.paint.text) };
    let block = Block::new().borders(Borders::ALL).border_set(theme.border()).border_style(frame);
    let inner = block.inner(area);
    block.render(area, buffer);
    if !title.is_empty() && area.width > 6 {
        let shown = format!(" {} ", cut(title, usize::from(area.width) - 6, theme));
        buffer.set_stringn(area.x + 2, area.y, shown, usize::from(area.width) - 4, text);
    }
    // One column of air on both sides.
    Rect { x: inner.x + u16::from(inner.width > 2), width: inner.width.saturating_sub(2).max(inner.width.min(1)), ..inner }
}

/// Writes styled words from left to right; gives the column after the last.
pub fn put(buffer: &mut Buffer, x: u16, y: u16, end: u16, words: &[(&str, Style)]) -> u16 {
    let mut x = x;
    for (word, style) in words {
        if x >= end || !buffer.area.contains((x, y).into()) {
            break;
        }
        (x, _) = buffer.set_stringn(x, y, word, usize::from(end - x), *style);
    }
    x
}

/// Writes `words` so that they end before column `end`; gives the column of the first.
pub fn put_right(buffer: &mut Buffer, start: u16, y: u16, end: u16, words: &str, style: impl Into<Style>) -> u16 {
    let width = u16::try_from(words.width()).unwrap_or(u16::MAX);
    if width == 0 || width > end.saturating_sub(start) {
        return end;
    }
    put(buffer, end - width, y, end, &[(words, style.into())]);
    end - width
}

/// Writes `words` into the lower border of the box `area`, at its right.
pub fn put_below(buffer: &mut Buffer, area: Rect, words: &str, style: impl Into<Style>) {
    if area.height > 1 {
        put_right(buffer, area.x + 2, area.bottom() - 1, area.right().saturating_sub(2), words, style);
    }
}

/// Draws lines from the top; what does not fit is left out.
pub fn lines(buffer: &mut Buffer, area: Rect, lines: &[Line<'_>]) {
    let area = area.intersection(buffer.area);
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        buffer.set_line(area.x, y, line, area.width);
    }
}

/// The text, cut to `width` columns with a sign that there is more.
#[must_use]
pub fn cut(text: &str, width: usize, theme: &Theme) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let more = theme.sign.more.as_str();
    let room = width.saturating_sub(more.width());
    let mut kept = String::new();
    let mut used = 0;
    for letter in text.chars() {
        used += letter.width().unwrap_or(0);
        if used > room {
            break;
        }
        kept.push(letter);
    }
    if room > 0 {
        kept.truncate(kept.trim_end().len());
        kept.push_str(more);
    }
    kept
}

/// The columns of a line up to its last letter: a space at its end is not seen.
#[must_use]
pub fn letters(line: &Line<'_>) -> usize {
    let width = line.width();
    let spaces = line.spans.iter().rev().flat_map(|span| span.content.chars().rev()).take_while(|letter| *letter == ' ').count();
    width - spaces
}

/// A line of one style.
#[must_use]
pub fn plain(text: impl Into<String>, style: impl Into<Style>) -> Line<'static> {
    Line::from(Span::styled(text.into(), style))
}

/// The first of `count` rows to show, so that `cursor` is seen in `room` rows with one beyond it where there is one.
#[must_use]
pub fn scrolled(cursor: usize, count: usize, room: usize, before: usize) -> usize {
    let most = count.saturating_sub(room);
    let air = usize::from(room > 2);
    let low = (cursor + air + 1).saturating_sub(room);
    let high = cursor.saturating_sub(air);
    before.clamp(low.min(most), high.max(low).min(most))
}

#[cfg(test)]
mod tests {
    use crate::core::data::Data;

    use super::*;

    #[test]
    fn a_cut_text_says_so_and_fits() {
        let theme = Theme::load(&Data::embedded(), true, false).unwrap();
        assert_eq!(cut("abcdef", 6, &theme), "abcdef");
        assert_eq!(cut("abcdefg", 6, &theme), "abcde…");
        assert_eq!(cut("好好好", 5, &theme), "好好…");
        assert_eq!(cut("abc", 1, &theme), "");
        assert_eq!(cut("abc", 0, &theme), "");
    }

    #[test]
    fn the_cursor_is_always_in_the_window() {
        for count in 0..12_usize {
            for room in 1..6 {
                for before in 0..12 {
                    for cursor in 0..count {
                        let first = scrolled(cursor, count, room, before);
                        assert!(first <= cursor && cursor < first + room, "{cursor} of {count} in {room} from {before}: {first}");
                        assert!(first <= count.saturating_sub(room));
                    }
                }
            }
        }
    }
}
