//! How nixml speaks: short, on the right stream, without escape bytes, and quietly when it is told to.

use crate::room::{JAX, Room};
use crate::support::skip;

#[test]
fn quiet_says_only_what_went_wrong() {
    let room = Room::new();
    for args in [&["init", "demo"][..], &["init", "demo", "--dry-run"]] {
        let ran = room.run(&[args, &JAX[..], &["-q"]].concat());
        assert!(ran.exits(0).stdout.is_empty() && ran.stderr.is_empty(), "{}", ran.told());
    }
    assert_eq!(room.run(&[&["init", "demo", "-q", "--json"], &JAX[..]].concat()).json()["plan"]["framework"], "jax");
    for args in [&["undo", "demo", "-q"][..], &["init", "demo", "-q"], &["upgrade", "demo", "-q"]] {
        let all = if args[0] == "init" { [args, &JAX[..]].concat() } else { args.to_vec() };
        let ran = room.run(&all);
        assert!(ran.exits(0).stdout.is_empty() && ran.stderr.is_empty(), "{all:?}: {}", ran.told());
    }
    std::fs::write(room.path("demo/flake.nix"), "{ }\n").unwrap();
    for args in [&["undo", "demo", "-q"][..], &["validate", "demo", "-q"]] {
        room.run(args).exits(4).says("error: ").says("flake.nix");
    }
}

#[test]
fn root_is_warned_in_one_line_and_served() {
    if !rustix::process::geteuid().is_root() {
        skip!("only root is warned");
    }
    let room = Room::new();
    let warnings = |ran: &crate::support::ran::Ran| ran.err().lines().filter(|line| line.starts_with("warning: ")).count();
    let ran = room.jax(&[]);
    assert_eq!(warnings(ran.exits(0)), 1, "{}", ran.told());
    ran.says("root");
    assert_eq!(warnings(&room.run(&["doctor", "nix"])), 0, "it only looks");
    let plain = Room::in_the_open();
    plain.give_away();
    plain.as_nobody(&[&["init", "demo"], &JAX[..]].concat()).unwrap().exits(0).never_says("warning: running as root");
}

/// What failed, why, what to do next; no stack trace, no escape bytes, nothing on standard output.
#[test]
fn every_error_is_at_most_three_short_parts() {
    let room = Room::with(&[("a.toml", "x = 1\n"), ("file", "")]);
    for args in [
        &["init"][..],
        &["init", "demo", "--framework", "jaxx", "--yes"],
        &["init", "file", "--framework", "jax", "--yes"],
        &["init", "no/such/parent", "--framework", "jax", "--yes"],
        &["init", "--answers", "a.toml"],
        &["init", "--answers", "nowhere.toml"],
        &["validate"],
        &["validate", "nowhere"],
        &["undo"],
        &["outdated"],
        &["upgrade"],
        &["explain", "no-such-code"],
        &["doctor", "no-such-check"],
        &["doctor", "--host", "nowhere.toml"],
        &["matrix", "--host", "a.toml", "--framework", "nonsense"],
        &["matrix", "--data", "nowhere"],
        &["schema", "nonsense"],
        &["join", "nowhere.toml"],
        &["nonsense"],
        &["init", "--nonsense"],
    ] {
        let ran = room.run(args);
        let err = ran.err();
        assert!([Some(2), Some(3)].contains(&ran.code()), "{args:?} {:?}\n{}", ran.code(), ran.told());
        let lines: Vec<&str> = err.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("warning: ")).collect();
        assert!(lines[0].starts_with("error: "), "{args:?}\n{err}");
        assert!(lines.len() <= 4, "{args:?} says too much:\n{err}");
        assert!(!err.contains('\u{1b}') && !err.contains("panicked") && !err.contains("os error"), "{args:?}\n{err}");
        assert!(ran.stdout.is_empty(), "{args:?}\n{}", ran.told());
    }
}

#[test]
fn nixml_alone_without_a_terminal_is_one_line() {
    for variables in [&[][..], &[("NIXML_FRAMEWORK", "jax"), ("NIXML_TARGETS", "cpu")]] {
        let ran = Room::new().run_with(variables, &[]);
        ran.exits(3).says("nixml init --answers");
        assert_eq!(ran.err().lines().count(), 1, "{}", ran.told());
        assert!(ran.stdout.is_empty());
    }
}
