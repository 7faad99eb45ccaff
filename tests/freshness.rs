//! A project against a catalog that moved on.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, reason = "tests touch the world")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::ran::{Ran, nixml};

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

/// A clone without a receipt, and what lies over nixml's data once another release of it is there: another nixpkgs, another hook.
struct Clone {
    room: tempfile::TempDir,
    rev: String,
}

const NEWER: &str = "0123456789abcdef0123456789abcdef01234567";

impl Clone {
    fn new() -> Self {
        let room = tempfile::tempdir().unwrap();
        let pin = fs::read_to_string(source().join("assets/catalog/nixpkgs.toml")).unwrap();
        let rev = pin.lines().find_map(|line| line.trim().strip_prefix("rev = \"")).unwrap().trim_end_matches('"').to_owned();
        fs::create_dir_all(room.path().join("over/assets/catalog")).unwrap();
        fs::write(room.path().join("over/assets/catalog/nixpkgs.toml"), pin.replace(&rev, NEWER)).unwrap();
        nixml(room.path(), &["init", "demo", "--framework", "jax", "--targets", "cpu", "--yes", "--no-validate", "--no-git"])
            .exits(0);
        fs::remove_dir_all(room.path().join(".local")).unwrap();
        let clone = Self { room, rev };
        clone.release("nix/hook.sh", |hook| format!("{hook}# newer\n"));
        clone
    }

    /// In the newer release this template is another one.
    fn release(&self, path: &str, change: impl Fn(String) -> String) {
        let to = self.room.path().join("over/templates").join(path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, change(fs::read_to_string(source().join("templates").join(path)).unwrap())).unwrap();
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.room.path().join("demo").join(file)).unwrap()
    }

    /// Somebody changes a file of the project.
    fn edit(&self, file: &str, change: impl Fn(String) -> String) {
        fs::write(self.room.path().join("demo").join(file), change(self.read(file))).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        nixml(self.room.path(), arguments)
    }

    fn bytes(&self) -> Vec<(PathBuf, Vec<u8>)> {
        bytes(&self.room.path().join("demo"))
    }
}

fn source() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A colleague has no receipt, and another release of nixml: what nobody changed is brought up to date all the same.
#[test]
fn a_clone_gets_the_newer_machinery() {
    let clone = Clone::new();
    clone.release("flake.nix.j2", |flake| flake.replace("# The machines it runs on", "# Where it runs"));
    let before = clone.bytes();
    clone.run(&["outdated", "demo", "--data", "over"]).exits(6);
    clone.run(&["upgrade", "demo", "--data", "over"]).exits(0).never_says("stays");
    assert!(clone.read("nix/hook.sh").ends_with("# newer\n") && clone.read("flake.lock").contains(NEWER));
    assert!(clone.read("flake.nix").contains("# Where it runs"));
    clone.run(&["outdated", "demo", "--data", "over"]).exits(0);
    clone.run(&["undo", "demo"]).exits(0);
    assert!(clone.bytes() == before, "not what was there before the upgrade");
}

/// What the newer release did not touch keeps the person's change, beside parts that moved.
#[test]
fn a_part_that_was_changed_in_a_clone_stays_and_is_named() {
    let clone = Clone::new();
    clone.release("flake.nix.j2", |flake| flake.replace("# The machines it runs on", "# Where it runs"));
    clone.edit("nix/sync.sh", |text| text + "# mine\n");
    clone.edit("flake.nix", |text| text.replacen("programs = [ ]", "programs = [ \"ffmpeg\" ]", 1));
    clone.edit("flake.lock", |text| text.replace(&clone.rev, &"f".repeat(40)));
    // An edit of the person's is nothing newer of nixml's.
    clone.run(&["outdated", "demo"]).exits(0);
    let before = [clone.read("nix/sync.sh"), clone.read("flake.lock")];
    let done = clone.run(&["upgrade", "demo", "--data", "over"]);
    done.exits(0).says("what you changed in `nix/sync.sh` stays").says("nixml validate --trust");
    assert_eq!([clone.read("nix/sync.sh"), clone.read("flake.lock")], before);
    assert!(clone.read("nix/hook.sh").ends_with("# newer\n"));
    // Names in the lists are the person's to have; the rest of that file moved.
    let flake = clone.read("flake.nix");
    assert!(flake.contains("programs = [ \"ffmpeg\" ]") && flake.contains("# Where it runs"), "{flake}");
    clone.run(&["outdated", "demo", "--data", "over"]).exits(0);
}

/// Parts call each other: an old one among newer ones may be a project that does not evaluate.
#[test]
fn parts_of_two_releases_are_not_mixed() {
    let clone = Clone::new();
    clone.edit("nix/hook.sh", |text| text + "# mine\n");
    clone.release("nix/sync.sh", |text| text + "# newer\n");
    let before = clone.bytes();
    for command in [&["upgrade", "demo", "--data", "over"][..], &["upgrade", "demo", "--data", "over", "--dry-run"]] {
        let refused = clone.run(command);
        refused.exits(4).says("upgrade `nix/hook.sh`").says("changed since nixml wrote it").says("--force");
        refused.says("nothing was written").never_says("nix/sync.sh");
        assert!(clone.bytes() == before, "a refusal wrote something");
    }
    // `init` with its own answers stands before the same.
    clone.run(&["init", "demo", "--answers", "demo/nixml.toml", "--data", "over", "--yes", "--no-validate", "--no-git"]).exits(4);
    clone.run(&["upgrade", "demo", "--data", "over", "--force"]).exits(0).says("nix/hook.sh.nixml-bak.1");
    assert!(clone.read("nix/hook.sh").ends_with("# newer\n") && clone.read("nix/sync.sh").ends_with("# newer\n"));
    assert!(clone.read("nix/hook.sh.nixml-bak.1").ends_with("# mine\n"), "the person's change is lost");
    clone.run(&["outdated", "demo", "--data", "over"]).exits(0);
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
