//! Proves a project on this machine: enters its shell with real Nix (or goes through uv alone), installs what is locked,
//! and lets the framework compute on every device.

mod gpu;
mod log;
mod packages;
mod project;
mod proof;
mod record;
mod shell;
mod trial;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::core::data::Data;
use crate::core::facts::Facts;
use crate::core::failure::{Exit, Failure};
use crate::core::plan::Target;
use crate::core::text::Redactor;
use crate::core::validation::{PhaseId, Proof, SCHEMA, ValidationEvent, ValidationReport};
use crate::edge::child::Interrupt;

pub use shell::find_nix;

use project::Project;
use trial::{Fault, Trial};

/// Who brings Python and enters the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Runner {
    #[default]
    Nix,
    /// No Nix: uv brings Python.
    Uv,
}

impl Runner {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Nix => "nix",
            Self::Uv => "uv",
        }
    }
}

/// What is validated, and how.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each one is a flag of the command line")]
pub struct ValidateOptions {
    pub dir: PathBuf,
    /// The target; absent: the project's first.
    pub shell: Option<Target>,
    pub runner: Runner,
    /// A flake that takes the place of nixpkgs: a mirror, an absolute path.
    pub nixpkgs: Option<String>,
    /// All phases together; absent: no limit.
    pub timeout: Option<Duration>,
    /// Without a card, a GPU target counts as valid unproved.
    pub allow_no_gpu: bool,
    /// uv may build packages from source, which runs their code.
    pub allow_build: bool,
    /// Run Nix files that nixml did not write.
    pub trust: bool,
    /// A stale uv.lock is a failure, not refreshed.
    pub ci: bool,
    /// The caller holds the folder's lock.
    pub locked: bool,
    /// The wheels of a kit: they are what is installed, and nobody asks the network for anything.
    pub wheels: Option<PathBuf>,
    /// The last phase that is wanted; absent: all of them.
    pub until: Option<PhaseId>,
    /// A recorded machine; absent: this one is asked, while the first phases run.
    pub host: Option<Facts>,
    pub data: Data,
    /// Rows and columns: uv and the proof write to a terminal of this size, for somebody who watches.
    pub terminal: Option<(u16, u16)>,
    pub interrupt: Interrupt,
    pub redactor: Redactor,
}

impl ValidateOptions {
    /// The defaults, for the project in `dir`.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>, data: Data) -> Self {
        Self {
            dir: dir.into(),
            shell: None,
            runner: Runner::default(),
            nixpkgs: None,
            timeout: None,
            allow_no_gpu: false,
            allow_build: false,
            trust: false,
            ci: false,
            locked: false,
            wheels: None,
            until: None,
            host: None,
            data,
            terminal: None,
            interrupt: Interrupt::new(),
            redactor: Redactor::new(&crate::edge::identity::private()),
        }
    }
}

/// Runs all phases and tells `tell` how it goes. Blocks until the end; `options.interrupt` ends it early.
///
/// The report says everything, also why nothing was run.
pub fn validate(options: &ValidateOptions, tell: &mut dyn FnMut(ValidationEvent)) -> ValidationReport {
    let deadline = options.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let project = match Project::open(options) {
        Ok(project) => project,
        Err((untrusted, failure)) => return ValidationReport { untrusted, ..unstarted(options, failure) },
    };
    let mut trial = match Trial::new(options, &project, deadline, tell) {
        Ok(trial) => trial,
        Err(failure) => return unstarted(options, failure),
    };
    let outcome = phases(&mut trial, &project);
    trial.report(&project, outcome)
}

fn phases(trial: &mut Trial<'_>, project: &Project) -> Result<Option<Proof>, Fault> {
    let entered = match trial.options.runner {
        Runner::Nix => shell::enter(trial, project)?,
        Runner::Uv => shell::without_nix(trial, project)?,
    };
    packages::lock(trial, project, &entered)?;
    let until = trial.options.until;
    if until == Some(PhaseId::Lock) {
        return Ok(None);
    }
    if until == Some(PhaseId::Sync) {
        return packages::sync(trial, project, &entered).map(|()| None);
    }
    let target = project.target().target;
    let card_missing = target == Target::Cuda && !gpu::present(trial.facts());
    if card_missing && !trial.options.allow_no_gpu {
        trial.skip(PhaseId::Sync, "not downloaded: there is no NVIDIA GPU to prove it on");
        let begin = trial.begin(PhaseId::Proof, "looks for an NVIDIA GPU");
        let fault = Fault::failed("no NVIDIA GPU was found on this machine").next(project.without_gpu());
        let fault = trial.fail(PhaseId::Proof, begin, fault);
        trial.examine(project, gpu::CHECKS);
        return Err(fault);
    }
    packages::sync(trial, project, &entered)?;
    let proof = if card_missing {
        trial.skip(PhaseId::Proof, "no NVIDIA GPU on this machine (--allow-no-gpu)");
        None
    } else {
        let proof = proof::prove(trial, project, &entered);
        if target == Target::Cuda && proof.as_ref().is_err_and(|fault| !ended_early(fault.exit)) {
            trial.examine(project, gpu::CHECKS);
        }
        let proof = proof?;
        record::record(trial, project, &proof);
        Some(proof)
    };
    if trial.options.runner == Runner::Nix {
        // We switch flakes on for our own run; the person's `nix develop` needs them too.
        trial.examine(project, &["flakes"]);
    }
    Ok(proof)
}

/// A report without a single phase run.
fn unstarted(options: &ValidateOptions, failure: Failure) -> ValidationReport {
    ValidationReport {
        schema_version: SCHEMA,
        ok: false,
        phases: PhaseId::ALL.iter().map(|id| trial::skipped(*id, "not reached")).collect(),
        proof: None,
        findings: Vec::new(),
        shell: options.shell.map_or_else(String::new, |target| target.word().to_owned()),
        runner: options.runner.word().to_owned(),
        log: None,
        default_shell: true,
        untrusted: false,
        failure: Some(failure),
    }
}

/// The exit code of a signal or a deadline, so that both runners say it alike.
fn ended_early(exit: Exit) -> bool {
    matches!(exit, Exit::Signal(_) | Exit::TimedOut)
}
