//! What a person is told when nixml cannot go on: at most three short parts and an exit code.

use std::fmt;

/// The exit codes of the contract; the cause decides the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done; advisory findings alone do not change it.
    Done,
    /// A required check, a validation phase or the proof failed; `explain` recognised nothing.
    Failed,
    /// Usage error, a bad or missing answer, an unreadable input file, an unknown shell or code.
    Usage,
    /// No terminal for the wizard, a directory that cannot be written, Nix or uv needed and absent.
    Precondition,
    /// A file that nixml did not write would be overwritten or run, or somebody else owns or uses the directory.
    Refused,
    /// Network, index or binary cache unavailable.
    Network,
    /// `outdated` found something newer.
    Outdated,
    /// A bug in nixml.
    Bug,
    /// A deadline passed.
    TimedOut,
    /// Ended by this signal number.
    Signal(u8),
}

impl Exit {
    /// The number that the process ends with.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Precondition => 3,
            Self::Refused => 4,
            Self::Network => 5,
            Self::Outdated => 6,
            Self::Bug => 70,
            Self::TimedOut => 124,
            Self::Signal(number) => 128_u8.saturating_add(number),
        }
    }
}

/// Why a command stops. `what` is a lowercase fragment without a period; `why` and `next` are whole, short sentences or commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub exit: Exit,
    pub what: String,
    pub why: Option<String>,
    pub next: Option<String>,
}

impl Failure {
    #[must_use]
    pub fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self { exit, what: what.into(), why: None, next: None }
    }

    /// A usage error: exit code 2.
    #[must_use]
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what)
    }

    /// Something that must be there first is missing: exit code 3.
    #[must_use]
    pub fn precondition(what: impl Into<String>) -> Self {
        Self::new(Exit::Precondition, what)
    }

    /// nixml will not do it: exit code 4.
    #[must_use]
    pub fn refused(what: impl Into<String>) -> Self {
        Self::new(Exit::Refused, what)
    }

    /// The reason; the number that the system gives its errors is left out.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        let mut why: String = why.into();
        if let Some(place) = why.rfind(" (os error ").filter(|place| why[*place..].find(')') == Some(why.len() - place - 1)) {
            why.truncate(place);
        }
        self.why = Some(why);
        self
    }

    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.what)?;
        if let Some(why) = &self.why {
            write!(out, ": {why}")?;
        }
        if let Some(next) = &self.next {
            write!(out, "\nhint: {next}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_s_number_is_not_said() {
        let said = |why: &str| Failure::usage("read `x`").why(why).to_string();
        assert_eq!(said("No such file or directory (os error 2)"), "read `x`: No such file or directory");
        assert_eq!(said("uv said (os error 2) twice"), "read `x`: uv said (os error 2) twice");
    }
}
