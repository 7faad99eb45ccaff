//! `nixml explain`: names the cause of an error log and the fix; with a code, shows its page.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use clap::Args as ClapArgs;
use nixml::core::data::Data;
use nixml::core::explain::{self, Diagnosis, Explainer, Knowledge};
use nixml::core::failure::{Exit, Failure};
use nixml::edge::log::{self, Log};
use nixml::front::print;
use serde_json::json;

use crate::cli::Shared;

/// Name the cause of an error log and the fix
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  python train.py 2>&1 | nixml explain         what broke, why, and what to do
  nixml explain build.log                      the same for a saved log
  nixml explain --facts build.log              look at this machine to decide between causes that look alike
  nixml explain libcuda-not-found              the page of one cause")]
pub struct Args {
    /// A log, `-` for standard input (the default), or the code of a cause
    #[arg(value_name = "FILE|-|CODE")]
    what: Option<String>,
    /// Look at this machine (or the one of `--host`) to decide between causes that look alike
    #[arg(long)]
    facts: bool,
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
    /// Show names of people and machines and secrets of the log as they are
    #[arg(long)]
    no_redact: bool,
}

/// Runs `nixml explain`.
pub fn run(args: &Args, shared: &Shared) -> anyhow::Result<Exit> {
    let data = nixml::edge::data(shared.data.as_deref())?;
    let log = match args.what.as_deref() {
        None if log::person_at_stdin() => {
            return Err(Failure::usage("read a log: none was given")
                .next("pipe one in, `COMMAND 2>&1 | nixml explain`, or name a file or a code")
                .into());
        }
        None | Some("-") => Log::Stdin,
        Some(name) if log::is_there(Path::new(name)) => Log::File(Path::new(name)),
        Some(name) => {
            let diagnosis = explain::diagnosis(&data, name)?.ok_or_else(|| unknown(name, &data))?;
            return page(&diagnosis, args.json);
        }
    };
    // The project that one stands in counts too: its installed wheels decide between causes.
    let machine = || super::machine_with(shared, &super::folder(None)?);
    let facts = if args.facts || shared.host.is_some() { Some(machine()?) } else { None };
    let redactor = super::doctor::redactor(args.no_redact);
    let mut explainer = Explainer::with(Arc::new(Knowledge::load(&data)?));
    log::explain(log, &mut explainer)?;
    let mut found = explainer.finish(facts.as_ref());
    for one in &mut found {
        one.text = redactor.redact(&one.text).into_owned();
        one.finding.seen = redactor.redact(&one.finding.seen).into_owned();
    }
    if args.json {
        print::json(&json!({ "schema_version": 1, "findings": found }))?;
    } else {
        std::io::stdout().lock().write_all(print::explained(&found).as_bytes())?;
    }
    if found.is_empty() {
        print::say("nothing in this log is a fault that nixml knows");
        print::say(
            "hint: `nixml doctor` looks at the machine; to ask people, show them the log and the output of `nixml report`",
        );
        return Ok(Exit::Failed);
    }
    Ok(Exit::Done)
}

/// The page of one cause.
fn page(diagnosis: &Diagnosis, as_json: bool) -> anyhow::Result<Exit> {
    let page = explain::page(diagnosis);
    if as_json {
        print::json(&json!({
            "schema_version": 1,
            "code": diagnosis.code,
            "title": diagnosis.title,
            "cause": diagnosis.cause,
            "remedy": diagnosis.remedy.of(None),
            "page": page,
        }))?;
    } else {
        std::io::stdout().lock().write_all(page.as_bytes())?;
    }
    Ok(Exit::Done)
}

/// Neither a file nor a code: what is near, if anything.
fn unknown(name: &str, data: &Data) -> Failure {
    let shown = nixml::core::text::label(name);
    let codes: Vec<&str> = explain::codes(data).collect();
    let near = nixml::core::text::nearest(name, &codes);
    let failure = Failure::usage(format!("explain `{shown}`")).why("There is no file and no code of that name");
    match near {
        Some(code) => failure.next(format!("did you mean `nixml explain {code}`?")),
        None => failure.next("`nixml explain FILE` reads a log; the codes are listed in docs/codes"),
    }
}
