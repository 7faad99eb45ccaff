//! A conversation that was broken off: what was answered and where it stood, to go on from there another time.

use serde::{Deserialize, Serialize};

use crate::core::answers::{Answers, Origin, check};
use crate::core::choices::Resolved;
use crate::core::failure::Failure;
use crate::core::session::{Effect, Session, Stage};

/// The format of what is kept; another one is not read.
pub const SCHEMA: u32 = 1;

/// How far it had come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum At {
    /// At the question of this step.
    Step(String),
    Review,
    /// The files are on the disk, and not proved yet.
    Written,
    /// Nothing was broken off: the folder holds a project of nixml's.
    Project,
}

/// What is kept of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    pub schema: u32,
    pub at: At,
    pub answers: Answers,
    /// What the project's own nixml.toml resolved to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<Resolved>,
    /// Seconds since it was kept, as far as the file tells.
    #[serde(skip)]
    pub age: Option<u64>,
}

impl Kept {
    /// A conversation that stands `at` with these answers.
    #[must_use]
    pub fn new(at: At, answers: Answers) -> Self {
        Self { schema: SCHEMA, at, answers, resolved: None, age: None }
    }
}

impl Session {
    /// The same with an earlier conversation that a person may go on with.
    #[must_use]
    pub fn offering(mut self, kept: Option<Kept>) -> Self {
        self.kept = kept.filter(|kept| kept.schema == SCHEMA && kept.answers.iter().next().is_some());
        self
    }

    /// The earlier conversation, as long as it was neither taken up nor left.
    #[must_use]
    pub fn kept(&self) -> Option<&Kept> {
        self.kept.as_ref()
    }

    /// Keep where it stands now.
    pub(super) fn keep(&self, at: At) -> Effect {
        Effect::Save(Box::new(Kept { resolved: self.resolved.clone(), ..Kept::new(at, self.answers.clone()) }))
    }

    /// Goes on from what was kept. What does not work any more is dropped, and that is told; what was said on this command line
    /// stands above it.
    pub(super) fn resume(&mut self) -> Result<Vec<Effect>, Failure> {
        let Some(kept) = self.kept.clone() else { return Ok(Vec::new()) };
        let (answers, resolved, stage) = (self.answers.clone(), self.resolved.clone(), self.stage.clone());
        let done = self.take_up(&kept);
        match &done {
            Ok(_) => self.kept = None,
            Err(_) => (self.answers, self.resolved, self.stage) = (answers, resolved, stage),
        }
        done
    }

    fn take_up(&mut self, kept: &Kept) -> Result<Vec<Effect>, Failure> {
        let now = std::mem::take(&mut self.answers);
        // The file may be of another release, or of anybody's hand.
        let fits =
            |id: &str, words: &[String]| self.steps.iter().any(|step| step.id == id && check::from_words(step, words).is_ok());
        let before = kept.answers.iter().filter(|(id, answer)| fits(id, &answer.value.words()));
        let mut answers = before.fold(Answers::default(), |all, (id, answer)| all.with(id, answer.value.clone(), answer.from));
        for (id, answer) in now.iter() {
            let said = matches!(answer.from, Origin::Flag | Origin::Variable | Origin::File);
            if said || answers.get(id).is_none() {
                answers = answers.without(id).with(id, answer.value.clone(), answer.from);
            }
        }
        self.answers = answers;
        self.resolved = kept.resolved.clone().or(self.resolved.take());
        let steps = std::sync::Arc::clone(&self.steps);
        if let Some(first) = steps.first() {
            self.drop_impossible(first, true)?;
        }
        match &kept.at {
            At::Step(step) => {
                // A question before it may be open again.
                let open = self.wizard()?.next(&self.answers, false)?.map(|question| question.step.id);
                let step = open.filter(|open| self.place(open) < self.place(step)).unwrap_or_else(|| step.clone());
                let effects = self.jump(&step)?;
                if matches!(self.stage, Stage::Asking(_)) { Ok(effects) } else { self.ask_next() }
            }
            At::Review | At::Written | At::Project => self.take_defaults(),
        }
    }
}
