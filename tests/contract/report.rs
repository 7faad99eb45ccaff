//! The object that `init --json` prints, and what it promises: actions, the command that repeats it, the next steps.

use std::fs;

use serde_json::Value;

use crate::room::{JAX, Room};
use crate::support::ran::Ran;
use crate::support::schema;

fn fits(report: &Value) {
    let room = Room::new();
    let faults = schema::faults(&serde_json::from_slice(&room.run(&["schema", "init"]).stdout).unwrap(), report);
    assert!(faults.is_empty(), "{faults:#?}\n{report:#}");
}

fn action<'a>(report: &'a Value, path: &str) -> &'a str {
    let files = report["files"].as_array().unwrap();
    files.iter().find(|file| file["path"] == path).unwrap_or_else(|| panic!("no `{path}`"))["action"].as_str().unwrap()
}

#[test]
fn every_action_is_told_and_the_object_fits_its_schema() {
    let room = Room::with(&[("demo/README.md", "mine\n"), ("demo/.gitignore", "data/\n"), ("demo/flake.nix", "{ }\n")]);
    let ran = room.jax(&["--json"]);
    let refused = ran.exits(4).json();
    fits(&refused);
    assert_eq!((action(&refused, "flake.nix"), action(&refused, "README.md")), ("conflict", "kept"));
    let forced = room.jax(&["--json", "--force"]).json();
    fits(&forced);
    for (path, wanted) in
        [("flake.nix", "replaced"), ("README.md", "kept"), (".gitignore", "appended"), ("pyproject.toml", "created")]
    {
        assert_eq!(action(&forced, path), wanted, "{path}");
    }
    assert_eq!(forced["validation"], Value::Null);
    let again = room.jax(&["--json", "--python", "3.12"]).json();
    fits(&again);
    assert_eq!((action(&again, "flake.nix"), action(&again, "nix/uv.nix")), ("updated", "unchanged"));
    let plan = &again["plan"];
    assert_eq!((plan["python"].as_str(), plan["index"].as_str()), (Some("3.12"), Some("pypi")));
    // of every file, what it has now
    for file in again["files"].as_array().unwrap() {
        let bytes = fs::read(room.path("demo").join(file["path"].as_str().unwrap())).unwrap();
        assert_eq!(file["sha256"], nixml::core::changes::sha256(&bytes), "{file}");
    }
}

/// In a shell, from the same folder, `command` changes nothing, whatever stands in the answers.
#[test]
fn the_command_repeats_the_answers_in_a_shell() {
    let room = Room::new();
    for (dir, answers) in [
        ("plain", &["--framework", "jax", "--targets", "cpu"][..]),
        (
            "it's my lab",
            &["--framework", "jax", "--targets", "cpu", "--name", "lab", "--packages", "einops>=0.8,<1; python_version > '3'"],
        ),
        ("$HOME `x`", &["--framework", "scikit-learn", "--targets", "cpu", "--extras", "vscode,direnv", "--set", "python=3.12"]),
        ("-dash", &["--framework", "jax", "--targets", "cuda,cpu"]),
    ] {
        let ran = room.run(&[&["init", "--yes", "--no-validate", "--json"], answers, &["--", dir]].concat());
        let report = ran.exits(0).json();
        let line = format!("{} --no-validate --json", report["command"].as_str().unwrap().replacen("nixml", "\"$0\"", 1));
        let output = room.0.command("bash").args(["-c", &line, env!("CARGO_BIN_EXE_nixml")]).output().unwrap();
        let again = Ran::from(output);
        let again = again.exits(0).json();
        for file in again["files"].as_array().unwrap() {
            assert_eq!(file["action"], "unchanged", "{line}: {file}");
        }
        assert_eq!(again["plan"], report["plan"]);
        assert_eq!(again["command"], report["command"]);
    }
}

/// Without Nix the files are written, and `next` says what is missing and how to get it; each step is one that can be taken.
#[test]
fn without_nix_next_says_what_is_missing_and_how_to_get_it() {
    let room = Room::new();
    if which::which_in("nix", room.0.variables().into_iter().find(|(name, _)| name == "PATH").map(|(_, path)| path), "/").is_ok()
    {
        println!("SKIP report::without_nix_next_says_what_is_missing_and_how_to_get_it: this machine has a Nix of its own");
        return;
    }
    let ran = room.run(&["init", "it is", "--framework", "jax", "--targets", "cpu", "--yes", "--json"]);
    let report = ran.exits(0).json();
    fits(&report);
    let next: Vec<&str> = report["next"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    assert_eq!(next[0], "cd 'it is'");
    assert!(next[1].contains("Nix") && next[1].contains("nixml doctor nix"), "{next:?}");
    assert!(next.contains(&"nix develop") && next.contains(&"nixml-sync"), "{next:?}");
    room.run(&["doctor", "nix"]).says("install");
}

/// What nobody answered has its reason: which target, and on a machine whose card is left out why.
#[test]
fn the_target_that_nobody_chose_has_its_reason() {
    let system = "schema = 1\n[os]\nkind = \"linux\"\narch = \"x86_64\"\n";
    let room = Room::with(&[
        ("old.toml", &format!("{system}[driver]\nversion = \"595.71.05\"\n[[gpus]]\nname = \"GTX 1080\"\n")),
        ("new.toml", &format!("{system}[driver]\nversion = \"580.95.05\"\n[[gpus]]\nname = \"RTX 4090\"\n")),
        ("none.toml", &format!("gpus = []\n{system}")),
    ]);
    for (host, says) in [
        ("old.toml", "target cpu: driver 595.71.05 leaves Maxwell, Pascal and Volta cards out"),
        ("new.toml", "target cuda: PyTorch can use the card"),
        ("none.toml", "target cpu: there is no NVIDIA card"),
    ] {
        let args = ["init", "demo", "--framework", "pytorch", "--yes", "--dry-run", "--json", "--host", host];
        let report = room.run(&args).exits(0).json();
        assert!(report["plan"]["reasons"][0].as_str().unwrap().starts_with(says), "{:#}", report["plan"]);
    }
}

#[test]
fn a_repository_is_made_or_used_and_what_is_new_is_known_to_it() {
    let room = Room::new();
    room.jax(&[]).exits(0);
    assert!(room.path("demo/.git").is_dir());
    let tracked = room.0.run("git", &["-C", "demo", "ls-files"]);
    for path in ["flake.nix", "flake.lock", "nix/uv.nix", "pyproject.toml", "nixml.toml", ".gitignore", "main.py", "README.md"] {
        assert!(tracked.lines().any(|line| line == path), "{path}: {tracked}");
    }
    // intended to be added only: the index holds no content of them
    assert!(room.0.run("git", &["-C", "demo", "status", "--short"]).contains(" A flake.nix"));
    fs::create_dir_all(room.path("demo/.nixml/logs")).unwrap();
    fs::write(room.path("demo/.nixml/logs/x"), "").unwrap();
    assert!(!room.0.run("git", &["-C", "demo", "status", "--short"]).contains(".nixml"));
    room.run(&[&["init", "bare", "--no-git"], &JAX[..]].concat()).exits(0).says("git");
    assert!(!room.path("bare/.git").exists());
}
