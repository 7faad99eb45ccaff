//! `nixml init`: answers in, a project out, by flags, variables, a file or the wizard.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args as ClapArgs};
use nixml::core::answers::{Answers, Origin};
use nixml::core::changes::{Action, Allowed, Change, Known};
use nixml::core::choices::Choices;
use nixml::core::failure::{Exit, Failure};
use nixml::core::init_report::{self, InitReport};
use nixml::core::plan::{self, Plan};
use nixml::core::step::{self, Step};
use nixml::core::wizard::Wizard;
use nixml::core::{adopt, catalog::Catalog, render};
use nixml::edge::files::Folder;
use nixml::edge::project_writer::{self, Consent, Force};
use nixml::edge::terminal::Surroundings;
use nixml::front::print;

use crate::cli::{Shared, variable};
use crate::command::init_answers::{Given, layered};
use crate::command::init_course::Course;
use crate::command::wizard::{self, Start};
use crate::command::{init_adopt, init_proof, machine, shared_data, warn_of_root};

/// Write a project: a small flake and a normal pyproject.toml
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The project's folder; made if it is not there
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Answers from a TOML file, `-` for standard input
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// One more answer
    #[arg(long, value_name = "KEY=VALUE", value_delimiter = '\n')]
    set: Vec<String>,
    /// Ask nothing: take the default of every question that has no answer
    #[arg(short = 'y', long)]
    yes: bool,
    /// Show what would be written; write nothing
    #[arg(long)]
    dry_run: bool,
    /// Replace files that nixml did not write; a copy of each stays beside it
    #[arg(long)]
    force: bool,
    /// Take over what is there (pyproject.toml, requirements.txt, environment.yml); a copy of what changes stays
    #[arg(long)]
    adopt: bool,
    /// Make no git repository
    #[arg(long)]
    no_git: bool,
    /// Do not enter the project's shell to prove it
    #[arg(long)]
    no_validate: bool,
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
    /// What the step files' own flags and variables said; filled by [`Args::read_steps`].
    #[arg(skip)]
    steps: Vec<(String, String, bool)>,
    /// The answers of `--set` came from its variable.
    #[arg(skip)]
    set_by_variable: bool,
    /// What a course brings along.
    #[arg(skip)]
    course: Option<Course>,
}

const EXAMPLES: &str = "\
Examples:
  nixml init demo                                      the wizard, into ./demo
  nixml init demo --framework jax --targets cpu --yes  the same without questions
  nixml init --answers nixml.toml                      a project made again from its answers
  nixml init --adopt --yes                             around what is here already
  nixml init demo --framework pytorch --yes --dry-run  what would be written";

/// The flags of the wizard's steps, from their files.
pub fn step_arguments(steps: &[Step]) -> Vec<clap::Arg> {
    steps
        .iter()
        .map(|step| {
            clap::Arg::new(format!("step-{}", step.id))
                .long(step.id.clone())
                .value_name(step.value.clone().unwrap_or_else(|| "VALUE".to_owned()))
                .help(step.ask.clone())
                .help_heading("Answers")
                .action(clap::ArgAction::Append)
        })
        .collect()
}

impl Args {
    /// Takes the values of the steps' flags and variables out of what clap read.
    pub fn read_steps(&mut self, steps: &[Step], matches: &ArgMatches) {
        self.set_by_variable = matches.value_source("set") == Some(ValueSource::EnvVariable);
        for step in steps {
            let id = format!("step-{}", step.id);
            let from_flag = matches.value_source(&id) == Some(ValueSource::CommandLine);
            let words: Vec<String> = matches.get_many::<String>(&id).into_iter().flatten().cloned().collect();
            if !words.is_empty() {
                self.steps.push((step.id.clone(), words.join(","), from_flag));
            }
        }
    }

    /// The answers of a course, everything else at its default.
    pub fn for_class(dir: PathBuf, answers: &Answers, course: Course, no_validate: bool) -> Self {
        let steps = answers.iter().map(|(id, answer)| (id.to_owned(), answer.value.argument(), true)).collect();
        Self {
            dir,
            answers: None,
            set: Vec::new(),
            set_by_variable: false,
            yes: true,
            dry_run: false,
            force: false,
            adopt: false,
            no_git: false,
            no_validate,
            json: false,
            steps,
            course: Some(course),
        }
    }

