//! Folders with odd names, without a name, and gone under our feet.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;

use crate::room::Room;
use crate::support::ran::Ran;

fn init_in(room: &Room, name: &OsString) -> Ran {
    let mut command = room.nixml(&["init"]);
    command.arg(name).args(["--framework", "jax", "--targets", "cpu", "--yes", "--no-validate", "--no-git"]);
    command.output().unwrap().into()
}

#[test]
fn any_name_of_a_folder_gives_a_valid_project_or_a_clear_refusal() {
    let names: Vec<Vec<u8>> = [
        "with space",
        "a$HOME",
        "quo'te\"",
        "back`tick`",
        "new\nline",
        "tab\there",
        "\u{1f600} emoji",
        "日本",
        "-leading",
        "--help-me",
        "..x",
        "a;rm -rf",
        "${x}",
        "''${y}",
        "con",
        "esc\x1b]52;c;aGk=\x07",
        "\u{202e}evil",
        ".hidden",
        "ends-",
        "jax",
        "torch",
        "%s%n",
    ]
    .iter()
    .map(|name| name.as_bytes().to_vec())
    .chain([b"caf\xe9".to_vec(), vec![b'x'; 255]])
    .collect();
    for name in names {
        let room = Room::new();
        let shown = String::from_utf8_lossy(&name).into_owned();
        // A path, so that no name can be taken for an option.
        let path = OsString::from_vec([b"./".as_slice(), &name].concat());
        let ran = init_in(&room, &path);
        assert!(
            !ran.told().contains(|letter: char| letter.is_control() && !"\n\t".contains(letter)),
            "{shown:?}: {:?}",
            ran.told()
        );
        assert!(!ran.told().contains('\u{202e}'), "{shown:?}");
        let made = fs::read_to_string(room.path("").join(&path).join("nixml.toml"));
        match ran.code() {
            Some(0) => {
                let answers: toml::Table = made.unwrap().parse().unwrap();
                let project = answers["name"].as_str().unwrap();
                assert!(
                    project.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)),
                    "{shown:?}: {project}"
                );
                assert!(project != "jax", "{shown:?}");
            }
            Some(2) => {
                assert!(made.is_err() && ran.err().contains("hint: "), "{shown:?}: {}", ran.told());
            }
            other => panic!("{shown:?}: {other:?} {}", ran.told()),
        }
    }
}

#[test]
fn a_folder_that_was_removed_under_us_is_exit_3() {
    let room = Room::new();
    let script = r#"mkdir gone; cd gone; rmdir ../gone; exec "$0" "$@""#;
    for arguments in [&["init", "--framework", "jax", "--targets", "cpu", "--yes"][..], &["validate"], &["undo"], &["upgrade"]] {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_nixml")]);
        let ran: Ran = room.dressed(command, arguments).output().unwrap().into();
        assert!(matches!(ran.code(), Some(2 | 3)), "{arguments:?}: {}", ran.told());
        assert!(ran.err().contains("error: ") && !ran.err().contains("bug"), "{arguments:?}: {}", ran.told());
    }
    let mut command = std::process::Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_nixml")]);
    let ran: Ran = room.dressed(command, &["init", "--framework", "jax", "--targets", "cpu", "--yes"]).output().unwrap().into();
    ran.exits(3);
    // What needs no folder works there, or says why not.
    for arguments in [&["doctor"][..], &["matrix"], &["probe"], &["explain", "disk-full"]] {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_nixml")]);
        let ran: Ran = room.dressed(command, arguments).output().unwrap().into();
        assert!(matches!(ran.code(), Some(0..=3)), "{arguments:?}: {}", ran.told());
        ran.never_says("bug").never_says("os error");
    }
}

#[test]
fn without_a_home_it_works_and_says_what_is_not_kept() {
    for (home, state) in [(None, None), (Some("/proc/nonexistent"), None), (Some("relative"), Some("also/relative"))] {
        let room = Room::new();
        let mut command = room.nixml(&crate::room::INIT);
        command.env_remove("HOME");
        if let Some(home) = home {
            command.env("HOME", home);
        }
        if let Some(state) = state {
            command.env("XDG_STATE_HOME", state).env("XDG_CONFIG_HOME", state);
        }
        let ran: Ran = command.output().unwrap().into();
        ran.exits(0);
        assert!(room.path("demo/flake.nix").is_file());
        assert!(!room.path("relative").exists() && !room.path("also").exists(), "{home:?}");
        assert_eq!(ran.err().matches("nixml undo").count(), 1, "{home:?}: {}", ran.told());
        let mut doctor = room.nixml(&["doctor", "--json"]);
        doctor.env_remove("HOME");
        let doctor: Ran = doctor.output().unwrap().into();
        doctor.exits(0).json();
    }
}
