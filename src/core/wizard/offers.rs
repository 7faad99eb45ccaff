//! What can be chosen on this machine: a choice is offered when a plan with it exists, and blocked with the plan's own reason when not.

use serde::{Deserialize, Serialize};

use crate::core::answers::{Answers, Origin, Value};
use crate::core::failure::Failure;
use crate::core::plan::{self, Conflict, Plan, Target};
use crate::core::step::Step;
use crate::core::wizard::{Wizard, context};

/// One choice as this machine sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Offer {
    pub id: String,
    pub title: String,
    /// What speaks for it, one sentence.
    #[serde(default)]
    pub why: String,
    /// Why it cannot be chosen here, with what would unlock it.
    #[serde(default)]
    pub blocked: Option<String>,
    /// The one to take unless the person knows better.
    #[serde(default)]
    pub best: bool,
    /// Blocked on this machine only: a script may still choose it, for another machine.
    #[serde(default)]
    pub foreign: bool,
}

/// Why it cannot be, and the first way out.
fn sentence(conflict: &Conflict) -> String {
    match conflict.ways_out.first() {
        Some(way) => format!("{}; {}", conflict.why, way.say),
        None => conflict.why.clone(),
    }
}

impl Wizard {
    /// The offers of a step: from its `from` expression or its own choices.
    pub(super) fn offers(&self, step: &Step, answers: &Answers) -> Result<Vec<Offer>, Failure> {
        let context = self.context(answers);
        if let Some(from) = &step.from {
            let value = self.evaluator(answers).value(&step.file, "from", from, &context)?;
            return context::offers_of(&step.file, &value);
        }
        step.choices
            .iter()
            .map(|choice| {
                let blocked = match &choice.block {
                    Some(block) => {
                        let text = self.evaluator(answers).value(&step.file, "block", block, &context)?;
                        text.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
                    }
                    None => None,
                };
                Ok(Offer {
                    id: choice.id.clone(),
                    title: choice.title.clone(),
                    why: choice.why.clone().unwrap_or_default(),
                    blocked,
                    best: choice.best,
                    foreign: false,
                })
            })
            .collect()
    }

    fn plan_with(&self, answers: &Answers, step: &str, value: Value) -> Result<Plan, String> {
        let answers = answers.clone().without(step).with(step, value, Origin::Asked);
        let Some(choices) = self.choices(&answers) else { return Err("choose a framework first".to_owned()) };
        plan::decide(&choices, &self.facts, &self.catalog).map_err(|conflict| sentence(&conflict))
    }

    /// Every framework of the catalog; one that this machine cannot run is blocked here but not for a script. Later answers do not count: they are asked again.
    pub(super) fn frameworks(&self, answers: &Answers) -> Vec<Offer> {
        let early = answers.clone().without("targets").without("python").without("packages").without("extras");
        let mut offers: Vec<Offer> = self
            .catalog
            .frameworks
            .iter()
            .map(|framework| {
                let plan = self.plan_with(&early, "framework", Value::Text(framework.id.clone()));
                let here = plan.as_ref().ok().and_then(|plan| plan.not_here.clone());
                Offer {
                    id: framework.id.clone(),
                    title: framework.title.clone(),
                    why: framework.summary.clone(),
                    foreign: here.is_some(),
                    blocked: plan.err().or(here),
                    best: false,
                }
            })
            .collect();
        offers.sort_by_key(|offer| offer.blocked.is_some());
        if let Some(first) = offers.first_mut() {
            first.best = first.blocked.is_none();
        }
        offers
    }

    /// The targets of a framework; one that this machine cannot run is blocked here but not for a script.
    pub(super) fn targets(&self, answers: &Answers, framework: &str) -> Vec<Offer> {
        let early = answers.clone().without("python").without("packages").without("framework").with(
            "framework",
            Value::Text(framework.to_owned()),
            Origin::Asked,
        );
        let best = self.best_targets(&early, framework);
        [Target::Cuda, Target::Cpu]
            .into_iter()
            .map(|target| {
                let word = target.word().to_owned();
                let plan = self.plan_with(&early, "targets", Value::List(vec![word.clone()]));
                let here = plan.as_ref().ok().and_then(|plan| plan.not_here.clone());
                let foreign = here.is_some();
                let why = plan.as_ref().map_or(String::new(), |plan| {
                    let size = plan.download_bytes().map(|bytes| format!(", {} to download", crate::core::text::bytes(bytes)));
                    format!("{} {} ({}){}", plan.title, plan.version, plan.build, size.unwrap_or_default())
                });
                let title = match (target, plan.as_ref().map(|plan| plan.build.as_str())) {
                    (Target::Cuda, _) => "NVIDIA GPU",
                    // One build for its GPU and its CPU, and no target of its own.
                    (_, Ok("mps")) => "This Mac",
                    _ => "CPU",
                };
                Offer {
                    best: best.first() == Some(&word),
                    id: word,
                    title: title.to_owned(),
                    why,
                    blocked: plan.err().or(here),
                    foreign,
                }
            })
            .collect()
    }

    /// What this machine is best used for.
    pub(super) fn best_targets(&self, answers: &Answers, framework: &str) -> Vec<String> {
        let early = answers.clone().without("targets").without("python").without("packages");
        self.plan_with(&early, "framework", Value::Text(framework.to_owned())).map_or_else(
            |_| vec!["cpu".to_owned()],
            |plan| plan.targets.iter().map(|target| target.target.word().to_owned()).collect(),
        )
    }

    /// Every Python of the catalog.
    pub(super) fn pythons(&self, answers: &Answers) -> Vec<Offer> {
        let early = answers.clone().without("python").without("packages");
        let best = self.choices(&early).and_then(|choices| plan::decide(&choices, &self.facts, &self.catalog).ok());
        self.catalog
            .pythons
            .iter()
            .filter(|python| python.offered)
            .map(|python| Offer {
                id: python.version.clone(),
                title: format!("Python {}", python.version),
                why: match python.status.as_str() {
                    "bugfix" => format!("gets bug fixes and security fixes, until {}", python.eol),
                    "security" => format!("gets security fixes, until {}", python.eol),
                    other => other.to_owned(),
                },
                blocked: self.plan_with(&early, "python", Value::Text(python.version.clone())).err(),
                best: best.as_ref().is_some_and(|plan| plan.python == python.version),
                foreign: false,
            })
            .collect()
    }
}
