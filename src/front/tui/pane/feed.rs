//! The way into a pane: in pieces that keep nobody waiting, and without what nobody could see any more.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use super::{Pane, parser, skim};

/// So much is drawn before whoever waits to look gets a turn: well below a millisecond.
const PIECE: usize = 16 * 1024;

impl Pane {
    /// Takes what the program printed. Of much at once only what the history can hold is drawn; the outcome is the same.
    pub fn feed(&self, bytes: &[u8]) {
        let mut skim = self.0.feeding.lock().unwrap_or_else(PoisonError::into_inner);
        let mut fed = 0;
        // The rows of a screen that is not full, the rows on it, and the history.
        let lines = {
            let inner = self.lock();
            inner.parser.screen().scrollback_capacity() + 2 * usize::from(inner.parser.screen().size().0.get())
        };
        for plain in skim.follow(bytes) {
            let part = &bytes[plain.clone()];
            let Some((gone, colours)) = skim::gone(part, lines) else { continue };
            self.draw(&bytes[fed..plain.start]);
            fed = plain.start;
            // The other screen has no history, and what it shows comes back.
            if !self.lock().parser.screen().alternate_screen() {
                self.draw(&part[..gone.start]);
                self.draw(&colours);
                fed += gone.end;
            }
        }
        self.draw(&bytes[fed..]);
        self.lock().fresh = bytes.last() == Some(&b'\n');
    }

    /// Adds a line of output that came over a pipe.
    pub fn line(&self, text: &str) {
        let start = if self.lock().fresh { "" } else { "\r\n" };
        self.feed(format!("{start}{}\r\n", text.trim_end_matches(['\r', '\n'])).as_bytes());
    }

    fn draw(&self, bytes: &[u8]) {
        for piece in bytes.chunks(PIECE) {
            while self.0.waiting.load(Ordering::Relaxed) > 0 {
                std::thread::yield_now();
            }
            let mut inner = self.0.inner.lock().unwrap_or_else(PoisonError::into_inner);
            // A parser that trips over hostile bytes costs the screen's contents, not the wizard.
            if catch_unwind(AssertUnwindSafe(|| inner.parser.process(piece))).is_err() {
                let (rows, columns) = inner.parser.screen().size();
                inner.parser = parser(rows.get(), columns.get(), inner.parser.screen().scrollback_capacity());
                inner.parser.process(b"[the screen could not be read and was cleared]\r\n");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Everything of a screen that can be seen or that steers what comes next.
    fn state(pane: &Pane) -> (Vec<String>, String, (usize, usize), (u16, u16)) {
        let text = pane.rows();
        let inner = pane.lock();
        let screen = inner.parser.screen();
        (text, screen.state_formatted(), (screen.scrollback(), screen.scrollback_len()), screen.cursor_position())
    }

    /// A flood in which colours, links and odd bytes occur, and now and then what is more than plain.
    fn flood(rare: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
        let common = prop::sample::select(vec![
            "a line of the flood\r\n",
            "\x1b[31mred\x1b[0m\r\n",
            "\x1b[1;38;5;200mbold\r\n",
            "\x1b[4;48:2:1:2:3mx\x1b[m\r\n",
            "\x1b]8;;file:///x\x1b\\link\x1b]8;;\x07\r\n",
            "50 %\r\x1b[K60 %\r\n",
            "\ttab\x08\x08b\x0b\r\n",
            "好 é\r\n",
            "long long long long long long long long long long\r\n",
            "\n",
            "\r\n",
        ]);
        let odd = prop::sample::select(rare);
        let line = prop_oneof![400 => common.prop_map(str::as_bytes), 1 => odd.prop_map(str::as_bytes)];
        prop::collection::vec(line, 200..600).prop_map(|lines| lines.concat())
    }

    const ODD: &[&str] = &[
        "\x1b[?25l",
        "\x1b[2;5r",
        "\x1b[r",
        "\x1bc",
        "\x1b[?1049h",
        "\x1b[?1049l",
        "\x1b7\x1b[3;4H",
        "\x1b8",
        "\x1b(B",
        "\x1b(c",
        "\x1b]0;never ended",
        "\x1b[3\r\n1m",
        "\x1b[12",
        "\x18",
        "\x1b[5b",
        "\x1bPq dcs \x1b\\",
        "\x1b]2;title\x1b[33m",
        "\u{c2}",
    ];

    fn whole_is_pieces(bytes: &[u8], rows: u16, after: &[u8]) {
        let (skimmed, drawn) = (Pane::keeping(rows, 20, 60), Pane::keeping(rows, 20, 60));
        skimmed.feed(bytes);
        for piece in bytes.chunks(200) {
            drawn.feed(piece);
        }
        for pane in [&skimmed, &drawn] {
            pane.feed(after);
        }
        assert_eq!(state(&skimmed), state(&drawn));
        for pane in [&skimmed, &drawn] {
            let _ = pane.resize(rows + 30, 25);
        }
        assert_eq!(state(&skimmed), state(&drawn));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_flood_at_once_shows_what_it_shows_in_pieces(bytes in flood(ODD), rows in 1_u16..8, after in "[a-z]{0,3}(\x1b\\[3b)?") {
            whole_is_pieces(&bytes, rows, after.as_bytes());
        }

        #[test]
        fn so_does_a_plain_one_that_begins_and_ends_anywhere(bytes in flood(&["x"]), from in 0_usize..40, rows in 1_u16..8) {
            whole_is_pieces(&bytes[from..bytes.len() - from], rows, b"\x1b[2b");
        }
    }

    #[test]
    fn most_of_a_flood_is_not_drawn_and_its_colour_is_kept() {
        let flood = format!("\x1b[31m{}", "a line\r\n".repeat(5000));
        let mut skim = skim::Skim::default();
        let plain = skim.follow(flood.as_bytes());
        assert_eq!((plain.len(), plain.first()), (1, Some(&(0..flood.len()))));
        let (gone, colours) = skim::gone(flood.as_bytes(), 100).unwrap();
        assert!(gone.len() > 39_000, "{gone:?}");
        assert!(colours.is_empty());
        let pane = Pane::keeping(4, 20, 60);
        pane.feed(flood.as_bytes());
        assert_eq!(pane.lock().parser.screen().fgcolor(), vt100::Color::Idx(1));
    }

    #[test]
    fn whoever_reads_further_up_stays_there_in_a_full_history() {
        let pane = Pane::keeping(4, 20, 60);
        for number in 0..100 {
            pane.line(&format!("line {number}"));
        }
        pane.scroll(50);
        let before = pane.lock().parser.screen().contents();
        pane.line("one more");
        assert_eq!(pane.lock().parser.screen().contents(), before);
    }
}
