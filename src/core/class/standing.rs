//! What one machine gets in a course: the course's own project, the planned fallback, or the reason why neither.

use std::sync::Arc;

use crate::core::answers::{Answers, Origin, Value};
use crate::core::catalog::Catalog;
use crate::core::choices::Resolved;
use crate::core::class::{Class, Met, Unmet, judge};
use crate::core::data::Data;
use crate::core::facts::{Driver, Facts, Gpu, Os, OsKind, Vendor};
use crate::core::failure::Failure;
use crate::core::plan::{self, Plan, Target};
use crate::core::step::{self, Step};
use crate::core::wizard::Wizard;

/// How it comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// As the course is meant.
    Served,
    /// On the planned CPU path.
    Fallback,
    Fails,
}

impl Outcome {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Served => "served",
            Self::Fallback => "fallback",
            Self::Fails => "fails",
        }
    }
}

/// One machine in one course.
#[derive(Debug, Clone)]
pub struct Standing {
    pub outcome: Outcome,
    /// Every need, met or not.
    pub met: Vec<Met>,
    /// The answers of this machine's project.
    pub answers: Answers,
    /// The plan that everybody with these targets gets.
    pub plan: Plan,
}

impl Standing {
    /// The first target of the project.
    #[must_use]
    pub fn target(&self) -> Target {
        self.plan.first().target
    }

    /// What is missing.
    pub fn unmet(&self) -> impl Iterator<Item = Unmet> {
        self.met.iter().filter_map(|met| met.unmet)
    }

    /// What makes the project come out the same on every machine.
    #[must_use]
    pub fn resolved(&self) -> Resolved {
        self.plan.resolved.clone()
    }
}

/// The course, and what decides its projects.
#[derive(Debug, Clone)]
pub struct Course {
    pub class: Class,
    /// Its answers with what a student chose.
    pub answers: Answers,
    pub steps: Arc<Vec<Step>>,
    pub catalog: Arc<Catalog>,
}

impl Course {
    /// The class with what nixml's data says of it.
    ///
    /// # Errors
    /// The data cannot be read.
    pub fn of(class: Class, answers: Answers, data: &Data) -> Result<Self, Failure> {
        Ok(Self { class, answers, steps: Arc::new(step::load(data)?), catalog: Catalog::of(data)? })
    }

    /// What a machine gets.
    ///
    /// # Errors
    /// Exit 2: the class's answers do not go together on any machine.
    pub fn stand(&self, facts: &Facts) -> Result<Standing, Failure> {
        let mut met = judge(&self.class, facts);
        let own = self.with_targets(facts)?;
        let plan = self.decide(&own, &self.imagined(), None)?;
        let here = self.decide(&own, facts, Some(&plan.resolved))?;
        if let Some(why) = &here.not_here
            && !met.iter().any(|met| met.unmet.is_some_and(Unmet::of_the_card))
        {
            met.push(Met { unmet: Some(self.lacks(&own, facts, &plan)?), say: why.clone() });
        }
        let of_the_card = met.iter().any(|met| met.unmet.is_some_and(Unmet::of_the_card));
        let other = met.iter().any(|met| met.unmet.is_some_and(|unmet| !unmet.of_the_card()));
        if !of_the_card || self.class.fallback.is_none() {
            let outcome = if of_the_card || other { Outcome::Fails } else { Outcome::Served };
            return Ok(Standing { outcome, met, answers: self.whole(&own, &plan)?, plan });
        }
        let (answers, plan) = self.on_the_cpu(&own, &plan)?;
        let mut outcome = if other { Outcome::Fails } else { Outcome::Fallback };
        if let Some(why) = self.decide(&answers, facts, Some(&plan.resolved))?.not_here {
            met.push(Met { unmet: Some(Unmet::Platform), say: why });
            outcome = Outcome::Fails;
        }
        Ok(Standing { outcome, met, answers: self.whole(&answers, &plan)?, plan })
    }

    /// Every answer, spelt out: what a student has configured for other projects changes nothing here.
    fn whole(&self, answers: &Answers, plan: &Plan) -> Result<Answers, Failure> {
        let filled = self.wizard(&self.imagined(), None).filled(answers)?;
        Ok(filled.without("python").with("python", Value::Text(plan.python.clone()), Origin::Default))
    }

