//! A course: its answers, what may vary, what a machine needs, and what a machine that falls short gets instead.

pub mod board;
pub mod code;
mod needs;
mod report;
mod standing;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml_edit::Item;

use crate::core::answers::{Answers, Origin, Value, check, file};
use crate::core::document;
use crate::core::failure::Failure;
use crate::core::step::Step;

pub use needs::{Met, Unmet, judge};
pub use report::JoinReport;
pub use standing::{Course, Outcome, Standing};

/// Whether the course needs a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GpuNeed {
    Required,
    #[default]
    Optional,
}

/// What a machine needs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Needs {
    /// Free space where the project and the Nix store live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// The oldest NVIDIA driver, `580`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    /// The lowest compute capability, `7.5`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compute: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu: Option<GpuNeed>,
}

/// One class.toml: data only, no commands, paths, Nix or addresses.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    #[serde(alias = "schema_version")]
    pub schema: u32,
    pub title: String,
    #[serde(default)]
    pub date: String,
    #[serde(default)]
    pub contact: String,
    #[serde(default)]
    pub answers: toml::Table,
    /// Keys that nobody changes.
    #[serde(default)]
    pub locked: Vec<String>,
    /// Values among which a student may choose, by key.
    #[serde(default)]
    pub allowed: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub needs: Needs,
    /// The target of a machine that cannot meet the needs of the card: `cpu`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
}

/// Reads a class file.
///
/// # Errors
/// Exit 2 with the key and its place: not TOML, too large, an unknown key, an answer its step refuses, an address.
pub fn read(name: &str, text: &str, steps: &[Step]) -> Result<(Class, Answers), Failure> {
    let document = file::parse(name, text)?;
    let wrong = |why: String| Failure::usage(format!("read `{name}`")).why(why);
    let class: Class = document::toml(text).map_err(|error| {
        let at = error.place.map_or_else(String::new, |(line, column)| format!(":{line}:{column}"));
        Failure::usage(format!("read `{name}{at}`")).why(error.message)
    })?;
    if class.schema != 1 {
        return Err(wrong("`schema` must be 1: this file is of another release of nixml".to_owned()));
    }
    for (key, value) in [("title", &class.title), ("date", &class.date), ("contact", &class.contact)] {
        let fine = value.chars().count() <= 200 && !value.chars().any(char::is_control) && !value.contains("://");
        if !fine {
            return Err(wrong(format!("`{key}` must be a line of at most 200 characters without an address")));
        }
    }
    let known = |key: &String| steps.iter().any(|step| step.id == *key);
    for key in class.locked.iter().chain(class.allowed.keys()) {
        if !known(key) {
            return Err(wrong(format!("`{key}` in `locked` or `allowed` is no question of nixml's")));
        }
    }
    for (key, values) in &class.allowed {
        for step in steps.iter().filter(|step| step.id == *key) {
            check::from_words(step, values)
                .or_else(|_| {
                    values
                        .iter()
                        .try_for_each(|value| check::from_words(step, std::slice::from_ref(value)).map(drop))
                        .map(|()| Value::List(values.clone()))
                })
                .map_err(|why| wrong(format!("`allowed.{key}`: {why}")))?;
        }
    }
    if class.fallback.as_ref().is_some_and(|fallback| fallback != "cpu") {
        return Err(wrong("`fallback` can only be \"cpu\"".to_owned()));
    }
    let answers = match document.as_table().get("answers").and_then(Item::as_table) {
        Some(table) => file::read_table(name, text, table, steps, &[])?,
        None => Answers::default(),
    };
    Ok((class, answers))
}

/// The answers of a student: the class's, with what the student chose where that is allowed.
///
/// # Errors
/// Exit 2: a locked answer was changed, or to a value that is not allowed.
pub fn combine(class: &Class, answers: &Answers, chosen: &[(String, Value)]) -> Result<Answers, Failure> {
    let mut combined = answers.clone();
    for (key, value) in chosen {
        let same = answers.get(key).is_some_and(|answer| answer.value == *value);
        let allowed = class.allowed.get(key);
        let fits = allowed.is_none_or(|allowed| value.words().iter().all(|word| allowed.contains(word)));
        if !same && (class.locked.contains(key) && allowed.is_none() || !fits) {
            let may =
                allowed.map_or("the class sets it".to_owned(), |allowed| format!("the class allows {}", allowed.join(", ")));
            return Err(Failure::usage(format!("use `{}` for `{key}`", value.argument())).why(may));
        }
        combined = combined.without(key).with(key, value.clone(), Origin::Flag);
    }
    Ok(combined)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{data::Data, step};

    const TEXT: &str = "schema = 1\ntitle = \"ML 101\"\nlocked = [\"framework\"]\nfallback = \"cpu\"\n\n[answers]\nframework = \"jax\"\ntargets = [\"cuda\"]\n\n\
        [allowed]\npython = [\"3.12\", \"3.13\"]\n\n[needs]\ndisk_bytes = 9000000000\ngpu = \"optional\"\n";

    fn steps() -> Vec<Step> {
        step::load(&Data::embedded()).unwrap()
    }

    #[test]
    fn a_class_is_read_and_locked() {
        let (class, answers) = read("class.toml", TEXT, &steps()).unwrap();
        let text = |word: &str| Value::Text(word.to_owned());
        assert!(combine(&class, &answers, &[("python".into(), text("3.12"))]).is_ok());
        assert!(combine(&class, &answers, &[("python".into(), text("3.14"))]).is_err());
        assert!(combine(&class, &answers, &[("framework".into(), text("pytorch"))]).is_err());
        assert!(combine(&class, &answers, &[("framework".into(), text("jax"))]).is_ok());
    }

    #[test]
    fn what_is_not_data_is_refused_with_its_key() {
        for (line, key) in [
            ("run = \"rm\"", "run"),
            ("[hooks]\nenter = \"x\"", "hooks"),
            ("substituters = [\"https://x\"]", "substituters"),
            ("locked = [\"shell\"]", "shell"),
            ("contact = \"https://example.org\"", "contact"),
            ("fallback = \"cuda\"", "fallback"),
            ("[needs]\nsudo = true", "sudo"),
            ("[answers]\nyes = true", "yes"),
            ("[answers]\npackages = [\"x @ https://y\"]", "packages"),
        ] {
            let text = format!("schema = 1\ntitle = \"x\"\n{line}\n");
            let failure = read("class.toml", &text, &steps()).unwrap_err();
            assert!(failure.to_string().contains(key), "{line}: {failure}");
            assert_eq!(failure.exit.code(), 2);
        }
    }
}
