//! The command line: one variant a command, the options they share, and the flags that the step files bring.

use std::path::{Path, PathBuf};

use clap::builder::{FalseyValueParser, Resettable};
use clap::{ArgAction, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use nixml::core::catalog::date as catalog_date;
use nixml::core::data::Data;
use nixml::core::document;
use nixml::core::failure::{Exit, Failure};
use nixml::core::step::{self, Step};
use nixml::core::text::harmless;
use nixml::edge::terminal::Surroundings;
use serde_json::{Map, Value};

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
  nixml                                                the wizard
  nixml init demo --framework jax --targets cpu --yes  a project without questions
  nixml doctor                                         what is wrong with this machine
  some-command 2>&1 | nixml explain                    what is wrong with that command

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
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    pub color: Color,
    /// Say only what went wrong
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// A folder whose steps, templates and assets are laid over nixml's own
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// A recorded machine (`nixml probe --json`) instead of this one
    #[arg(long, global = true, value_name = "FILE")]
    pub host: Option<PathBuf>,
    /// Ask line by line instead of on the full screen
    #[arg(long, global = true)]
    pub plain: bool,
    /// Draw with ASCII characters only
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Let the mouse choose and scroll in the wizard; to select text hold Shift then
    #[arg(long, global = true)]
    pub mouse: bool,
}

/// In the order of the help: make a project, find out what is wrong, look, day two, a room of students, plumbing.
#[derive(Debug, Subcommand)]
enum Command {
    Init(command::init::Args),
    Validate(command::validate::Args),
    Doctor(command::doctor::Args),
    Explain(command::explain::Args),
    Probe(command::probe::Args),
    Matrix(command::matrix::Args),
    Outdated(command::freshness::OutdatedArgs),
    Upgrade(command::freshness::UpgradeArgs),
    Undo(command::undo::Args),
    Clean(command::clean::Args),
    Class(command::class::Args),
    Join(command::join::Args),
    Bundle(command::bundle::Args),
    Report(command::report::Args),
    Completions(command::completions::CompletionArgs),
    Man(command::completions::ManArgs),
    Schema(command::schema::Args),
}

impl Cli {
    /// Reads the command line. Usage errors, help and the version end the process here, as clap does.
    pub fn read() -> anyhow::Result<Self> {
        let mut words = nixml::edge::arguments();
        if words.len() == 1 && Surroundings::look().terminal {
            // What most people type is read once.
            words.push("init".into());
        }
        let cli = Self::of(&words)?;
        if cli.command.is_some() || !Surroundings::look().terminal {
            return Ok(cli);
        }
        // nixml alone on a terminal is `init`, so that it heeds the same variables.
        Self::of(&words.into_iter().chain(["init".into()]).collect::<Vec<_>>())
    }

    fn of(words: &[std::ffi::OsString]) -> anyhow::Result<Self> {
        // The step files are read only when their flags can be meant.
        let config = config();
        let steps = if words.iter().any(|word| word == "init") { steps_of(words, &config)? } else { Vec::new() };
        let said = |name: &str| words.iter().any(|word| word == name);
        let mut whole = Cli::command();
        whole = if steps.is_empty() { whole } else { with_steps(whole, &steps) };
        // A command that is not named is not run: its flags need not be made ready.
        let named: Vec<String> = whole.get_subcommands().map(|one| one.get_name().to_owned()).filter(|name| said(name)).collect();
        whole =
            named.into_iter().fold(configured(evened_flags(whole), &config), |whole, name| whole.mut_subcommand(name, evened));
        if words.iter().any(|word| word == "--version" || word == "-V") {
            // How old the knowledge is matters as much as how old the program is.
            let date = catalog_date(&Data::embedded());
            whole = whole.version(format!("{} (catalog of {date})", env!("CARGO_PKG_VERSION")));
        }
        let matches = whole.try_get_matches_from(words).map_err(|error| refused(&error, words))?;
        let mut cli = Self::from_arg_matches(&matches).map_err(|error| refused(&error, words))?;
        if let (Some(Command::Init(args)), Some(matches)) = (&mut cli.command, matches.subcommand_matches("init")) {
            args.read_steps(&steps, matches);
        }
        Ok(cli)
    }

    /// Runs the chosen command.
    pub fn run(self) -> anyhow::Result<Exit> {
        let shared = self.shared;
        match self.command {
            None => Err(command::wizard::no_terminal().into()),
            Some(Command::Init(args)) => command::init::run(&args, &shared),
            Some(Command::Validate(args)) => command::validate::run(&args, &shared),
            Some(Command::Doctor(args)) => command::doctor::run(&args, &shared),
            Some(Command::Explain(args)) => command::explain::run(&args, &shared),
            Some(Command::Probe(args)) => command::probe::run(&args, &shared),
            Some(Command::Matrix(args)) => command::matrix::run(&args, &shared),
            Some(Command::Outdated(args)) => command::freshness::outdated(&args, &shared),
            Some(Command::Upgrade(args)) => command::freshness::upgrade(&args, &shared),
            Some(Command::Undo(args)) => command::undo::run(&args, &shared),
            Some(Command::Clean(args)) => command::clean::run(&args, &shared),
            Some(Command::Class(args)) => command::class::run(&args, &shared),
            Some(Command::Join(args)) => command::join::run(&args, &shared),
            Some(Command::Bundle(args)) => command::bundle::run(&args, &shared),
            Some(Command::Report(args)) => command::report::run(&args, &shared),
            Some(Command::Completions(args)) => command::completions::completions(&args, &shared),
            Some(Command::Man(args)) => command::completions::man(&args, &shared),
            Some(Command::Schema(args)) => command::schema::run(&args, &shared),
        }
    }
}

