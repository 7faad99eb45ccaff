//! `nixml validate`: enters the project's shell and proves that the framework runs.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args as ClapArgs, ValueEnum};
use nixml::core::data::Data;
use nixml::core::failure::{Exit, Failure};
use nixml::core::plan::Target;
use nixml::core::validation::{Phase, PhaseStatus, ValidationEvent, ValidationReport};
use nixml::edge::child::Interrupt;
use nixml::edge::validate::{Runner, ValidateOptions, validate};
use nixml::front::print;

use crate::cli::Shared;

/// Scripts that name no limit get this one: nothing waits for ever where nobody watches.
const SCRIPTED_LIMIT: Duration = Duration::from_hours(1);
/// How often a long phase says how far it is, where nobody sees it redrawn.
const PACE_MS: u64 = 10_000;

/// Enter the project's shell with real Nix and prove that the framework computes
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml validate                       prove the project in this folder
  nixml validate demo --shell cpu      its CPU side, on a machine without a card
  nixml validate --runner uv           without Nix: uv brings Python
  nixml validate --allow-no-gpu        in CI: all but the proof, when there is no card

Phases: evaluate, build, lock, sync, proof. Exit codes: 1 a phase failed, 3 Nix or uv is missing,
4 files that nixml did not write, 5 network, 124 timed out.")]
#[expect(clippy::struct_excessive_bools, reason = "each one is a flag of the command line")]
pub struct Args {
    /// The project's folder
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Which of the project's targets [default: the first]
    #[arg(long, value_name = "TARGET", value_enum)]
    shell: Option<Shell>,
    /// Who brings Python and the environment
    #[arg(long, value_enum, default_value = "nix")]
    runner: By,
    /// A flake in the place of nixpkgs: a local mirror
    #[arg(long, value_name = "FLAKEREF")]
    nixpkgs: Option<String>,
    /// The limit for all phases together [default: none on a terminal, 3600 scripted]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    timeout: Option<u64>,
    /// Without a card, a GPU target is valid unproved
    #[arg(long)]
    allow_no_gpu: bool,
    /// Let uv build packages that have no wheel, which runs their code
    #[arg(long)]
    allow_build: bool,
    /// Run Nix files that nixml did not write
    #[arg(long)]
    trust: bool,
    /// Write the phases as JUnit XML, for CI services
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shell {
    Cpu,
    Cuda,
    Mps,
    Rocm,
}

impl From<Shell> for Target {
    fn from(shell: Shell) -> Self {
        match shell {
            Shell::Cpu => Self::Cpu,
            Shell::Cuda => Self::Cuda,
            Shell::Mps => Self::Mps,
            Shell::Rocm => Self::Rocm,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum By {
    Nix,
    Uv,
}

/// Runs `nixml validate`.
pub fn run(args: &Args, shared: &Shared) -> anyhow::Result<Exit> {
    let data = nixml::edge::data(shared.data.as_deref())?;
    let watched = std::io::stderr().is_terminal();
    let mut options = options(&args.dir, shared, data, watched)?;
    options.shell = args.shell.map(Target::from);
    options.runner = match args.runner {
        By::Nix => Runner::Nix,
        By::Uv => Runner::Uv,
    };
    options.nixpkgs.clone_from(&args.nixpkgs);
    options.timeout = args.timeout.map(Duration::from_secs).or(options.timeout);
    options.allow_no_gpu = args.allow_no_gpu;
    options.allow_build = args.allow_build;
    options.trust = args.trust;
    super::warn_of_root(shared);
    let mut teller = Teller::new(shared, watched, !args.json);
    let mut report = validate(&options, &mut |event| teller.tell(event));
    if report.untrusted && watched && std::io::stdin().is_terminal() && agrees(&report) {
        options.trust = true;
        report = validate(&options, &mut |event| teller.tell(event));
    }
    teller.clear();
    if let Some(file) = &args.junit {
        nixml::edge::write_report(file, &nixml::core::junit::xml(&report))?;
    }
    if args.json {
        print::json(&report)?;
    } else if !shared.quiet || !report.ok {
        let text = print::validation::report(&report, &args.dir.display().to_string());
        std::io::stdout().lock().write_all(text.as_bytes())?;
    }
    if let Some(failure) = &report.failure {
        print::say(&format!("error: {failure}"));
    }
    Ok(report.exit())
}

/// For `init`: the same with every flag at its default but what `alter` changes; the report is the caller's to show.
pub fn run_quietly(
    dir: &Path,
    shared: &Shared,
    data: &Data,
    watched: bool,
    alter: impl FnOnce(&mut ValidateOptions),
) -> Result<ValidationReport, Failure> {
    let mut options = options(dir, shared, data.clone(), watched)?;
    alter(&mut options);
    let mut teller = Teller::new(shared, watched, false);
    let report = validate(&options, &mut |event| teller.tell(event));
    teller.clear();
    Ok(report)
}

fn options(dir: &Path, shared: &Shared, data: Data, watched: bool) -> Result<ValidateOptions, Failure> {
    let mut options = ValidateOptions::new(dir, data);
    options.interrupt = Interrupt::from_signals();
    options.timeout = (!watched).then_some(SCRIPTED_LIMIT);
    // The variable of the flag; `init` has no such flag and heeds it all the same.
    options.nixpkgs = nixml::edge::variable("NIXML_NIXPKGS").and_then(|reference| reference.into_string().ok());
    options.ci = nixml::edge::variable("CI").is_some_and(|ci| ci != "0" && ci != "false");
    if shared.host.is_some() {
        options.host = Some(super::machine(shared)?);
    }
    Ok(options)
}

/// Asks on the terminal whether strange Nix files may run.
fn agrees(report: &ValidationReport) -> bool {
    if let Some(failure) = &report.failure {
        print::say(&format!("{}: {}", failure.what, failure.why.as_deref().unwrap_or("")));
    }
    matches!(super::asks("run it all the same?", false), Ok(Some(true)))
}

/// Where the running commentary goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Talk {
    /// Failures only.
    Quiet,
    /// One line that is drawn again and again: somebody watches a terminal that understands it.
    Redrawn,
    /// A line for each phase, and from time to time.
    Lines,
    /// Every line of output.
    All,
}

/// Says how it goes: phases on standard output, or on standard error when that is for JSON.
struct Teller {
    talk: Talk,
    phases_out: bool,
    /// When progress was last told.
    told_ms: u64,
    drawn: bool,
}

impl Teller {
    fn new(shared: &Shared, watched: bool, phases_out: bool) -> Self {
        let dumb = nixml::edge::variable("TERM").is_none_or(|term| term == "dumb");
        let talk = match (shared.quiet, shared.verbose) {
            (true, _) => Talk::Quiet,
            (_, true) => Talk::All,
            _ if watched && !dumb => Talk::Redrawn,
            _ => Talk::Lines,
        };
        Self { talk, phases_out, told_ms: 0, drawn: false }
    }

    fn tell(&mut self, event: ValidationEvent) {
        match event {
            ValidationEvent::Ended(phase) => self.ended(&phase),
            _ if self.talk == Talk::Quiet => {}
            ValidationEvent::Started { phase, what } => self.status(&format!("{}: {what}", phase.word())),
            ValidationEvent::Progress { phase, progress, elapsed_ms } => {
                let due = self.talk == Talk::Redrawn || elapsed_ms >= self.told_ms + PACE_MS;
                if let Some(far) = print::validation::progress(&progress).filter(|_| due) {
                    self.told_ms = elapsed_ms;
                    self.status(&format!("{}: {far}", phase.word()));
                }
            }
            ValidationEvent::Line { text, .. } if self.talk == Talk::All => print::say(&text),
            ValidationEvent::Line { phase, text } if self.talk == Talk::Redrawn => {
                self.status(&format!("{}: {}", phase.word(), text.trim()));
            }
            ValidationEvent::Silent { phase, seconds } => {
                self.clear();
                print::say(&format!(
                    "warning: {}: nothing was heard for {} minutes; Ctrl-C stops it",
                    phase.word(),
                    seconds / 60
                ));
            }
            ValidationEvent::Line { .. } | ValidationEvent::Terminal { .. } => {}
        }
    }

    fn ended(&mut self, phase: &Phase) {
        self.clear();
        if self.talk == Talk::Quiet && phase.status != PhaseStatus::Failed {
            return;
        }
        let line = print::validation::phase(phase);
        if self.phases_out {
            let _ = writeln!(std::io::stdout().lock(), "{line}");
        } else {
            print::say(&line);
        }
    }

    fn status(&mut self, text: &str) {
        if self.talk == Talk::Redrawn {
            let short: String = text.chars().take(78).collect();
            let _ = write!(std::io::stderr().lock(), "\r\x1b[K{short}");
            self.drawn = true;
        } else {
            print::say(text);
        }
    }

    /// Takes the redrawn line away.
    fn clear(&mut self) {
        if std::mem::take(&mut self.drawn) {
            let _ = write!(std::io::stderr().lock(), "\r\x1b[K");
        }
    }
}
