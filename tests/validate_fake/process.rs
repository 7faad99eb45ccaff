//! A Nix that hangs, floods, dies, forks and asks: nixml ends in time, says what happened, and leaves nothing behind.

use std::fs;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::room::{Outcome, Room, alive};

#[test]
fn a_hang_ends_at_the_limit_with_124() {
    let room = Room::new("cpu");
    let begin = Instant::now();
    room.validate("hang", &["--timeout", "1"]).exits(124).fails_in("evaluate").says("time limit of 1 s").says("--timeout");
    assert!(begin.elapsed() < Duration::from_mins(1));
    assert!(alive("86399").is_empty());
    assert!(room.left_over().is_empty(), "{:?}", room.left_over());
}

#[test]
fn whoever_ignores_every_signal_but_one_is_killed() {
    let room = Room::new("cpu");
    room.validate("ignore-term", &["--timeout", "1"]).exits(124);
    assert!(alive("0.123456").is_empty());
}

#[test]
fn processes_that_left_their_session_do_not_stay() {
    let room = Room::new("cpu");
    room.validate("fork-setsid", &[]).exits(1).fails_in("evaluate").says("left some behind");
    for word in ["86398", "86397", "86396"] {
        assert!(alive(word).is_empty(), "{word}");
    }
}

#[test]
fn a_flood_and_a_line_without_end_stay_small_in_memory() {
    for mode in ["flood", "long-line"] {
        let room = Room::new("cpu");
        let child = room.command(mode, &[]).spawn().unwrap();
        let most = watch_memory(&child);
        let outcome = Outcome::of(child.wait_with_output().unwrap());
        outcome.exits(1).fails_in("evaluate");
        assert!(most < 150 * 1024, "{mode}: {most} KiB");
        assert!(outcome.out.len() < 200_000, "{mode}: the report has {} bytes", outcome.out.len());
        assert!(room.logs().len() < 3 << 20, "{mode}: {} bytes of log", room.logs().len());
    }
}

/// The most memory a process had, in KiB, looked at until it ends.
fn watch_memory(child: &Child) -> u64 {
    let mut most = 0;
    loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let resident =
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|rest| rest.split_whitespace().next());
        match resident.and_then(|kib| kib.parse().ok()) {
            Some(kib) => most = kib,
            None => return most,
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn death_by_a_signal_and_silence_are_worded_right() {
    let room = Room::new("cpu");
    room.validate("sigsegv", &[]).exits(1).fails_in("evaluate").says("killed by SIGSEGV");
    room.validate("silent-success", &[]).exits(1).says("ended it before any command ran");
}

#[test]
fn a_question_gets_no_answer_and_nothing_is_a_terminal() {
    let room = Room::new("cpu");
    room.validate("prompt", &["--timeout", "60"]).exits(1).says("asked and got nobody").says("do you want to allow this");
    assert_eq!(room.noted("tty").as_deref(), Some(""));
}

#[test]
fn nothing_a_child_prints_acts_on_the_terminal() {
    let room = Room::new("cpu");
    for more in [&["-v"][..], &[]] {
        let outcome = room.validate("osc", more);
        outcome.exits(1).fails_in("evaluate");
        let shown = format!("{}{}{}", outcome.out, outcome.err, room.logs());
        assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
        assert!(!shown.contains("\\u001b") && !shown.contains("\\u009b") && !shown.contains('\u{202e}'), "{shown:?}");
        assert!(shown.contains("boo"));
    }
    room.validate("non-utf8", &["-v"]).exits(1).says("caf\u{fffd}");
}

#[test]
fn a_signal_to_nixml_ends_all_and_is_the_exit_code() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let room = Room::new("cpu");
        let child = room.command("hang", &[]).spawn().unwrap();
        while room.noted("pid").is_none() {
            std::thread::sleep(Duration::from_millis(10));
        }
        let pid = room.noted("pid").unwrap().trim().to_owned();
        let begin = Instant::now();
        kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), signal).unwrap();
        let outcome = Outcome::of(child.wait_with_output().unwrap());
        outcome.exits(code).fails_in("evaluate");
        assert!(begin.elapsed() < Duration::from_secs(8), "{code}: {:?}", begin.elapsed());
        assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists(), "{code}");
        assert!(room.left_over().is_empty(), "{:?}", room.left_over());
    }
}

#[test]
fn nix_is_called_by_a_plain_list_with_a_clean_environment() {
    let room = Room::new("cpu");
    let mut command = room.command("offline", &["--nixpkgs", "github:NixOS/nixpkgs/nixos-26.05"]);
    command
        .env("LD_PRELOAD", "")
        .env("LD_LIBRARY_PATH", "/opt/cuda/lib64")
        .env("PYTHONPATH", "/x")
        .env("UV_NO_GROUP", "cuda")
        .env("KEPT", "yes");
    Outcome::of(command.output().unwrap()).exits(5);
    let argv = room.noted("argv").unwrap();
    let words: Vec<&str> = argv.lines().collect();
    for unwanted in ["accept-flake-config", "--impure", "sh -c", "substituters"] {
        assert!(!argv.contains(unwanted), "{argv}");
    }
    for pair in [
        ["--override-input", "nixpkgs"],
        ["nixpkgs", "github:NixOS/nixpkgs/nixos-26.05"],
        ["--profile", ".nixml/profile"],
        ["--log-format", "internal-json"],
        ["--extra-experimental-features", "nix-command flakes"],
        ["develop", ".#cpu"],
        ["connect-timeout", "10"],
    ] {
        assert!(words.windows(2).any(|window| window == pair), "{pair:?} is not in {words:?}");
    }
    let environment = room.environment();
    for unwanted in ["LD_PRELOAD", "LD_LIBRARY_PATH", "PYTHONPATH", "UV_NO_GROUP"] {
        assert!(!environment.contains_key(unwanted), "{unwanted}");
    }
    assert_eq!(environment["KEPT"], "yes");
    assert!(environment["TMPDIR"].contains("/tmp/nixml-"), "{}", environment["TMPDIR"]);
}
