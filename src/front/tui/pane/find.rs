//! Looking through the history of a pane.

use vt100::Parser;

/// A match: its words, and how far back the screen must be scrolled to show it on its top row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub words: String,
    pub back: usize,
    /// Counted from the oldest row.
    pub row: usize,
}

/// The next row above the last match (or the newest row at all) that holds `words`, letters of either case alike.
pub(super) fn up(parser: &mut Parser, words: &str, before: Option<&Found>) -> Option<Found> {
    let wanted = words.to_lowercase();
    if wanted.is_empty() {
        return None;
    }
    let all = rows(parser);
    let end = before.map_or(all.len(), |found| found.row.min(all.len()));
    let row = all.get(..end)?.iter().rposition(|row| row.to_lowercase().contains(&wanted))?;
    let history = parser.screen().scrollback_len();
    Some(Found { words: words.to_owned(), back: history.saturating_sub(row), row })
}

/// Every row as text, the oldest first. The view is left where it was.
pub(super) fn rows(parser: &mut Parser) -> Vec<String> {
    let screen = parser.screen_mut();
    let (height, width) = screen.size();
    let (view, history, height) = (screen.scrollback(), screen.scrollback_len(), usize::from(height.get()));
    let mut all = Vec::with_capacity(history + height);
    let mut back = history;
    while back > 0 {
        screen.set_scrollback(back);
        let take = back.min(height);
        all.extend(screen.rows(0, width.get()).take(take));
        back -= take;
    }
    screen.set_scrollback(0);
    all.extend(screen.rows(0, width.get()));
    screen.set_scrollback(view);
    all
}
