//! `nixml probe`: what was found on this machine, each fact with its source.

use std::io::Write as _;

use clap::Args as ClapArgs;
use nixml::core::document;
use nixml::core::facts::Facts;
use nixml::core::failure::Exit;
use nixml::core::text::Redactor;
use nixml::edge::identity;
use nixml::front::print;
use serde_json::{Map, Value};

use crate::cli::Shared;

/// Show what was found on this machine, each fact with its source
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml probe                            the machine as a table
  nixml probe --json > laptop.json       record it: paste-safe, without names of people and machines
  nixml matrix --host laptop.json        judge the recorded machine anywhere")]
pub struct Args {
    /// Print one JSON object on standard output; it is valid input to `--host`
    #[arg(long)]
    json: bool,
}

/// Runs `nixml probe`.
pub fn run(args: &Args, shared: &Shared) -> anyhow::Result<Exit> {
    let facts = super::machine(shared)?;
    let value = redacted(&facts, &Redactor::new(&identity::private()))?;
    if args.json {
        print::json(&value)?;
    } else {
        let facts: Facts = document::value(value)?;
        std::io::stdout().lock().write_all(print::facts_table(&facts).as_bytes())?;
    }
    Ok(Exit::Done)
}

/// The facts as JSON, safe to show: no names of people, machines and secrets in any text. Both maps are always there.
pub fn redacted(facts: &Facts, redactor: &Redactor) -> anyhow::Result<Value> {
    let mut value = serde_json::to_value(facts)?;
    hide(redactor, &mut value);
    if let Value::Object(pairs) = &mut value {
        for map in ["sources", "unknown"] {
            pairs.entry(map).or_insert_with(|| Value::Object(Map::new()));
        }
    }
    Ok(value)
}

/// Words alone (`debian`, `x86_64`, `nvml`) are ours or the system's, whatever a user is called; paths and sentences are redacted.
fn hide(redactor: &Redactor, value: &mut Value) {
    match value {
        Value::String(text) if text.contains(['/', ' ', '@', ':', '=', ',']) => *text = redactor.redact(text).into_owned(),
        Value::Array(items) => items.iter_mut().for_each(|item| hide(redactor, item)),
        Value::Object(pairs) => pairs.iter_mut().for_each(|(_, inner)| hide(redactor, inner)),
        _ => {}
    }
}
