//! What kind of terminal we are on, from the descriptors and the environment.

use std::ffi::OsString;
use std::io::{IsTerminal as _, stdin, stdout};

/// What decides between the full screen, plain prompts and none, and between colours and letters of more or less kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four answers that do not depend on each other")]
pub struct Surroundings {
    /// Both standard input and standard output are a terminal.
    pub terminal: bool,
    /// `TERM` is `dumb`, empty or not set: cursor movement would show up as rubbish.
    pub dumb: bool,
    /// `NO_COLOR` is set to something.
    pub no_color: bool,
    /// The locale's letters are UTF-8.
    pub utf8: bool,
}

impl Surroundings {
    /// Looks at the descriptors and the environment of this process.
    #[must_use]
    pub fn look() -> Self {
        Self { terminal: stdin().is_terminal() && stdout().is_terminal(), ..Self::from(|name| std::env::var_os(name)) }
    }

    /// True when the full screen can be drawn.
    #[must_use]
    pub fn full_screen(&self) -> bool {
        self.terminal && !self.dumb
    }

    fn from(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        // The first of these that is set decides, as in setlocale(3).
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
        let utf8 = locale.is_some_and(|locale| {
            let locale = locale.to_string_lossy().to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        Self { terminal: false, dumb: set("TERM").is_none_or(|term| term == "dumb"), no_color: set("NO_COLOR").is_some(), utf8 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Surroundings {
        Surroundings::from(|wanted| variables.iter().find(|(name, _)| *name == wanted).map(|(_, value)| OsString::from(value)))
    }

    #[test]
    fn the_first_locale_variable_that_is_set_decides() {
        assert!(of(&[("LANG", "de_DE.UTF-8")]).utf8);
        assert!(of(&[("LC_ALL", ""), ("LANG", "C.utf8")]).utf8);
        assert!(!of(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]).utf8);
        assert!(!of(&[]).utf8);
    }

    #[test]
    fn a_terminal_without_a_name_is_dumb() {
        assert!(of(&[]).dumb);
        assert!(of(&[("TERM", "dumb")]).dumb);
        assert!(!of(&[("TERM", "xterm-256color")]).dumb);
    }

    #[test]
    fn an_empty_no_color_does_not_count() {
        assert!(!of(&[("NO_COLOR", "")]).no_color);
        assert!(of(&[("NO_COLOR", "1")]).no_color);
    }
}
