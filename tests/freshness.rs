//! A project against a catalog that moved on.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, reason = "tests touch the world")]

mod support;

use std::fs;
use std::path::Path;

use support::ran::nixml;

#[test]
fn a_newer_catalog_is_told_and_taken_and_what_the_person_wrote_stays() {
    let room = tempfile::tempdir().unwrap();
    let room = room.path();
    nixml(room, &["init", "demo", "--framework", "jax", "--targets", "cpu", "--yes", "--no-validate", "--no-git"]).exits(0);
    nixml(room, &["outdated", "demo"]).exits(0);
    let pyproject = room.join("demo/pyproject.toml");
    fs::write(&pyproject, fs::read_to_string(&pyproject).unwrap() + "\n[tool.ruff]\nline-length = 99\n").unwrap();
    // A course's own catalog in which nixpkgs moved on.
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/catalog/nixpkgs.toml")).unwrap();
    let rev = text.lines().find_map(|line| line.trim().strip_prefix("rev = \"")).unwrap().trim_end_matches('"');
    let newer = "0123456789abcdef0123456789abcdef01234567";
    fs::create_dir_all(room.join("over/assets/catalog")).unwrap();
    fs::write(room.join("over/assets/catalog/nixpkgs.toml"), text.replace(rev, newer)).unwrap();
    let output = nixml(room, &["outdated", "demo", "--data", "over", "--json"]);
    output.exits(6);
    let fresh: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(fresh["newer"][0]["what"], "nixpkgs");
    nixml(room, &["upgrade", "demo", "--data", "over", "--dry-run"]).exits(0);
    assert!(!fs::read_to_string(room.join("demo/flake.lock")).unwrap().contains(newer));
    nixml(room, &["upgrade", "demo", "--data", "over"]).exits(0);
    assert!(fs::read_to_string(room.join("demo/flake.lock")).unwrap().contains(newer));
    assert!(fs::read_to_string(&pyproject).unwrap().contains("[tool.ruff]\nline-length = 99"));
    nixml(room, &["outdated", "demo", "--data", "over"]).exits(0);
    nixml(room, &["outdated", "."]).exits(2);
}
