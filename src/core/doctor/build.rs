//! The project's CUDA build against every card: the catalog's judgement, for the checks of driver and cards.

use crate::core::catalog::Catalog;
use crate::core::doctor::Case;
use crate::core::facts::Vendor;
use crate::core::plan::Target;
use crate::core::verdict::{
    Candidate, Card, DriverState, Fit, Machine, Obstacle, Question, Recommended, candidates, fit, recommend, say,
};

/// A project's build and the machine it is to run on.
pub struct Judging<'a> {
    pub catalog: &'a Catalog,
    pub machine: Machine,
    pub candidate: Candidate<'a>,
}

impl<'a> Judging<'a> {
    /// Ready to judge, or why there is nothing to judge.
    ///
    /// # Errors
    /// The reason, for a finding that is skipped.
    pub fn of(case: &Case<'a>) -> Result<Self, String> {
        let plan = case.plan.ok_or("not inside a project; `nixml matrix` judges every framework")?;
        let target = plan
            .targets
            .iter()
            .find(|target| target.target == Target::Cuda)
            .ok_or("the project does not compute on an NVIDIA card")?;
        let catalog = case.catalog.ok_or("the catalog cannot be read")?;
        let framework = catalog.framework(&plan.framework).ok_or("the catalog does not know the framework")?;
        let candidate = candidates(framework, catalog)
            .into_iter()
            .find(|candidate| candidate.release.version.text() == plan.version && candidate.build.id == target.build)
            .ok_or_else(|| format!("the catalog does not know {} {} ({})", framework.title, plan.version, target.build))?;
        let machine = Machine::new(case.facts, catalog);
        if !machine.nvidia().any(Card::is_alive) {
            return Err("no NVIDIA card that works is known".to_owned());
        }
        Ok(Self { catalog, machine, candidate })
    }

    /// The first working card that `wanted` names an obstacle of, with the sentence for it.
    pub fn first(&self, wanted: impl Fn(&Obstacle<'_>) -> bool) -> Option<(Obstacle<'a>, String)> {
        self.machine.nvidia().filter(|card| card.is_alive()).find_map(|card| {
            match fit(&self.candidate, card, &self.machine, self.catalog) {
                Fit::No(obstacle) if wanted(&obstacle) => {
                    let sentence = say::obstacle(&obstacle, &self.candidate, card, &self.machine, self.catalog);
                    Some((obstacle, sentence))
                }
                _ => None,
            }
        })
    }

    /// `PyTorch 2.15.0 (cu132)`.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} ({})", self.candidate.title(), self.candidate.build.id)
    }

    /// What this machine runs instead, as the end of a sentence.
    #[must_use]
    pub fn instead(&self) -> String {
        let question =
            Question { framework: self.candidate.framework, machine: &self.machine, catalog: self.catalog, python: None };
        match recommend(&question) {
            Recommended::Build { version, build, .. } => {
                format!(
                    "{} {version} ({build}) runs here: `nixml init` in this folder decides anew",
                    self.candidate.framework.title
                )
            }
            Recommended::Nothing { none, .. } => none,
        }
    }
}

/// The driver as the tables see it; `Err`: why there is nothing to say of it.
///
/// # Errors
/// The reason, for a finding that is skipped.
pub fn driver<'a>(case: &Case<'a>) -> Result<(&'a Catalog, Machine), String> {
    let Some(catalog) = case.catalog else { return Err("the catalog cannot be read".to_owned()) };
    if !case.has_nvidia() && !case.facts.gpus.iter().flatten().any(|gpu| gpu.vendor.is_none_or(|vendor| vendor == Vendor::Nvidia))
    {
        return Err("no NVIDIA card was found".to_owned());
    }
    let machine = Machine::new(case.facts, catalog);
    match &machine.driver {
        DriverState::Known { .. } => Ok((catalog, machine)),
        DriverState::Torn { .. } => Err("library and module differ: see `driver-match`".to_owned()),
        DriverState::Unknown(_) => Err(case.not_known("the driver's version", "driver")),
    }
}
