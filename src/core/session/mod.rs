//! The one state machine that the screen, the plain prompts, the scripts and the tests all play: intents and events in, effects out.

mod asking;
mod kept;
mod stage;

use std::sync::Arc;

use crate::core::answers::{Answers, Value};
use crate::core::catalog::Catalog;
use crate::core::changes::{Action, Change};
use crate::core::choices::Resolved;
use crate::core::data::Data;
use crate::core::facts::Facts;
use crate::core::failure::{Exit, Failure};
use crate::core::plan::Plan;
use crate::core::step::Step;
use crate::core::validation::{ValidationEvent, ValidationReport};
use crate::core::wizard::Wizard;

pub use kept::{At, Kept, SCHEMA as KEPT_SCHEMA};
pub use stage::{Review, Running, Stage};

/// What a person wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// This value for the step that is asked.
    Answer(Value),
    /// One stage or step back; loses no answer.
    Back,
    /// Straight to a step that was answered before.
    Jump(String),
    /// Go on: from the machine to the questions, from the review to writing.
    Accept,
    /// Take every default that is left and go to the review.
    Quick,
    /// Go on with the conversation that was kept.
    Resume,
    /// Look at the machine again.
    Rescan,
    /// Validate once more.
    Retry,
    /// Stop what runs; stay.
    Cancel,
    /// Leave.
    Quit,
    /// Leave as after Ctrl-C.
    Interrupt,
}

/// What the world reported.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Facts so far; `complete`: every probe has answered or given up.
    Probed { facts: Box<Facts>, complete: bool },
    /// What the write would do.
    Compared(Vec<Change>),
    /// Comparing or writing did not work.
    Refused(Failure),
    /// The files are there.
    Wrote { notes: Vec<String> },
    /// Something happened in the validation.
    Validating(Box<ValidationEvent>),
    /// The validation is over.
    Validated(Box<ValidationReport>),
    /// The validation cannot be started.
    NotValidated(Failure),
}

/// What is asked of the world.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    Probe,
    /// Keep this, so that a later run can go on from here.
    Save(Box<Kept>),
    /// It has come to its end: nothing is left to go on with.
    Forget,
    /// Find out what writing this plan's files would do.
    Compare(Box<Plan>),
    Write(Vec<Change>),
    Validate,
    StopValidation,
    Quit(Exit),
}

/// One conversation from the machine to the proof.
#[derive(Debug, Clone)]
pub struct Session {
    data: Arc<Data>,
    steps: Arc<Vec<Step>>,
    facts: Arc<Facts>,
    probed: bool,
    folder: String,
    resolved: Option<Resolved>,
    /// What the review must say besides, in sentences.
    told: Vec<String>,
    /// What the review must warn of.
    warning: Option<String>,
    /// An earlier conversation that can be gone on with.
    kept: Option<Kept>,
    answers: Answers,
    stage: Stage,
    /// What else changed with the last answer, in sentences.
    changed: Vec<String>,
    /// Why the last intent was refused; the stage stays.
    refusal: Option<Failure>,
    validates: bool,
}

impl Session {
    /// A conversation about the folder of that name. `answers`: what is known already. `validates`: prove the project after writing.
    #[must_use]
    pub fn new(data: Arc<Data>, steps: Arc<Vec<Step>>, folder: &str, answers: Answers, validates: bool) -> Self {
        Self {
            data,
            steps,
            facts: Arc::default(),
            probed: false,
            folder: folder.to_owned(),
            resolved: None,
            told: Vec::new(),
            warning: None,
            kept: None,
            answers,
            stage: Stage::Machine,
            changed: Vec::new(),
            refusal: None,
            validates,
        }
    }

    /// The same with what an earlier run worked out.
    #[must_use]
    pub fn resolved(mut self, resolved: Option<Resolved>) -> Self {
        self.resolved = resolved;
        self
    }

    /// The same with what the review must say besides: lines of an adopted project that cannot be carried over.
    #[must_use]
    pub fn telling(mut self, told: Vec<String>) -> Self {
        self.told = told;
        self
    }

    /// The same with what the review must warn of, in a sentence.
    #[must_use]
    pub fn warning(mut self, warning: Option<String>) -> Self {
        self.warning = warning;
        self
    }

    /// The same machine without an answer: what it is good for by itself.
    #[must_use]
    pub fn fresh(&self) -> Self {
        Self { answers: Answers::default(), resolved: None, kept: None, stage: Stage::Machine, ..self.clone() }
    }

    /// What to do first.
    #[must_use]
    pub fn start(&self) -> Vec<Effect> {
        vec![Effect::Probe]
    }

    #[must_use]
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Every probe has answered or given up.
    #[must_use]
    pub fn probed(&self) -> bool {
        self.probed
    }

    #[must_use]
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    #[must_use]
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// The project is validated after it was written.
    #[must_use]
    pub fn validates(&self) -> bool {
        self.validates
    }

    /// What else changed with the last answer ("Python: 3.14 -> 3.13, because ...").
    #[must_use]
    pub fn changed(&self) -> &[String] {
        &self.changed
    }

    /// What the review must say besides.
    #[must_use]
    pub fn told(&self) -> &[String] {
        &self.told
    }

