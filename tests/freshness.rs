//! A project against a catalog that moved on.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, reason = "tests touch the world")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

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
    let before = bytes(&room.join("demo"));
    nixml(room, &["upgrade", "demo", "--data", "over", "--dry-run"]).exits(0);
    assert!(bytes(&room.join("demo")) == before, "a dry run wrote something");
    assert!(!fs::read_to_string(room.join("demo/flake.lock")).unwrap().contains(newer));
    nixml(room, &["upgrade", "demo", "--data", "over"]).exits(0);
    assert!(fs::read_to_string(room.join("demo/flake.lock")).unwrap().contains(newer));
    assert!(fs::read_to_string(&pyproject).unwrap().contains("[tool.ruff]\nline-length = 99"));
    nixml(room, &["outdated", "demo", "--data", "over"]).exits(0);
    nixml(room, &["outdated", "."]).exits(2);
    // It is taken back to the byte, taken again, and after an edit not taken back.
    nixml(room, &["undo", "demo"]).exits(0);
    assert!(bytes(&room.join("demo")) == before, "not what was there before the upgrade");
    nixml(room, &["upgrade", "demo", "--data", "over"]).exits(0);
    let flake_lock = room.join("demo/flake.lock");
    fs::write(&flake_lock, fs::read_to_string(&flake_lock).unwrap() + "\n").unwrap();
    let edited = bytes(&room.join("demo"));
    nixml(room, &["undo", "demo"]).exits(4).says("flake.lock");
    assert!(bytes(&room.join("demo")) == edited, "a refusal changed something");
}

/// A colleague has no receipt, and another release of nixml: what nobody changed is brought up to date all the same.
#[test]
fn a_clone_gets_the_newer_machinery_and_keeps_what_was_changed_in_it() {
    let room = tempfile::tempdir().unwrap();
    let room = room.path();
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    // What is the project's later on another release: another nixpkgs, another hook.
    let pin = fs::read_to_string(source.join("assets/catalog/nixpkgs.toml")).unwrap();
    let rev = pin.lines().find_map(|line| line.trim().strip_prefix("rev = \"")).unwrap().trim_end_matches('"');
    let newer = "0123456789abcdef0123456789abcdef01234567";
    fs::create_dir_all(room.join("over/assets/catalog")).unwrap();
    fs::write(room.join("over/assets/catalog/nixpkgs.toml"), pin.replace(rev, newer)).unwrap();
    fs::create_dir_all(room.join("over/templates/nix")).unwrap();
    let hook = fs::read_to_string(source.join("templates/nix/hook.sh")).unwrap();
    fs::write(room.join("over/templates/nix/hook.sh"), format!("{hook}# newer\n")).unwrap();
    for edited in [false, true] {
        let _ = fs::remove_dir_all(room.join("demo"));
        nixml(room, &["init", "demo", "--framework", "jax", "--targets", "cpu", "--yes", "--no-validate", "--no-git"]).exits(0);
        fs::remove_dir_all(room.join(".local")).unwrap();
        let read = |file: &str| fs::read_to_string(room.join("demo").join(file)).unwrap();
        if edited {
            fs::write(room.join("demo/nix/sync.sh"), read("nix/sync.sh") + "# mine\n").unwrap();
            // An edit of the person's is nothing newer of nixml's.
            nixml(room, &["outdated", "demo"]).exits(0);
            fs::write(room.join("demo/flake.lock"), read("flake.lock").replace(rev, &"f".repeat(40))).unwrap();
        }
        let before = [read("nix/hook.sh"), read("nix/sync.sh"), read("flake.lock")];
        nixml(room, &["upgrade", "demo", "--data", "over"]).exits(0);
        if edited {
            // Which of them are a person's nobody can tell any more: all stay.
            assert_eq!([read("nix/hook.sh"), read("nix/sync.sh"), read("flake.lock")], before);
        } else {
            assert!(read("nix/hook.sh").ends_with("# newer\n") && read("flake.lock").contains(newer));
            nixml(room, &["outdated", "demo", "--data", "over"]).exits(0);
            nixml(room, &["undo", "demo"]).exits(0);
            assert_eq!([read("nix/hook.sh"), read("nix/sync.sh"), read("flake.lock")], before);
        }
    }
}

/// Every file by its path and bytes.
fn bytes(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_path_buf()];
    while let Some(dir) = open.pop() {
        for path in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() { open.push(path) } else { found.push((path.clone(), fs::read(&path).unwrap())) }
        }
    }
    found.sort();
    found
}
