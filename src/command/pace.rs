//! How far something long has come, on standard error: one line drawn again for a person who watches, a line now and then for a log.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use nixml::edge::clock::Clock;
use nixml::front::print;

use crate::cli::Shared;

/// Redrawn lines are told so often, logged ones so often.
const REDRAWN: Duration = Duration::from_millis(100);
const LOGGED: Duration = Duration::from_secs(10);

/// Says how far it is.
#[derive(Debug)]
pub struct Pace {
    redraws: bool,
    quiet: bool,
    told: Option<Clock>,
    drawn: bool,
}

impl Pace {
    pub fn new(shared: &Shared) -> Self {
        let dumb = nixml::edge::variable("TERM").is_none_or(|term| term == "dumb");
        Self { redraws: std::io::stderr().is_terminal() && !dumb, quiet: shared.quiet, told: None, drawn: false }
    }

    /// The newest state; most of them are not shown.
    pub fn tell(&mut self, text: &str) {
        let every = if self.redraws { REDRAWN } else { LOGGED };
        if self.quiet || self.told.as_ref().is_some_and(|told| told.elapsed() < every) {
            return;
        }
        self.told = Some(Clock::start());
        if self.redraws {
            let short: String = text.chars().take(78).collect();
            let _ = write!(std::io::stderr().lock(), "\r\x1b[K{short}");
            self.drawn = true;
        } else {
            print::say(text);
        }
    }

    /// A line that stays.
    pub fn say(&mut self, text: &str) {
        self.clear();
        if !self.quiet {
            print::say(text);
        }
    }

    /// Takes the redrawn line away.
    pub fn clear(&mut self) {
        if std::mem::take(&mut self.drawn) {
            let _ = write!(std::io::stderr().lock(), "\r\x1b[K");
        }
        self.told = None;
    }
}

impl Drop for Pace {
    fn drop(&mut self) {
        self.clear();
    }
}
