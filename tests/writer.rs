//! The writer on a real disk: all or none, nothing clobbered, no link followed, no litter.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, reason = "tests touch the world")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use nixml::core::changes::{Action, Allowed, Known, decide, sha256};
use nixml::core::files::{Files, Ownership, ProjectFile};
use nixml::edge::files::{Folder, write};

fn files(texts: &[(&str, &str)]) -> Files {
    let file = |text: &str| ProjectFile { text: text.to_owned(), ownership: Ownership::Owned };
    Files(texts.iter().map(|(path, text)| ((*path).to_owned(), file(text))).collect::<BTreeMap<_, _>>())
}

fn force() -> Allowed {
    Allowed { force: true, ..Allowed::default() }
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn new_files_are_written_and_a_second_time_unchanged() {
    let dir = tempfile::tempdir().unwrap();
    let project = dir.path().join("p");
    let wanted = files(&[("flake.nix", "a\n"), ("nix/shell.nix", "b\n")]);
    let folder = Folder::open(&project).unwrap();
    let changes = decide(&wanted, &folder.on_disk(&wanted), &Known::default(), &Allowed::default());
    let written = write(&folder, &changes, || Ok(())).unwrap();
    assert!(written.iter().all(|file| file.action == Action::Created));
    assert_eq!(names(&project), ["flake.nix", "nix"]);
    let before = fs::metadata(project.join("flake.nix")).unwrap().modified().unwrap();
    let changes = decide(&wanted, &folder.on_disk(&wanted), &Known::default(), &Allowed::default());
    assert!(write(&folder, &changes, || Ok(())).unwrap().iter().all(|file| file.action == Action::Unchanged));
    assert_eq!(fs::metadata(project.join("flake.nix")).unwrap().modified().unwrap(), before);
}

#[test]
fn a_conflict_writes_nothing_and_force_keeps_a_copy_with_its_mode() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("pyproject.toml"), "mine\n").unwrap();
    fs::set_permissions(dir.path().join("pyproject.toml"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::write(dir.path().join("pyproject.toml.nixml-bak.1"), "older\n").unwrap();
    let wanted = files(&[("flake.nix", "a\n"), ("pyproject.toml", "ours\n")]);
    let folder = Folder::open(dir.path()).unwrap();
    let changes = decide(&wanted, &folder.on_disk(&wanted), &Known::default(), &Allowed::default());
    let failure = write(&folder, &changes, || Ok(())).unwrap_err();
    assert_eq!(failure.exit.code(), 4);
    assert!(failure.what.contains("pyproject.toml"));
    assert_eq!(names(dir.path()), ["pyproject.toml", "pyproject.toml.nixml-bak.1"]);
    let changes = decide(&wanted, &folder.on_disk(&wanted), &Known::default(), &force());
    let written = write(&folder, &changes, || Ok(())).unwrap();
    assert_eq!(written[1].backup.as_deref(), Some("pyproject.toml.nixml-bak.2"));
    assert_eq!(fs::read_to_string(dir.path().join("pyproject.toml.nixml-bak.2")).unwrap(), "mine\n");
    for name in ["pyproject.toml", "pyproject.toml.nixml-bak.2"] {
        assert_eq!(fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777, 0o640, "{name}");
    }
}

#[test]
fn links_and_pipes_are_refused_and_never_written_through() {
    let dir = tempfile::tempdir().unwrap();
    let victim = dir.path().join("victim");
    fs::write(&victim, "precious\n").unwrap();
    let project = dir.path().join("p");
    fs::create_dir(&project).unwrap();
    symlink(&victim, project.join("flake.nix")).unwrap();
    symlink("/nowhere/at/all", project.join("flake.lock")).unwrap();
    symlink(dir.path(), project.join("nix")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, project.join("pyproject.toml"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    fs::create_dir(project.join("nixml.toml")).unwrap();
    let wanted =
        files(&[("flake.nix", "a"), ("flake.lock", "b"), ("nix/victim", "c"), ("pyproject.toml", "d"), ("nixml.toml", "e")]);
    let folder = Folder::open(&project).unwrap();
    for force in [false, true] {
        let changes = decide(&wanted, &folder.on_disk(&wanted), &Known::default(), &Allowed { force, ..Allowed::default() });
        assert!(changes.iter().all(|change| change.action == Action::Conflict), "{changes:?}");
        assert_eq!(write(&folder, &changes, || Ok(())).unwrap_err().exit.code(), 4);
    }
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious\n");
}

#[test]
fn paths_cannot_leave_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::open(&dir.path().join("p")).unwrap();
    for path in ["../x", "/etc/x", "a/../../x", "./x", "a//x", ""] {
        let wanted = files(&[(path, "a")]);
        let changes = decide(&wanted, &folder.on_disk(&wanted), &Known::default(), &force());
        assert!(write(&folder, &changes, || Ok(())).is_err(), "{path}");
    }
    assert_eq!(names(dir.path()), ["p"]);
}

#[test]
fn a_failure_in_the_middle_puts_everything_back() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("flake.nix"), "old\n").unwrap();
    let wanted = files(&[("a.nix", "a\n"), ("flake.nix", "new\n"), ("z.nix", "z\n")]);
    let folder = Folder::open(dir.path()).unwrap();
    let mut known = Known::default();
    known.add("flake.nix", sha256(b"old\n"));
    let changes = decide(&wanted, &folder.on_disk(&wanted), &known, &Allowed::default());
    // Somebody makes the last file between the comparison and the renames.
    let failure = write(&folder, &changes, || {
        fs::write(dir.path().join("z.nix"), "theirs\n").unwrap();
        Ok(())
    })
    .unwrap_err();
    assert_eq!(failure.exit.code(), 4);
    assert_eq!(names(dir.path()), ["flake.nix", "z.nix"]);
    assert_eq!(fs::read_to_string(dir.path().join("flake.nix")).unwrap(), "old\n");
    assert_eq!(fs::read_to_string(dir.path().join("z.nix")).unwrap(), "theirs\n");
}

#[test]
fn one_nixml_at_a_time_works_in_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let first = Folder::open(dir.path()).unwrap();
    let failure = Folder::open(dir.path()).unwrap_err();
    assert_eq!(failure.exit.code(), 4);
    assert!(failure.to_string().contains(&format!("process {}", std::process::id())), "{failure}");
    drop(first);
    assert!(Folder::open(dir.path()).is_ok());
}

#[test]
fn litter_of_a_killed_run_is_swept() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(".nixml-0123.tmp"), "half").unwrap();
    let wanted = files(&[("flake.nix", "a\n")]);
    let folder = Folder::open(dir.path()).unwrap();
    let changes = decide(&wanted, &folder.on_disk(&wanted), &Known::default(), &Allowed::default());
    write(&folder, &changes, || Ok(())).unwrap();
    assert_eq!(names(dir.path()), ["flake.nix"]);
}
