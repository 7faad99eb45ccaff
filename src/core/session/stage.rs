//! Where a conversation stands.

use crate::core::changes::Change;
use crate::core::failure::{Exit, Failure};
use crate::core::files::Files;
use crate::core::nix_log::Progress;
use crate::core::plan::Plan;
use crate::core::validation::{Phase, PhaseId, ValidationEvent, ValidationReport};
use crate::core::wizard::Question;

/// Everything decided, before anything is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub plan: Plan,
    pub files: Files,
    /// What writing would do; absent until the disk was looked at.
    pub changes: Option<Vec<Change>>,
}

/// How far a validation has come.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Running {
    /// The phase that runs, and what it runs.
    pub phase: Option<(PhaseId, String)>,
    /// The phases that are over.
    pub ended: Vec<Phase>,
    /// How far Nix has come in the phase that runs.
    pub nix: Option<Progress>,
    /// Seconds without a sign of life, when that is worth saying.
    pub silent: Option<u64>,
    /// What the writing before it left to say.
    pub notes: Vec<String>,
}

impl Running {
    /// One that has just begun, with what the writing left to say.
    #[must_use]
    pub fn noted(notes: Vec<String>) -> Self {
        Self { notes, ..Self::default() }
    }

    /// Something was printed: a sign of life.
    pub(super) fn hear(&mut self) {
        self.silent = None;
    }

    pub(super) fn take(&mut self, event: ValidationEvent) {
        match event {
            ValidationEvent::Started { phase, what } => {
                self.phase = Some((phase, what));
                self.nix = None;
                self.silent = None;
            }
            ValidationEvent::Progress { progress, .. } => {
                self.nix = Some(progress);
                self.silent = None;
            }
            // The pane has its own way to what is printed.
            ValidationEvent::Line { .. } | ValidationEvent::Terminal { .. } => self.hear(),
            ValidationEvent::Silent { seconds, .. } => self.silent = Some(seconds),
            ValidationEvent::Ended(phase) => {
                self.phase = None;
                self.ended.push(phase);
            }
        }
    }
}

/// Where the conversation stands. The files are on the disk from `Validating` on.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// The machine is being looked at, or was.
    Machine,
    Asking(Box<Question>),
    Review(Box<Review>),
    Writing {
        review: Option<Review>,
    },
    Validating {
        progress: Running,
        review: Option<Review>,
    },
    /// Written, and proved when a report is there and `ok`.
    Done {
        notes: Vec<String>,
        report: Option<Box<ValidationReport>>,
        review: Option<Review>,
    },
    /// It cannot go on from here by itself.
    Stopped {
        failure: Failure,
        /// The files are on the disk all the same.
        wrote: bool,
        review: Option<Review>,
    },
}

impl Stage {
    /// The exit code of leaving here.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Done { report: Some(report), .. } => report.exit(),
            Self::Stopped { failure, .. } => failure.exit,
            _ => Exit::Done,
        }
    }

    /// The review of this stage, if it has come that far.
    #[must_use]
    pub fn review(&self) -> Option<&Review> {
        match self {
            Self::Review(review) => Some(review),
            Self::Writing { review }
            | Self::Validating { review, .. }
            | Self::Done { review, .. }
            | Self::Stopped { review, .. } => review.as_ref(),
            Self::Machine | Self::Asking(_) => None,
        }
    }

    /// True when the project's files are on the disk.
    #[must_use]
    pub fn wrote(&self) -> bool {
        matches!(self, Self::Validating { .. } | Self::Done { .. } | Self::Stopped { wrote: true, .. })
    }
}
