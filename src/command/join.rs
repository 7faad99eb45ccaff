//! `nixml join`: a student's side of a course, from the class file to the readiness code.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use nixml::core::answers::{Value, file};
use nixml::core::class::code::{self, Readiness, State};
use nixml::core::class::{self, Unmet};
use nixml::core::failure::{Exit, Failure};
use nixml::core::plan::Target;
use nixml::core::step;
use nixml::edge;
use nixml::front::print;

use crate::cli::Shared;
use crate::command::{init, machine, shared_data};

/// Join a course: check this machine, make the course's project, prove it, print a readiness code
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml join class.toml                   checks, the project in a folder named after the course, the proof, the code
  nixml join class.toml lab --set python=3.12   where the class allows it")]
pub struct Args {
    /// The class file
    class: PathBuf,
    /// The project's folder [default: the course's title]
    dir: Option<PathBuf>,
    /// An answer that the class leaves open
    #[arg(long, value_name = "KEY=VALUE", value_delimiter = '\n')]
    set: Vec<String>,
    /// Only look at the machine: nothing is written
    #[arg(long)]
    check_only: bool,
    /// Do not enter the project's shell to prove it
    #[arg(long)]
    no_validate: bool,
}

/// Runs `nixml join`.
pub fn run(args: &Args, shared: &Shared) -> anyhow::Result<Exit> {
    let (class, answers, text) = super::class::read(&args.class, shared)?;
    let steps = step::load(&shared_data(shared)?)?;
    let chosen = args.set.iter().map(|text| file::read_set(text, &steps)).collect::<Result<Vec<_>, Failure>>()?;
    let mut answers = class::combine(&class, &answers, &chosen)?;
    let facts = machine(shared)?;
    print::say(&format!("{}: what this machine needs", class.title));
    let judged = class::judge(&class, &facts);
    for met in &judged {
        print::say(&format!("  {} {}", if met.unmet.is_some() { "missing" } else { "ok     " }, met.say));
    }
    let nix = edge::validate::find_nix().is_some();
    let mut unmet: Vec<Unmet> = judged.iter().filter_map(|met| met.unmet).collect();
    if !nix {
        unmet.push(Unmet::Nix);
        print::say("  missing Nix: `nixml doctor nix` shows the command for this machine");
    }
    let on_the_card = unmet.iter().any(|unmet| unmet.of_the_card());
    let stands_in_the_way = unmet.iter().any(|unmet| !unmet.of_the_card() && *unmet != Unmet::Nix);
    let fallback = on_the_card && class.fallback.is_some();
    if fallback {
        print::say("this course plans a CPU path for machines like this one: it is used here");
        answers =
            answers.without("targets").with("targets", Value::List(vec!["cpu".to_owned()]), nixml::core::answers::Origin::Flag);
    }
    let card = facts.nvidia().filter_map(|gpu| gpu.compute.as_deref()?.split('.').next()?.parse().ok()).max().unwrap_or(0);
    let target = if answers.words("targets").first().is_some_and(|word| word == "cuda") { Target::Cuda } else { Target::Cpu };
    let readiness = |state, unmet| Readiness { class: code::class_bits(&text), state, target, card, unmet };
    if args.check_only || stands_in_the_way || (on_the_card && !fallback) {
        let state = if unmet.is_empty() { State::Written } else { State::NotReady };
        say_code(readiness(state, unmet.first().copied()));
        return Ok(if unmet.is_empty() { Exit::Done } else { Exit::Failed });
    }
    let dir = args.dir.clone().unwrap_or_else(|| PathBuf::from(nixml::core::answers::check::suggest_name(&class.title)));
    let exit = init::run(&init::Args::for_class(dir, &answers, todo!(), args.no_validate), shared)?;
    let (state, first) = match (exit, nix && !args.no_validate) {
        (Exit::Done, true) if fallback => (State::Fallback, None),
        (Exit::Done, true) => (State::Ready, None),
        (Exit::Done, false) => (State::Written, unmet.into_iter().find(|unmet| *unmet == Unmet::Nix)),
        _ => (State::NotReady, Some(Unmet::Proof)),
    };
    say_code(readiness(state, first));
    Ok(exit)
}

fn say_code(readiness: Readiness) {
    print::say(&format!("\nreadiness code: {}   ({})", code::encode(&readiness), readiness.state.word()));
    print::say("give it to your instructor; it says nothing about you");
}
