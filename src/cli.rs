//! The command line: one variant a command, the options they share, and the flags that the step files bring.

use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use nixml::core::failure::{Exit, Failure};
use nixml::core::step::{self, Step};

use crate::command;

/// From a bare machine to a first tensor on your own GPU
#[derive(Debug, Parser)]
#[command(name = "nixml", version, propagate_version = true, disable_help_subcommand = true, after_help = EXAMPLES)]
pub struct Cli {
    #[command(flatten)]
    pub shared: Shared,
    #[command(subcommand)]
    command: Option<Command>,
}

const EXAMPLES: &str = "\
Examples:
  nixml                                               the wizard
  nixml init demo --framework jax --targets cpu --yes  a project without questions
  nixml doctor                                        what is wrong with this machine
  some-command 2>&1 | nixml explain                   what is wrong with that command

Exit codes: 0 done, 1 a check or the proof failed, 2 usage, 3 something is missing, 4 refused,
5 network, 6 something newer, 70 a bug, 124 timed out, 128+N ended by signal N.";

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
#[expect(clippy::struct_excessive_bools, reason = "each one is a flag of the command line")]
pub struct Shared {
    /// When to colour the output
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t, env = "NIXML_COLOR")]
    pub color: Color,
    /// Say only what went wrong
    #[arg(short, long, global = true, env = "NIXML_QUIET")]
    pub quiet: bool,
    /// Say more
    #[arg(short, long, global = true, env = "NIXML_VERBOSE")]
    pub verbose: bool,
    /// A folder whose steps, templates and assets are laid over nixml's own
    #[arg(long, global = true, value_name = "DIR", env = "NIXML_DATA")]
    pub data: Option<PathBuf>,
    /// A recorded machine (`nixml probe --json`) instead of this one
    #[arg(long, global = true, value_name = "FILE", env = "NIXML_HOST")]
    pub host: Option<PathBuf>,
    /// Ask line by line instead of on the full screen
    #[arg(long, global = true, env = "NIXML_PLAIN")]
    pub plain: bool,
    /// Draw with ASCII characters only
    #[arg(long, global = true, env = "NIXML_ASCII")]
    pub ascii: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Matrix(command::matrix::Args),
    Explain(command::explain::Args),
    Doctor(command::doctor::Args),
    Probe(command::probe::Args),
    Init(command::init::Args),
    Completions(command::completions::CompletionArgs),
    Man(command::completions::ManArgs),
    Class(command::class::Args),
    Join(command::join::Args),
    Outdated(command::freshness::OutdatedArgs),
    Upgrade(command::freshness::UpgradeArgs),
    Report(command::report::Args),
    Schema(command::schema::Args),
    Undo(command::undo::Args),
    Validate(command::validate::Args),
}

impl Cli {
    /// Reads the command line. Usage errors, help and the version end the process here, as clap does.
    pub fn read() -> anyhow::Result<Self> {
        let words = nixml::edge::arguments();
        // The step files are read only when their flags can be meant.
        let steps = if words.iter().any(|word| word == "init") { steps_of(&words)? } else { Vec::new() };
        let matches = full_command(&steps).get_matches_from(&words);
        let mut cli = Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        if let (Some(Command::Init(args)), Some(matches)) = (&mut cli.command, matches.subcommand_matches("init")) {
            args.read_steps(&steps, matches);
        }
        Ok(cli)
    }

    /// Runs the chosen command.
    pub fn run(self) -> anyhow::Result<Exit> {
        let shared = self.shared;
        match self.command {
            None => command::wizard::alone(&shared),
            Some(Command::Matrix(args)) => command::matrix::run(&args, &shared),
            Some(Command::Explain(args)) => command::explain::run(&args, &shared),
            Some(Command::Doctor(args)) => command::doctor::run(&args, &shared),
            Some(Command::Probe(args)) => command::probe::run(&args, &shared),
            Some(Command::Completions(args)) => command::completions::completions(&args, &shared),
            Some(Command::Man(args)) => command::completions::man(&args, &shared),
            Some(Command::Init(args)) => command::init::run(&args, &shared),
            Some(Command::Class(args)) => command::class::run(&args, &shared),
            Some(Command::Join(args)) => command::join::run(&args, &shared),
            Some(Command::Outdated(args)) => command::freshness::outdated(&args, &shared),
            Some(Command::Upgrade(args)) => command::freshness::upgrade(&args, &shared),
            Some(Command::Report(args)) => command::report::run(&args, &shared),
            Some(Command::Schema(args)) => command::schema::run(&args, &shared),
            Some(Command::Undo(args)) => command::undo::run(&args, &shared),
            Some(Command::Validate(args)) => command::validate::run(&args, &shared),
        }
    }
}

/// The whole command line with the flags of `steps`.
pub fn full_command(steps: &[Step]) -> clap::Command {
    Cli::command().mut_subcommand("init", |init| init.args(command::init::step_arguments(steps)))
}

/// The steps with the overlay that `--data` or its variable names, found before the command line is read as a whole.
fn steps_of(words: &[std::ffi::OsString]) -> Result<Vec<Step>, Failure> {
    let named = words.iter().enumerate().find_map(|(place, word)| {
        let word = word.to_str()?;
        match word.strip_prefix("--data") {
            Some("") => words.get(place + 1).map(PathBuf::from),
            Some(rest) => rest.strip_prefix('=').map(PathBuf::from),
            None => None,
        }
    });
    let named = named.or_else(|| nixml::edge::variable("NIXML_DATA").map(PathBuf::from));
    step::load(&nixml::edge::data(named.as_deref().map(Path::new))?)
}
