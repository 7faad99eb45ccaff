//! Scripted `init` on a machine with Nix: it validates, and its end is the validation's.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

use crate::room::{Outcome, Room};

const INIT: [&str; 9] = ["init", "lab", "--framework", "jax", "--targets", "cpu", "--python", "3.13", "--yes"];

fn init(room: &Room, mode: &str, rest: &[&str]) -> Outcome {
    let mut command = room.nixml(&[&INIT[..], rest].concat());
    Outcome::of(command.env("FAKE_NIX", mode).env("NIXML_HOST", room.path("host.toml")).output().unwrap())
}

#[test]
fn the_exit_code_and_the_report_are_the_validation_s() {
    let room = Room::new("cpu");
    for (mode, exit, phase) in [("ok", 1, "proof"), ("offline", 5, "evaluate"), ("build-fails", 1, "build")] {
        let outcome = init(&room, mode, &["--json"]);
        outcome.exits(exit);
        let validation = &outcome.json["validation"];
        assert_eq!((&validation["ok"], &validation["schema_version"]), (&false.into(), &1.into()), "{}", outcome.out);
        let failed = validation["phases"].as_array().unwrap().iter().find(|phase| phase["status"] == "failed").unwrap();
        assert_eq!(failed["id"], phase, "{}", outcome.out);
        // the last lines of the real output, always
        assert!(!failed["output"].as_array().unwrap().is_empty(), "{mode}: {}", outcome.out);
        // the files are there all the same, and the next step is to prove them
        assert!(room.path("lab/flake.nix").is_file());
        assert!(outcome.json["next"].as_array().unwrap().contains(&"nixml validate".into()), "{}", outcome.out);
    }
}

#[test]
fn no_validate_and_a_dry_run_start_no_nix() {
    let room = Room::new("cpu");
    for more in [&["--no-validate"][..], &["--dry-run"]] {
        init(&room, "ok", more).exits(0);
        assert_eq!(room.noted("argv"), None, "{more:?}");
    }
}

#[test]
fn quiet_still_says_why_it_failed() {
    let room = Room::new("cpu");
    init(&room, "build-fails", &["-q"]).exits(1).says("error: build failed").says("broken-1.0");
}

#[test]
fn a_signal_while_it_proves_is_the_exit_code_and_leaves_whole_files() {
    let room = Room::new("cpu");
    let mut command = room.nixml(&INIT);
    let child = command.env("FAKE_NIX", "hang").env("NIXML_HOST", room.path("host.toml")).spawn().unwrap();
    while room.noted("pid").is_none() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(room.left_over().is_empty(), "{:?}", room.left_over());
    let left: Vec<_> = fs::read_dir(room.path("lab")).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("tmp")), "{left:?}");
    // another one goes on from there
    init(&room, "ok", &["--no-validate"]).exits(0).says("unchanged  all ");
}

/// Every object that `validate --json` prints, whatever becomes of it, fits the schema that `nixml schema` prints.
#[test]
fn every_report_fits_its_schema() {
    let room = Room::new("cpu");
    let printed = room.nixml(&["schema", "validate"]).output().unwrap();
    let schema = serde_json::from_slice(&printed.stdout).unwrap();
    for (mode, flags, exit) in [
        ("ok", &[][..], 1),
        ("offline", &[], 5),
        ("build-fails", &[], 1),
        ("sigsegv", &[], 1),
        ("ignore-term", &["--timeout", "1"], 124),
        ("ok", &["--runner", "uv"], 3),
        ("ok", &["--shell", "cuda"], 2),
    ] {
        let outcome = room.validate(mode, flags);
        outcome.exits(exit);
        let faults = crate::support::schema::faults(&schema, &outcome.json);
        assert!(faults.is_empty(), "{mode} {flags:?}: {faults:#?}");
        let failed = outcome.json["phases"].as_array().unwrap().iter().find(|phase| phase["status"] == "failed");
        if exit == 124 {
            assert_eq!(failed.unwrap()["output"][0], "hanging", "{}", outcome.out);
        }
    }
    fs::write(room.project("flake.nix"), "{ }").unwrap();
    let outcome = room.validate("ok", &[]);
    outcome.exits(4);
    assert!(crate::support::schema::faults(&schema, &outcome.json).is_empty());
}
