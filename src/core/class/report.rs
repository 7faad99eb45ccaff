//! The object that `nixml join --json` prints.

use serde::Serialize;

use crate::core::class::code::{Readiness, encode};
use crate::core::class::{Class, Met, Standing, Unmet};

/// One need of the course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// `disk`, `nix`, ...; null: met, or not known to be unmet.
    pub missing: Option<&'static str>,
    pub say: String,
}

/// How a machine came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JoinReport {
    pub schema_version: u32,
    pub title: String,
    /// `served`, `fallback` or `fails`.
    pub outcome: &'static str,
    /// `ready`, `fallback`, `written` or `not-ready`.
    pub state: &'static str,
    pub target: &'static str,
    /// The project's folder; null: nothing was made.
    pub dir: Option<String>,
    pub checks: Vec<Check>,
    pub to_do: Vec<String>,
    /// What was missing the last time and is there now.
    pub fixed: Vec<String>,
    pub code: String,
}

impl JoinReport {
    #[must_use]
    pub fn new(class: &Class, standing: &Standing, met: &[Met], readiness: &Readiness, fixed: Vec<String>) -> Self {
        let checks = met.iter().map(|met| Check { missing: met.unmet.map(Unmet::word), say: met.say.clone() });
        Self {
            schema_version: 1,
            title: class.title.clone(),
            outcome: standing.outcome.word(),
            state: readiness.state.id(),
            target: readiness.target.word(),
            dir: None,
            checks: checks.collect(),
            to_do: readiness.unmet.map(|unmet| unmet.to_do().to_owned()).into_iter().collect(),
            fixed,
            code: encode(readiness),
        }
    }
}
