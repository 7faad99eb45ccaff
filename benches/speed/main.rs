//! Speed and size, each against a floor or a peer in the same run: `cargo bench --bench speed`.
//!
//! Words choose groups (`-- start commands`); `NIXML_WRITE_DOCS=1` writes `docs/performance.md`, after measuring everything twice.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "a benchmark touches the world, and talks"
)]

mod building;
mod inside;
#[path = "../../tests/nvml/lab.rs"]
#[allow(dead_code, reason = "shared with the tests of NVML")]
mod lab;
mod minimal;
mod page;
mod processes;
mod sample;
mod screen;
#[path = "../../tests/screens/stage.rs"]
#[allow(dead_code, reason = "shared with the tests of the screens")]
mod stage;
#[path = "../../tests/support/mod.rs"]
mod support;
mod terminal;
mod validation;

use sample::Row;

/// A group of measurements: its name on the command line, its title on the page, and what it does.
type Group = (&'static str, &'static str, fn() -> Vec<Row>);

const GROUPS: [Group; 8] = [
    ("start", "Start and keys, in a terminal", screen::start),
    ("flood", "A program that floods the terminal", screen::flood),
    ("frame", "Frames and the pane, inside the process", inside::frames),
    ("commands", "Commands, from start to end of the process", processes::commands),
    ("explain", "Reading long logs", processes::explain),
    ("plans", "Deciding", inside::plans),
    ("validate", "Proving a project, against the same commands by hand", validation::validate),
    ("build", "Building nixml", building::cold),
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if words.first().is_some_and(|word| word == minimal::NAME) {
        minimal::run();
        return;
    }
    let write = std::env::var_os("NIXML_WRITE_DOCS").is_some();
    let chosen = |name: &str| words.is_empty() || words.iter().any(|word| word == name);
    let mut rounds = Vec::new();
    for round in 0..if write { 2 } else { 1 } {
        let mut groups = Vec::new();
        for (name, title, measure) in GROUPS.iter().filter(|(name, ..)| chosen(name)) {
            eprintln!("bench: round {}: {name}", round + 1);
            let rows = measure();
            for row in &rows {
                println!("{row}");
            }
            groups.push((*title, rows));
        }
        rounds.push(groups);
    }
    if write {
        page::write(&rounds, processes::sizes());
    }
}
