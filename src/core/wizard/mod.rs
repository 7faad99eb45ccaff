//! The conversation as a pure function: which question comes next, with which offers, and what the answers decide.

mod context;
mod offers;

use std::sync::Arc;

use crate::core::answers::{Answers, Origin, Value};
use crate::core::catalog::Catalog;
use crate::core::choices::{Choices, Resolved, STEPS};
use crate::core::facts::Facts;
use crate::core::failure::Failure;
use crate::core::plan::Target;
use crate::core::requirement;
use crate::core::step::{Kind, Step};
use crate::core::text::known_words;

pub use offers::Offer;

/// A step as it stands now: its offers on this machine, after the answers so far, and what would be taken without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub step: Step,
    /// What can be chosen, and what cannot with the reason; empty for text.
    pub offers: Vec<Offer>,
    /// What `--yes` takes; `None`: only a person can say.
    pub default: Option<Value>,
}

/// What the conversation is about: the steps, what the world has, what this machine is, and the folder's name.
#[derive(Debug, Clone)]
pub struct Wizard {
    pub steps: Arc<Vec<Step>>,
    pub catalog: Arc<Catalog>,
    pub facts: Arc<Facts>,
    /// The base name of the project's folder.
    pub folder: String,
    /// What the project's own nixml.toml resolved to, when it is made again.
    pub resolved: Option<Resolved>,
}

impl Wizard {
    /// The steps that apply after these answers, in the order asked. `quiet` ones only when asked for.
    ///
    /// # Errors
    /// A step's `when` that cannot be evaluated.
    pub fn applying(&self, answers: &Answers, quiet: bool) -> Result<Vec<&Step>, Failure> {
        let mut applying = Vec::new();
        for step in self.steps.iter().filter(|step| quiet || !step.quiet) {
            let fits = match &step.when {
                Some(when) => self.evaluator(answers).truth(&step.file, "when", when, &self.context(answers))?,
                None => true,
            };
            if fits {
                applying.push(step);
            }
        }
        Ok(applying)
    }

    /// The first step that applies and has no answer.
    ///
    /// # Errors
    /// A data file that cannot be evaluated.
    pub fn next(&self, answers: &Answers, quiet: bool) -> Result<Option<Question>, Failure> {
        let open =
            self.applying(answers, quiet)?.into_iter().find(|step| step.kind != Kind::Note && answers.get(&step.id).is_none());
        open.map(|step| self.question(step, answers)).transpose()
    }

    /// One step with its offers and its default.
    ///
    /// # Errors
    /// A data file that cannot be evaluated.
    pub fn question(&self, step: &Step, answers: &Answers) -> Result<Question, Failure> {
        let mut offers = self.offers(step, answers)?;
        let mut step = step.clone();
        if let Some((note, value)) = answers.get(&step.id).and_then(|answer| Some((answer.note.clone()?, &answer.value))) {
            // Where the answer comes from is the first thing said of it.
            let words = value.words();
            let chosen = offers.iter_mut().filter(|offer| words.contains(&offer.id));
            chosen
                .for_each(|offer| offer.why = if offer.why.is_empty() { note.clone() } else { format!("{note}; {}", offer.why) });
            step.help = format!("{}: {note}. {}", value.argument(), step.help);
        }
        let default = match &step.default {
            Some(default) => {
                let value = self.evaluator(answers).value(&step.file, "default", default, &self.context(answers))?;
                context::value_of(&step, &value)
            }
            None => offers
                .iter()
                .find(|offer| offer.best && offer.blocked.is_none())
                .or_else(|| offers.iter().find(|offer| offer.blocked.is_none()))
                .map(|offer| Value::Text(offer.id.clone())),
        };
        Ok(Question { step, offers, default })
    }

    /// The same answers with the default of every step that has none; steps that a person must answer stay open.
    ///
    /// # Errors
    /// A data file that cannot be evaluated.
    pub fn filled(&self, answers: &Answers) -> Result<Answers, Failure> {
        let mut filled = answers.clone();
        for step in self.steps.iter() {
            if filled.get(&step.id).is_some() || step.needed || step.kind == Kind::Note {
                continue;
            }
            if !self.applying(&filled, true)?.iter().any(|applying| applying.id == step.id) {
                continue;
            }
            if let Some(default) = self.question(step, &filled)?.default {
                filled = filled.with(&step.id, default, Origin::Default);
            }
        }
        Ok(filled)
    }

    /// Refuses an answer that is no offer of its step, or one that cannot work; `Ok` for free text.
    ///
    /// # Errors
    /// Exit 2, with the reason and the offers there are.
    pub fn check(&self, step: &Step, value: &Value, answers: &Answers) -> Result<(), Failure> {
        let offers = self.offers(step, answers)?;
        if offers.is_empty() {
            return Ok(());
        }
        for word in value.words() {
            match offers.iter().find(|offer| offer.id == word) {
                Some(Offer { blocked: Some(why), foreign: false, .. }) => {
                    return Err(Failure::usage(format!("use `{word}` for `{}`", step.id)).why(why.clone()));
                }
                Some(_) => {}
                None => {
                    let names: Vec<&str> = offers.iter().map(|offer| offer.id.as_str()).collect();
                    let what = format!("use `{}` for `{}`: there is no such choice", word.escape_debug(), step.id);
                    // `gpu` is a word of the title "NVIDIA GPU", and nearer to that than to `cpu`.
                    let said =
                        offers.iter().find(|offer| offer.title.to_lowercase().split(' ').any(|part| part == word.to_lowercase()));
                    let meant = said.map_or(word.as_str(), |offer| offer.id.as_str());
                    return Err(Failure::usage(what).next(known_words(meant, &names, "the choices are")));
                }
            }
        }
        Ok(())
    }

    /// The typed choices of these answers; `None` for a framework that is not chosen yet.
    #[must_use]
    pub fn choices(&self, answers: &Answers) -> Option<Choices> {
        let targets: Vec<Target> = answers.words("targets").iter().filter_map(|word| Target::of(word)).collect();
        Some(Choices {
            name: answers.text("name").unwrap_or("project").to_owned(),
            framework: answers.text("framework")?.to_owned(),
            targets: (!targets.is_empty()).then_some(targets),
            python: answers.text("python").map(str::to_owned),
            packages: answers
                .words("packages")
                .iter()
                .map(|word| requirement::read(word).map_or_else(|_| word.clone(), |parsed| parsed.text))
                .collect(),
            extras: answers.words("extras"),
            strategy: answers.text("strategy").unwrap_or("uv").to_owned(),
            custom: answers
                .iter()
                .filter(|(id, _)| !STEPS.contains(id))
                .map(|(id, answer)| (id.to_owned(), answer.value.words()))
                .collect(),
            resolved: self.resolved.clone(),
        })
    }
}
