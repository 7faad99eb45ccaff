//! What a project's own nixml.toml says its files must be: the same answers through the same plan and templates.

use std::sync::Arc;

use toml_edit::Item;

use crate::core::answers::file;
use crate::core::catalog::Catalog;
use crate::core::choices::Resolved;
use crate::core::data::Data;
use crate::core::facts::Facts;
use crate::core::failure::{Exit, Failure};
use crate::core::files::Files;
use crate::core::plan::{self, Plan};
use crate::core::step::Step;
use crate::core::wizard::Wizard;
use crate::core::{render, step};

/// The plan and the files that `nixml_toml` stands for. No machine is asked: `[resolved]` says what an earlier one decided.
///
/// # Errors
/// Exit 2: the file is not an answers file, a data file cannot be read, or the answers do not go together any more.
pub fn expected(nixml_toml: &str, data: &Data) -> Result<(Plan, Files), Failure> {
    let steps = step::load(data)?;
    let answers = file::read("nixml.toml", nixml_toml, &steps)?;
    let wizard = Wizard {
        resolved: resolved(nixml_toml),
        steps: Arc::new(steps),
        catalog: Catalog::of(data)?,
        facts: Arc::new(Facts::default()),
        folder: String::new(),
    };
    let filled = wizard.filled(&answers)?;
    let choices =
        wizard.choices(&filled).ok_or_else(|| Failure::new(Exit::Usage, "read `nixml.toml`").why("it names no framework"))?;
    let plan = plan::decide(&choices, &wizard.facts, &wizard.catalog)?;
    let files = render::render(&plan, data)?;
    Ok((plan, files))
}

/// What `[resolved]` of an answers file says; `None` when there is none.
#[must_use]
pub fn resolved(text: &str) -> Option<Resolved> {
    let document = file::parse("nixml.toml", text).ok()?;
    let table = document.as_table();
    let resolved = table.get("resolved")?.as_table_like()?;
    let word = |key: &str| resolved.get(key).and_then(Item::as_str).map(str::to_owned);
    let words = |key: &str| {
        let entries = resolved.get(key).and_then(Item::as_array).into_iter().flatten();
        entries.filter_map(|entry| entry.as_str().map(str::to_owned)).collect()
    };
    Some(Resolved {
        framework: table.get("framework")?.as_str()?.to_owned(),
        version: word("version")?,
        build: word("build")?,
        other_builds: words("other_builds"),
        base_version: word("base_version"),
        pins: words("pins"),
    })
}

/// True when an answer that `[resolved]` depends on is not what the file says any more.
#[must_use]
pub fn still_resolved(steps: &[Step], file: &crate::core::answers::Answers, now: &crate::core::answers::Answers) -> bool {
    steps
        .iter()
        .filter(|step| ["framework", "targets", "python"].contains(&step.id.as_str()))
        .all(|step| now.get(&step.id).is_none_or(|answer| file.get(&step.id).is_some_and(|old| old.value == answer.value)))
}
