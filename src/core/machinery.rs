//! What another release of nixml, or one with another catalog, wrote: known again without a receipt by what `nixml.toml` says of it.

use std::collections::BTreeMap;

use serde_json::Value;
use toml_edit::DocumentMut;

use crate::core::changes::sha256;
use crate::core::files::Files;

/// The key of `[resolved]` that holds the mark.
pub const KEY: &str = "machinery";

/// One word for everything in `nix/`, names and bytes.
#[must_use]
pub fn mark<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let parts = files.filter(|(path, _)| path.starts_with("nix/"));
    let whole: Vec<String> = parts.map(|(path, text)| format!("{path} {}", sha256(text.as_bytes()))).collect();
    sha256(whole.join("\n").as_bytes())[..16].to_owned()
}

/// Those of `found` (by path: `flake.lock` and what is in `nix/`) that nobody changed since nixml wrote them with this `nixml.toml`.
/// A colleague's clone has nothing else to tell it, and neither has a project after `undo`.
#[must_use]
pub fn untouched<'a>(nixml_toml: &str, today: &Files, found: &'a BTreeMap<String, String>) -> Vec<(&'a str, &'a str)> {
    let Ok(document) = nixml_toml.parse::<DocumentMut>() else { return Vec::new() };
    let record = |key: &str| document.get("resolved")?.get(key)?.as_str();
    let whole = record(KEY) == Some(&mark(found.iter().map(|(path, text)| (path.as_str(), text.as_str()))));
    let lock = |text: &str| {
        let ours = today.text("flake.lock").zip(record("nixpkgs_rev"));
        ours.is_some_and(|(ours, rev)| is_a_lock_of(rev, text, ours))
    };
    let ours = |path: &str, text: &str| if path == "flake.lock" { lock(text) } else { whole && path.starts_with("nix/") };
    let all = found.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    all.filter(|(path, text)| ours(path, text)).collect()
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
