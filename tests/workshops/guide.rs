//! The instructors' guide, followed line by line: every command in `docs/workshops.md` that a machine can type is typed here.

use std::fs;
use std::process::{Command, Stdio};

use crate::support::ran::Ran;

const GUIDE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/workshops.md"));
const HOSTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hosts");

/// The blocks of commands that are marked to be run, each with the exit code that the guide says.
fn blocks() -> Vec<(String, i32)> {
    let mut blocks = Vec::new();
    for part in GUIDE.split("```sh run").skip(1) {
        let (head, rest) = part.split_once('\n').unwrap();
        let body = rest.split("```").next().unwrap();
        let code = head.trim().strip_prefix("exit ").map_or(0, |code| code.parse().unwrap());
        blocks.push((body.to_owned(), code));
    }
    blocks
}

#[test]
fn the_guide_can_be_followed_line_by_line() {
    let room = tempfile::tempdir().unwrap();
    let room = room.path();
    let bin = room.join("bin");
    fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_nixml"), bin.join("nixml")).unwrap();
    // What students of the guide's course have sent.
    fs::create_dir(room.join("laptops")).unwrap();
    for host in ["laptop-no-gpu", "nixos-rtx3060", "wsl2-rtx4060", "maxwell-gtx970-570"] {
        fs::copy(format!("{HOSTS}/{host}.toml"), room.join(format!("laptops/{host}.toml"))).unwrap();
    }
    let blocks = blocks();
    assert!(blocks.len() >= 5, "the guide has {} blocks to run", blocks.len());
    for (body, code) in blocks {
        let mut shell = Command::new("bash");
        shell.args(["-e", "-c", &body]).current_dir(room).env_clear().stdin(Stdio::null());
        shell.env("HOME", room).env("PATH", format!("{}:/usr/bin:/bin", bin.display())).env("GIT_CONFIG_NOSYSTEM", "1");
        // The guide's student sits at the first of the laptops; this machine's own Nix is none of his.
        shell.env("NIXML_HOST", room.join("laptops/laptop-no-gpu.toml"));
        let ran = Ran(shell.output().unwrap());
        assert_eq!(ran.code(), Some(code), "{body}\n{}", ran.told());
        // What the guide shows below the commands is what they say.
        for line in body.lines().filter_map(|line| line.strip_prefix("#> ")) {
            ran.says(line.trim());
        }
    }
    assert!(room.join("class.toml").exists() && room.join("ML-101/pyproject.toml").exists());
}

/// Every command, flag and file that the guide speaks of exists.
#[test]
fn the_guide_speaks_of_what_there_is() {
    for word in ["nixml bundle", "join --kit", "class board", "class check", "class new", "--verify", "--platform"] {
        assert!(GUIDE.contains(word), "the guide says nothing of `{word}`");
    }
}
