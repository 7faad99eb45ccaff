//! The whole way with real Nix and real uv: from the first key to a proof, and a shell of the project afterwards.

use std::path::Path;
use std::time::Duration;

use crate::support::place::Place;
use crate::support::pty::Terminal;
use crate::support::standin::Standin;
use crate::support::{need, tools};

/// The Pythons that JAX has wheels for.
const PYTHONS: [&str; 4] = ["3.11", "3.12", "3.13", "3.14"];

#[test]
fn a_jax_project_is_written_proved_and_entered() {
    let nix = need!(tools::nix("newest"), "no Nix: run scripts/install-nixes");
    let standin = Standin::of(&need!(tools::uv(), "no uv: run scripts/install-tools"));
    let python = need!(standin.newest_python(&PYTHONS), "no Python 3.11 to 3.14");
    let mut place = Place::new().with_nix(&nix);
    let host = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts/laptop-no-gpu.toml");
    place.set("TERM", "xterm-256color");
    place.set("SHELL", "/bin/bash");
    place.set("NIXML_HOST", host);
    place.set("NIXML_NIXPKGS", standin.flakeref());
    let env = place.variables();
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let nixml = Path::new(env!("CARGO_BIN_EXE_nixml"));
    let mut terminal = Terminal::start(nixml, &["init", "--python", python], &place.project(), &env, 100, 30);

    terminal.wait_for("Step by step");
    terminal.send("j\r");
    terminal.wait_for("What is the project called?");
    terminal.send("\r");
    terminal.wait_for("Which framework");
    terminal.send("/jax\r");
    terminal.wait_for("Where should the code run?");
    terminal.send("\r");
    terminal.wait_for("Which Python?");
    terminal.send("\r");
    terminal.wait_for("Anything else?");
    terminal.send("\r");
    terminal.wait_for("new files");
    assert!(std::fs::read_dir(place.project()).unwrap().next().is_none(), "nothing is written before it is confirmed");
    terminal.send("\r");
    terminal.wait_for("read the flake");
    let proved = terminal.wait_within(Duration::from_mins(10), "the proof", |screen| screen.contains("step 8/8: It "));
    assert!(proved.contains("computed, and the result is right"), "{proved}");

    terminal.send("\x1bOQ");
    terminal.wait_for("what you type goes there");
    terminal.send("python -c 'import jax; print(jax.devices(), 6 * 7)'\r");
    terminal.wait_within(Duration::from_mins(2), "the shell's answer", |screen| screen.contains("CpuDevice(id=0)] 42"));
    terminal.send("\x1bOQ");
    terminal.wait_for("F2 shell in the project");
    terminal.send("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_clean();
    terminal.assert_harmless();
    assert_eq!(place.processes(), [], "the shell is gone with nixml");
}

#[test]
fn a_validation_that_is_left_leaves_nobody_behind() {
    let nix = need!(tools::nix("newest"), "no Nix: run scripts/install-nixes");
    let standin = Standin::of(&need!(tools::uv(), "no uv: run scripts/install-tools"));
    let python = need!(standin.newest_python(&PYTHONS), "no Python 3.11 to 3.14");
    let mut place = Place::new().with_nix(&nix);
    place.set("TERM", "xterm-256color");
    place.set("NIXML_HOST", Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts/laptop-no-gpu.toml"));
    place.set("NIXML_NIXPKGS", standin.flakeref());
    let env = place.variables();
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let nixml = Path::new(env!("CARGO_BIN_EXE_nixml"));
    let mut terminal = Terminal::start(nixml, &["init", "--python", python], &place.project(), &env, 100, 30);
    terminal.wait_for("Python 3");
    terminal.send("\r");
    terminal.wait_for("new files");
    terminal.send("\r");
    terminal.wait_for("running");
    terminal.send("\x03");
    terminal.wait_for("s stops the validation");
    terminal.send("\x03");
    assert_eq!(terminal.end(), 130);
    terminal.assert_clean();
    assert_eq!(place.processes(), [], "nothing of the validation is left");
    assert!(place.project().join("flake.nix").is_file(), "the project stays");
}
