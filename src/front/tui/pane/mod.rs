//! The terminal pane: the screen of a program inside ours, with its history. Shared with the thread that feeds it.

mod encode;
mod feed;
mod find;
mod mouse;
mod skim;
mod widget;

use std::num::NonZeroU16;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use encode::{encode, paste};
use ratatui::crossterm::event::MouseEvent;
pub use widget::draw;

/// Rows kept above the screen: a full history of wide rows stays below 30 MB.
const HISTORY: usize = 5000;
/// What is copied at most: terminals refuse longer clipboard writes.
const COPIED: usize = 70_000;

/// A program's screen. Clones show the same one. Everything the program asks of a terminal beyond cells (its title, the
/// clipboard, answers to queries) is dropped.
#[derive(Clone)]
pub struct Pane(Arc<Shared>);

struct Shared {
    inner: Mutex<Inner>,
    /// How many wait to look at it: whoever feeds lets them go first.
    waiting: AtomicUsize,
    /// Held by the one who feeds, for as long as one piece takes.
    feeding: Mutex<skim::Skim>,
}

struct Inner {
    /// How far it is scrolled back is its own to keep: a reader further up stays at the same lines.
    parser: vt100::Parser,
    /// The words looked for, and where the last match stands.
    found: Option<find::Found>,
    /// A line of nixml's own was last and the next output starts a new one.
    fresh: bool,
}

impl Default for Pane {
    fn default() -> Self {
        Self::new(24, 80)
    }
}

impl std::fmt::Debug for Pane {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_tuple("Pane").field(&self.size()).finish()
    }
}

impl Pane {
    /// An empty screen; a size of 0 counts as 1.
    #[must_use]
    pub fn new(rows: u16, columns: u16) -> Self {
        Self::keeping(rows, columns, HISTORY)
    }

    /// One that keeps so many rows above its screen.
    fn keeping(rows: u16, columns: u16, history: usize) -> Self {
        let inner = Inner { parser: parser(rows, columns, history), found: None, fresh: true };
        Self(Arc::new(Shared { inner: Mutex::new(inner), waiting: AtomicUsize::new(0), feeding: Mutex::default() }))
    }

    /// Gives the screen another size; 0 counts as 1. False when it has that size already.
    #[must_use = "the program must be told, too"]
    pub fn resize(&self, rows: u16, columns: u16) -> bool {
        let mut inner = self.lock();
        let wanted = (at_least_one(rows), at_least_one(columns));
        if inner.parser.screen().size() == wanted {
            return false;
        }
        let back = inner.parser.screen().scrollback();
        if catch_unwind(AssertUnwindSafe(|| inner.parser.set_size(wanted.0, wanted.1))).is_err() {
            inner.parser = parser(rows, columns, inner.parser.screen().scrollback_capacity());
        }
        inner.parser.screen_mut().set_scrollback(back);
        true
    }

