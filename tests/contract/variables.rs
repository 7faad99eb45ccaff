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
