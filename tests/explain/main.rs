//! `nixml explain`: our own cases and healthy logs, the real reports, the messages of real Nix, hostile input.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests touch the world"
)]

mod cases;
mod corpus;
mod pages;
mod sound;
mod stream;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use nixml::core::data::Data;
use nixml::core::explain::{Explained, Explainer, Knowledge};
use nixml::core::facts::Facts;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The diagnoses as they lie on the disk, so that an edit needs no build.
fn knowledge() -> Arc<Knowledge> {
    static KNOWLEDGE: OnceLock<Arc<Knowledge>> = OnceLock::new();
    let load = || {
        let files = below(&root().join("assets/diagnoses"), "toml").into_iter().map(|path| {
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            (name, std::fs::read_to_string(path).unwrap())
        });
        Arc::new(Knowledge::load(&Data::default().overlaid(files)).unwrap_or_else(|failure| panic!("{failure}")))
    };
    Arc::clone(KNOWLEDGE.get_or_init(load))
}

fn explain(text: &str, facts: Option<&Facts>) -> Vec<Explained> {
    let mut explainer = Explainer::with(knowledge());
    explainer.feed(text.as_bytes());
    explainer.finish(facts)
}

fn codes(found: &[Explained]) -> Vec<&str> {
    found.iter().map(|explained| explained.finding.code.as_deref().unwrap()).collect()
}

/// Files below a folder, sorted.
fn below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(below(&path, ending));
        } else if path.extension().is_some_and(|found| found == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The files beside the repository, where they lie; `None` (said aloud) when they are absent.
fn shared(path: &str) -> Option<PathBuf> {
    let found = root().join("../shared").join(path);
    if found.exists() {
        return Some(found);
    }
    println!("SKIP explain: ../shared/{path} is absent");
    None
}

/// Right and all, by area.
type Score = BTreeMap<String, (usize, usize)>;
