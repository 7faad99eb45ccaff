//! The whole way with real Nix and real uv: from the first key to a proof, and a shell of the project afterwards.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::support::place::Place;
use crate::support::pty::Terminal;
use crate::support::standin::Standin;
use crate::support::{need, tools};

/// The Pythons that JAX has wheels for.
const PYTHONS: [&str; 4] = ["3.11", "3.12", "3.13", "3.14"];

const NOTHING: &str = "no Nix, no uv, or no Python 3.11 to 3.14: run scripts/install-nixes and scripts/install-tools";

/// A place with the newest Nix, a machine without a card, the stand-in for nixpkgs, and the newest Python of that.
fn place() -> Option<(Place, &'static str)> {
    let nix = tools::nix("newest")?;
    let standin = Standin::of(&tools::uv()?);
    let python = standin.newest_python(&PYTHONS)?;
    let mut place = Place::new().with_nix(&nix);
    place.set("TERM", "xterm-256color");
    place.set("SHELL", "/bin/bash");
    place.set("NIXML_HOST", Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts/laptop-no-gpu.toml"));
    place.set("NIXML_NIXPKGS", standin.flakeref());
    Some((place, python))
}

fn wizard(place: &Place, args: &[&str], columns: u16, rows: u16) -> Terminal {
    let env = place.variables();
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Terminal::start(Path::new(env!("CARGO_BIN_EXE_nixml")), args, &place.project(), &env, columns, rows)
}

/// Plays the command that the wizard showed in a folder of its own; it must leave what the wizard left.
fn assert_repeated_by(command: &str, place: &Place) {
    let again = place.at("again/project");
    std::fs::create_dir_all(&again).unwrap();
    let line = command.replacen("nixml ", &format!("'{}' ", env!("CARGO_BIN_EXE_nixml")), 1);
    let played = place.command("/bin/sh").args(["-c", &format!("{line} --no-validate")]).current_dir(&again).output().unwrap();
    assert!(played.status.success(), "{command}: {}", String::from_utf8_lossy(&played.stderr));
    let files = |dir: &Path| -> BTreeMap<String, Vec<u8>> {
        let listed = std::process::Command::new("git").args(["ls-files", "-co", "--exclude-standard"]).current_dir(dir).output();
        let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
        // What the validation locked is not in the command.
        let own = listed.lines().filter(|path| *path != "uv.lock");
        own.map(|path| (path.to_owned(), std::fs::read(dir.join(path)).unwrap())).collect()
    };
    let (wizard, scripted) = (files(&place.project()), files(&again));
    assert!(wizard.contains_key("flake.nix"), "{:?}", wizard.keys());
    assert_eq!(wizard.keys().collect::<Vec<_>>(), scripted.keys().collect::<Vec<_>>(), "{command}");
    for (path, bytes) in &wizard {
        assert!(scripted[path] == *bytes, "{path} differs after {command}");
    }
}

#[test]
fn a_jax_project_is_written_proved_and_entered() {
    let (place, python) = need!(place(), "{NOTHING}");
    let mut terminal = wizard(&place, &["init", "--python", python], 100, 30);

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
    let review = terminal.wait_for("new files");
    let command = review.split_once("Scripted").unwrap().1.split_once('╭').unwrap().0;
    let command = command.split_whitespace().collect::<Vec<_>>().join(" ");
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
    assert_repeated_by(&command, &place);
}

#[test]
fn line_by_line_comes_to_the_same() {
    let (place, python) = need!(place(), "{NOTHING}");
    let mut terminal = wizard(&place, &["init", "--plain", "--python", python], 200, 200);
    terminal.wait_for("Number, Enter for 1");
    terminal.send("2\r");
    terminal.wait_for("What is the project called?");
    terminal.send("\r");
    terminal.wait_for("Which framework");
    terminal.send("jax\r");
    terminal.wait_for("Where should the code run?");
    terminal.send("\r");
    terminal.wait_for("Which Python?");
    terminal.send("\r");
    terminal.wait_for("Anything else?");
    terminal.send("\r");
    let review = terminal.wait_for("`write`");
    let command = review.lines().find_map(|line| line.strip_prefix("The same without questions: ")).unwrap().to_owned();
    assert!(std::fs::read_dir(place.project()).unwrap().next().is_none(), "nothing is written before it is confirmed");
    terminal.send("write\r");
    let proved = terminal.wait_within(Duration::from_mins(10), "the proof", |screen| screen.contains("next:"));
    assert!(proved.contains("evaluate: started"), "{proved}");
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    assert!(!terminal.bytes().contains(&0x1b), "an escape sequence: {}", terminal.screen());
    assert_repeated_by(&command, &place);
}

#[test]
fn a_validation_that_is_left_leaves_nobody_behind() {
    let (place, python) = need!(place(), "{NOTHING}");
    let mut terminal = wizard(&place, &["init", "--python", python], 100, 30);
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
