//! What is not nixml's is not run unasked, and whose the folder is matters.

use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::room::Room;

/// Plays `spoil` on a fresh project: refused, the file named, Nix never called; with `--trust` it is called.
#[track_caller]
fn refused(named: &str, spoil: impl Fn(&Room)) {
    let room = Room::new("cpu");
    spoil(&room);
    let outcome = room.validate("offline", &[]);
    outcome.exits(4).says(named).says("--trust");
    assert_eq!(outcome.json["ok"], false);
    assert_eq!(room.noted("argv"), None, "Nix was called");
    room.validate("offline", &["--trust"]).exits(5);
    assert!(room.noted("argv").is_some());
}

/// Changes `programs = [ ];` of the project's flake.
fn programs(room: &Room, to: &str) {
    let path = room.project("flake.nix");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("programs = [ ];"));
    fs::write(&path, text.replace("programs = [ ];", to)).unwrap();
}

#[test]
fn a_changed_flake_is_not_run() {
    for to in [
        "programs = [ (import ./more.nix) ];",
        "programs = [ \"${builtins.readFile ./x}\" ];",
        "programs = [ ]; # mine",
        "programs = [ # \r (import ./more.nix)\n ];",
    ] {
        refused("flake.nix", |room| programs(room, to));
    }
    refused("flake.nix", |room| {
        programs(room, "programs = [ \"ffmpeg\" ];");
        let text = fs::read_to_string(room.project("flake.nix")).unwrap();
        fs::write(room.project("flake.nix"), text + "# and more\n").unwrap();
    });
}

/// The first edit that the project's README teaches.
#[test]
fn names_in_the_lists_are_run_unasked() {
    let room = Room::new("cpu");
    programs(&room, "programs = [\n          \"ffmpeg\" # video\n          \"git-lfs\"\n        ];");
    room.validate("offline", &[]).exits(5);
    assert!(room.noted("argv").is_some(), "Nix was not called");
}

#[test]
fn neither_are_changed_or_added_parts_nor_another_lock() {
    refused("nix/hook.sh", |room| fs::write(room.project("nix/hook.sh"), "touch /tmp/canary\n").unwrap());
    refused("nix/more.nix", |room| fs::write(room.project("nix/more.nix"), "{ }").unwrap());
    refused("flake.lock", |room| fs::write(room.project("flake.lock"), "{}").unwrap());
    refused("nix/uv.nix", |room| fs::remove_file(room.project("nix/uv.nix")).unwrap());
    refused("flake.nix", |room| {
        fs::rename(room.project("flake.nix"), room.path("elsewhere.nix")).unwrap();
        symlink(room.path("elsewhere.nix"), room.project("flake.nix")).unwrap();
    });
}

#[test]
fn a_clone_passes_and_python_files_are_the_person_s() {
    let room = Room::new("cpu");
    fs::rename(room.path("demo"), room.path("clone")).unwrap();
    fs::rename(room.path("clone"), room.path("demo")).unwrap();
    let pyproject = fs::read_to_string(room.project("pyproject.toml")).unwrap();
    fs::write(room.project("pyproject.toml"), pyproject.replace("dependencies = [", "dependencies = [\n    \"einops\","))
        .unwrap();
    fs::write(room.project("main.py"), "print(1)\n").unwrap();
    fs::write(room.project("uv.lock"), "").unwrap();
    room.validate("offline", &[]).exits(5);
}

#[test]
fn uv_alone_runs_no_nix_file_and_needs_no_trust() {
    let room = Room::new("cpu").with_uv();
    fs::write(room.project("flake.nix"), "throw \"no\"").unwrap();
    room.validate("hang", &["--runner", "uv"]).exits(1).fails_in("proof");
    assert_eq!(room.noted("argv"), None);
}

#[test]
fn a_folder_that_is_no_project_or_not_ours_is_left_alone() {
    let room = Room::new("cpu");
    fs::create_dir(room.path("empty")).unwrap();
    let outcome = crate::room::Outcome::of(room.nixml(&["validate", "empty"]).output().unwrap());
    outcome.exits(3).says("nixml init");
    crate::room::Outcome::of(room.nixml(&["validate", "nowhere"]).output().unwrap()).exits(3);
    if rustix::process::geteuid().is_root() {
        chown(room.path("demo"), Some(65534), Some(65534)).unwrap();
        room.validate("hang", &[]).exits(4).says("another user");
        assert_eq!(room.noted("argv"), None);
    } else {
        println!("SKIP a_folder_that_is_no_project_or_not_ours_is_left_alone: only root can give a folder away");
    }
}

