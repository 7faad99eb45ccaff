//! `nixml schema NAME`: the JSON schema of what a command prints.

use clap::Args as ClapArgs;
use nixml::core::failure::{Exit, Failure};
use nixml::core::{schema, text};
use nixml::front::print;

use crate::cli::Shared;

/// Print the JSON schema of what a command prints
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml schema doctor > doctor.schema.json
  nixml schema facts             what `nixml probe --json` prints and `--host` reads

Names: board, bundle, checks, class-check, clean, doctor, explain, facts, finding, init, join, matrix, outdated, page, probe, report, undo, upgrade, validate")]
pub struct Args {
    /// Which one
    name: String,
}

/// Runs `nixml schema`.
pub fn run(args: &Args, shared: &Shared) -> anyhow::Result<Exit> {
    let data = super::shared_data(shared)?;
    let Some(schema) = schema::schema(&data, &args.name) else {
        return Err(Failure::usage(format!("there is no schema `{}`", text::label(&args.name)))
            .next(text::known_words(&args.name, &schema::names(&data), "the schemas are"))
            .into());
    };
    print::json(&schema)?;
    Ok(Exit::Done)
}
