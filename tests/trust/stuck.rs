//! Programs that a look at the machine asks and that never answer: they end with nixml, whatever ends it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::room::Room;

/// A room whose Nix, uv and direnv note that they were called and then sleep.
fn sleepers() -> Room {
    let room = Room::new();
    fs::create_dir(room.path("bin")).unwrap();
    for name in ["nix", "uv", "direnv", "git"] {
        let path = room.path("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n: > {}\nexec sleep 86395\n", room.path(&format!("called-{name}")).display()))
            .unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    room
}

fn start(room: &Room, arguments: &[&str]) -> Child {
    let mut command = room.nixml(arguments);
    command.env("PATH", format!("{}:/usr/bin:/bin", room.path("bin").display())).env_remove("NIXML_HOST");
    command.env("NIXML_PROBE_TIMEOUT_MS", "60000").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn called(room: &Room, name: &str) {
    while !room.path(&format!("called-{name}")).exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_signal_ends_what_a_look_at_the_machine_started() {
    for (arguments, signal, code) in [
        (&["doctor"][..], Signal::TERM, 15),
        (&["probe"], Signal::INT, 2),
        (&["init", "demo", "--framework", "jax", "--yes"], Signal::HUP, 1),
    ] {
        let room = sleepers();
        let mut child = start(&room, arguments);
        called(&room, "nix");
        called(&room, "uv");
        kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), signal).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(code), "{status}");
        let begin = Instant::now();
        room.wait_alone();
        assert!(begin.elapsed() < Duration::from_secs(8), "{:?}", begin.elapsed());
        assert!(!room.path("demo").exists());
    }
}

#[test]
fn whoever_was_started_with_nohup_hears_no_hang_up() {
    let room = sleepers();
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_nixml")]);
    let mut command = room.dressed(command, &["probe", "--json"]);
    command.env("PATH", format!("{}:/usr/bin:/bin", room.path("bin").display())).env_remove("NIXML_HOST");
    command.env("NIXML_PROBE_TIMEOUT_MS", "1500").stdout(Stdio::piped());
    let child = command.spawn().unwrap();
    called(&room, "nix");
    kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), Signal::HUP).unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
    room.wait_alone();
}

/// A repository whose settings are a pipe, as somebody may hand one over: git waits for ever, nixml does not.
#[test]
fn a_git_that_hangs_ends_with_nixml() {
    let room = Room::new();
    room.init(&[]).exits(0);
    let config = room.path("demo/.git/config");
    fs::remove_file(&config).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &config, rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0).unwrap();
    let mut child = room.nixml(&crate::room::INIT).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begin = Instant::now();
    while room.running().len() < 2 {
        assert!(begin.elapsed() < Duration::from_mins(1), "git was not started");
        std::thread::sleep(Duration::from_millis(5));
    }
    kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), Signal::TERM).unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&child.wait().unwrap()), Some(15));
    room.wait_alone();
}

#[test]
#[ignore = "long: half a minute of waiting for git"]
fn a_git_that_hangs_is_not_waited_for_twice() {
    let room = Room::new();
    room.init(&[]).exits(0);
    let config = room.path("demo/.git/config");
    fs::remove_file(&config).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, &config, rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0).unwrap();
    let begin = Instant::now();
    room.run(&crate::room::INIT).exits(0).says("git did not answer within 30 s");
    assert!(begin.elapsed() < Duration::from_secs(50), "{:?}", begin.elapsed());
    room.wait_alone();
}
