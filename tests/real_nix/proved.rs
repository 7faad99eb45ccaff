//! The happy path: from answers to a proof, and a second time from what is there.

use crate::each_nix;
use crate::project::Project;
use crate::support::need;
use crate::support::tools::{self, Nix};

each_nix! {
    jax_is_proved => jax;
}

fn jax(nix: &Nix) {
    let project = need!(Project::of_jax(nix), "no uv, or no Python from 3.11 to 3.14");
    let verdict = project.validate(&[]);
    assert_eq!(verdict.exit, Some(0), "{}", verdict.told);
    assert_eq!(verdict.report["ok"], true);
    let device = &verdict.report["proof"]["devices"][0];
    assert_eq!((device["kind"].as_str(), device["jit"].as_bool()), (Some("cpu"), Some(true)), "{}", verdict.told);
    assert!(device["max_error"].as_f64().unwrap() < 1e-3, "{device}");
    assert_eq!(verdict.report["proof"]["framework"], "jax");
    let phases: Vec<_> = verdict.report["phases"].as_array().unwrap().iter().map(|phase| &phase["status"]).collect();
    assert_eq!(phases, ["ok"; 5], "{}", verdict.told);

    assert!(!verdict.told.contains('\u{1b}'), "escape bytes without a terminal");
    assert_eq!(project.place.processes(), [], "left running");
    // a colleague with Nix alone needs no nixml
    project
        .place
        .run("nix", &["develop", "--override-input", "nixpkgs", &project.nixpkgs, "--command", "python", "-c", "import jax"]);
}

/// What is there is used again, and `python main.py`, the program that nixml wrote, trains.
#[test]
fn a_second_time_changes_nothing() {
    let project =
        need!(tools::nix("newest").and_then(|nix| Project::of_jax(&nix)), "no Nix, no uv, or no Python from 3.11 to 3.14");
    assert_eq!(project.validate(&[]).exit, Some(0));
    let files = || ["uv.lock", "flake.lock", "pyproject.toml"].map(|file| project.place.read(&format!("project/{file}")));
    let before = files();
    let again = project.validate(&[]);
    assert_eq!((again.exit, files()), (Some(0), before), "{}", again.told);
    let python = project.place.at("project/.venv/bin/python");
    let trained = project.place.run(python, &["main.py"]);
    assert!(trained.contains("of the points are right"), "{trained}");
}

/// Proves a framework on the processor, and runs the program that nixml wrote for it.
fn proved(framework: &str, kernel: &str) {
    let answers = ["--framework", framework, "--targets", "cpu"];
    let project = need!(tools::nix("newest").and_then(|nix| Project::made(&nix, &answers)), "no Nix, no uv, or no Python");
    let verdict = project.validate(&[]);
    assert_eq!(verdict.exit, Some(0), "{}", verdict.told);
    let proof = &verdict.report["proof"];
    assert_eq!((proof["framework"].as_str(), proof["devices"][0]["kind"].as_str()), (Some(framework), Some("cpu")));
    assert!(proof["devices"][0]["kernel"].as_str().unwrap().contains(kernel), "{proof}");
    let said = project.place.run(project.place.at("project/.venv/bin/python"), &["main.py"]);
    let right = said.lines().last().and_then(|line| line.split_once('%')).and_then(|(number, _)| number.parse::<f64>().ok());
    assert!(right.is_some_and(|right| right > 90.0) && said.to_lowercase().contains("cpu"), "{said}");
}

#[test]
fn scikit_learn_is_proved() {
    proved("scikit-learn", "fit");
}

#[test]
fn xgboost_is_proved() {
    proved("xgboost", "trees");
}

#[test]
fn onnx_runtime_is_proved() {
    proved("onnxruntime", "float32");
}
