//! `NIXML_<FLAG>`: the same as the flag, and never a consent.

use crate::room::{JAX, Room};

#[test]
fn a_flag_without_a_value_is_said_by_any_plain_yes() {
    for (word, dry) in [("1", true), ("true", true), ("Yes", true), ("on", true), ("0", false), ("no", false), ("", false)] {
        let room = Room::new();
        room.run_with(&[("NIXML_DRY_RUN", word)], &[&["init", "demo"], &JAX[..]].concat()).exits(0);
        assert_eq!(!room.path("demo").exists(), dry, "{word:?}");
    }
}

#[test]
fn json_quiet_and_the_rest_by_variables() {
    let room = Room::new();
    let ran = room.run_with(
        &[
            ("NIXML_JSON", "1"),
            ("NIXML_NO_VALIDATE", "1"),
            ("NIXML_NO_GIT", "1"),
            ("NIXML_FRAMEWORK", "jax"),
            ("NIXML_TARGETS", "cpu"),
        ],
        &["init", "demo", "--yes"],
    );
    ran.exits(0);
    assert_eq!(ran.json()["plan"]["framework"], "jax");
    assert!(room.path("demo").is_dir() && !room.path("demo/.git").exists());
    let ran = room.run_with(&[("NIXML_QUIET", "1")], &[&["init", "other"], &JAX[..]].concat());
    assert!(ran.exits(0).stdout.is_empty() && ran.stderr.is_empty(), "{}", ran.told());
}

/// The user's file comes last: it says what nothing else says.
#[test]
fn the_configuration_says_answers_and_the_options_of_every_command() {
    let room = Room::new();
    room.0.write(
        "home/.config/nixml/config.toml",
        "framework = \"jax\"\ntargets = [\"cpu\"]\npython = \"3.12\"\nquiet = true\ncolour = 1\n[answers]\npython = \"3.13\"\n",
    );
    let quiet = room.run(&["init", "demo", "--yes", "--no-validate"]);
    assert!(quiet.exits(0).stdout.is_empty() && quiet.stderr.is_empty(), "{}", quiet.told());
    assert!(room.0.read("project/demo/nixml.toml").contains("python = \"3.13\""), "`[answers]` wins");
    let loud = room.run_with(&[("NIXML_QUIET", "0"), ("NIXML_PYTHON", "3.14")], &["init", "other", "--yes", "--no-validate"]);
    assert!(!loud.exits(0).stdout.is_empty(), "a variable wins");
    assert!(room.0.read("project/other/nixml.toml").contains("python = \"3.14\""));
    room.0.write("home/.config/nixml/config.toml", "color = \"always\"\n");
    assert!(room.run(&["doctor"]).exits(0).out().contains('\u{1b}'));
    assert!(!room.run(&["doctor", "--color", "never"]).exits(0).out().contains('\u{1b}'), "a flag wins");
    room.0.write("home/.config/nixml/config.toml", "color = \"purple\"\n");
    room.run(&["doctor"]).exits(2).says("purple");
}

/// What a person has to say each time anew.
#[test]
fn no_variable_consents() {
    let room = Room::with(&[("demo/flake.nix", "{ }\n"), ("demo/pyproject.toml", "[project]\nname = \"mine\"\n")]);
    let before = room.everything();
    let consents = ["YES", "FORCE", "ADOPT", "TRUST", "FIX", "NO_REDACT", "ALLOW_BUILD"].map(|name| format!("NIXML_{name}"));
    let consents: Vec<(&str, &str)> = consents.iter().map(|name| (name.as_str(), "1")).collect();
    room.run_with(&consents, &[&["init", "demo"], &JAX[..]].concat()).exits(4);
    room.run_with(&consents, &["init", "other"]).exits(2);
    assert_eq!(room.everything(), before);
    // a flake that is not nixml's is not run, whatever the environment says
    room.run(&[&["init", "lab"], &JAX[..]].concat()).exits(0);
    std::fs::write(room.path("lab/flake.nix"), "{ outputs = _: throw \"run\"; }\n").unwrap();
    room.run_with(&consents, &["validate", "lab"]).exits(4).says("flake.nix").says("--trust");
}
