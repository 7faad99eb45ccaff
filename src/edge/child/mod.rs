//! The one place where nixml starts another program, watches it, and ends it with all that it started. One that may take long is run
//! ([`run`]) or sits on a terminal for a person ([`Program`]); a short question has a deadline ([`brief`]).

pub mod brief;
mod environment;
mod interrupt;
mod leash;
mod program;
mod start;
mod tree;
mod watch;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub use environment::Environment;
pub use interrupt::Interrupt;
use leash::Leash;
pub use leash::stop_all;
pub use program::{Program, Told};
pub use watch::run;

/// The variable that marks every process of one run, so that none is forgotten at the end.
const MARK: &str = "NIXML_RUN";

/// What to run, and how long to wait.
#[derive(Debug, Clone)]
pub struct Order {
    pub program: PathBuf,
    pub args: Vec<OsString>,
    pub dir: PathBuf,
    /// All of it: nothing else is inherited.
    pub env: BTreeMap<OsString, OsString>,
    pub terminal: Terminal,
    /// Stopped when this is reached.
    pub deadline: Option<Instant>,
    /// Silence of this length is told, once for each such length.
    pub silence: Duration,
    pub patience: Patience,
}

/// What its terminal is. It leads a session of its own in any case, so that a question never lands on the person's screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Terminal {
    /// One to ask on, where nobody answers; standard output and error are pipes.
    Hidden,
    /// Standard output and error, of so many rows and columns; there is no input.
    Shown(u16, u16),
    /// All three: somebody sits at it.
    Whole(u16, u16),
}

impl Terminal {
    fn size(self) -> (u16, u16) {
        match self {
            Self::Hidden => (24, 80),
            Self::Shown(rows, columns) | Self::Whole(rows, columns) => (rows, columns),
        }
    }
}

/// How long each kind of stopping is given before the next, harder one.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// After SIGINT; after SIGHUP where somebody sits at its terminal.
    pub interrupt: Duration,
    /// After SIGTERM.
    pub terminate: Duration,
    /// After SIGKILL: a process in the middle of a driver call cannot die.
    pub kill: Duration,
}

impl Default for Patience {
    /// Seven seconds in all: whoever stops nixml is promised eight.
    fn default() -> Self {
        Self { interrupt: Duration::from_secs(2), terminate: Duration::from_secs(3), kill: Duration::from_secs(2) }
    }
}

impl Order {
    pub fn new(program: impl Into<PathBuf>, dir: impl Into<PathBuf>, env: Environment) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            dir: dir.into(),
            env: env.into(),
            terminal: Terminal::Hidden,
            deadline: None,
            silence: Duration::from_mins(10),
            patience: Patience::default(),
        }
    }

    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    #[must_use]
    pub fn deadline(mut self, deadline: Option<Instant>) -> Self {
        self.deadline = deadline;
        self
    }

    /// Shown on a terminal of so many rows and columns, when there is one.
    #[must_use]
    pub fn terminal(mut self, size: Option<(u16, u16)>) -> Self {
        self.terminal = size.map_or(Terminal::Hidden, |(rows, columns)| Terminal::Shown(rows, columns));
        self
    }

    /// The command as a person would type it, for logs and progress.
    #[must_use]
    pub fn line(&self) -> String {
        let program = self.program.file_name().unwrap_or(self.program.as_os_str());
        std::iter::once(program)
            .chain(self.args.iter().map(OsString::as_os_str))
            .map(|word| quoted(&word.to_string_lossy()))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@%+,#".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// What a running program lets be heard.
#[derive(Debug)]
pub enum Heard<'a> {
    /// Standard output, or the terminal when there is one.
    Out(&'a [u8]),
    /// Standard error; never when there is a terminal.
    Err(&'a [u8]),
    /// It asks a question on its terminal, where nobody answers.
    Asked(&'a [u8]),
    /// Nothing was heard for so long.
    Silent(Duration),
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Exit(i32),
    /// It died of this signal by itself.
    Signal(i32),
    /// It was stopped: the deadline passed.
    TimedOut,
    /// It was stopped: nixml was told to end, by this signal.
    Interrupted(u8),
}

/// A run that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub end: End,
    pub duration: Duration,
    /// Processes that did not even die of SIGKILL: a hung driver holds them.
    pub stuck: Vec<u32>,
}

impl Ended {
    #[must_use]
    pub fn success(&self) -> bool {
        self.end == End::Exit(0)
    }
}

/// Where a program is, from PATH, and then from `others`.
#[must_use]
pub fn find(name: &str, others: &[&Path]) -> Option<PathBuf> {
    which::which(name).ok().or_else(|| others.iter().map(|dir| dir.join(name)).find(|path| path.is_file()))
}
