//! What one source found, and how the parts come together: every fact with its source, every gap with its reason.

use serde_json::Value;

use crate::core::document;
use crate::core::facts::Facts;
use crate::core::text;

/// Facts of a few sections, their sources and what stayed unknown there.
#[derive(Debug, Clone, Default)]
pub struct Part {
    pub facts: Facts,
}

impl Part {
    /// The source of one fact; the first to speak of a fact keeps it.
    pub fn source(&mut self, path: impl Into<String>, source: &str) {
        self.facts.sources.entry(path.into()).or_insert_with(|| source.to_owned());
    }

    /// Why a fact is not known.
    pub fn unknown(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        self.facts.unknown.insert(path.into(), reason.into());
    }

    /// `source` for every fact of `section` that has none yet.
    pub fn rest_from(&mut self, section: &str, source: &str) {
        let Ok(value) = serde_json::to_value(&self.facts) else { return };
        if let Some(inner) = value.get(section) {
            let mut leaves = Vec::new();
            leaf_paths(section, inner, &mut leaves);
            for path in leaves {
                self.source(path, source);
            }
        }
    }
}

/// The paths of single facts; a list of plain values is one fact.
fn leaf_paths(path: &str, value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(pairs) => {
            for (key, inner) in pairs {
                leaf_paths(&format!("{path}.{key}"), inner, into);
            }
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (index, inner) in items.iter().enumerate() {
                leaf_paths(&format!("{path}.{index}"), inner, into);
            }
        }
        _ => into.push(path.to_owned()),
    }
}

/// Puts the sections of `part` in the place of what `facts` knew of them.
pub fn join(facts: &mut Facts, part: Part, sections: &[&str]) {
    let new = part.facts;
    let ours = |path: &String| sections.iter().any(|section| path.split('.').next() == Some(section));
    facts.sources.retain(|path, _| !ours(path));
    facts.unknown.retain(|path, _| !ours(path));
    facts.sources.extend(new.sources);
    facts.unknown.extend(new.unknown);
    for section in sections {
        match *section {
            "os" => facts.os.clone_from(&new.os),
            "cpu" => facts.cpu.clone_from(&new.cpu),
            "memory" => facts.memory.clone_from(&new.memory),
            "disks" => facts.disks.clone_from(&new.disks),
            "driver" => facts.driver.clone_from(&new.driver),
            "gpus" => facts.gpus.clone_from(&new.gpus),
            "toolkits" => facts.toolkits.clone_from(&new.toolkits),
            "nix" => facts.nix.clone_from(&new.nix),
            "uv" => facts.uv.clone_from(&new.uv),
            "git" => facts.git.clone_from(&new.git),
            "direnv" => facts.direnv.clone_from(&new.direnv),
            "env" => facts.env.clone_from(&new.env),
            "project" => facts.project.clone_from(&new.project),
            other => debug_assert!(false, "no section `{other}`"),
        }
    }
}

/// Every text of the facts made harmless: what a driver, a file or a program says may hold escape sequences. Idempotent.
#[must_use]
pub fn clean(facts: Facts) -> Facts {
    let toml = facts.project.as_ref().and_then(|project| project.nixml_toml.clone());
    let Ok(mut value) = serde_json::to_value(&facts) else { return facts };
    tame(&mut value, "");
    let Ok(mut clean) = document::value::<Facts>(value) else { return facts };
    if let Some(project) = &mut clean.project {
        project.nixml_toml = toml; // A document for a parser, never shown; serde leaves it out.
    }
    clean
}

fn tame(value: &mut Value, key: &str) {
    match value {
        Value::String(text) => {
            let short = matches!(key, "name" | "version" | "cuda" | "kernel_module" | "compute");
            let tame = if short { text::label(text) } else { text::sanitise(text).replace(['\n', '\t'], " ") };
            if tame != *text {
                *text = tame;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| tame(item, key)),
        Value::Object(pairs) => pairs.iter_mut().for_each(|(key, inner)| tame(inner, key)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::facts::{Driver, Gpu};

    #[test]
    fn sources_name_single_facts_and_the_first_wins() {
        let mut part = Part::default();
        part.facts.driver =
            Some(Driver { version: Some("550.1".into()), modules: Some(vec!["nvidia".into()]), ..Driver::default() });
        part.source("driver.version", "nvml");
        part.rest_from("driver", "sysfs");
        let seen: Vec<_> = part.facts.sources.iter().map(|(path, source)| format!("{path}={source}")).collect();
        assert_eq!(seen, ["driver.modules=sysfs", "driver.version=nvml"]);
    }

    #[test]
    fn a_second_answer_replaces_the_first_with_its_gaps() {
        let mut facts = Facts::default();
        let mut first = Part::default();
        first.facts.gpus = Some(vec![Gpu::default()]);
        first.unknown("gpus.0.compute", "not asked yet");
        first.source("gpus.0.pci", "sysfs");
        join(&mut facts, first, &["driver", "gpus"]);
        join(&mut facts, Part::default(), &["driver", "gpus"]);
        assert_eq!(facts, Facts::default());
    }

    #[test]
    fn text_from_outside_is_made_harmless() {
        let gpu = Gpu { name: Some(format!("A\x1b]52;c;x\x07\nB{}", "x".repeat(999))), ..Gpu::default() };
        let clean = clean(Facts { gpus: Some(vec![gpu]), ..Facts::default() });
        let name = clean.gpus.unwrap().remove(0).name.unwrap();
        assert!(name.starts_with("A Bx") && name.chars().count() <= 120, "{name}");
    }
}