    /// Why the last intent was refused.
    #[must_use]
    pub fn refusal(&self) -> Option<&Failure> {
        self.refusal.as_ref()
    }

    /// The wizard over what is known now.
    ///
    /// # Errors
    /// A catalog that cannot be read.
    pub fn wizard(&self) -> Result<Wizard, Failure> {
        Ok(Wizard {
            steps: Arc::clone(&self.steps),
            // Read when the first question is asked, not before the first frame.
            catalog: Catalog::of(&self.data)?,
            facts: Arc::clone(&self.facts),
            folder: self.folder.clone(),
            resolved: self.resolved.clone(),
        })
    }

    /// Takes what a person wants; gives what the world must do. A refusal leaves the stage as it is.
    pub fn handle(&mut self, intent: Intent) -> Vec<Effect> {
        self.changed.clear();
        self.refusal = None;
        self.try_handle(intent).unwrap_or_else(|failure| {
            self.refusal = Some(failure);
            Vec::new()
        })
    }

    fn try_handle(&mut self, intent: Intent) -> Result<Vec<Effect>, Failure> {
        match (intent, &self.stage) {
            (Intent::Quit | Intent::Interrupt, Stage::Validating { .. }) => {
                Ok(vec![Effect::StopValidation, Effect::Quit(Exit::Signal(2))])
            }
            (Intent::Quit, stage) => Ok(vec![Effect::Quit(stage.exit())]),
            (Intent::Interrupt, _) => Ok(vec![Effect::Quit(Exit::Signal(2))]),
            (Intent::Cancel, Stage::Validating { .. }) => Ok(vec![Effect::StopValidation]),
            (Intent::Rescan, Stage::Writing { .. } | Stage::Validating { .. }) => Ok(Vec::new()),
            (Intent::Rescan, _) => {
                self.probed = false;
                Ok(vec![Effect::Probe])
            }
            (Intent::Retry, Stage::Done { .. } | Stage::Stopped { .. }) if self.stage.wrote() => {
                self.stage = Stage::Validating { progress: Running::default(), review: self.stage.review().cloned() };
                Ok(vec![Effect::Validate])
            }
            (Intent::Resume, Stage::Machine) => self.resume(),
            (Intent::Accept, Stage::Machine) => {
                self.kept = None;
                self.ask_next()
            }
            (Intent::Quick, Stage::Machine | Stage::Asking(_)) => {
                let effects = self.take_defaults()?;
                self.kept = None;
                Ok(effects)
            }
            (Intent::Answer(value), Stage::Asking(question)) => {
                let step = question.step.clone();
                self.answer(&step, &value)
            }
            (Intent::Accept, Stage::Review(review)) => {
                let review = (**review).clone();
                self.write(review)
            }
            (Intent::Back, _) => self.back(),
            (Intent::Jump(step), Stage::Asking(_) | Stage::Review(_) | Stage::Machine) => self.jump(&step),
            _ => Ok(Vec::new()),
        }
    }

    fn write(&mut self, review: Review) -> Result<Vec<Effect>, Failure> {
        let Some(changes) = review.changes.clone() else { return Ok(Vec::new()) };
        if let Some(conflict) = changes.iter().find(|change| change.action == Action::Conflict) {
            return Err(Failure::refused(format!("write `{}`", conflict.path))
                .why(conflict.why.clone().unwrap_or_default())
                .next("move it aside, or run again with `--force`, which keeps a copy; nothing was written"));
        }
        self.stage = Stage::Writing { review: Some(review) };
        Ok(vec![Effect::Write(changes)])
    }

    /// Takes what the world reported; gives what it must do next.
    pub fn report(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Probed { facts, complete } => {
                self.facts = Arc::new(*facts);
                self.probed = complete;
                self.look_again();
            }
            Event::Compared(changes) => {
                if let Stage::Review(review) = &mut self.stage {
                    review.changes = Some(changes);
                }
            }
            Event::Wrote { notes } if self.validates => {
                self.stage = Stage::Validating { progress: Running::noted(notes), review: self.stage.review().cloned() };
                return vec![self.keep(At::Written), Effect::Validate];
            }
            Event::Wrote { notes } => {
                self.stage = Stage::Done { notes, report: None, review: self.stage.review().cloned() };
                return vec![Effect::Forget];
            }
            Event::Validating(event) => {
                if let Stage::Validating { progress, .. } = &mut self.stage {
                    progress.take(*event);
                }
            }
            Event::Validated(report) => {
                let proved = report.ok;
                let review = self.stage.review().cloned();
                self.stage = Stage::Done { notes: Vec::new(), report: Some(report), review };
                return if proved { vec![Effect::Forget] } else { Vec::new() };
            }
            Event::Refused(failure) => self.stop(failure, false),
            Event::NotValidated(failure) => self.stop(failure, true),
        }
        Vec::new()
    }

    /// What runs has printed something, and that is all there is to say about it.
    pub fn hear_output(&mut self) {
        if let Stage::Validating { progress, .. } = &mut self.stage {
            progress.hear();
        }
    }

    fn stop(&mut self, failure: Failure, wrote: bool) {
        self.stage = Stage::Stopped { failure, wrote, review: self.stage.review().cloned() };
    }
}
