//! `nixml join`: a student's side of a course, from the class file to the readiness code.

mod kit;
mod source;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args as ClapArgs;
use nixml::core::answers::{check, file};
use nixml::core::catalog::Catalog;
use nixml::core::class::code::{self, Readiness, State};
use nixml::core::class::{self, Course, JoinReport, Met, Outcome, Standing, Unmet};
use nixml::core::facts::Facts;
use nixml::core::failure::{Exit, Failure};
use nixml::core::step;
use nixml::edge::{self, joined};
use nixml::front::print;

use crate::cli::Shared;
use crate::command::{init, init_course, machine, shared_data};
use source::Source;

/// Join a course: check this machine, make the course's project, prove it, print a readiness code
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml join class.toml                    checks, the project in a folder named after the course, the proof, the code
  nixml join https://example.org/ml.toml   the same; the file is fetched with curl and shown first
  nixml join class.toml lab --set python=3.12   where the class allows it
  nixml join --kit /media/stick            from a kit of `nixml bundle`, without a network

Exit codes: 0 ready (or on the planned fallback), 1 something is missing, 2 the class file, 5 network.")]
pub struct Args {
    /// The class file, or its https address
    #[arg(required_unless_present = "kit")]
    class: Option<String>,
    /// The project's folder [default: the course's title]
    dir: Option<PathBuf>,
    /// A kit of `nixml bundle`: the network is not needed
    #[arg(long, value_name = "DIR", conflicts_with = "dir")]
    kit: Option<PathBuf>,
    /// An answer that the class leaves open
    #[arg(long, value_name = "KEY=VALUE", value_delimiter = '\n')]
    set: Vec<String>,
    /// Only look at the machine: nothing is written
    #[arg(long)]
    check_only: bool,
    /// Do not enter the project's shell to prove it
    #[arg(long)]
    no_validate: bool,
    /// Ask nothing
    #[arg(short = 'y', long)]
    yes: bool,
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

/// Runs `nixml join`.
pub fn run(args: &Args, shared: &Shared) -> anyhow::Result<Exit> {
    let source = Source::read(args.class.as_deref(), args.kit.as_deref(), shared)?;
    // With a kit the only word beside it is the project's folder.
    let dir = if args.kit.is_some() { args.class.as_ref().map(PathBuf::from) } else { args.dir.clone() };
    let dir = dir.unwrap_or_else(|| PathBuf::from(check::suggest_name(&source.class.title)));
    let shared = &source.shared;
    let data = shared_data(shared)?;
    let steps = step::load(&data)?;
    let chosen = args.set.iter().map(|text| file::read_set(text, &steps)).collect::<Result<Vec<_>, Failure>>()?;
    let answers = class::combine(&source.class, &source.answers, &chosen)?;
    say(shared, &print::course::introduction(&source.class, &answers));
    let facts = machine(shared)?;
    let catalog = Catalog::of(&data)?;
    let course = Course { class: source.class.clone(), answers, steps: Arc::new(steps), catalog };
    let standing = course.stand(&facts)?;
    let mut met = standing.met.clone();
    let nix = edge::validate::find_nix();
    if nix.is_none() {
        met.push(Met { unmet: Some(Unmet::Nix), say: "Nix: not on this machine".to_owned() });
    }
    let part = source.kit.as_ref().map(|kit| kit::look(kit, &standing, &data, &facts)).transpose()?;
    let harmed = match (&source.kit, &part) {
        (Some(kit), Some(part)) => kit::harm(kit, part, shared),
        _ => Vec::new(),
    };
    met.extend(harmed.iter().map(|harm| Met { unmet: Some(Unmet::Kit), say: format!("`{}` {}", harm.path, harm.how) }));
    let mut joining = Joining { args, shared, source: &source, standing: &standing, facts: &facts, met, fixed: Vec::new() };
    let missing = joining.tell_checks();
    let blocked = standing.outcome == Outcome::Fails || !harmed.is_empty() || part.is_some() && nix.is_none();
    if args.check_only || blocked {
        let first = missing.first().copied();
        joining.end(State::NotReady, first, None)?;
        return Ok(if first.is_none() { Exit::Done } else { Exit::Failed });
    }
    if !args.yes && !args.json && std::io::stdin().is_terminal() && std::io::stderr().is_terminal() && !agrees(&dir) {
        say(shared, "nothing was written");
        return Ok(Exit::Done);
    }
    let brought = match (&source.kit, part, &nix) {
        (Some(kit), Some(part), Some(nix)) => Some(kit::bring(kit, &part, nix, shared)?),
        _ => None,
    };
    let run = init_course::Course { resolved: standing.resolved(), kit: brought, silent: args.json };
    let exit = init::run(&init::Args::for_class(dir.clone(), &standing.answers, run, args.no_validate), shared)?;
    if matches!(exit, Exit::Signal(_)) {
        return Ok(exit);
    }
    let planned = standing.outcome == Outcome::Fallback;
    let (state, first) = match (exit, nix.is_some() && !args.no_validate) {
        (Exit::Done, true) if planned => (State::Fallback, None),
        (Exit::Done, true) => (State::Ready, None),
        (Exit::Done, false) => (State::Written, missing.into_iter().find(|unmet| *unmet == Unmet::Nix)),
        (Exit::Network, _) => (State::NotReady, Some(Unmet::Network)),
        _ => (State::NotReady, Some(Unmet::Proof)),
    };
    joining.end(state, first, Some(dir.display().to_string()))?;
    Ok(exit)
}

/// One student on one machine.
struct Joining<'a> {
    args: &'a Args,
    shared: &'a Shared,
    source: &'a Source,
    standing: &'a Standing,
    facts: &'a Facts,
    met: Vec<Met>,
    fixed: Vec<Unmet>,
}

