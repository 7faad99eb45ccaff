//! `nixml class new`: a class file from flags, or from questions on a terminal.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args as ClapArgs;
use nixml::core::answers::{Answers, Origin, Value, file};
use nixml::core::catalog::Catalog;
use nixml::core::class::{self, Class, Course, GpuNeed};
use nixml::core::failure::{Exit, Failure};
use nixml::core::step::{self, Step};
use nixml::front::print;

use super::ask;
use crate::cli::Shared;
use crate::command::{machine, shared_data};

/// Write a class file
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml class new                        questions, then class.toml
  nixml class new --title 'ML 101' --set framework=jax --set targets=cuda,cpu --fallback > class.toml
  nixml class new --title 'ML 101' --set framework=pytorch --gpu required --driver 580 --output ml.toml")]
pub struct Args {
    /// What the course is called; without it nixml asks
    #[arg(long)]
    title: Option<String>,
    /// When it is
    #[arg(long, default_value = "", hide_default_value = true)]
    date: String,
    /// Whom students ask
    #[arg(long, default_value = "", hide_default_value = true)]
    contact: String,
    /// An answer of the course's, which students cannot change unless it is named in `--allow`
    #[arg(long, value_name = "KEY=VALUE", value_delimiter = '\n')]
    set: Vec<String>,
    /// What a student may choose instead, `python=3.12,3.13`
    #[arg(long, value_name = "KEY=VALUES")]
    allow: Vec<String>,
    /// Free disk space that a machine needs, in bytes
    #[arg(long, value_name = "BYTES")]
    disk: Option<u64>,
    /// Memory that a machine needs, in bytes
    #[arg(long, value_name = "BYTES")]
    memory: Option<u64>,
    /// The oldest NVIDIA driver
    #[arg(long, value_name = "VERSION")]
    driver: Option<String>,
    /// The lowest compute capability
    #[arg(long, value_name = "X.Y")]
    compute: Option<String>,
    /// Whether the course needs a card: required or optional
    #[arg(long, value_name = "NEED", value_parser = ["required", "optional"])]
    gpu: Option<String>,
    /// A machine whose card falls short works on its CPU
    #[arg(long)]
    fallback: bool,
    /// Write to this file, which must not be there yet [default: standard output; after questions class.toml]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs it.
pub fn run(args: &Args, shared: &Shared) -> anyhow::Result<Exit> {
    let data = shared_data(shared)?;
    let steps = step::load(&data)?;
    let catalog = Catalog::of(&data)?;
    let asks = args.title.is_none();
    if asks && !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Err(Failure::usage("make a class file: there is no terminal to ask on, and no title was given")
            .next("give the answers as flags: `nixml class new --title 'ML 101' --set framework=jax > class.toml`")
            .into());
    }
    let class = if asks { ask::class(args, &steps, &catalog, machine(shared)?)? } else { scripted(args, &steps)? };
    let Some(class) = class else { return Ok(Exit::Done) };
    let text = format!("# A course for `nixml join`. Data only: no commands, paths or addresses.\n{}", toml::to_string(&class)?);
    let (class, answers) = class::read("the new class file", &text, &steps)?;
    // What cannot be planned on any machine is said now, not on the day.
    let steps = Arc::new(steps);
    Course { class, answers, steps, catalog }.projects()?;
    let file = args.output.clone().or_else(|| asks.then(|| PathBuf::from("class.toml")));
    match &file {
        None => std::io::stdout().lock().write_all(text.as_bytes())?,
        Some(path) => {
            if asks {
                print::say(&format!("\n{text}"));
                if !ask::yes(&format!("write this to `{}`?", path.display()))? {
                    print::say("nothing was written");
                    return Ok(Exit::Done);
                }
            }
            write_new(path, &text)?;
            print::say(&format!("wrote {}", path.display()));
            next(path);
        }
    }
    Ok(Exit::Done)
}

fn next(path: &Path) {
    let file = nixml::core::init_report::quote(&path.display().to_string());
    print::say("next:");
    print::say(&format!(
        "  nixml class check {file} --hosts DIR   with recorded laptops (`nixml probe --json`): who will fail, and why"
    ));
    print::say(&format!("  nixml join {file}                      as a student would, on this machine"));
}

fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    nixml::edge::put_new(path, text.as_bytes()).map_err(|error| {
        let what = format!("write `{}`", path.display());
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            return Failure::refused(what)
                .why("there is such a file already")
                .next("name another with `--output`, or remove it first");
        }
        Failure::precondition(what).why(error.to_string())
    })
}

fn scripted(args: &Args, steps: &[Step]) -> Result<Option<Class>, Failure> {
    let mut class = begun(args, args.title.clone().unwrap_or_default());
    for text in &args.set {
        let (key, value) = file::read_set(text, steps)?;
        set(&mut class, &key, value);
        class.locked.push(key);
    }
    for text in &args.allow {
        let Some((key, values)) = text.split_once('=') else {
            return Err(Failure::usage("read `--allow`").why(format!("`{}` is not KEY=VALUES", text.escape_debug())));
        };
        class.locked.retain(|locked| locked != key);
        class.allowed.insert(key.to_owned(), values.split(',').map(|value| value.trim().to_owned()).collect());
    }
    if class.answers.get("framework").is_none() {
        return Err(Failure::usage("make a class file: no framework was given")
            .next("add `--set framework=ID`: `nixml matrix` lists what there is"));
    }
    Ok(Some(class))
}

/// What the flags say besides the answers.
pub fn begun(args: &Args, title: String) -> Class {
    let mut class = Class {
        schema: 1,
        title,
        date: args.date.clone(),
        contact: args.contact.clone(),
        fallback: args.fallback.then(|| "cpu".to_owned()),
        ..Class::default()
    };
    class.needs.disk_bytes = args.disk;
    class.needs.memory_bytes = args.memory;
    class.needs.driver.clone_from(&args.driver);
    class.needs.compute.clone_from(&args.compute);
    class.needs.gpu = args.gpu.as_deref().map(|need| if need == "required" { GpuNeed::Required } else { GpuNeed::Optional });
    class
}

/// Puts one answer into the class.
pub fn set(class: &mut Class, key: &str, value: Value) {
    let value = match value {
        Value::Text(text) => toml::Value::String(text),
        Value::Yes(yes) => toml::Value::Boolean(yes),
        Value::List(words) => toml::Value::Array(words.into_iter().map(toml::Value::String).collect()),
    };
    class.answers.insert(key.to_owned(), value);
}

/// The flags' own answers, which are not asked again.
pub fn given(args: &Args, steps: &[Step]) -> Result<Answers, Failure> {
    let mut answers = Answers::default();
    for text in &args.set {
        let (key, value) = file::read_set(text, steps)?;
        answers = answers.with(&key, value, Origin::Flag);
    }
    Ok(answers)
}
