//! Ctrl-Z, with a shell that waits and without one.

use std::path::Path;

use rustix::process::Signal;

use crate::Room;
use crate::endings::{SCREENS, Screen, hanging};

#[test]
fn ctrl_z_stops_it_under_a_shell_and_fg_brings_everything_back() {
    let room = Room::new();
    // bash switches paste brackets on by itself otherwise.
    let inputrc = room.folder("inputrc");
    std::fs::write(&inputrc, "set enable-bracketed-paste off\n").unwrap();
    let env = [("PS1", "prompt> "), ("INPUTRC", inputrc.to_str().unwrap())];
    let mut shell = room.program(Path::new("/bin/bash"), &["--norc", "-i"], "laptop-no-gpu", &env, 80, 24);
    shell.wait_for("prompt>");
    shell.send("\"$NIXML\"\r");
    shell.wait_for("Quick");
    shell.send("j\r");
    shell.wait_for("What is the project called?");
    shell.send("-kept");
    shell.wait_for("demo-kept");
    for stop in ["\x1a", ""] {
        if stop.is_empty() {
            // The same, asked for by somebody else.
            let pid = child_of(shell.pid().as_raw_nonzero().get());
            rustix::process::kill_process(pid, Signal::TSTP).unwrap();
        } else {
            shell.send(stop);
        }
        shell.wait_for("Stopped");
        let screen = shell.emulated();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        shell.send("clear; stty -a | grep -o '[-]*icanon'\r");
        shell.wait_until("the shell's own settings", |screen| screen.lines().any(|line| line == "icanon"));
        shell.send("fg\r");
        shell.wait_for("demo-kept");
    }
    shell.send("\x03\x03");
    shell.wait_for("prompt>");
    shell.send("echo code $?\r");
    shell.wait_for("code 130");
    shell.send("exit\r");
    shell.end();
    shell.assert_clean();
}

/// Stopped on this screen, gone on with, stopped again, and ended while the shell waits for it.
fn stopped_on(screen: &Screen) {
    let room = hanging();
    let (inputrc, path) = (room.folder("inputrc"), format!("{}:/usr/bin:/bin", room.folder("bin").display()));
    std::fs::write(&inputrc, "set enable-bracketed-paste off\n").unwrap();
    let env = [("PS1", "prompt> "), ("INPUTRC", inputrc.to_str().unwrap()), ("PATH", path.as_str())];
    let mut shell = room.program(Path::new("/bin/bash"), &["--norc", "-i"], "laptop-no-gpu", &env, 80, 24);
    shell.wait_for("prompt>");
    shell.send("\"$NIXML\"\r");
    for (seen, keys) in screen.way {
        shell.wait_for(seen);
        shell.send(keys);
    }
    shell.wait_for(screen.seen);
    let pid = child_of(shell.pid().as_raw_nonzero().get());
    for _ in 0..2 {
        rustix::process::kill_process(pid, Signal::TSTP).unwrap();
        shell.wait_for("Stopped");
        let left = shell.emulated();
        assert!(!left.alternate_screen() && !left.hide_cursor() && !left.bracketed_paste(), "{}", screen.name);
        shell.send("clear; stty -a | grep -o '[-]*icanon'\r");
        shell.wait_until("the shell's own settings", |screen| screen.lines().any(|line| line == "icanon"));
        shell.send("fg\r");
        shell.wait_until(screen.name, |now| now.contains(screen.seen) && !now.contains("prompt>"));
    }
    rustix::process::kill_process(pid, Signal::TERM).unwrap();
    // What is typed before the end belongs to nixml.
    shell.wait_until("the prompt", |now| now.trim_end().ends_with("prompt>"));
    shell.send("echo code $?\r");
    shell.wait_for("code 143");
    shell.send("exit\r");
    shell.end();
    shell.assert_clean();
    let begin = std::time::Instant::now();
    while !room.running().is_empty() {
        assert!(begin.elapsed().as_secs() < 60, "{}: {:?} are left", screen.name, room.running());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn a_stop_on_screens_of_every_kind_is_gone_on_from() {
    for name in ["machine: help", "framework: search", "review: leave?", "running: pane"] {
        stopped_on(SCREENS.iter().find(|screen| screen.name == name).unwrap());
    }
}

#[test]
#[ignore = "long: every screen"]
fn a_stop_on_every_screen_is_gone_on_from() {
    SCREENS.iter().for_each(stopped_on);
}

#[test]
fn without_a_shell_it_goes_on_and_says_why() {
    let room = Room::new();
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 80, 24);
    terminal.wait_for("Quick");
    terminal.send("\x1a");
    terminal.wait_for("nowhere to go");
    terminal.signal(Signal::TSTP);
    terminal.send("j\r");
    terminal.wait_for("What is the project called?");
    terminal.send("\x03\x03");
    assert_eq!(terminal.end(), 130);
    terminal.assert_clean();
}

/// The process that `parent` started.
fn child_of(parent: i32) -> rustix::process::Pid {
    let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap();
    rustix::process::Pid::from_raw(children.split_whitespace().next().unwrap().parse().unwrap()).unwrap()
}
