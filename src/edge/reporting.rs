//! What a report takes from the project's folder: its lock files in a line each, and the end of the newest log.

use std::fs;
use std::path::Path;

use super::read_capped;
use crate::core::text::sanitise;

/// Lock files larger than this are only named.
const MOST_BYTES: u64 = 8 << 20;
/// Lines of a log that are worth pasting.
const TAIL: usize = 60;

/// `uv.lock: 87 packages, torch 2.15.0`; `flake.lock: nixpkgs 1a2b3c...`.
#[must_use]
pub fn locks(dir: &Path, framework: &str) -> Vec<String> {
    let text = |name: &str| String::from_utf8(read_capped(&dir.join(name), MOST_BYTES).ok()?).ok();
    let mut lines = Vec::new();
    match text("uv.lock").and_then(|text| text.parse::<toml::Table>().ok()) {
        Some(lock) => {
            let packages = lock.get("package").and_then(toml::Value::as_array).cloned().unwrap_or_default();
            let named: Vec<String> = packages
                .iter()
                .filter(|package| package.get("name").and_then(toml::Value::as_str) == Some(framework))
                .filter_map(|package| Some(format!("{framework} {}", package.get("version")?.as_str()?)))
                .collect();
            let parts: Vec<String> = std::iter::once(format!("uv.lock: {} packages", packages.len())).chain(named).collect();
            lines.push(parts.join(", "));
        }
        None => lines.push("uv.lock: not there or not readable".to_owned()),
    }
    let rev = text("flake.lock").and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok()).and_then(|lock| {
        let node = lock.pointer("/nodes/nixpkgs/locked/rev")?;
        node.as_str().map(str::to_owned)
    });
    lines.push(
        rev.map_or_else(|| "flake.lock: not there or without nixpkgs".to_owned(), |rev| format!("flake.lock: nixpkgs {rev}")),
    );
    lines
}

/// The name and the last lines of the newest file in `.nixml/logs`.
#[must_use]
pub fn last_log(dir: &Path) -> Option<(String, String)> {
    let newest = fs::read_dir(dir.join(".nixml/logs"))
        .ok()?
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .max_by_key(|entry| (entry.metadata().and_then(|meta| meta.modified()).ok(), entry.file_name()))?;
    let bytes = read_capped(&newest.path(), MOST_BYTES).ok()?;
    let text = sanitise(&String::from_utf8_lossy(&bytes)).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    let tail = lines[lines.len().saturating_sub(TAIL)..].join("\n");
    Some((newest.file_name().to_string_lossy().into_owned(), tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_and_logs_in_short() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(locks(dir.path(), "torch").len(), 2);
        assert_eq!(last_log(dir.path()), None);
        fs::write(dir.path().join("uv.lock"), "[[package]]\nname = 'torch'\nversion = '2.15.0'\n[[package]]\nname = 'x'\n")
            .unwrap();
        fs::write(dir.path().join("flake.lock"), r#"{"nodes": {"nixpkgs": {"locked": {"rev": "abc"}}}}"#).unwrap();
        assert_eq!(locks(dir.path(), "torch"), ["uv.lock: 2 packages, torch 2.15.0", "flake.lock: nixpkgs abc"]);
        fs::create_dir_all(dir.path().join(".nixml/logs")).unwrap();
        let long: String = (0..200).map(|number| format!("line {number}\x1b[2J")).collect::<Vec<_>>().join("\n");
        fs::write(dir.path().join(".nixml/logs/1.log"), long).unwrap();
        let (name, tail) = last_log(dir.path()).unwrap();
        assert_eq!((name.as_str(), tail.lines().count(), tail.lines().last()), ("1.log", TAIL, Some("line 199")));
    }
}
