//! What a check says to do: the advice of its code, or words made from what it saw.

use super::Case;
use crate::core::data::Data;
use crate::core::explain;
use crate::core::facts::Facts;
use crate::core::finding::{Remedy, RemedyCommand};

/// What to do about this code here, as `explain` says it too: the `remedy` of `assets/diagnoses/CODE.toml`. An empty one when there is
/// no such file (a test keeps that from happening).
#[must_use]
pub fn known(code: &str, case: &Case<'_>) -> Remedy {
    on(code, case.facts)
}

/// The same on a machine of which these facts are known.
#[must_use]
pub fn on(code: &str, facts: &Facts) -> Remedy {
    let diagnosis = explain::diagnosis(&Data::embedded(), code).ok().flatten();
    diagnosis.map(|diagnosis| diagnosis.remedy.of(Some(facts))).unwrap_or_default()
}

/// A remedy of one sentence and nothing to run.
#[must_use]
pub fn say(text: impl Into<String>) -> Remedy {
    Remedy { say: text.into(), ..Remedy::default() }
}

/// A sentence and a line for the person's own shell.
#[must_use]
pub fn type_in(text: impl Into<String>, line: &str) -> Remedy {
    Remedy { say: text.into(), commands: vec![RemedyCommand::shell(line)], ..Remedy::default() }
}