    /// Rows and columns.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        let (rows, columns) = self.lock().parser.screen().size();
        (rows.get(), columns.get())
    }

    /// Scrolls by rows: up into the history when positive.
    pub fn scroll(&self, rows: isize) {
        let mut inner = self.lock();
        let screen = inner.parser.screen_mut();
        screen.set_scrollback(screen.scrollback().saturating_add_signed(rows));
    }

    /// Back to the newest row.
    pub fn follow(&self) {
        let mut inner = self.lock();
        inner.parser.screen_mut().set_scrollback(0);
        inner.found = None;
    }

    /// Rows scrolled back, and how many there are.
    #[must_use]
    pub fn position(&self) -> (usize, usize) {
        let inner = self.lock();
        (inner.parser.screen().scrollback(), inner.parser.screen().scrollback_len())
    }

    /// Looks for `words` upwards, from the last match or from the newest row; false when there is none.
    #[must_use]
    pub fn search(&self, words: &str) -> bool {
        let mut inner = self.lock();
        let before = inner.found.take().filter(|found| found.words == words);
        inner.found = find::up(&mut inner.parser, words, before.as_ref());
        let hit = inner.found.as_ref().map(|found| found.back);
        if let Some(back) = hit {
            inner.parser.screen_mut().set_scrollback(back);
        }
        hit.is_some()
    }

    /// The words looked for last, while a match of them is shown.
    #[must_use]
    pub fn searched(&self) -> Option<String> {
        self.lock().found.as_ref().map(|found| found.words.clone())
    }

    /// The program wants pastes in brackets.
    #[must_use]
    pub fn wants_brackets(&self) -> bool {
        self.lock().parser.screen().bracketed_paste()
    }

    /// The program wants the arrow keys as it names them itself.
    #[must_use]
    pub fn own_arrows(&self) -> bool {
        self.lock().parser.screen().application_cursor()
    }

    /// The bytes of what the mouse did at this cell, when the program asked for the mouse.
    #[must_use]
    pub fn moused(&self, event: MouseEvent, column: u16, row: u16) -> Option<Vec<u8>> {
        let inner = self.lock();
        let screen = inner.parser.screen();
        mouse::encode(event, (column, row), screen.mouse_protocol_mode(), screen.mouse_protocol_encoding())
    }

    /// The newest rows as plain text, history included, as much as a clipboard takes.
    #[must_use]
    pub fn text(&self) -> String {
        let rows = self.rows();
        let mut left = COPIED;
        let fits = rows.iter().rev().take_while(|row| {
            let needed = row.len() + 1;
            left.checked_sub(needed).inspect(|rest| left = *rest).is_some()
        });
        let start = rows.len() - fits.count();
        let mut text = rows.get(start..).unwrap_or_default().join("\n");
        text.truncate(text.trim_end().len());
        text
    }

    /// The last lines that say something.
    #[must_use]
    pub fn last_lines(&self, most: usize) -> Vec<String> {
        let mut rows = self.rows();
        rows.retain(|row| !row.trim().is_empty());
        rows.split_off(rows.len().saturating_sub(most))
    }

    fn rows(&self) -> Vec<String> {
        find::rows(&mut self.lock().parser)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.waiting.fetch_add(1, Ordering::Relaxed);
        let inner = self.0.inner.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
        inner
    }
}

fn at_least_one(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap_or(NonZeroU16::MIN)
}

fn parser(rows: u16, columns: u16, history: usize) -> vt100::Parser {
    vt100::Parser::new(at_least_one(rows), at_least_one(columns), history)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(lines: usize) -> Pane {
        let pane = Pane::new(4, 20);
        for line in 1..=lines {
            pane.line(&format!("line {line}"));
        }
        pane
    }

    #[test]
    fn a_reader_further_up_is_not_moved_by_new_output() {
        let pane = counted(20);
        pane.scroll(5);
        pane.line("new");
        assert_eq!(pane.position().0, 6);
        pane.follow();
        assert_eq!(pane.position().0, 0);
    }

    #[test]
    fn the_text_is_the_history_and_the_screen_in_order() {
        let text = counted(9).text();
        assert_eq!(text.lines().next(), Some("line 1"));
        assert_eq!(text.lines().last(), Some("line 9"));
        assert_eq!(text.lines().count(), 9);
    }

    #[test]
    fn the_last_lines_leave_out_empty_ones() {
        let pane = counted(3);
        pane.line("");
        assert_eq!(pane.last_lines(2), ["line 2", "line 3"]);
    }

    #[test]
    fn a_search_goes_up_from_match_to_match() {
        let pane = counted(30);
        pane.line("the end");
        assert!(pane.search("line 1"));
        let first = pane.position().0;
        assert!(pane.search("line 1"));
        assert!(pane.position().0 >= first);
        assert!(!pane.search("nowhere"));
    }

    #[test]
    fn no_size_is_too_small() {
        let pane = counted(5);
        for (rows, columns) in [(0, 0), (1, 1), (500, 1), (1, 500), (24, 80)] {
            let _ = pane.resize(rows, columns);
            pane.feed("好\x1b[5;5Hx\x1b[2J".as_bytes());
        }
        assert_eq!(pane.size(), (24, 80));
    }
}
