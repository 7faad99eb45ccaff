//! `nixml report`: a redacted report to paste into an issue.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args as ClapArgs;
use nixml::core::doctor::ALL;
use nixml::core::document;
use nixml::core::facts::Facts;
use nixml::core::failure::Exit;
use nixml::core::report::{Report, markdown};
use nixml::edge::doctor::{DEADLINE, run as examine};
use nixml::edge::reporting;
use nixml::front::print;
use serde_json::json;

use super::doctor;
use crate::cli::Shared;

/// Print a redacted report to paste into an issue
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml report                      Markdown, without names of people and machines
  nixml report demo > report.md     of another folder, into a file")]
pub struct Args {
    /// The project's folder
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Print one JSON object on standard output, with the Markdown in it
    #[arg(long)]
    json: bool,
    /// Show names of people and machines, serial numbers and secrets as they are
    #[arg(long)]
    no_redact: bool,
}

/// Runs `nixml report`.
pub fn run(args: &Args, shared: &Shared) -> anyhow::Result<Exit> {
    let dir = super::folder(Some(&args.dir))?;
    let redactor = doctor::redactor(args.no_redact);
    let patient = Arc::new(doctor::patient(&dir, shared)?);
    let findings = doctor::redacted(&examine(ALL, &patient, DEADLINE), &redactor);
    let facts: Facts = document::value(super::probe::redacted(&patient.facts, &redactor)?)?;
    let package = patient.plan.as_ref().map(|plan| plan.import.clone()).unwrap_or_default();
    let locks: Vec<String> = reporting::locks(&dir, &package).iter().map(|line| redactor.redact(line).into_owned()).collect();
    let log = reporting::last_log(&dir).map(|(name, tail)| (name, redactor.redact(&tail).into_owned()));
    let text = markdown(&Report {
        version: env!("CARGO_PKG_VERSION"),
        facts: &facts,
        findings: &findings,
        plan: patient.plan.as_ref(),
        locks: &locks,
        log: log.as_ref().map(|(name, tail)| (name.as_str(), tail.as_str())),
    });
    if args.json {
        print::json(&json!({ "schema_version": 1, "markdown": text }))?;
    } else {
        std::io::stdout().lock().write_all(text.as_bytes())?;
    }
    Ok(Exit::Done)
}
