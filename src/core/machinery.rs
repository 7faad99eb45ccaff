//! What another release of nixml, or one with another catalog, wrote: known again without a receipt by what `nixml.toml` says of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use toml_edit::DocumentMut;

use crate::core::changes::{Action, Change, sha256};
use crate::core::names;

/// The table below `[resolved]` that holds the record.
pub const KEY: &str = "machinery";

/// `flake.nix` and what is in `nix/`: the files that call each other.
#[must_use]
pub fn is_part(path: &str) -> bool {
    path == "flake.nix" || path.starts_with("nix/")
}

/// One short word for what nixml writes into each part.
#[must_use]
pub fn record<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, String> {
    files.filter(|(path, _)| is_part(path)).map(|(path, text)| (path.to_owned(), word(text))).collect()
}

fn word(text: &str) -> String {
    sha256(text.as_bytes())[..16].to_owned()
}

/// What a `nixml.toml` says that nixml wrote into each part; `None` where it says nothing of it.
#[must_use]
pub fn recorded(nixml_toml: &str) -> Option<BTreeMap<String, String>> {
    let document = nixml_toml.parse::<DocumentMut>().ok()?;
    let table = document.get("resolved")?.get(KEY)?.as_table_like()?;
    Some(table.iter().filter_map(|(path, mark)| Some((path.to_owned(), mark.as_str()?.to_owned()))).collect())
}

/// What can be told without a receipt of the files that lie there.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// As nixml wrote them, by path.
    pub untouched: BTreeMap<String, String>,
    /// What nixml wrote where somebody changed it since, by path: the base of a merge.
    pub bases: BTreeMap<String, String>,
    /// Changed since, or not nixml's, and nobody knows any more what nixml wrote there.
    pub lost: BTreeSet<String>,
}

/// Compares what was `found` (by path: `flake.lock` and the parts) with what this `nixml.toml` says of it. `last`: what this release writes
/// for the same answers. A colleague's clone has nothing else to tell it, and neither has a project after `undo`.
#[must_use]
pub fn tell(nixml_toml: &str, last: &BTreeMap<String, String>, found: BTreeMap<String, String>) -> Told {
    let mut told = Told::default();
    let Ok(document) = nixml_toml.parse::<DocumentMut>() else { return told };
    let rev = document.get("resolved").and_then(|resolved| resolved.get("nixpkgs_rev")?.as_str());
    let record = recorded(nixml_toml);
    for (path, text) in found {
        let (last, then) = (last.get(&path), record.as_ref().map(|record| record.get(&path)));
        if path == "flake.lock" {
            if last.zip(rev).is_some_and(|(ours, rev)| is_a_lock_of(rev, &text, ours)) {
                told.untouched.insert(path, text);
            }
        } else if let (Some(Some(then)), true) = (then, is_part(&path)) {
            // What this release writes is what nixml wrote then; or it is with the names that the person put into its lists.
            let named = |last: &String| names::with_lists_of(&text, last).filter(|_| path == "flake.nix");
            let base = |last: &String| [Some(last.clone()), named(last)].into_iter().flatten().find(|base| word(base) == *then);
            if word(&text) == *then {
                told.untouched.insert(path, text);
            } else if let Some(base) = last.and_then(base) {
                told.bases.insert(path, base);
            } else {
                told.lost.insert(path);
            }
        } else if let (Some(None), Some(last)) = (then, last)
            && is_part(&path)
            && *last != text
        {
            told.lost.insert(path);
        }
    }
    told
}

/// The parts that keep what a person changed in them; names in the lists of flake.nix are no such change.
#[must_use]
pub fn edited(changes: &[Change]) -> Vec<&str> {
    let stays = |change: &&Change| matches!(change.action, Action::Unchanged | Action::Updated);
    let differs = |change: &&Change| !names::is_ours(&change.path, &change.wanted, change.after.as_bytes());
    changes
        .iter()
        .filter(|change| is_part(&change.path))
        .filter(stays)
        .filter(differs)
        .map(|change| change.path.as_str())
        .collect()
}

/// True when `found` is `ours` at another revision, the one that nixml wrote down: `nix flake update` writes another one.
fn is_a_lock_of(rev: &str, found: &str, ours: &str) -> bool {
    let (Ok(mut found), Ok(ours)) = (found.parse::<Value>(), ours.parse::<Value>()) else { return false };
    if found.pointer("/nodes/nixpkgs/locked/rev").and_then(Value::as_str) != Some(rev) {
        return false;
    }
    for place in ["locked/rev", "locked/narHash", "locked/lastModified", "original/ref"] {
        let place = format!("/nodes/nixpkgs/{place}");
        if let (Some(found), Some(ours)) = (found.pointer_mut(&place), ours.pointer(&place)) {
            found.clone_from(ours);
        }
    }
    found == ours
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_has_its_own_word() {
        let files = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
        };
        let then = files(&[("nix/a", "a1"), ("nix/b", "b1"), ("nix/c", "c1")]);
        let record = record(then.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        let lines: Vec<String> = record.iter().map(|(path, word)| format!("{path:?} = {word:?}")).collect();
        let toml = format!("[resolved]\nversion = \"1\"\n[resolved.machinery]\n{}\n", lines.join("\n"));
        let today = files(&[("nix/a", "a2"), ("nix/b", "b1"), ("nix/c", "c2"), ("nix/new", "n")]);
        let found = files(&[("nix/a", "a1"), ("nix/b", "mine"), ("nix/c", "mine"), ("nix/new", "mine"), ("nix/own", "mine")]);
        let told = tell(&toml, &today, found.clone());
        assert_eq!(told.untouched, files(&[("nix/a", "a1")]));
        assert_eq!(told.bases, files(&[("nix/b", "b1")]), "this release writes the same there: what differs is the person's");
        assert_eq!(told.lost, ["nix/c", "nix/new"].map(str::to_owned).into());
        assert_eq!(tell("[resolved]\nversion = \"1\"\n", &today, found), Told::default(), "no record says nothing");
    }
}
