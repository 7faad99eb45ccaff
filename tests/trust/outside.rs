//! nixml opens no line to the network and starts only the programs it says it starts; never one that makes it root.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::room::{INIT, Room};
use crate::support::{skip, tools};
use crate::traced;

/// The programs that nixml itself may start, and those that git starts.
const CHILDREN: &[&str] = &["nixml", "exe", "git", "nix", "uv", "direnv", "nvidia-smi", "ldconfig", "ldd"];

/// Programs that would make somebody root, load a driver or call out.
const TRIPWIRES: &[&str] = &[
    "sudo",
    "su",
    "doas",
    "pkexec",
    "run0",
    "nvidia-modprobe",
    "modprobe",
    "insmod",
    "curl",
    "wget",
    "ssh",
    "pip",
    "conda",
    "sh",
    "bash",
];

/// Every command that a person can give without a network, each in a room with a project.
const COMMANDS: &[&[&str]] = &[
    &INIT,
    &["init", "demo", "--framework", "pytorch", "--targets", "cpu", "--yes", "--force"],
    &["validate", "demo"],
    &["validate", "demo", "--runner", "uv"],
    &["doctor", "--dir", "demo"],
    &["doctor", "--dir", "demo", "--fix", "--yes"],
    &["probe", "--json"],
    &["matrix"],
    &["explain", "libcuda-not-found"],
    &["report", "demo"],
    &["outdated", "demo"],
    &["upgrade", "demo"],
    &["class", "new", "class.toml"],
    &["completions", "bash"],
    &["man"],
    &["schema", "facts"],
    &["undo", "demo"],
];

fn tripwires(room: &Room) {
    fs::create_dir(room.path("bin")).unwrap();
    for name in TRIPWIRES {
        let path = room.path("bin").join(name);
        fs::write(&path, format!("#!/bin/cat\n{name}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    // A Nix and a uv that fail at once, so that those ways are gone, too.
    for name in ["nix", "uv"] {
        let path = room.path("bin").join(name);
        fs::copy("/bin/false", &path).unwrap();
    }
}

#[test]
fn no_socket_to_anywhere_and_no_program_that_is_not_named() {
    if !traced::possible() {
        skip!("strace is not installed, or may not trace here");
    }
    let room = Room::new();
    tripwires(&room);
    let path = format!("{}:/usr/bin:/bin", room.path("bin").display());
    let mut started = BTreeSet::new();
    for arguments in COMMANDS {
        let mut command = room.dressed(Command::new(tools::strace()), &[]);
        // The real machine is looked at: that is where something could be asked.
        command.env("PATH", &path).env_remove("NIXML_HOST");
        let (ran, log) = traced::followed(&room, "socket,connect,execve,setuid,setresuid", command, arguments);
        assert!(ran.code().is_some_and(|code| code != 70 && code != 101), "{arguments:?}: {}", ran.told());
        for line in log.lines() {
            let Some((_, call)) = line.split_once(' ') else { continue };
            let call = call.trim_start();
            let afar = call.contains("AF_INET") || call.contains("AF_NETLINK") || call.contains("AF_PACKET");
            assert!(!afar, "{arguments:?}: {line}");
            assert!(!call.starts_with("setuid") && !call.starts_with("setresuid"), "{arguments:?}: {line}");
            if let Some(rest) = call.strip_prefix("execve(\"").filter(|_| call.ends_with("= 0") || call.contains("unfinished")) {
                let program = Path::new(rest.split('"').next().unwrap());
                let name = program.file_name().unwrap().to_string_lossy().into_owned();
                // git's own parts lie in its own folder.
                if !program.starts_with("/usr/lib/git-core") {
                    assert!(CHILDREN.contains(&name.as_str()), "{arguments:?} started {}", program.display());
                }
                assert!(!rest.contains("accept-flake-config") && !rest.contains("--impure"), "{rest}");
                started.insert(name);
            }
        }
    }
    println!("started: {started:?}");
    assert!(started.contains("git"));
}

#[test]
fn root_is_told_once_and_goes_on() {
    if !rustix::process::geteuid().is_root() {
        skip!("only root can try it");
    }
    let room = Room::new();
    let ran = room.init(&[]);
    ran.exits(0);
    assert_eq!(ran.err().matches("warning: running as root").count(), 1, "{}", ran.err());
    room.run(&["doctor"]).never_says("running as root");
    room.run(&["-q", "undo", "demo"]).exits(0).never_says("running as root");
}
