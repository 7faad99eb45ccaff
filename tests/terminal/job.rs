//! Ctrl-Z, with a shell that waits and without one.

use std::path::Path;

use rustix::process::Signal;

use crate::Room;

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
