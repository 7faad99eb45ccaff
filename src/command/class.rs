//! `nixml class new | check | board`: an instructor's side of a course.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Subcommand};
use nixml::core::class::{self, Class, GpuNeed, board, code};
use nixml::core::failure::{Exit, Failure};
use nixml::core::{answers::file, step};
use nixml::edge::{self, facts_file};
use nixml::front::print;

use crate::cli::Shared;
use crate::command::shared_data;

/// Prepare a course: its class file, a rehearsal, a board of who is ready
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml class new --title 'ML 101' --set framework=jax > class.toml   the file that students join with
  nixml class check class.toml --hosts laptops/                       who will fail, before the day
  nixml class board codes.txt                                         who is ready, on the day")]
pub struct Args {
    #[command(subcommand)]
    command: What,
}

#[derive(Debug, Subcommand)]
enum What {
    New(NewArgs),
    Check(CheckArgs),
    Board(BoardArgs),
}

/// Write a class file
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml class new --title 'ML 101' --set framework=jax --set targets=cuda,cpu --fallback > class.toml
  nixml class new --title 'ML 101' --set framework=pytorch --gpu required --driver 580")]
struct NewArgs {
    /// What the course is called
    #[arg(long)]
    title: String,
    /// When it is
    #[arg(long, default_value = "")]
    date: String,
    /// Whom students ask
    #[arg(long, default_value = "")]
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
}

/// Play a class against recorded machines: which laptops will fail, and why
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml class check class.toml --hosts laptops/   every file of `nixml probe --json` in that folder

