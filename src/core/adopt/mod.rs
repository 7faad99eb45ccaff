//! A project that was there before nixml: what its files ask for, as answers, and what of it cannot be carried over.

mod conda;
mod entry;
mod judge;
mod names;
mod poetry;
mod pyproject;
mod requirements;
mod rewrite;
mod setup_cfg;
mod words;
mod yaml;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::core::answers::{Answers, Origin, Value};
use crate::core::catalog::Catalog;
use crate::core::data::Data;
use crate::core::failure::Failure;
use crate::core::plan::Plan;
use crate::core::requirement;

pub use entry::{Entry, Place, Wish};
pub use judge::{Judge, judge};

use names::Names;

/// The files that are read, the strongest first.
const READ: [&str; 5] = ["pyproject.toml", "setup.cfg", "environment.yml", "environment.yaml", "requirements.txt"];
/// Files of other tools: named, not read, with what takes their place.
const OTHERS: [(&str, &str); 8] = [
    ("setup.py", "a program: nixml does not run it; what it needs is known only if another file says it"),
    ("poetry.lock", "uv.lock takes its place; versions are resolved anew"),
    ("Pipfile", "pipenv's: `pipenv requirements > requirements.txt` makes a file that is read"),
    ("Pipfile.lock", "uv.lock takes its place; versions are resolved anew"),
    ("pdm.lock", "uv.lock takes its place; versions are resolved anew"),
    ("conda-lock.yml", "uv.lock takes its place; versions are resolved anew"),
    ("pixi.toml", "pixi's: what it takes from PyPI goes into [project] of pyproject.toml"),
    ("requirements-dev.txt", "for development: `uv add --dev -r requirements-dev.txt` takes it over"),
];

/// One answer that a file gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// The step that it answers.
    pub step: String,
    pub value: String,
    #[serde(flatten)]
    pub place: Place,
    /// The line.
    pub text: String,
}

/// One line that could not be carried over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Left {
    #[serde(flatten)]
    pub place: Place,
    pub text: String,
    /// Why, and what to do instead.
    pub why: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Adopted {
    /// The files that were read.
    pub from: Vec<String>,
    pub taken: Vec<Taken>,
    pub left: Vec<Left>,
}

impl Adopted {
    /// `answers` with what was taken, where nothing stronger has answered.
    #[must_use]
    pub fn answers(&self, mut answers: Answers) -> Answers {
        for step in ["name", "framework", "targets", "python", "packages"] {
            let of: Vec<&Taken> = self.taken.iter().filter(|taken| taken.step == step).collect();
            let Some(first) = of.first().filter(|_| answers.get(step).is_none()) else { continue };
            let words: Vec<String> = of.iter().map(|taken| taken.value.clone()).collect();
            let value =
                if matches!(step, "targets" | "packages") { Value::List(words) } else { Value::Text(first.value.clone()) };
            answers = answers.with(step, value, Origin::Found).noted(step, format!("from {}", first.place));
        }
        answers
    }

    /// Everything in sentences, for a person.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let left = self.left.iter().map(|left| format!("not carried over: {}: `{}`: {}", left.place, left.text, left.why));
        left.collect()
    }
}

/// Everything that the files of a folder ask for, the strongest file first; `None` when there is nothing to read.
/// `open` gives the text of a file by its path from the folder.
///
/// # Errors
/// Exit 2 with `FILE:LINE`: a file that cannot be read on.
pub fn read(data: &Data, open: &dyn Fn(&str) -> Option<String>) -> Result<Option<Found>, Failure> {
    let names = Names::load(data)?;
    let mut found = Found { from: Vec::new(), entries: Vec::new(), names };
    for file in READ {
        let Some(text) = open(file) else { continue };
        let entries = match file {
            "pyproject.toml" => pyproject::read(&text, open)?,
            "setup.cfg" => setup_cfg::read(&text)?,
            "requirements.txt" => requirements::read(file, &text, open)?,
            _ => conda::read(file, &text, &found.names, open)?,
        };
        // A setup.cfg or pyproject.toml may hold the settings of tools and nothing else.
        if !entries.is_empty() || file == "pyproject.toml" {
            found.from.push(file.to_owned());
        }
        found.entries.extend(entries);
    }
    if found.from.is_empty() {
        return Ok(None);
    }
    if let Some(text) = open(".python-version") {
        let minor: String = text.trim().split('.').take(2).collect::<Vec<_>>().join(".");
        if minor.starts_with("3.") {
            found.entries.push(Entry::new(Place::new(".python-version", 1), text.trim(), Wish::Python(format!("=={minor}.*"))));
        }
    }
    for (file, why) in OTHERS {
        if open(file).is_some() {
            found.entries.push(Entry::new(Place::new(file, 1), file, Wish::Left(why.to_owned())));
        }
    }
    Ok(Some(found))
}

/// What was read, not judged yet.
#[derive(Debug, Clone)]
pub struct Found {
    pub from: Vec<String>,
    pub entries: Vec<Entry>,
    names: Names,
}

/// The old pyproject.toml made ready for the merge with the files of `plan`; `None` where there is none that can be read.
#[must_use]
pub fn ready(data: &Data, plan: &Plan, open: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let text = open(pyproject::FILE)?;
    let names = Names::load(data).ok()?;
    let catalog = Catalog::of(data).ok()?;
    let framework = catalog.framework(&plan.framework)?;
    let below = framework.base.as_ref().and_then(|base| catalog.framework(&base.framework));
    let family: BTreeSet<String> =
        [Some(framework), below].into_iter().flatten().flat_map(|member| member.provides.clone()).collect();
    let entries = pyproject::read(&text, open).ok()?;
    let parsed = |text: &String| requirement::read(text).map(|parsed| parsed.name).ok();
    let own = plan.targets.iter().flat_map(|target| &target.requirements).filter_map(parsed).collect::<BTreeSet<_>>();
    let me = requirement::normalise(&plan.name);
    let dropped = entries.iter().filter_map(|entry| match &entry.wish {
        Wish::Package(text) => parsed(text),
        _ => None,
    });
    let dropped =
        dropped.filter(|name| !own.contains(name) && (names.pypi(name).is_some() || family.contains(name) || *name == me));
    let dev = entries.iter().filter_map(|entry| match &entry.wish {
        Wish::Dev(group, text) => Some((group.clone(), text.clone())),
        _ => None,
    });
    let changes = rewrite::Changes { dropped: dropped.collect(), owned: family, dev: dev.collect() };
    rewrite::pyproject(&text, &changes)
}

#[cfg(test)]
mod tests;
