//! `nixml.toml`: the answers a project was made from, and what they came to.

use std::collections::BTreeMap;

use toml_edit::{Array, DocumentMut, Item, Table, value};

use crate::core::machinery;
use crate::core::plan::Plan;
use crate::core::step::{Kind, Step};

const HEAD: &str = "# The answers this project was made from; `nixml init --answers nixml.toml` makes it again.\n";
const RESOLVED: &str =
    "\n# What the answers came to on the machine and the day they were given, so that the project can be made again elsewhere.\n";
const PARTS: &str =
    "\n# What nixml wrote, a word for each file: so `nixml upgrade` knows in a clone which ones nobody changed.\n";

/// The file's text; `nixml init --answers` reads it back and makes the same bytes. `steps` say of which kind an
/// instructor's own answers are, `record` is that of the machinery.
pub fn text(plan: &Plan, steps: &[Step], record: &BTreeMap<String, String>) -> String {
    let mut answers = DocumentMut::new();
    answers["schema"] = value(1);
    answers["name"] = value(&plan.name);
    answers["framework"] = value(&plan.framework);
    answers["targets"] = list(plan.targets.iter().map(|target| target.target.word()));
    answers["python"] = value(&plan.python);
    answers["packages"] = list(plan.packages.iter().map(String::as_str));
    answers["extras"] = list(plan.extras.iter().map(String::as_str));
    answers["strategy"] = value(&plan.strategy);
    for (key, chosen) in &plan.custom {
        let kind = steps.iter().find(|step| step.id == *key).map(|step| step.kind);
        answers[key.as_str()] = match (kind, chosen.as_slice()) {
            (Some(Kind::Confirm), [word]) => value(word == "true"),
            (Some(Kind::Choice | Kind::Text), [word]) => value(word),
            _ => list(chosen.iter().map(String::as_str)),
        };
    }
    let mut resolved = Table::new();
    resolved.decor_mut().set_prefix(RESOLVED);
    resolved["version"] = value(&plan.version);
    resolved["build"] = value(&plan.build);
    if !plan.resolved.other_builds.is_empty() {
        resolved["other_builds"] = list(plan.resolved.other_builds.iter().map(String::as_str));
    }
    if let Some(below) = &plan.resolved.base_version {
        resolved["base_version"] = value(below);
    }
    if !plan.resolved.pins.is_empty() {
        resolved["pins"] = list(plan.resolved.pins.iter().map(String::as_str));
    }
    resolved["index"] = value(&plan.index);
    resolved["nixpkgs_rev"] = value(&plan.pin.rev);
    resolved["catalog_date"] = value(&plan.catalog_date);
    let mut parts = Table::new();
    parts.decor_mut().set_prefix(PARTS);
    parts.extend(record.iter().map(|(path, word)| (path, value(word))));
    resolved[machinery::KEY] = Item::Table(parts);
    answers["resolved"] = Item::Table(resolved);
    format!("{HEAD}{answers}")
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> Item {
    value(items.collect::<Array>())
}