Exit codes: 0 every machine is served, 1 some are not.")]
struct CheckArgs {
    /// The class file
    class: PathBuf,
    /// A folder of recorded machines
    #[arg(long, value_name = "DIR")]
    hosts: PathBuf,
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

/// Show who is ready and who needs what, from lines of `name code`
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml class board codes.txt                       a table, and who misses the same thing
  nixml class board - --class class.toml < codes    codes of another class are told apart")]
struct BoardArgs {
    /// A file of lines `name code`, `-` for standard input
    file: PathBuf,
    /// The class file: a code of another one is named as such
    #[arg(long, value_name = "FILE")]
    class: Option<PathBuf>,
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
    /// Print comma-separated values on standard output
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

/// Runs `nixml class`.
pub fn run(args: &Args, shared: &Shared) -> anyhow::Result<Exit> {
    match &args.command {
        What::New(args) => new(args, shared),
        What::Check(args) => check(args, shared),
        What::Board(args) => show_board(args),
    }
}

/// Reads a class file; gives its text as well, for the code.
pub fn read(path: &Path, shared: &Shared) -> Result<(Class, nixml::core::answers::Answers, String), Failure> {
    let text = read_text(path)?;
    let (class, answers) = class::read(&path.display().to_string(), &text, &step::load(&shared_data(shared)?)?)?;
    Ok((class, answers, text))
}

pub fn read_text(path: &Path) -> Result<String, Failure> {
    let wrong = |why: String| Failure::usage(format!("read `{}`", path.display())).why(why);
    let bytes = edge::read_capped(path, file::MOST_BYTES as u64 + 1).map_err(|error| wrong(error.to_string()))?;
    String::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8 text".to_owned()))
}

fn new(args: &NewArgs, shared: &Shared) -> anyhow::Result<Exit> {
    let steps = step::load(&shared_data(shared)?)?;
    let mut class = Class {
        schema: 1,
        title: args.title.clone(),
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
    for text in &args.set {
        let (key, value) = file::read_set(text, &steps)?;
        let value = match value {
            nixml::core::answers::Value::Text(text) => toml::Value::String(text),
            nixml::core::answers::Value::Yes(yes) => toml::Value::Boolean(yes),
            nixml::core::answers::Value::List(words) => toml::Value::Array(words.into_iter().map(toml::Value::String).collect()),
        };
        class.answers.insert(key.clone(), value);
        class.locked.push(key);
    }
    for text in &args.allow {
        let Some((key, values)) = text.split_once('=') else {
            return Err(Failure::usage("read `--allow`").why(format!("`{text}` is not KEY=VALUES")).into());
        };
        class.locked.retain(|locked| locked != key);
        class.allowed.insert(key.to_owned(), values.split(',').map(|value| value.trim().to_owned()).collect());
    }
    let text = format!("# A course for `nixml join`. Data only: no commands, paths or addresses.\n{}", toml::to_string(&class)?);
    class::read("the new class file", &text, &steps)?;
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Exit::Done)
}

fn check(args: &CheckArgs, shared: &Shared) -> anyhow::Result<Exit> {
    let (class, _, _) = read(&args.class, shared)?;
    let mut rows = Vec::new();
    for path in edge::files_in(&args.hosts)
        .map_err(|error| Failure::usage(format!("read the folder `{}`", args.hosts.display())).why(error.to_string()))?
    {
        let (facts, _) = facts_file::read(&path)?;
        let judged = class::judge(&class, &facts);
        let unmet: Vec<_> = judged.iter().filter_map(|met| met.unmet.map(|unmet| (unmet, met.say.clone()))).collect();
        let planned = class.fallback.is_some() && unmet.iter().all(|(unmet, _)| unmet.of_the_card());
        let outcome = match (unmet.is_empty(), planned) {
            (true, _) => "served",
            (false, true) => "fallback",
            (false, false) => "fails",
        };
        rows.push((path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), outcome, unmet));
    }
    let failing = rows.iter().filter(|(_, outcome, _)| *outcome == "fails").count();
    if args.json {
        let rows: Vec<_> = rows
            .iter()
            .map(|(host, outcome, unmet)| {
                let reasons: Vec<&String> = unmet.iter().map(|(_, say)| say).collect();
                serde_json::json!({ "host": host, "outcome": outcome, "reasons": reasons })
            })
            .collect();
        print::json(&serde_json::json!({ "schema_version": 1, "title": class.title, "fails": failing, "rows": rows }))?;
    } else {
        let mut out = std::io::stdout().lock();
        for (host, outcome, unmet) in &rows {
            let why: Vec<&str> = unmet.iter().map(|(_, say)| say.as_str()).collect();
            writeln!(out, "{outcome:<9} {host:<28} {}", why.join("; "))?;
        }
        writeln!(out, "{} of {} machines are served", rows.len() - failing, rows.len())?;
    }
    Ok(if failing == 0 { Exit::Done } else { Exit::Failed })
}

fn show_board(args: &BoardArgs) -> anyhow::Result<Exit> {
    let mut text = String::new();
    if args.file == Path::new("-") {
        std::io::stdin().lock().take(file::MOST_BYTES as u64).read_to_string(&mut text)?;
    } else {
        text = read_text(&args.file)?;
    }
    let class = args.class.as_ref().map(|path| read_text(path).map(|text| code::class_bits(&text))).transpose()?;
    let board = board::read(&text, class);
    if args.json {
        print::json(&board)?;
        return Ok(Exit::Done);
    }
    let mut out = std::io::stdout().lock();
    if args.csv {
        writeln!(out, "name,code,ready,state,target,needs")?;
        for row in &board.rows {
            let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
            let (target, needs) = (row.target.as_deref().unwrap_or(""), row.needs.as_deref().unwrap_or(""));
            writeln!(out, "{},{},{},{},{target},{}", cell(&row.name), row.code, row.ready, cell(&row.state), cell(needs))?;
        }
        return Ok(Exit::Done);
    }
    for row in &board.rows {
        let mark = if row.ready { "ok  " } else { "wait" };
        let needs = row.needs.as_ref().map_or(String::new(), |needs| format!(": needs {needs}"));
        writeln!(out, "{mark} {:<24} {}{needs}", row.name, row.state)?;
    }
    writeln!(out, "\n{} of {} ready", board.ready, board.total)?;
    for (need, names) in &board.groups {
        writeln!(out, "  {} wait for {need}: {}", names.len(), names.join(", "))?;
    }
    Ok(Exit::Done)
}
