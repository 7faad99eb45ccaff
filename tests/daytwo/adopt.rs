//! Projects that were there before: twelve as people have them, adopted with every line accounted for, or refused with the line.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::place::{Place, told};
use crate::support::schema::faults;
use crate::support::standin::Standin;
use crate::support::{need, tools};
use crate::{exits, json, schema};

const PROJECTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/daytwo/projects");

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            let _ = fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A place whose project folder holds that project.
fn with(mut place: Place, name: &str) -> Place {
    copy(&Path::new(PROJECTS).join(name), &place.project());
    place.set("NIXML_HOST", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/daytwo/cpu.toml"));
    place
}

fn adopt(place: &Place, more: &[&str]) -> Value {
    let output = place.nixml(["init", "--adopt", "--yes", "--no-validate", "--json"].iter().chain(more));
    exits(&output, 0);
    let report = json(&output);
    assert_eq!(faults(&schema(place, "init"), &report), Vec::<String>::new());
    report
}

fn taken(report: &Value, step: &str) -> Vec<String> {
    let all = report["adopted"]["taken"].as_array().unwrap().iter();
    all.filter(|taken| taken["step"] == step).map(|taken| taken["value"].as_str().unwrap().to_owned()).collect()
}

/// `FILE:LINE` of everything left out.
fn left(report: &Value) -> Vec<String> {
    let all = report["adopted"]["left"].as_array().unwrap().iter();
    all.map(|left| format!("{}:{}", left["file"].as_str().unwrap(), left["line"])).collect()
}

fn pyproject(place: &Place) -> toml::Table {
    place.read("project/pyproject.toml").parse().unwrap()
}

fn words(list: &toml::Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// Every file by its bytes, git's own left out.
fn bytes(place: &Place) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![place.project()];
    while let Some(dir) = open.pop() {
        for path in fs::read_dir(dir).unwrap().flatten().map(|entry| entry.path()).filter(|path| !path.ends_with(".git")) {
            if path.is_dir() { open.push(path) } else { found.push((path.display().to_string(), fs::read(&path).unwrap())) }
        }
    }
    found.sort();
    found
}

#[test]
fn poetry_keeps_its_tables_and_gains_the_standard_ones() {
    let place = with(Place::new(), "poetry");
    let before = bytes(&place);
    let report = adopt(&place, &[]);
    assert_eq!(taken(&report, "name"), ["churn-model"]);
    assert_eq!(taken(&report, "framework"), ["scikit-learn"]);
    assert_eq!(left(&report), ["pyproject.toml:12", "pyproject.toml:20", "poetry.lock:1"]);
    assert!(!report.to_string().contains("token@"), "a password is told");
    let text = place.read("project/pyproject.toml");
    assert!(text.contains("line-length = 100 # wide screens") && text.contains("lab-tools = { git ="), "{text}");
    let now = pyproject(&place);
    assert_eq!((now["project"]["name"].as_str(), now["project"]["version"].as_str()), (Some("churn-model"), Some("1.4.2")));
    let dependencies = words(&now["project"]["dependencies"]);
    assert!(dependencies.iter().any(|text| text.starts_with("scikit-learn==")), "{dependencies:?}");
    assert!(dependencies.contains(&"tqdm[notebook]>=4.66,<5".to_owned()), "{dependencies:?}");
    assert_eq!(words(&now["dependency-groups"]["dev"]), ["iniconfig>=2.0,<3"]);
    // The old file is kept, and everything can be taken back to the byte.
    assert_eq!(
        fs::read(place.at("project/pyproject.toml.nixml-bak.1")).unwrap(),
        before.iter().find(|(path, _)| path.ends_with("pyproject.toml")).unwrap().1
    );
    exits(&place.nixml(["undo"]), 0);
    assert_eq!(bytes(&place), before);
}

#[test]
fn an_adopted_project_that_was_edited_is_not_taken_back() {
    for (name, file) in [("poetry", "pyproject.toml"), ("pins", "flake.nix"), ("setup-cfg", "README.md")] {
        let place = with(Place::new(), name);
        adopt(&place, &[]);
        let path = place.project().join(file);
        fs::write(&path, fs::read_to_string(&path).unwrap() + "\n# mine\n").unwrap();
        let edited = bytes(&place);
        let output = place.nixml(["undo"]);
        exits(&output, 4);
        assert!(told(&output).contains(file), "{}", told(&output));
        assert_eq!(bytes(&place), edited, "{name}: a refusal changed something");
    }
}

#[test]
fn includes_constraints_and_hashes_of_requirements() {
    let place = with(Place::new(), "pins");
    let report = adopt(&place, &[]);
    assert_eq!(
        taken(&report, "packages"),
        ["scikit-learn>=1.4", "idna==3.10", "einops==0.8.1", "colorama==0.4.6 ; sys_platform == 'win32'", "six"]
    );
    assert_eq!(left(&report), ["requirements.txt:4"]);
    let dependencies = words(&pyproject(&place)["project"]["dependencies"]);
    assert!(dependencies.contains(&"idna==3.10".to_owned()) && dependencies.len() == 5, "{dependencies:?}");
    // A second run with the project's own answers changes nothing.
    let again = json(&place.nixml(["init", "--answers", "nixml.toml", "--no-validate", "--json"]));
    assert!(again["files"].as_array().unwrap().iter().all(|file| file["action"] == "unchanged"), "{again}");
}

#[test]
fn conda_with_cuda_becomes_the_cuda_target() {
    let place = with(Place::new(), "conda-cuda");
    let report = adopt(&place, &[]);
    assert_eq!(taken(&report, "name"), ["segmentation"]);
    assert_eq!((taken(&report, "targets"), taken(&report, "python")), (vec!["cuda".to_owned()], vec!["3.12".to_owned()]));
    let packages = taken(&report, "packages");
    for package in ["torch>=2.7", "torchvision", "numpy==2.2.*", "opencv-python-headless", "segmentation-models-pytorch>=0.3"] {
        assert!(packages.contains(&package.to_owned()), "{package}: {packages:?}");
    }
    let mut left = left(&report);
    left.sort();
    let lines = [6, 11, 12, 15, 16, 17, 20, 21].map(|line| format!("environment.yml:{line}"));
    assert!(lines.iter().all(|line| left.contains(line)) && left.len() == lines.len(), "{left:?}");
    assert!(place.read("project/flake.nix").contains("\"libGL\""), "opencv's libraries were not thought of");
    assert_eq!(report["plan"]["targets"], serde_json::json!(["cuda"]));
}

#[test]
fn setuptools_keeps_extras_and_gets_its_dependencies_written_out() {
    let place = with(Place::new(), "setuptools");
    let report = adopt(&place, &[]);
    assert_eq!(
        (taken(&report, "name"), taken(&report, "packages")),
        (vec!["lab_metrics".to_owned()], vec!["idna>=3".to_owned()])
    );
    assert_eq!(left(&report), ["pyproject.toml:7", "pyproject.toml:1", "setup.py:1"]);
    let now = pyproject(&place);
    assert_eq!(words(&now["project"]["optional-dependencies"]["plots"]), ["matplotlib>=3.9"]);
    assert!(now["project"].get("dynamic").is_none() && now["project"]["version"].is_str(), "uv would have to build it");
    assert!(words(&now["project"]["dependencies"]).contains(&"idna>=3".to_owned()));
    let place = with(Place::new(), "setup-cfg");
    let report = adopt(&place, &[]);
    assert_eq!((taken(&report, "name"), taken(&report, "packages")), (vec!["old-lab".to_owned()], vec!["six>=1.16".to_owned()]));
    assert!(place.read("project/setup.cfg").contains("max-line-length"));
}

#[test]
fn an_index_for_torch_gives_way_to_the_plan_s() {
    let place = with(Place::new(), "uv-torch");
    let report = adopt(&place, &[]);
    assert_eq!(taken(&report, "targets"), ["cuda"]);
    let text = place.read("project/pyproject.toml");
    assert!(
        !text.contains("pytorch-cu124") && !text.contains("triton") && text.contains("\"datasets>=3\", # of the hub"),
        "{text}"
    );
    assert_eq!(words(&pyproject(&place)["dependency-groups"]["dev"]), ["ruff>=0.8"]);
}

#[test]
fn what_stands_in_the_way_is_named_with_its_line() {
    for (name, more, says) in [
        ("freeze", &[][..], &["requirements.txt:2", "jax==0.4.30", "--framework jax"][..]),
        ("old", &[], &["environment.yml:5", "pytorch=1.7.1"]),
        ("none", &[], &["requirements.txt", "--framework"]),
        ("workspace", &[], &["pyproject.toml:5", "workspace"]),
        ("broken", &[], &["requirements.txt:2", "torch = 2.1"]),
        ("old", &["--framework", "pytorch"], &["environment.yml:4", "python=3.7", "--python"]),
    ] {
        let place = with(Place::new(), name);
        let before = bytes(&place);
        let output = place.nixml(["init", "--adopt", "--yes", "--no-validate"].iter().chain(more));
        exits(&output, 2);
        for part in says {
            assert!(told(&output).contains(part), "{name}: `{part}`: {}", told(&output));
        }
        assert_eq!(bytes(&place), before, "{name}: something was written");
    }
    // The way out that was named is one.
    let place = with(Place::new(), "freeze");
    let report = adopt(&place, &["--framework", "jax"]);
    assert_eq!(
        (taken(&report, "targets"), taken(&report, "packages")),
        (vec!["cuda".to_owned()], vec!["absl-py==2.1.0".to_owned(), "opt-einsum==3.3.0".to_owned()])
    );
    let place = with(Place::new(), "old");
    adopt(&place, &["--framework", "pytorch", "--python", "3.12"]);
}

#[test]
fn without_the_word_nothing_of_theirs_is_read_or_changed() {
    let place = with(Place::new(), "poetry");
    let before = bytes(&place);
    let output = place.nixml(["init", "--framework", "scikit-learn", "--yes", "--no-validate"]);
    exits(&output, 4);
    assert!(told(&output).contains("--adopt"), "{}", told(&output));
    assert_eq!(bytes(&place), before);
}

/// Adopts with `more`, and asks the real uv of the live index for a lock of it. Gives the lock's packages, `NAME VERSION`, and
/// what uv would install here.
fn locked(name: &str, more: &[&str]) -> Option<(Vec<String>, String)> {
    let uv = tools::uv()?;
    let standin = Standin::of(&uv);
    // The newest of those that every one of these projects has wheels for.
    let python = standin.newest_python(&["3.11", "3.12"])?;
    let mut place = Place::new().with_program(&uv);
    place.set("UV_PYTHON", &standin.pythons[python]);
    place.set("UV_PYTHON_DOWNLOADS", "never");
    let place = with(place, name);
    adopt(&place, &[&["--python", python], more].concat());
    place.run("uv", &["lock", "--quiet"]);
    let lock: toml::Table = place.read("project/uv.lock").parse().unwrap();
    let packages = lock["package"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|package| Some(format!("{} {}", package.get("name")?.as_str()?, package.get("version")?.as_str()?)));
    let would = place.command(&uv).args(["sync", "--locked", "--dry-run"]).output().unwrap();
    assert!(would.status.success(), "{name}: {}", told(&would));
    Some((packages.collect(), told(&would)))
}

/// The build that needs a card is not installed here: uv's own lock and what it would install say that it is the right one.
#[track_caller]
fn is_locked(name: &str, more: &[&str], packages: &[&str], installs: &[&str]) {
    let (lock, would) = need!(locked(name, more), "no uv, or no Python 3.11 or 3.12");
    for package in packages {
        assert!(lock.iter().any(|one| one.starts_with(package)), "{name}: no {package} in {lock:?}");
    }
    for line in installs.iter().filter(|line| !line.contains("nvidia") || cfg!(target_arch = "x86_64")) {
        assert!(would.contains(line), "{name}: no {line} in {would}");
    }
    println!("{name}: {} packages locked", lock.len());
}

#[test]
fn conda_s_segmentation_is_locked_by_uv() {
    let packages = ["torch 2.", "torchvision 0.", "numpy 2.2.", "opencv-python-headless ", "segmentation-models-pytorch 0."];
    is_locked("conda-cuda", &[], &packages, &["+ torch==", "+ nvidia-cublas", "+ segmentation-models-pytorch=="]);
}

#[test]
fn uv_s_own_torch_project_is_locked_by_uv() {
    is_locked(
        "uv-torch",
        &[],
        &["torch 2.", "torchvision 0.", "datasets ", "ruff "],
        &["+ torch==", "+ nvidia-cublas", "+ ruff=="],
    );
}

#[test]
fn a_frozen_list_for_cuda_is_locked_by_uv() {
    let packages = ["jax 0.", "jax-cuda13-plugin ", "absl-py 2.1.0", "opt-einsum 3.3.0"];
    is_locked("freeze", &["--framework", "jax"], &packages, &["+ jax==", "+ absl-py==2.1.0"]);
}

#[test]
fn an_environment_of_years_ago_is_locked_by_uv_once_it_was_answered() {
    is_locked("old", &["--framework", "pytorch"], &["torch 2.", "tensorboardx 2.1"], &["+ torch==", "+ tensorboardx==2.1"]);
}

/// Adopts, and proves with this Nix (or uv alone).
fn proved(name: &str, nix: bool) {
    let uv = need!(tools::uv(), "no uv: run scripts/install-tools");
    let standin = Standin::of(&uv);
    let python = need!(standin.newest_python(&["3.11", "3.12", "3.13", "3.14"]), "no Python from 3.11 to 3.14");
    let mut place = Place::new();
    if nix {
        place = place.with_nix(&need!(tools::nix("newest"), "no Nix: run scripts/install-nixes"));
        place.set("NIXML_NIXPKGS", standin.flakeref());
    } else {
        place = place.with_program(&uv).with_program(&standin.pythons[python]);
        place.set("UV_PYTHON_DOWNLOADS", "never");
    }
    let place = with(place, name);
    adopt(&place, &["--python", python]);
    let args = ["validate", "--json", "--runner", if nix { "nix" } else { "uv" }];
    let output = place.nixml(args);
    exits(&output, 0);
    assert_eq!(json(&output)["ok"], true);
    if nix {
        // What it costs is measured with the real Nix, and uv's own cache is named.
        let report = json(&place.nixml(["clean", "--json"]));
        let profile = report["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|item| item["path"] == ".nixml/profile")
            .unwrap_or_else(|| panic!("{report}"));
        assert!(profile["bytes"].as_u64().is_some_and(|bytes| bytes > 0), "{report}");
    }
}

#[test]
fn pinned_requirements_are_proved_with_nix() {
    proved("pins", true);
}

#[test]
fn poetry_is_proved_with_uv() {
    proved("poetry", false);
}

#[test]
#[ignore = "long: four more installs; `just soak`"]
fn the_others_are_proved_with_nix() {
    for name in ["poetry", "setuptools", "setup-cfg", "jax"] {
        proved(name, true);
        println!("{name}: adopted, validated and proved with Nix and uv");
    }
}

/// Everything but the proof: the shell is built, the lock made, gigabytes of CUDA installed.
#[test]
#[ignore = "long: downloads gigabytes; `just soak`"]
fn those_for_a_card_are_validated_with_nix_up_to_the_proof() {
    let uv = need!(tools::uv(), "no uv: run scripts/install-tools");
    let nix = need!(tools::nix("newest"), "no Nix: run scripts/install-nixes");
    let standin = Standin::of(&uv);
    let python = need!(standin.newest_python(&["3.11", "3.12"]), "no Python 3.11 or 3.12");
    for (name, more) in
        [("conda-cuda", &[][..]), ("uv-torch", &[]), ("freeze", &["--framework", "jax"]), ("old", &["--framework", "pytorch"])]
    {
        let mut place = Place::new().with_nix(&nix);
        place.set("NIXML_NIXPKGS", standin.flakeref());
        let place = with(place, name);
        adopt(&place, &[&["--python", python], more].concat());
        let output = place.nixml(["validate", "--json", "--allow-no-gpu"]);
        exits(&output, 0);
        let report = json(&output);
        let ended: Vec<&str> = report["phases"].as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap()).collect();
        assert_eq!(ended, ["ok", "ok", "ok", "ok", "skipped"], "{name}: {report}");
        println!("{name}: adopted and validated with Nix and uv, all but the proof");
    }
}