    /// The projects that a room needs: the course's own, and its fallback where that is another.
    ///
    /// # Errors
    /// As [`Course::stand`].
    pub fn projects(&self) -> Result<Vec<(Answers, Plan)>, Failure> {
        let own = self.with_targets(&self.imagined())?;
        let mut projects = vec![(own.clone(), self.decide(&own, &self.imagined(), None)?)];
        if self.class.fallback.is_some() {
            let (cpu, plan) = self.on_the_cpu(&own, &projects[0].1)?;
            if cpu.words("targets") != own.words("targets") {
                projects.push((cpu, plan));
            }
        }
        Ok(projects)
    }

    /// The machine that the course is made for: it just meets the needs. The course's builds are chosen for it, so that everybody
    /// who meets them gets the same bytes.
    fn imagined(&self) -> Facts {
        let needs = &self.class.needs;
        let os = Os { kind: Some(OsKind::Linux), arch: Some("x86_64".to_owned()), ..Os::default() };
        let mut facts = Facts { os: Some(os), ..Facts::default() };
        if needs.driver.is_some() || needs.compute.is_some() {
            facts.driver = Some(Driver { version: needs.driver.clone(), ..Driver::default() });
            facts.gpus = Some(vec![Gpu {
                index: Some(0),
                vendor: Some(Vendor::Nvidia),
                compute: needs.compute.clone(),
                ..Gpu::default()
            }]);
        }
        facts
    }

    fn wizard(&self, facts: &Facts, resolved: Option<&Resolved>) -> Wizard {
        Wizard {
            steps: Arc::clone(&self.steps),
            catalog: Arc::clone(&self.catalog),
            facts: Arc::new(facts.clone()),
            folder: crate::core::answers::check::suggest_name(&self.class.title),
            resolved: resolved.cloned(),
        }
    }

    /// The project has the course's name wherever it lies; without targets in the class, the machine's best.
    fn with_targets(&self, facts: &Facts) -> Result<Answers, Failure> {
        let mut answers = self.answers.clone();
        if answers.get("name").is_none() {
            let name = crate::core::answers::check::suggest_name(&self.class.title);
            answers = answers.with("name", Value::Text(name), Origin::Default);
        }
        if answers.get("targets").is_none() {
            let wizard = self.wizard(facts, None);
            let filled = wizard.filled(&answers)?;
            if let Some(targets) = filled.get("targets") {
                answers = answers.with("targets", targets.value.clone(), Origin::Default);
            }
        }
        Ok(answers)
    }

    /// The planned fallback: the course's own release and Python on the CPU, where there is such a build.
    fn on_the_cpu(&self, own: &Answers, plan: &Plan) -> Result<(Answers, Plan), Failure> {
        let answers = own.clone().without("targets").with("targets", Value::List(vec!["cpu".to_owned()]), Origin::Flag).with(
            "python",
            Value::Text(plan.python.clone()),
            Origin::Default,
        );
        let same = Resolved { build: "cpu".to_owned(), other_builds: Vec::new(), pins: Vec::new(), ..plan.resolved.clone() };
        let plan = self.decide(&answers, &self.imagined(), Some(&same))?;
        Ok((answers, plan))
    }

    fn decide(&self, answers: &Answers, facts: &Facts, resolved: Option<&Resolved>) -> Result<Plan, Failure> {
        let wizard = self.wizard(facts, resolved);
        let filled = wizard.filled(answers)?;
        let Some(choices) = wizard.choices(&filled) else {
            return Err(Failure::usage(format!("plan `{}`", self.class.title))
                .why("its `[answers]` name no framework")
                .next("add `framework = \"...\"` to them: `nixml matrix` lists what there is"));
        };
        Ok(plan::decide(&choices, &wizard.facts, &wizard.catalog)?)
    }

    /// What would have to be different for the course's build to run here: the card, its driver, or the card's age.
    fn lacks(&self, answers: &Answers, facts: &Facts, plan: &Plan) -> Result<Unmet, Failure> {
        if plan.first().target != Target::Cuda {
            return Ok(Unmet::Platform);
        }
        if facts.nvidia().all(|gpu| gpu.error.is_some()) {
            return Ok(Unmet::Gpu);
        }
        let driver = Driver { version: Some("9999.0".to_owned()), ..Driver::default() };
        let newer = Facts { driver: Some(driver), ..facts.clone() };
        let helps = self.decide(answers, &newer, Some(&plan.resolved))?.not_here.is_none();
        Ok(if helps { Unmet::Driver } else { Unmet::Compute })
    }
}
