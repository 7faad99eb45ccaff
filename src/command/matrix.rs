//! `nixml matrix`: what runs on this machine, on a recorded one, or on one that is only imagined.

use std::io::Write as _;

use clap::Args as ClapArgs;
use nixml::core::catalog::{Catalog, Framework};
use nixml::core::facts::{Driver, Facts, Gpu, Vendor};
use nixml::core::failure::{Exit, Failure};
use nixml::core::text::known_words;
use nixml::core::verdict::{Machine, Question, Recommended, Row, card_row, cpu_row, recommend};
use nixml::core::version::Version;
use nixml::front::print;
use serde::Serialize;

use crate::cli::Shared;

const SCHEMA: u32 = 1;

/// Show which frameworks run on which card, and what a newer driver would give
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml matrix                                   every framework on this machine
  nixml matrix --framework pytorch               one of them, with the reasons
  nixml matrix --driver 580.95.05                what a newer driver would give
  nixml matrix --compute 12.0 --driver 580       a card you think of buying
  nixml matrix --host laptop.json --json         a machine that `nixml probe --json` recorded")]
pub struct Args {
    /// Only this framework, with the reasons
    #[arg(long, value_name = "ID")]
    framework: Option<String>,
    /// Only releases with wheels for this Python
    #[arg(long, value_name = "VERSION")]
    python: Option<String>,
    /// As if this were the NVIDIA driver
    #[arg(long, value_name = "VERSION")]
    driver: Option<String>,
    /// As if one card of this compute capability were the only one
    #[arg(long, value_name = "X.Y")]
    compute: Option<String>,
    /// As if there were no card
    #[arg(long)]
    cpu: bool,
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Answer {
    schema_version: u32,
    catalog_date: String,
    rows: Vec<Row>,
    recommended: Recommended,
}

/// Runs `nixml matrix`.
pub fn run(args: &Args, shared: &Shared) -> anyhow::Result<Exit> {
    let catalog = Catalog::load(&nixml::edge::data(shared.data.as_deref())?)?;
    let frameworks = frameworks(args, &catalog)?;
    if let Some(python) = &args.python {
        dotted("--python", python, "3.13")?;
    }
    let facts = imagined(super::machine(shared)?, args, &catalog)?;
    let machine = Machine::new(&facts, &catalog);
    if machine.cards.is_none() && !shared.quiet {
        let why = facts.unknown.get("gpus").map_or_else(String::new, |why| format!(": {why}"));
        print::say(&format!("warning: the cards of this machine are not known{why}"));
    }
    let ask = |framework| Question { framework, machine: &machine, catalog: &catalog, python: args.python.as_deref() };
    let mut rows = Vec::new();
    for framework in &frameworks {
        let question = ask(framework);
        rows.extend(machine.cards.iter().flatten().map(|card| card_row(&question, card)));
        rows.push(cpu_row(&question));
    }
    let recommended = recommend(&ask(frameworks[0]));
    if args.json {
        print::json(&Answer { schema_version: SCHEMA, catalog_date: catalog.date.clone(), rows, recommended })?;
    } else {
        let titles = frameworks.iter().map(|framework| (framework.id.as_str(), framework.title.as_str())).collect();
        let table = print::matrix_table(&rows, &titles, &recommended, args.framework.is_some());
        std::io::stdout().lock().write_all(table.as_bytes())?;
    }
    Ok(Exit::Done)
}

fn frameworks<'a>(args: &Args, catalog: &'a Catalog) -> Result<Vec<&'a Framework>, Failure> {
    let Some(id) = &args.framework else { return Ok(catalog.frameworks.iter().collect()) };
    let ids: Vec<&str> = catalog.frameworks.iter().map(|framework| framework.id.as_str()).collect();
    catalog.framework(id).map(|framework| vec![framework]).ok_or_else(|| {
        Failure::usage(format!("read `--framework {id}`"))
            .why("the catalog has no such framework")
            .next(known_words(id, &ids, "it has"))
    })
}

/// The machine with what the command line puts in its place.
fn imagined(mut facts: Facts, args: &Args, catalog: &Catalog) -> Result<Facts, Failure> {
    if let Some(text) = &args.driver {
        let version: Version = text.parse().map_err(|why: String| Failure::usage(format!("read `--driver {text}`")).why(why))?;
        facts.driver = Some(Driver { version: Some(version.to_string()), ..Driver::default() });
        // It has the cards, whoever holds them now.
        facts.gpus.iter_mut().flatten().for_each(|gpu| gpu.kernel_driver = None);
    }
    if let Some(text) = &args.compute {
        let compute = dotted("--compute", text, "8.9")?;
        let family = catalog
            .arch(&compute)
            .map_or_else(|| "an imagined card".to_owned(), |arch| format!("a card of the {} family", arch.family));
        let card = Gpu {
            index: Some(0),
            name: Some(family),
            vendor: Some(Vendor::Nvidia),
            compute: Some(text.clone()),
            ..Gpu::default()
        };
        facts.gpus = Some(vec![card]);
    }
    if args.cpu {
        facts.gpus = Some(Vec::new());
    }
    Ok(facts)
}

/// Two numbers with a dot between them.
fn dotted(flag: &str, text: &str, example: &str) -> Result<Version, Failure> {
    let parts: Vec<&str> = text.split('.').collect();
    let number = |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.len() == 2
        && parts.iter().all(number)
        && let Ok(version) = text.parse()
    {
        return Ok(version);
    }
    Err(Failure::usage(format!("read `{flag} {text}`")).why(format!("two numbers are wanted, such as `{example}`")))
}
