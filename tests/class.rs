//! A course from the instructor's first command to the board.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, reason = "tests touch the world")]

mod support;

use std::fs;

use support::ran::{Ran, nixml};

fn code_of(output: &Ran) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    text.lines().find_map(|line| line.strip_prefix("readiness code: ")).unwrap().split_whitespace().next().unwrap().to_owned()
}

#[test]
fn a_course_is_made_rehearsed_joined_and_counted() {
    let room = tempfile::tempdir().unwrap();
    let room = room.path();
    let made = nixml(
        room,
        &[
            "class",
            "new",
            "--title",
            "ML 101",
            "--set",
            "framework=jax",
            "--set",
            "targets=cuda",
            "--allow",
            "python=3.12,3.13",
            "--gpu",
            "required",
            "--fallback",
        ],
    );
    made.exits(0);
    fs::write(room.join("class.toml"), &made.stdout).unwrap();

    fs::create_dir(room.join("hosts")).unwrap();
    fs::write(room.join("hosts/none.toml"), "schema = 1\ngpus = []\n[os]\nkind = \"linux\"\narch = \"x86_64\"\n").unwrap();
    fs::write(
        room.join("hosts/card.toml"),
        "schema = 1\n[os]\nkind = \"linux\"\narch = \"x86_64\"\n[driver]\nversion = \"580.65.06\"\n[[gpus]]\nvendor = \"nvidia\"\ncompute = \"8.9\"\n",
    )
    .unwrap();
    let checked = nixml(room, &["class", "check", "class.toml", "--hosts", "hosts", "--json"]);
    checked.exits(0);
    let report: serde_json::Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!(report["rows"][0]["outcome"], "served");
    assert_eq!(report["rows"][1]["outcome"], "fallback");

    // A laptop without a card gets the planned path and says so.
    let joined = nixml(room, &["join", "class.toml", "lab", "--host", "hosts/none.toml", "--no-validate"]);
    joined.exits(0);
    assert!(String::from_utf8_lossy(&joined.stderr).contains("plans a CPU path"));
    assert!(fs::read_to_string(room.join("lab/nixml.toml")).unwrap().contains("targets = [\"cpu\"]"));
    let code = code_of(&joined);

    fs::write(room.join("codes"), format!("Ada {code}\nAlan {}\n", code.replace('-', "").chars().rev().collect::<String>()))
        .unwrap();
    let board = nixml(room, &["class", "board", "codes", "--class", "class.toml", "--json"]);
    board.exits(0);
    let board: serde_json::Value = serde_json::from_slice(&board.stdout).unwrap();
    assert_eq!(board["total"], 2);
    assert!(board["rows"][1]["state"].as_str().unwrap().contains("mistyped"));
    let csv = nixml(room, &["class", "board", "codes", "--csv"]);
    assert!(String::from_utf8_lossy(&csv.stdout).starts_with("name,code,ready"));
}

#[test]
fn a_locked_answer_and_a_strange_key_are_refused_and_nothing_is_written() {
    let room = tempfile::tempdir().unwrap();
    let room = room.path();
    fs::write(
        room.join("class.toml"),
        "schema = 1\ntitle = \"x\"\nlocked = [\"framework\"]\n[answers]\nframework = \"jax\"\ntargets = [\"cpu\"]\n",
    )
    .unwrap();
    nixml(room, &["join", "class.toml", "lab", "--set", "framework=scikit-learn", "--no-validate"]).exits(2);
    fs::write(room.join("evil.toml"), "schema = 1\ntitle = \"x\"\nrun = \"rm -rf\"\n").unwrap();
    let output = nixml(room, &["join", "evil.toml", "lab"]);
    output.exits(2);
    assert!(String::from_utf8_lossy(&output.stderr).contains("run"));
    assert!(!room.join("lab").exists());
}
