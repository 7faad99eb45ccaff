//! `undo` in bad company: killed in the middle, without a git that answers, twice.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::room::{Room, litter};
use crate::support::skip;
use crate::traced;

fn git(room: &Room, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-C", "demo"]);
    let ran = room.dressed(command, arguments).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn a_repository_goes_only_when_git_says_that_it_is_empty() {
    // git answers nothing: it is broken, or gone.
    for broken in ["#!/bin/sh\nexit 128\n", ""] {
        let room = Room::new();
        room.init(&[]).exits(0);
        git(&room, &["add", "."]);
        git(&room, &["commit", "-qm", "mine"]);
        fs::create_dir(room.path("bin")).unwrap();
        let path = if broken.is_empty() {
            room.path("bin")
        } else {
            fs::write(room.path("bin/git"), broken).unwrap();
            fs::set_permissions(room.path("bin/git"), fs::Permissions::from_mode(0o755)).unwrap();
            room.path("bin")
        };
        let mut undo = room.nixml(&["undo", "demo"]);
        undo.env("PATH", path);
        undo.output().unwrap();
        assert!(room.path("demo/.git/HEAD").is_file(), "{broken:?}");
        git(&room, &["rev-parse", "HEAD"]);
    }
}

#[test]
fn commits_of_the_person_s_stay() {
    let room = Room::new();
    room.init(&[]).exits(0);
    git(&room, &["add", "."]);
    git(&room, &["commit", "-qm", "mine"]);
    room.run(&["undo", "demo"]).exits(0).says("the git repository stays");
    git(&room, &["checkout", "-q", "--", "."]);
    assert!(room.path("demo/flake.nix").is_file());
}

/// Kills `undo` at each `step`th of its calls; another one finishes what it began.
fn killed(step: usize, all: bool) {
    let room = Room::new();
    fs::create_dir(room.path("demo")).unwrap();
    fs::write(room.path("demo/pyproject.toml"), "mine\n").unwrap();
    fs::write(room.path("demo/.gitignore"), "data/\n").unwrap();
    let before = room.tree("demo");
    let make = || room.init(&["--force"]).exits(0).code();
    make();
    let arguments = ["undo", "demo"];
    let calls = traced::calls(&room, &arguments, all);
    assert!(room.tree("demo") == before);
    make();
    assert!(calls.len() > 15, "{calls:?}");
    for call in calls.into_iter().step_by(step) {
        traced::tamper(&room, &call, "signal=KILL", &arguments);
        room.wait_alone();
        let again = room.run(&arguments);
        // What was finished at its very last call is not there to be undone any more.
        let done = again.code() == Some(0) || again.err().contains("no `nixml init` of this user wrote here");
        assert!(done, "after {call:?}: {}", again.told());
        assert!(room.tree("demo") == before, "after {call:?}: {:?}", room.tree("demo").keys());
        assert!(!room.path("demo/.git").exists(), "{call:?}");
        assert_eq!(litter(&room.tree("home")), Vec::<&String>::new());
        make();
    }
}

#[test]
fn an_undo_that_was_killed_is_finished_by_the_next() {
    if !traced::possible() {
        skip!("strace is not installed, or may not trace here");
    }
    killed(7, false);
}

#[test]
#[ignore = "long: every call"]
fn an_undo_that_was_killed_at_any_call_is_finished_by_the_next() {
    if !traced::possible() {
        skip!("strace is not installed, or may not trace here");
    }
    killed(1, true);
}
