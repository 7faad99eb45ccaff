//! What runs where, cell by cell: the decision tables of the research, odd machines, real reports.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "tests touch the world"
)]

mod command;
mod corpus;
mod little_known;
mod machines;
mod network;
mod posted;
#[path = "../support/mod.rs"]
mod support;
mod tables;

use std::sync::OnceLock;

use nixml::core::catalog::Catalog;
use nixml::core::data::Data;
use nixml::core::facts::Facts;
use nixml::core::verdict::{Machine, Question, Recommended, Row, card_row, cpu_row, recommend};

fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| Catalog::load(&Data::embedded()).unwrap())
}

/// Facts from TOML; Linux on `x86_64` unless the text has its own `[os]`.
fn facts(text: &str) -> Facts {
    let system = if text.contains("[os]") { "" } else { "[os]\nkind = \"linux\"\narch = \"x86_64\"\n" };
    toml::from_str(&format!("{text}\n{system}")).unwrap()
}

/// A machine with a driver and one card.
fn machine(driver: &str, compute: &str) -> Facts {
    facts(&format!(
        "[driver]\nversion = \"{driver}\"\n[[gpus]]\nindex = 0\nname = \"a card\"\nvendor = \"nvidia\"\ncompute = \"{compute}\"\n"
    ))
}

/// The rows of one framework: each card, then the processor.
fn rows(facts: &Facts, framework: &str, python: Option<&str>) -> Vec<Row> {
    let catalog = catalog();
    let machine = Machine::new(facts, catalog);
    let question = Question { framework: catalog.framework(framework).unwrap(), machine: &machine, catalog, python };
    let cards = machine.cards.iter().flatten().map(|card| card_row(&question, card));
    cards.chain([cpu_row(&question)]).collect()
}

fn recommended(facts: &Facts, framework: &str) -> Recommended {
    let catalog = catalog();
    let machine = Machine::new(facts, catalog);
    recommend(&Question { framework: catalog.framework(framework).unwrap(), machine: &machine, catalog, python: None })
}

/// `works 2.14.1 cu126`.
fn short(row: &Row) -> String {
    let install = row.version.iter().chain(&row.build).cloned().collect::<Vec<_>>().join(" ");
    format!("{} {install}", row.verdict.text()).trim().to_owned()
}
