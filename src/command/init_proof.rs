//! The last part of `init`: the proof where it can be had, and the next steps, with what is missing for them and how to get it.

use std::path::{Path, PathBuf};

use nixml::core::data::Data;
use nixml::core::failure::Failure;
use nixml::core::init_report::folder;
use nixml::core::plan::Plan;
use nixml::core::validation::ValidationReport;
use nixml::edge;

use crate::cli::Shared;

/// What came of it.
pub struct Proved {
    pub report: Option<ValidationReport>,
    pub next: Vec<String>,
}

/// Validates when Nix is there, the person did not say no, and this machine can run the first target.
pub fn prove(
    dir: &Path,
    shared: &Shared,
    data: &Data,
    plan: &Plan,
    no_validate: bool,
    watched: bool,
    wheels: Option<PathBuf>,
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
        report = Some(super::validate::run_quietly(dir, shared, data, watched, |options| options.wheels = wheels)?);
    }
    if report.as_ref().is_some_and(|report| !report.ok) {
        next.push("nixml validate".to_owned());
    }
    next.extend(["nix develop".to_owned(), "nixml-sync".to_owned(), "python main.py".to_owned()]);
    Ok(Proved { report, next })
}
