//! Answers that cannot go together: which, why, and what would.

use crate::core::failure::Failure;

/// Why no plan can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The ids of the steps whose answers contradict each other (or one that cannot be at all).
    pub between: Vec<String>,
    /// One sentence without a period.
    pub why: String,
    /// What to answer instead, the best first.
    pub ways_out: Vec<WayOut>,
}

/// One way out of a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayOut {
    /// The step to answer differently.
    pub step: String,
    /// Its new value as on the command line; absent: what to do is not an answer.
    pub value: Option<String>,
    /// For a person.
    pub say: String,
}

impl Conflict {
    pub(super) fn new<'a>(between: impl IntoIterator<Item = &'a str>, why: impl Into<String>) -> Self {
        Self { between: between.into_iter().map(str::to_owned).collect(), why: why.into(), ways_out: Vec::new() }
    }

    pub(super) fn way(mut self, step: &str, value: &str, say: impl Into<String>) -> Self {
        self.ways_out.push(WayOut { step: step.to_owned(), value: Some(value.to_owned()), say: say.into() });
        self
    }

    pub(super) fn advice(mut self, step: &str, say: impl Into<String>) -> Self {
        self.ways_out.push(WayOut { step: step.to_owned(), value: None, say: say.into() });
        self
    }
}

impl Conflict {
    /// Why, and the ways out, in one line.
    #[must_use]
    pub fn sentence(&self) -> String {
        let ways = self.ways();
        if ways.is_empty() { self.why.clone() } else { format!("{}; {ways}", self.why) }
    }

    fn ways(&self) -> String {
        let ways = self.ways_out.iter().map(|way| match &way.value {
            Some(value) => format!("`--{} {value}` ({})", way.step, way.say),
            None => way.say.clone(),
        });
        ways.collect::<Vec<_>>().join(", or ")
    }
}

impl From<Conflict> for Failure {
    fn from(conflict: Conflict) -> Self {
        let names: Vec<String> = conflict.between.iter().map(|step| format!("`{step}`")).collect();
        let what = match names.as_slice() {
            [one] => format!("the answer to {one} cannot be used"),
            _ => format!("the answers to {} do not go together", names.join(" and ")),
        };
        let ways = conflict.ways();
        let failure = Self::usage(what).why(conflict.why);
        if ways.is_empty() { failure } else { failure.next(ways) }
    }
}
