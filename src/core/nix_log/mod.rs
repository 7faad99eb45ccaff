//! Reads what `nix --log-format internal-json` writes: progress for bars, lines for people, errors for their cause.

mod event;
mod lines;
mod progress;

use std::collections::{BTreeMap, VecDeque};

pub use event::{Event, Field};
pub use lines::Lines;
pub use progress::{Count, Progress, mebibytes};

use event::{ERROR, activity, result};
use progress::Activities;

use crate::core::text::sanitise;

/// The last lines kept of each build, and of how many builds.
const LAST_LINES: usize = 30;
const MOST_BUILDS: usize = 64;
const MOST_ERRORS: usize = 32;

/// How Nix begins its lines, with the first character of the JSON.
const MARK: &[u8] = b"@nix {";

/// A line for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Nix itself, sanitised; `level` 0 is an error, 1 a warning.
    Nix { level: u64, text: String },
    /// A builder: the name of what is built, and its line.
    Build { name: String, line: String },
    /// Not from Nix: the shell's hook, or the command that Nix started.
    Other(String),
}

impl Said {
    /// As it is shown and logged.
    #[must_use]
    pub fn line(&self) -> String {
        match self {
            Self::Nix { text, .. } | Self::Other(text) => text.clone(),
            Self::Build { name, line } => format!("{name}> {line}"),
        }
    }
}

/// One error of Nix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NixError {
    /// The innermost message, without the trace.
    pub raw: String,
    /// All that was said.
    pub text: String,
}

/// The state of one run, fed with its standard error.
#[derive(Debug, Default)]
pub struct NixLog {
    lines: Lines,
    activities: Activities,
    builds: BTreeMap<u64, (String, VecDeque<String>)>,
    errors: Vec<NixError>,
    built: bool,
}

impl NixLog {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes, in pieces of any size; hands out what a person may want to read.
    pub fn feed(&mut self, bytes: &[u8], mut said: impl FnMut(Said)) {
        let mut lines = std::mem::take(&mut self.lines);
        lines.feed(bytes, |line| self.line(line, &mut said));
        self.lines = lines;
    }

    /// The end of the output: an unfinished last line counts.
    pub fn finish(&mut self, mut said: impl FnMut(Said)) {
        let mut lines = std::mem::take(&mut self.lines);
        lines.finish(|line| self.line(line, &mut said));
    }

    #[must_use]
    pub fn progress(&self) -> &Progress {
        self.activities.progress()
    }

    /// Every error so far, in order; the first is the cause of the others.
    #[must_use]
    pub fn errors(&self) -> &[NixError] {
        &self.errors
    }

    /// A builder was started.
    #[must_use]
    pub fn built(&self) -> bool {
        self.built
    }

    /// The last lines of a build whose derivation an error names.
    #[must_use]
    pub fn failed_build(&self) -> Option<(&str, impl Iterator<Item = &str>)> {
        let (name, lines) = self.builds.values().find(|(name, lines)| {
            !lines.is_empty() && self.errors.iter().any(|error| error.raw.contains(&format!("-{name}.drv")))
        })?;
        Some((name.as_str(), lines.iter().map(String::as_str)))
    }

    fn line(&mut self, line: &[u8], said: &mut dyn FnMut(Said)) {
        // Somebody else's unfinished line may stand before Nix's own.
        let Some(at) = line.windows(MARK.len()).position(|window| window == MARK) else {
            return said(other(line));
        };
        if at > 0 {
            said(other(&line[..at]));
        }
        let Some(event) = Event::parse(&line[at + MARK.len() - 1..]) else { return };
        self.activities.apply(&event);
        match event {
            Event::Message { level, text, raw } => {
                let advice = text.starts_with("(use '--show-trace'");
                if level == ERROR && !advice && self.errors.len() < MOST_ERRORS {
                    self.errors.push(NixError { raw: raw.unwrap_or_else(|| text.clone()), text: text.clone() });
                }
                if level <= event::INFO {
                    said(Said::Nix { level, text });
                }
            }
            Event::Start { id, kind: activity::BUILD, .. } => {
                self.built = true;
                if self.builds.len() >= MOST_BUILDS {
                    let Some(oldest) = self.builds.keys().next().copied() else { return };
                    self.builds.remove(&oldest);
                }
                self.builds.insert(id, (self.activities.label(id).unwrap_or("").to_owned(), VecDeque::new()));
            }
            Event::Result { id, kind: result::BUILD_LOG_LINE | result::POST_BUILD_LOG_LINE, fields } => {
                let Some(line) = fields.first().map(|field| field.text().trim_end().to_owned()) else { return };
                let name = match self.builds.get_mut(&id) {
                    Some((name, last)) => {
                        if last.len() == LAST_LINES {
                            last.pop_front();
                        }
                        last.push_back(line.clone());
                        name.clone()
                    }
                    None => String::new(),
                };
                said(Said::Build { name, line });
            }
            _ => {}
        }
    }
}

fn other(line: &[u8]) -> Said {
    Said::Other(sanitise(&String::from_utf8_lossy(line)).into_owned())
}

#[cfg(test)]
mod tests;