#[test]
fn one_nixml_at_a_time() {
    let room = Room::new("cpu");
    let first = room.command("hang", &[]).spawn().unwrap();
    while room.noted("pid").is_none() {
        std::thread::sleep(Duration::from_millis(10));
    }
    room.validate("ok", &[]).exits(4).says(&first.id().to_string());
    kill_process(Pid::from_raw(i32::try_from(first.id()).unwrap()).unwrap(), Signal::INT).unwrap();
    first.wait_with_output().unwrap();
    room.validate("offline", &[]).exits(5);
}

#[test]
fn without_git_an_environment_is_not_copied_to_the_store() {
    let room = Room::new("cpu");
    fs::remove_dir_all(room.project(".git")).unwrap();
    room.validate("offline", &[]).exits(5);
    fs::create_dir(room.project(".venv")).unwrap();
    room.validate("offline", &[]).exits(3).says("git init").says(".venv");
}

#[test]
fn a_link_in_the_place_of_the_logs_is_refused() {
    let room = Room::new("cpu");
    fs::create_dir(room.path("victim")).unwrap();
    symlink(room.path("victim"), room.project(".nixml")).unwrap();
    room.validate("ok", &[]).exits(4).says(".nixml");
    assert_eq!(fs::read_dir(room.path("victim")).unwrap().count(), 0);
}

/// An environment is made on each machine anew; one that came with a clone would be asked for its Python.
#[test]
fn an_environment_that_came_with_the_project_is_not_run() {
    let evil = |room: &Room| {
        fs::create_dir_all(room.project(".venv/bin")).unwrap();
        fs::write(room.project(".venv/bin/python"), "#!/bin/sh\ntouch \"$FAKE_DIR/evil\"\n").unwrap();
        fs::set_permissions(room.project(".venv/bin/python"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        room.git(&["add", "--force", ".venv"]);
    };
    refused(".venv", evil);
    let room = Room::new("cpu").with_uv();
    evil(&room);
    room.validate("ok", &["--runner", "uv"]).exits(4).says(".venv").says("--trust");
    assert_eq!(room.noted("evil"), None);
    room.git(&["rm", "-rq", "--cached", ".venv"]);
    assert_ne!(room.validate("ok", &["--runner", "uv"]).code, Some(4), "one that is only here is this machine's own");
}

#[test]
fn a_python_version_is_a_version_and_no_program() {
    for program in ["./evil", "/tmp/evil", "# a comment\n../evil\n"] {
        let room = Room::new("cpu").with_uv();
        fs::write(room.project(".python-version"), program).unwrap();
        for runner in ["uv", "nix"] {
            room.validate("ok", &["--runner", runner]).exits(4).says("evil").says(".python-version").says("--trust");
        }
    }
    let room = Room::new("cpu");
    fs::write(room.project(".python-version"), "3.13\n").unwrap();
    room.validate("offline", &[]).exits(5);
}

/// A folder that was handed over with its `.git`: Nix would take from there what was not looked at.
#[test]
fn what_git_was_told_to_overlook_is_not_trusted() {
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        refused("nix/hook.sh", |room| {
            room.git(&["add", "."]);
            room.git(&["update-index", flag, "nix/hook.sh"]);
        });
    }
}

/// The settings and hooks of a repository name programs; none is started by what nixml asks of git.
#[test]
fn a_repository_s_own_settings_start_nothing() {
    let room = Room::new("cpu");
    let evil = room.path("evil.sh");
    fs::write(&evil, format!("#!/bin/sh\necho \"$@\" >> {}\n", room.path("fake/evil").display())).unwrap();
    fs::set_permissions(&evil, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    for hook in ["post-index-change", "pre-commit", "reference-transaction"] {
        fs::copy(&evil, room.project(".git/hooks").join(hook)).unwrap();
    }
    room.git(&["config", "core.fsmonitor", evil.to_str().unwrap()]);
    let words: [&[&str]; 7] = [
        &["validate", "demo"],
        &["doctor", "--dir", "demo", "--fix", "--yes"],
        &["init", "demo", "--framework", "jax", "--targets", "cpu", "--extras", "vscode", "--yes", "--no-validate"],
        &["outdated", "demo"],
        &["upgrade", "demo", "--yes"],
        &["clean", "demo", "--all", "--yes"],
        &["undo", "demo"],
    ];
    for words in words {
        room.nixml(words).env("FAKE_NIX", "offline").output().unwrap();
        assert_eq!(room.noted("evil"), None, "{words:?}");
    }
    // The trap is one.
    room.git(&["status"]);
    assert!(room.noted("evil").is_some());
}
