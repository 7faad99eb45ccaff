//! The questions of a conversation: forward, back, and what an answer changes elsewhere.

use crate::core::answers::{Origin, Value};
use crate::core::failure::{Exit, Failure};
use crate::core::plan;
use crate::core::render;
use crate::core::session::{At, Effect, Intent, Review, Session, Stage};
use crate::core::step::{Kind, Step};

impl Session {
    /// The first question, answered or not, so that what a file or flag said is seen; the review when there is none.
    pub(super) fn ask_next(&mut self) -> Result<Vec<Effect>, Failure> {
        let wizard = self.wizard()?;
        let first = wizard.applying(&self.answers, false)?.first().map(|step| (*step).clone());
        self.ask_or_review(first.as_ref())
    }

    fn ask_or_review(&mut self, step: Option<&Step>) -> Result<Vec<Effect>, Failure> {
        let Some(step) = step else { return self.review() };
        let question = self.wizard()?.question(step, &self.answers)?;
        self.stage = Stage::Asking(Box::new(question));
        Ok(vec![self.keep(At::Step(step.id.clone()))])
    }

    /// Takes one answer, drops the later ones it made impossible, and goes on to the next step.
    pub(super) fn answer(&mut self, step: &Step, value: &Value) -> Result<Vec<Effect>, Failure> {
        if step.kind != Kind::Note {
            let wizard = self.wizard()?;
            let value = crate::core::answers::check::from_words(step, &value.words())
                .map_err(|why| Failure::usage(format!("use this for `{}`", step.id)).why(why))?;
            wizard.check(step, &value, &self.answers)?;
            self.answers = self.answers.clone().without(&step.id).with(&step.id, value, Origin::Asked);
            self.drop_impossible(step, false)?;
        }
        let place = self.place(&step.id);
        let wizard = self.wizard()?;
        let next = wizard.applying(&self.answers, false)?.into_iter().find(|next| self.place(&next.id) > place).cloned();
        self.ask_or_review(next.as_ref())
    }

    pub(super) fn place(&self, id: &str) -> usize {
        self.steps.iter().position(|known| known.id == id).unwrap_or(0)
    }

    /// After a change, a later answer that no longer works is dropped, and that is told. `itself`: the changed one is looked at, too.
    pub(super) fn drop_impossible(&mut self, changed: &Step, itself: bool) -> Result<(), Failure> {
        let first = self.place(&changed.id) + usize::from(!itself);
        let later: Vec<Step> = self.steps.iter().skip(first).cloned().collect();
        for step in later {
            let Some(answer) = self.answers.get(&step.id).cloned() else { continue };
            // What an open question decides cannot be judged yet.
            let before = self.steps.iter().take(self.place(&step.id));
            if before.clone().any(|early| early.needed && self.answers.get(&early.id).is_none()) {
                continue;
            }
            let wizard = self.wizard()?;
            if let Err(failure) = wizard.check(&step, &answer.value, &self.answers) {
                self.answers = self.answers.clone().without(&step.id);
                let why = failure.why.unwrap_or_else(|| "it is no choice any more".to_owned());
                let now =
                    wizard.question(&step, &self.answers)?.default.map_or("asked again".to_owned(), |value| value.argument());
                self.changed.push(format!("{}: {} -> {now}, because {why}", step.title, answer.value.argument()));
            }
        }
        Ok(())
    }

    /// Every default that is left, then the review.
    pub(super) fn take_defaults(&mut self) -> Result<Vec<Effect>, Failure> {
        let wizard = self.wizard()?;
        let mut answers = self.answers.clone();
        for step in wizard.applying(&answers, false)? {
            if !step.needed || answers.get(&step.id).is_some() {
                continue;
            }
            let question = wizard.question(step, &answers)?;
            let Some(best) = question.default else {
                self.stage = Stage::Asking(Box::new(question));
                return Ok(Vec::new());
            };
            answers = answers.with(&step.id, best, Origin::Default);
        }
        self.answers = answers;
        self.review()
    }

    /// Decides, renders, and asks what lies on the disk.
    fn review(&mut self) -> Result<Vec<Effect>, Failure> {
        let wizard = self.wizard()?;
        let filled = wizard.filled(&self.answers)?;
        let Some(choices) = wizard.choices(&filled) else {
            return Err(Failure::new(Exit::Bug, "review: no framework was chosen"));
        };
        let mut plan = plan::decide(&choices, &self.facts, &wizard.catalog)?;
        let files = render::render(&plan, &self.data)?;
        plan.reasons.extend(self.told.iter().cloned());
        plan.notes.splice(0..0, self.warning.clone());
        self.answers = filled;
        self.stage = Stage::Review(Box::new(Review { plan: plan.clone(), files, changes: None }));
        Ok(vec![self.keep(At::Review), Effect::Compare(Box::new(plan))])
    }

    /// One step back: from the first question to the machine, from the review to the last question, or to where it was entered when
    /// nothing was asked.
    pub(super) fn back(&mut self) -> Result<Vec<Effect>, Failure> {
        let applying: Vec<Step> = self.wizard()?.applying(&self.answers, false)?.into_iter().cloned().collect();
        let before = match &self.stage {
            Stage::Asking(question) => {
                let place = applying.iter().position(|step| step.id == question.step.id).unwrap_or(0);
                place.checked_sub(1).and_then(|place| applying.get(place))
            }
            Stage::Review(_) if self.answers.iter().any(|(_, answer)| answer.from == Origin::Asked) => applying.last(),
            Stage::Review(_) => None,
            Stage::Stopped { wrote: false, .. } => return self.review(),
            _ => return Ok(Vec::new()),
        };
        if before.is_none() {
            self.stage = Stage::Machine;
            return Ok(Vec::new());
        }
        self.ask_or_review(before)
    }

    pub(super) fn jump(&mut self, id: &str) -> Result<Vec<Effect>, Failure> {
        let step = self.wizard()?.applying(&self.answers, true)?.into_iter().find(|step| step.id == id).cloned();
        match step {
            Some(step) => self.ask_or_review(Some(&step)),
            None => Ok(Vec::new()),
        }
    }

    /// The review that an intent, and every default after it, would lead to; or why it would not. Nothing changes.
    ///
    /// # Errors
    /// The refusal, as text.
    pub fn imagine(&self, intent: Intent) -> Result<Review, String> {
        let mut session = self.clone();
        session.handle(intent);
        if session.refusal.is_none() && !matches!(session.stage, Stage::Review(_)) {
            session.handle(Intent::Quick);
        }
        match (session.refusal, session.stage) {
            (Some(refusal), _) => Err(refusal.to_string()),
            (None, Stage::Review(review)) => Ok(*review),
            _ => Err("an answer is missing".to_owned()),
        }
    }

    /// New facts may change the offers of the question that is open.
    pub(super) fn look_again(&mut self) {
        let Stage::Asking(question) = &self.stage else { return };
        let step = question.step.clone();
        if let Ok(wizard) = self.wizard()
            && let Ok(question) = wizard.question(&step, &self.answers)
        {
            self.stage = Stage::Asking(Box::new(question));
        }
    }
}
