//! A course from the instructor's first command to the board.

use std::fs;

use crate::code_of;
use crate::support::ran::nixml;

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
    assert!(String::from_utf8_lossy(&joined.stderr).contains("the course's CPU path, as planned"));
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

#[test]
fn what_was_missing_is_said_to_be_mended() {
    let room = tempfile::tempdir().unwrap();
    let room = room.path();
    fs::write(
        room.join("class.toml"),
        "schema = 1\ntitle = \"x\"\n[answers]\nframework = \"jax\"\ntargets = [\"cpu\"]\n[needs]\nmemory_bytes = 8000000000\n",
    )
    .unwrap();
    let host = |name: &str, bytes: u64| {
        let text = format!("schema = 1\ngpus = []\n[os]\nkind = \"linux\"\narch = \"x86_64\"\n[memory]\ntotal_bytes = {bytes}\n");
        fs::write(room.join(name), text).unwrap();
    };
    host("small.toml", 2_000_000_000);
    host("large.toml", 16_000_000_000);
    let first = nixml(room, &["join", "class.toml", "lab", "--host", "small.toml", "--json"]);
    first.exits(1).says("missing  memory: 8.0 GB needed, 2.0 GB found").says("to do:");
    let report = first.json();
    assert_eq!((report["outcome"].as_str(), report["state"].as_str()), (Some("fails"), Some("not-ready")));
    assert!(!room.join("lab").exists(), "checks first: nothing is written");
    let second = nixml(room, &["join", "class.toml", "lab", "--host", "large.toml", "--json"]);
    second.exits(0).says("mended since the last time: more memory");
    assert_eq!(second.json()["fixed"], serde_json::json!(["memory"]));
    assert_eq!(second.json()["state"], "written", "there is no Nix here");
    crate::support::schema::check("join", &second.json());
    // The second time there is nothing new to say, and the project is the same.
    nixml(room, &["join", "class.toml", "lab", "--host", "large.toml"]).exits(0).never_says("mended since");
}

/// What a student has configured for other projects changes nothing in a course.
#[test]
fn the_students_own_configuration_stays_out() {
    let room = tempfile::tempdir().unwrap();
    let room = room.path();
    fs::create_dir_all(room.join(".config/nixml")).unwrap();
    fs::write(room.join(".config/nixml/config.toml"), "[answers]\nextras = [\"jupyter\"]\npackages = [\"rich\"]\n").unwrap();
    fs::write(room.join("none.toml"), crate::PLAIN).unwrap();
    fs::write(room.join("class.toml"), "schema = 1\ntitle = \"ML 101\"\n[answers]\nframework = \"jax\"\ntargets = [\"cpu\"]\n")
        .unwrap();
    nixml(room, &["join", "class.toml", "anywhere", "--host", "none.toml", "--no-validate"]).exits(0);
    let project = fs::read_to_string(room.join("anywhere/pyproject.toml")).unwrap();
    assert!(project.contains("name = \"ML-101\"") && !project.contains("rich") && !project.contains("ipykernel"), "{project}");
}