/// The whole command line with the flags of `steps`.
pub fn full_command(steps: &[Step]) -> clap::Command {
    evened(with_steps(Cli::command(), steps))
}

fn with_steps(command: clap::Command, steps: &[Step]) -> clap::Command {
    command.mut_subcommand("init", |init| init.args(command::init::step_arguments(steps)))
}

/// Flags that consent to something, so that no variable left behind in a shell can ever say them.
const CONSENTS: [&str; 7] = ["yes", "force", "adopt", "trust", "fix", "no-redact", "allow-build"];

/// clap's own end, with its colours and usage; but words that would act on the terminal are not said again as they are.
fn refused(error: &clap::Error, words: &[std::ffi::OsString]) -> Failure {
    if words.iter().all(|word| word.to_string_lossy().chars().all(harmless)) {
        error.exit();
    }
    let said = error.to_string();
    let first = said.lines().next().unwrap_or_default();
    Failure::usage(first.strip_prefix("error: ").unwrap_or(first)).next("`nixml --help` lists what there is")
}

/// What holds for every flag of every command: `NIXML_<FLAG>` says it too unless it is a consent, and `1` and `true` say yes. Nothing
/// is kept for a longer help, so that clap sets `--help` as close as `-h`.
fn evened(command: clap::Command) -> clap::Command {
    evened_flags(command).mut_subcommands(evened)
}

fn evened_flags(command: clap::Command) -> clap::Command {
    command.mut_args(|arg| {
        let Some(long) = arg.get_long().map(str::to_owned) else { return arg };
        let mut arg = arg.hide_env_values(true);
        if matches!(arg.get_action(), ArgAction::Help | ArgAction::Version) {
            return arg;
        }
        if matches!(arg.get_action(), ArgAction::SetTrue) {
            arg = arg.value_parser(FalseyValueParser::new());
        }
        if CONSENTS.contains(&long.as_str()) {
            return arg;
        }
        let name = variable(&long);
        // Set to nothing it is absent, as everywhere; clap would ask a value of it.
        if nixml::edge::is_empty_variable(&name) { arg.env(Resettable::Reset) } else { arg.env(name) }
    })
}

/// What the user's config.toml says of the flags that every command has (`color = "never"`, `mouse = true`): their defaults. A file that
/// cannot be read is the business of `init`, which takes answers from it and says so.
fn configured(command: clap::Command, said: &Map<String, Value>) -> clap::Command {
    command.mut_args(|arg| {
        let word = match arg.get_long().filter(|long| !CONSENTS.contains(long)).and_then(|long| said.get(long)) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Bool(yes)) => yes.to_string(),
            _ => return arg,
        };
        arg.default_value(word)
    })
}

fn config() -> Map<String, Value> {
    let text = nixml::edge::user_config().ok().flatten().map(|(_, text)| text);
    text.and_then(|text| document::toml(&text).ok()).unwrap_or_default()
}

/// The variable of a flag.
pub fn variable(flag: &str) -> String {
    format!("NIXML_{}", flag.to_uppercase().replace('-', "_"))
}

/// The steps with the overlay that `--data`, its variable or the configuration names, found before the command line is read as a whole.
fn steps_of(words: &[std::ffi::OsString], config: &Map<String, Value>) -> Result<Vec<Step>, Failure> {
    let named = words.iter().enumerate().find_map(|(place, word)| {
        let word = word.to_str()?;
        match word.strip_prefix("--data") {
            Some("") => words.get(place + 1).map(PathBuf::from),
            Some(rest) => rest.strip_prefix('=').map(PathBuf::from),
            None => None,
        }
    });
    let named = named.or_else(|| nixml::edge::variable("NIXML_DATA").map(PathBuf::from));
    let named = named.or_else(|| config.get("data").and_then(Value::as_str).map(PathBuf::from));
    step::load(&nixml::edge::data(named.as_deref().map(Path::new))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every(command: &clap::Command, path: &str, found: &mut Vec<(String, clap::Command)>) {
        found.push((path.to_owned(), command.clone()));
        for inner in command.get_subcommands() {
            every(inner, &format!("{path} {}", inner.get_name()), found);
        }
    }

    fn commands() -> Vec<(String, clap::Command)> {
        let steps = step::load(&Data::embedded()).unwrap();
        let mut whole = full_command(&steps);
        whole.build();
        let mut found = Vec::new();
        every(&whole, "nixml", &mut found);
        found
    }

    #[test]
    fn every_flag_that_is_no_consent_has_its_variable_and_no_consent_has_one() {
        let mut seen = 0;
        for (path, command) in commands() {
            for arg in command.get_arguments().filter(|arg| !matches!(arg.get_long(), None | Some("help" | "version"))) {
                let long = arg.get_long().unwrap();
                let variable = format!("NIXML_{}", long.to_uppercase().replace('-', "_"));
                let wanted = (!CONSENTS.contains(&long)).then_some(variable);
                assert_eq!(arg.get_env().and_then(|name| name.to_str()), wanted.as_deref(), "{path} --{long}");
                seen += 1;
            }
        }
        assert!(seen > 100, "only {seen} flags");
    }

    #[test]
    fn every_command_has_examples_and_every_flag_a_sentence() {
        for (path, command) in commands() {
            let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(examples.contains("Examples:\n  nixml") || examples.contains("2>&1 | nixml"), "{path} has no examples");
            for arg in command.get_arguments() {
                assert!(arg.get_help().is_some(), "{path} {} says nothing", arg.get_id());
            }
        }
    }
}
