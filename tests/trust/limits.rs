//! Little of everything: file size, open files, processes, memory; and files in the way that are far too large.

use std::fs;
use std::process::{Child, Command, Stdio};

use crate::room::{INIT, Room};
use crate::support::ran::Ran;
use crate::support::skip;

fn limited(room: &Room, limits: &[&str], arguments: &[&str]) -> Ran {
    let mut command = Command::new("prlimit");
    command.args(limits).arg(env!("CARGO_BIN_EXE_nixml"));
    room.dressed(command, arguments).output().unwrap().into()
}

#[test]
fn a_limit_of_the_size_of_files_is_an_error_and_no_death() {
    if which::which("prlimit").is_err() {
        skip!("prlimit is not installed");
    }
    let room = Room::new();
    let ran = limited(&room, &["--fsize=1024"], &INIT);
    ran.exits(3).says("File too large").says("nothing was written");
    assert!(!room.path("demo").exists(), "the folder that nixml made is gone again");
    room.init(&[]).exits(0);
}

#[test]
fn few_open_files_are_enough_or_the_refusal_is_clear() {
    if which::which("prlimit").is_err() {
        skip!("prlimit is not installed");
    }
    for most in [6, 9, 12, 16, 24, 64] {
        let room = Room::new();
        let ran = limited(&room, &[&format!("--nofile={most}")], &INIT);
        match ran.code() {
            Some(0) => assert!(room.path("demo/flake.nix").is_file()),
            Some(2 | 3) => {
                assert!(ran.err().contains("Too many open files"), "{most}: {}", ran.told());
                assert!(room.tree("demo").is_empty(), "{most}");
            }
            other => panic!("{most}: {other:?} {}", ran.told()),
        }
        assert!(most < 16 || ran.code() == Some(0), "{most}: {}", ran.told());
        // The machine is looked at with whatever can be opened.
        let mut probe = Command::new("prlimit");
        probe.arg(format!("--nofile={most}")).arg(env!("CARGO_BIN_EXE_nixml"));
        let mut probe = room.dressed(probe, &["doctor", "--json"]);
        probe.env_remove("NIXML_HOST");
        let ran: Ran = probe.output().unwrap().into();
        assert!(matches!(ran.code(), Some(0..=3)), "{most}: {}", ran.told());
    }
}

#[test]
fn without_more_processes_the_terminal_comes_back() {
    if which::which("prlimit").is_err() || which::which("setpriv").is_err() || !rustix::process::geteuid().is_root() {
        skip!("prlimit and setpriv are needed, and to be root to become somebody without other processes");
    }
    let room = Room::new();
    fs::create_dir(room.path("demo")).unwrap();
    for most in [1, 2, 3, 4, 6] {
        let script = format!(
            "chmod 777 home demo; chmod 755 .; cp \"$NIXML\" nixml; cp \"$NIXML_HOST\" host.toml; chmod a+r host.toml; \
             NIXML_HOST=$PWD/host.toml exec setpriv --reuid 64123 --regid 64123 --clear-groups prlimit --nproc={most} ./nixml init other"
        );
        let mut terminal = room.terminal(std::path::Path::new("/bin/sh"), &["-ec", &script], &[], 80);
        terminal.settle();
        if !terminal.over() {
            terminal.send("\x03\x03");
        }
        let code = terminal.end();
        terminal.assert_clean();
        assert!([3, 70, 130].contains(&code), "{most}: {code} {}", terminal.screen());
    }
}

#[test]
fn a_huge_file_in_the_way_is_not_read() {
    let room = Room::new();
    fs::create_dir(room.path("demo")).unwrap();
    for name in ["pyproject.toml", "flake.nix", "nixml.toml", ".gitignore", "README.md"] {
        let file = fs::File::create(room.path("demo").join(name)).unwrap();
        file.set_len(200 << 20).unwrap();
    }
    let child = room.nixml(&INIT).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let most = watch_memory(&child);
    let ran: Ran = child.wait_with_output().unwrap().into();
    ran.exits(4);
    assert!(ran.err().contains("bytes"), "{}", ran.err());
    assert!(most < 150 << 10, "{most} KiB");
    // Reading commands of a project are no greedier.
    for arguments in [&["doctor", "--dir", "demo"][..], &["validate", "demo"], &["outdated", "demo"], &["report"]] {
        let mut command = room.nixml(arguments);
        let child = command.current_dir(room.path("")).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let most = watch_memory(&child);
        child.wait_with_output().unwrap();
        assert!(most < 150 << 10, "{arguments:?}: {most} KiB");
    }
}

/// The most memory a process had, in KiB, looked at until it ends.
pub fn watch_memory(child: &Child) -> u64 {
    let mut most = 0;
    loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
        match peak {
            Some(peak) => most = peak,
            None => return most,
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}
