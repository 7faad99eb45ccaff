//! Remedies that differ from one distribution to the next: a table in `assets/remedies.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::core::doctor::Family;
use crate::core::document;
use crate::core::finding::{Remedy, RemedyCommand};

static TABLE: LazyLock<Table> =
    LazyLock::new(|| document::toml(include_str!("../../../assets/remedies.toml")).unwrap_or_default());

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    pub schema: u32,
    /// By name, then by the word of a family; `any` serves the others.
    pub remedies: BTreeMap<String, BTreeMap<String, Row>>,
}

/// One remedy for one family.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub say: String,
    #[serde(default)]
    pub run: Vec<String>,
    /// Lines that the person runs as root, without the `sudo`.
    #[serde(default)]
    pub root: Vec<String>,
    #[serde(default)]
    pub undo: Option<String>,
    pub source: String,
    pub verified: String,
}

/// Every row.
#[must_use]
pub fn table() -> &'static Table {
    &TABLE
}

/// The remedy of this name for this family, else the one for any; an empty one when the table has no such name (a test keeps that from happening).
#[must_use]
pub fn remedy(name: &str, family: Family) -> Remedy {
    let rows = TABLE.remedies.get(name);
    let Some(row) = rows.and_then(|rows| rows.get(family.word()).or_else(|| rows.get("any"))) else {
        return Remedy::default();
    };
    Remedy {
        say: row.say.clone(),
        commands: row
            .run
            .iter()
            .map(|line| RemedyCommand::shell(line))
            .chain(row.root.iter().map(|line| RemedyCommand::as_root(&format!("sudo {line}"))))
            .collect(),
        undo: row.undo.clone(),
        safe: false,
    }
}

/// A remedy of one sentence and nothing to run.
#[must_use]
pub fn say(text: impl Into<String>) -> Remedy {
    Remedy { say: text.into(), ..Remedy::default() }
}

/// A sentence and a line for the person's own shell.
#[must_use]
pub fn type_in(text: impl Into<String>, line: &str) -> Remedy {
    Remedy { say: text.into(), commands: vec![RemedyCommand::shell(line)], ..Remedy::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let table: Table = toml::from_str(include_str!("../../../assets/remedies.toml")).unwrap();
        for (name, rows) in &table.remedies {
            assert!(rows.contains_key("any"), "`{name}` has no row for `any`");
            for (family, row) in rows {
                assert!(Family::ALL.iter().any(|known| known.word() == family), "`{name}`: no family `{family}`");
                assert!(!row.say.is_empty() && !row.source.is_empty() && row.verified.len() == 10, "`{name}.{family}`");
                assert!(row.root.iter().all(|line| !line.starts_with("sudo")), "`{name}.{family}`: the `sudo` is added");
                let apt = row.root.iter().any(|line| line.starts_with("apt"));
                assert!(!apt || matches!(family.as_str(), "ubuntu" | "debian" | "wsl"), "`{name}.{family}`: apt");
            }
        }
    }

    /// Every `remedy("name", ...)` in the checks names a row.
    #[test]
    fn every_remedy_is_in_the_table() {
        for check in crate::core::doctor::ALL {
            for example in check.examples {
                if let Some(found) = example.play(check).remedy {
                    assert!(!found.say.is_empty(), "`{}`: an empty remedy", check.id);
                }
            }
        }
    }
}