    fn says_something(&self) -> bool {
        self.answers.is_some() || !self.set.is_empty() || !self.steps.is_empty() || self.yes || self.dry_run || self.json
    }
}

/// Runs `nixml init`.
pub fn run(args: &Args, shared: &Shared) -> anyhow::Result<Exit> {
    let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let screen = Surroundings::look().terminal;
    let data = shared_data(shared)?;
    let steps = step::load(&data)?;
    let given =
        Given { answers: args.answers.as_ref(), set: &args.set, set_by_variable: args.set_by_variable, steps: &args.steps };
    let (answers, resolved) = layered(&given, &steps, nixml::edge::user_config()?.as_ref())?;
    let resolved = args.course.as_ref().map(|course| course.resolved.clone()).or(resolved);
    let scripted = !screen || args.yes || args.json;
    let found = if args.adopt || !scripted { init_adopt::found(args.adopt, &args.dir, &data)? } else { None };
    let open = steps.iter().find(|step| step.needed && answers.get(&step.id).is_none());
    match open {
        Some(_) if scripted && found.is_some() => {}
        Some(step) if scripted => return Err(missing(step).into()),
        None if args.says_something() || !screen => {}
        _ => {
            let (answers, told) = init_adopt::for_wizard(found.as_ref(), answers, &steps, &data)?;
            let consent = Consent { force: Force::of_init(args.force), adopt: args.adopt, git: !args.no_git };
            let validates = !args.no_validate;
            let dir = args.dir.clone();
            return wizard::run(Start { dir, steps, data, answers, resolved, consent, validates, told }, shared);
        }
    }
    let folder_name = folder_name(&args.dir)?;
    // The machine takes its time to answer; the catalog is read meanwhile.
    let (facts, catalog) = std::thread::scope(|scope| {
        let catalog = scope.spawn(|| Catalog::of(&data));
        (machine(shared), catalog.join())
    });
    let catalog = catalog.map_err(|_| anyhow::anyhow!("read the catalog"))??;
    let wizard = Wizard { steps: Arc::new(steps), catalog, facts: Arc::new(facts?), folder: folder_name, resolved };
    let adopted = found.map(|found| adopt::judge(&found, &answers, &wizard, adopt::Judge::Strictly)).transpose()?;
    let answers = adopted.iter().fold(answers, |answers, adopted| adopted.answers(answers));
    if let Some(step) = wizard.steps.iter().find(|step| step.needed && answers.get(&step.id).is_none()) {
        return Err(init_adopt::missing(adopted.as_ref(), missing(step)).into());
    }
    let (answers, plan) = decide(&wizard, &answers)?;
    let files = render::render(&plan, &data)?;
    let command = init_report::command(&args.dir.display().to_string(), &answers);
    let consent = Consent { force: Force::of_init(args.force), adopt: args.adopt, git: !args.no_git };
    let folder = if args.dry_run { Folder::look_only(&args.dir)? } else { Some(Folder::open(&args.dir)?) };
    let Some(folder) = folder else {
        Folder::could_be_made(&args.dir)?;
        let changes = nixml::core::changes::decide(&files, &BTreeMap::new(), &Known::default(), &Allowed::default());
        return show(args, shared, &plan, &changes, (command, adopted), Vec::new(), None);
    };
    if args.dry_run {
        folder.is_writable()?;
    } else {
        folder.probe_writable()?;
    }
    let mut changes = project_writer::compare(&folder, &plan, &files, &data, consent);
    let kit = args.course.as_ref().and_then(|course| course.kit.as_ref());
    changes.extend(kit.and_then(|kit| project_writer::lock_of_kit(&folder, &kit.lock)));
    let conflict = changes.iter().find(|change| change.action == Action::Conflict);
    if args.dry_run || conflict.is_some() {
        let exit = show(args, shared, &plan, &changes, (command, adopted), Vec::new(), None)?;
        return match conflict {
            Some(conflict) => Err(refusal(conflict).into()),
            None => Ok(exit),
        };
    }
    warn_of_root(shared);
    let notes = project_writer::carry_out(&folder, &changes, consent)?;
    if !shared.quiet {
        for note in &notes {
            print::say(&format!("note: {note}"));
        }
    }
    drop(folder);
    let proved = init_proof::prove(&args.dir, shared, &data, &plan, args.no_validate, terminal, kit)?;
    show(args, shared, &plan, &changes, (command, adopted), proved.next, proved.report)
}

