//! The last part of `init`: the proof where it can be had, and the next steps, with what is missing for them and how to get it.

use std::path::Path;

use nixml::core::data::Data;
use nixml::core::failure::{Exit, Failure};
use nixml::core::init_report::folder;
use nixml::core::plan::Plan;
use nixml::core::validation::{PhaseId, ValidationReport};
use nixml::edge;
use nixml::front::print;

use crate::cli::Shared;
use crate::command::init_course::Kit;

/// What came of it.
pub struct Proved {
    pub report: Option<ValidationReport>,
    pub next: Vec<String>,
}

/// Validates when Nix is there, the person did not say no, and this machine can run the first target. A kit fills the others, too.
pub fn prove(
    dir: &Path,
    shared: &Shared,
    data: &Data,
    plan: &Plan,
    no_validate: bool,
    watched: bool,
    kit: Option<&Kit>,
) -> Result<Proved, Failure> {
    let mut next = Vec::new();
    if dir != Path::new(".") {
        next.push(format!("cd {}", folder(&dir.display().to_string())));
    }
    let mut report = None;
    if edge::validate::find_nix().is_none() {
        next.push("install Nix, which is not on this machine: `nixml doctor nix` shows the command for it".to_owned());
        next.push("nixml validate".to_owned());
    } else if let Some(why) = plan.not_here.as_ref().filter(|_| !no_validate) {
        next.push(format!("nixml validate, on a machine that can run it: {why}"));
    } else if no_validate {
        next.push("nixml validate".to_owned());
    } else {
        for other in kit.into_iter().flat_map(|kit| &kit.others) {
            let filled = super::validate::run_quietly(dir, shared, data, watched, |options| {
                options.shell = Some(*other);
                options.until = Some(PhaseId::Sync);
                options.wheels = kit.map(|kit| kit.wheels.clone());
            })?;
            if let Some(failure) = &filled.failure {
                if matches!(failure.exit, Exit::Signal(_)) {
                    return Ok(Proved { report: Some(filled), next });
                }
                let word = other.word();
                let why = failure.why.as_deref().unwrap_or(&failure.what);
                print::say(&format!("note: the {word} environment was not filled from the kit: {why}"));
                next.push(format!("nixml validate --shell {word}, with a network"));
            }
        }
        // The first comes last: the shell that was entered last is the one that is kept from being collected.
        report = Some(super::validate::run_quietly(dir, shared, data, watched, |options| {
            options.wheels = kit.map(|kit| kit.wheels.clone());
        })?);
    }
    if report.as_ref().is_some_and(|report| !report.ok) {
        next.push("nixml validate".to_owned());
    }
    next.extend(["nix develop".to_owned(), "nixml-sync".to_owned(), "python main.py".to_owned()]);
    Ok(Proved { report, next })
}
