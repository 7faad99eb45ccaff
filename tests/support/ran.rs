//! How a run of the built program ended and what it printed; the one way in which tests start it without a terminal.

use std::ffi::OsStr;
use std::ops::Deref;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A run that is over.
#[derive(Debug)]
pub struct Ran(pub Output);

impl Ran {
    pub fn code(&self) -> Option<i32> {
        self.0.status.code()
    }

    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    /// Both streams, for a failed test's message.
    pub fn told(&self) -> String {
        format!("--- standard output\n{}--- standard error\n{}", self.out(), self.err())
    }

    /// It ended with this code.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code(), Some(code), "{}\n{}", self.0.status, self.told());
        self
    }

    /// These words stand on one of the streams.
    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(self.out().contains(words) || self.err().contains(words), "`{words}` is not said:\n{}", self.told());
        self
    }

    /// These words stand on none.
    #[track_caller]
    pub fn never_says(&self, words: &str) -> &Self {
        assert!(!self.out().contains(words) && !self.err().contains(words), "`{words}` is said:\n{}", self.told());
        self
    }

    /// Standard output is one JSON object and nothing else.
    #[track_caller]
    pub fn json(&self) -> Value {
        let value: Value = serde_json::from_slice(&self.0.stdout).unwrap_or_else(|wrong| panic!("{wrong}\n{}", self.told()));
        assert_eq!(value["schema_version"], 1, "{}", self.told());
        value
    }
}

impl Deref for Ran {
    type Target = Output;

    fn deref(&self) -> &Output {
        &self.0
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self(output)
    }
}

/// nixml in `folder`, which is its home as well, with the system's own programs, a closed input and no other variable.
pub fn command<S: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = S>) -> Command {
    program(Path::new(env!("CARGO_BIN_EXE_nixml")), folder, arguments)
}

/// Another program in the same surroundings.
pub fn program<S: AsRef<OsStr>>(program: &Path, folder: &Path, arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
    command.env("HOME", folder).env("PATH", "/usr/local/bin:/usr/bin:/bin").env("GIT_CONFIG_NOSYSTEM", "1");
    command
}

/// Runs it.
pub fn nixml(folder: &Path, arguments: &[&str]) -> Ran {
    command(folder, arguments).output().unwrap().into()
}