/// Fills what has no answer, checks every answer against its offers, and decides.
fn decide(wizard: &Wizard, answers: &Answers) -> Result<(Answers, Plan), Failure> {
    // What a step itself does not offer comes first: nothing that is computed from it would fit.
    let (own, computed): (Vec<&Step>, Vec<&Step>) = wizard.steps.iter().partition(|step| step.from.is_none());
    for step in own.into_iter().chain(computed) {
        if let Some(answer) = answers.get(&step.id) {
            wizard.check(step, &answer.value, answers)?;
        }
    }
    let filled = wizard.filled(answers)?;
    if let Some(open) = wizard.next(&filled, true)? {
        // A step that answers itself is open only when nothing is left to offer, and the plan knows why.
        if let Some(choices) = wizard.choices(&filled).filter(|_| !open.step.needed) {
            plan::decide(&choices, &wizard.facts, &wizard.catalog)?;
        }
        return Err(missing(&open.step));
    }
    let choices = wizard.choices(&filled).ok_or_else(|| Failure::usage("decide: no framework was chosen"))?;
    let mut plan = plan::decide(&choices, &wizard.facts, &wizard.catalog)?;
    if answers.get("targets").is_none() {
        // Nobody chose them: the plan that chooses for itself says why.
        let free = plan::decide(&Choices { targets: None, ..choices }, &wizard.facts, &wizard.catalog)?;
        plan.reasons = if free.build == plan.build && free.targets == plan.targets { free.reasons } else { plan.reasons };
    }
    // What the plan decided is the answer, so that the command that repeats it says so.
    let mut answers = filled;
    answers = answers.with("python", nixml::core::answers::Value::Text(plan.python.clone()), Origin::Default);
    Ok((answers, plan))
}

fn missing(step: &Step) -> Failure {
    Failure::usage(format!("ask `{}`: there is no terminal to ask on, and no answer for it was given", step.id)).next(format!(
        "give it with `--{}`, {}, or `{} = ...` in an answers file",
        step.id,
        variable(&step.id),
        step.id
    ))
}

fn refusal(conflict: &Change) -> Failure {
    Failure::refused(format!("write `{}`", conflict.path)).why(conflict.why.clone().unwrap_or_default()).next(conflict.way_out())
}

/// The base name of the project's folder.
pub fn folder_name(dir: &Path) -> Result<String, Failure> {
    let whole = std::path::absolute(dir).map_err(|error| {
        Failure::precondition("find the current folder").why(error.to_string()).next("change to a folder that exists")
    })?;
    Ok(nixml::edge::normal(&whole).file_name().map_or_else(|| "project".to_owned(), |name| name.to_string_lossy().into_owned()))
}

fn show(
    args: &Args,
    shared: &Shared,
    plan: &Plan,
    changes: &[Change],
    (command, adopted): (String, Option<adopt::Adopted>),
    next: Vec<String>,
    validation: Option<nixml::core::validation::ValidationReport>,
) -> anyhow::Result<Exit> {
    if let Some(failure) = validation.as_ref().and_then(|report| report.failure.as_ref()) {
        print::say(&format!("error: {failure}"));
    }
    let exit = validation.as_ref().map_or(Exit::Done, nixml::core::validation::ValidationReport::exit);
    if args.course.as_ref().is_some_and(|course| course.silent) {
        return Ok(exit);
    }
    if args.json {
        let mut report = InitReport::new(&args.dir.display().to_string(), changes, plan, command, next);
        report.validation = validation;
        report.adopted = adopted;
        print::json(&report)?;
        return Ok(exit);
    }
    let quiet = shared.quiet && validation.as_ref().is_none_or(|report| report.ok);
    if !shared.quiet {
        if let Some(adopted) = &adopted {
            print::init::adopted(adopted)?;
        }
        // A proof that worked says itself what comes next.
        let proved = validation.as_ref().is_some_and(|report| report.ok);
        print::init::report(plan, changes, if proved { &[] } else { &next }, args.dry_run)?;
    }
    if let Some(report) = validation.as_ref().filter(|_| !quiet) {
        let text = print::validation::report(report, &args.dir.display().to_string());
        std::io::stdout().lock().write_all(text.as_bytes())?;
    }
    Ok(exit)
}