impl Joining<'_> {
    /// Says how the machine stands and what is to be done; gives what is missing.
    fn tell_checks(&mut self) -> Vec<Unmet> {
        let planned = self.standing.outcome == Outcome::Fallback;
        say(self.shared, "\nthis machine:");
        if !self.met.is_empty() {
            say(self.shared, &print::course::checks(&self.met, planned));
        }
        say(self.shared, &print::course::path(self.standing));
        let mut missing: Vec<Unmet> = Vec::new();
        for unmet in self.met.iter().filter_map(|met| met.unmet) {
            // What the planned path does without is not missing.
            if !(missing.contains(&unmet) || planned && unmet.of_the_card()) {
                missing.push(unmet);
            }
        }
        let before = joined::load(&self.source.text).unwrap_or_default();
        self.fixed = before.into_iter().filter(|unmet| !missing.contains(unmet)).collect();
        // Before the proof was tried again nobody knows whether it would pass now.
        self.fixed.retain(|unmet| !matches!(unmet, Unmet::Proof | Unmet::Network));
        joined::save(&self.source.text, &missing);
        let todo = print::course::to_do(&missing, &self.fixed);
        if !todo.is_empty() {
            say(self.shared, &todo);
        }
        missing
    }

    fn end(&self, state: State, unmet: Option<Unmet>, dir: Option<String>) -> anyhow::Result<()> {
        let cards = self.facts.nvidia().filter_map(|gpu| gpu.compute.as_deref()?.split('.').next()?.parse().ok());
        let readiness = Readiness {
            class: code::class_bits(&self.source.text),
            state,
            target: self.standing.target(),
            card: cards.max().unwrap_or(0),
            unmet,
        };
        if let Some(unmet) = unmet.filter(|unmet| matches!(unmet, Unmet::Proof | Unmet::Network)) {
            joined::save(&self.source.text, &[unmet]);
            say(self.shared, &print::course::to_do(&[unmet], &[]));
        }
        let needs = unmet.map_or(String::new(), |unmet| format!("; needs {}", unmet.say()));
        print::say(&format!("\nreadiness code: {}   ({}{needs})", code::encode(&readiness), state.word()));
        say(self.shared, "give it to your instructor; it says nothing about you");
        if self.args.json {
            let fixed = self.fixed.iter().map(|unmet| unmet.word().to_owned()).collect();
            let mut report = JoinReport::new(&self.source.class, self.standing, &self.met, &readiness, fixed);
            report.dir = dir;
            print::json(&report)?;
        }
        Ok(())
    }
}

fn say(shared: &Shared, text: &str) {
    if !shared.quiet {
        print::say(text);
    }
}

/// Nobody there is a no.
fn agrees(dir: &std::path::Path) -> bool {
    let question = format!("\nmake the project in `{}` and prove it?", dir.display());
    matches!(super::asks(&question, true), Ok(Some(true)))
}
