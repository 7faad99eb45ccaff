//! `nixml class new | check | board`: an instructor's side of a course.

mod ask;
mod board;
mod check;
mod new;

use std::path::Path;

use clap::{Args as ClapArgs, Subcommand};
use nixml::core::answers::{Answers, file};
use nixml::core::class::{self, Class};
use nixml::core::failure::{Exit, Failure};
use nixml::core::step;
use nixml::edge;

use crate::cli::Shared;
use crate::command::shared_data;

/// Prepare a course: its class file, a rehearsal, a board of who is ready
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml class new                                   questions, then class.toml
  nixml class check class.toml --hosts laptops/     which laptops will fail, and why
  nixml class board codes.txt --class class.toml    who is ready, while codes come in
  nixml bundle /media/stick                         for a room without a network

docs/workshops.md goes through a whole course.")]
pub struct Args {
    #[command(subcommand)]
    command: What,
}

#[derive(Debug, Subcommand)]
enum What {
    New(new::Args),
    Check(check::Args),
    Board(board::Args),
}

/// Runs `nixml class`.
pub fn run(args: &Args, shared: &Shared) -> anyhow::Result<Exit> {
    match &args.command {
        What::New(args) => new::run(args, shared),
        What::Check(args) => check::run(args, shared),
        What::Board(args) => board::run(args, shared),
    }
}

/// Reads a class file; gives its text as well, for the code.
pub fn read(path: &Path, shared: &Shared) -> Result<(Class, Answers, String), Failure> {
    let text = read_text(path)?;
    let (class, answers) = class::read(&path.display().to_string(), &text, &step::load(&shared_data(shared)?)?)?;
    Ok((class, answers, text))
}

/// The text of a small file.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    let wrong = |why: String| Failure::usage(format!("read `{}`", path.display())).why(why);
    let bytes = edge::read_capped(path, file::MOST_BYTES as u64 + 1).map_err(|error| {
        let failure = wrong(error.to_string());
        if error.kind() != std::io::ErrorKind::NotFound || path.extension().is_none_or(|ending| ending != "toml") {
            return failure;
        }
        failure.next("an instructor makes a class file with `nixml class new`")
    })?;
    String::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8 text".to_owned()))
}
