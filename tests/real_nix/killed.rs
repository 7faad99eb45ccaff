//! Stopped half-way, gently and not: nothing of nixml's goes on running.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::each_nix;
use crate::project::Project;
use crate::support::need;
use crate::support::tools::Nix;

each_nix! {
    by_term => term;
    by_int => int;
    by_kill => kill;
}

fn term(nix: &Nix) {
    stopped(nix, Signal::TERM, Some(143));
}

fn int(nix: &Nix) {
    stopped(nix, Signal::INT, Some(130));
}

fn kill(nix: &Nix) {
    stopped(nix, Signal::KILL, None);
}

/// Starts a build that never ends, sends the signal, and looks for what is left: nothing, within 8 s.
fn stopped(nix: &Nix, signal: Signal, exit: Option<i32>) {
    let project = need!(Project::of_jax(nix), "no uv, or no Python from 3.11 to 3.14");
    project.with_program("standin-hangs");
    let mut nixml = project.place.command(env!("CARGO_BIN_EXE_nixml"));
    nixml.args(["validate", "--trust", "--nixpkgs", &project.nixpkgs]).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = nixml.spawn().unwrap();
    let builder = || project.place.processes().iter().any(|(_, line)| line.contains("sleep 100000"));
    let within = |limit: u64, done: &dyn Fn() -> bool| {
        let until = Instant::now() + Duration::from_secs(limit);
        while !done() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(50));
        }
        done()
    };
    assert!(within(60, &builder), "the build never began: {:?}", project.place.processes());
    kill_process(Pid::from_child(&child), signal).unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), exit, "{status}, signal {:?}", status.signal());
    assert!(within(8, &|| project.place.processes().is_empty()), "left running: {:?}", project.place.processes());
}
