//! What a team and a CI service see: a committed clone, a stale lock, JUnit, nothing installed, another catalog.

use std::fs;
use std::path::Path;

use crate::support::place::{Place, told};
use crate::support::schema::faults;
use crate::support::standin::Standin;
use crate::support::{need, tools};
use crate::{exits, json, schema};

const MAKE: [&str; 6] = ["init", "--framework", "scikit-learn", "--targets", "cpu", "--no-validate"];

#[test]
fn with_neither_nix_nor_uv_the_words_help() {
    let place = Place::new();
    exits(&place.nixml(MAKE), 0);
    let output = place.nixml(["validate", "--junit", "report.xml"]);
    exits(&output, 3);
    for part in ["Nix is not installed", "uv is one file", "nixml doctor nix"] {
        assert!(told(&output).contains(part), "{part}: {}", told(&output));
    }
    let xml = place.read("project/report.xml");
    assert!(xml.contains("<failure message=\"Nix is not installed") && xml.contains("name=\"evaluate\""), "{xml}");
    exits(&place.nixml(["validate", "--junit", "no/such/folder.xml"]), 3);
    exits(&place.nixml(["validate", "nowhere", "--junit", "begin.xml"]), 3);
    assert!(place.read("project/begin.xml").contains("<error message="), "{}", place.read("project/begin.xml"));
}

#[test]
fn a_committed_clone_is_frozen_in_ci() {
    let uv = need!(tools::uv(), "no uv: run scripts/install-tools");
    let standin = Standin::of(&uv);
    let python = need!(standin.newest_python(&["3.11", "3.12", "3.13", "3.14"]), "no Python from 3.11 to 3.14");
    let mut place = Place::new().with_program(&uv).with_program(&standin.pythons[python]);
    place.set("UV_PYTHON_DOWNLOADS", "never");
    exits(&place.nixml(MAKE.iter().chain(&["--python", python])), 0);
    // Somebody else's words: uv is here, Nix is not.
    let output = place.nixml(["validate"]);
    exits(&output, 3);
    assert!(told(&output).contains("uv is here and enough"), "{}", told(&output));
    place.run("uv", &["lock", "--quiet"]);
    place.run("git", &["add", "-A"]);
    place.run("git", &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "made"]);
    place.run("git", &["clone", "-q", ".", "../clone"]);
    place.set("CI", "true");
    let clone = place.at("clone");
    let clone = clone.to_str().unwrap();
    let output = place.nixml(["validate", clone, "--runner", "uv", "--junit", "ok.xml"]);
    exits(&output, 0);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        ["lock", "sync", "proof"].iter().all(|phase| text.lines().any(|line| line.starts_with("ok") && line.contains(phase))),
        "{text}"
    );
    assert!(!told(&output).contains('\u{1b}') && place.read("project/ok.xml").contains("failures=\"0\" errors=\"0\""));
    assert!(place.read("clone/.nixml/proved-cpu.toml").contains("framework = \"scikit-learn\""));
    assert_eq!(place.run("git", &["-C", clone, "status", "--porcelain"]), "", "the clone was changed");
    with_nix_alone(&place, &uv);
    // A package that the lock does not know.
    let pyproject = place.read("clone/pyproject.toml");
    fs::write(place.at("clone/pyproject.toml"), pyproject.replace("dependencies = [\n", "dependencies = [\n    \"six\",\n"))
        .unwrap();
    let lock = place.read("clone/uv.lock");
    let output = place.nixml(["validate", clone, "--runner", "uv", "--junit", "stale.xml"]);
    exits(&output, 1);
    assert!(
        told(&output).contains("CI is set")
            && place.read("project/stale.xml").contains("<failure message=\"uv.lock does not fit"),
        "{}",
        told(&output)
    );
    assert_eq!(place.read("clone/uv.lock"), lock, "refreshed in CI");
}

/// The same clone for somebody who has Nix and nothing else: the shell brings uv and Python.
fn with_nix_alone(place: &Place, uv: &Path) {
    let Some(nix) = tools::nix("newest") else {
        println!("SKIP {}: no Nix: run scripts/install-nixes", crate::support::test_name!());
        return;
    };
    fs::remove_dir_all(place.at("clone/.venv")).unwrap();
    let mut command = place.command(env!("CARGO_BIN_EXE_nixml"));
    command.args(["validate", "../clone", "--json", "--junit", "nix.xml", "--nixpkgs", &Standin::of(uv).flakeref()]);
    command.env("PATH", std::env::join_paths([nix.bin.as_path(), "/usr/bin".as_ref(), "/bin".as_ref()]).unwrap());
    for (name, inner) in [("NIX_STORE_DIR", "nix/store"), ("NIX_STATE_DIR", "nix/var"), ("NIX_LOG_DIR", "nix/log")] {
        command.env(name, place.at(inner));
    }
    let output = command.output().unwrap();
    exits(&output, 0);
    let report = json(&output);
    let ended: Vec<&str> = report["phases"].as_array().unwrap().iter().map(|phase| phase["status"].as_str().unwrap()).collect();
    assert_eq!(ended, ["ok"; 5], "{report}");
    let xml = place.read("project/nix.xml");
    assert!(xml.contains("tests=\"5\" failures=\"0\"") && xml.contains("name=\"build\""), "{xml}");
    assert_eq!(place.run("git", &["-C", "../clone", "status", "--porcelain"]), "", "the clone was changed");
}

#[test]
fn a_driver_that_changed_is_told_by_the_shell_and_the_doctor() {
    let place = Place::new();
    exits(&place.nixml(["init", "--framework", "jax", "--targets", "cuda", "--yes", "--no-validate"]), 0);
    place.write(
        "project/.nixml/proved-cuda.toml",
        "target = \"cuda\"\nframework = \"jax\"\nversion = \"1\"\nbuild = \"cu13\"\ndriver = \"550.54.14\"\n",
    );
    place.write("machine.toml", "schema = 1\n[driver]\nversion = \"580.95.05\"\n");
    let machine = place.at("machine.toml");
    let output = place.nixml(["doctor", "proof-drift", "--json", "--host", machine.to_str().unwrap()]);
    exits(&output, 0);
    let finding = &json(&output)["findings"][0];
    assert_eq!((finding["code"].as_str(), finding["verdict"].as_str()), (Some("proof-outdated"), Some("note")));
    assert!(finding["seen"].as_str().unwrap().contains("550.54.14"), "{finding}");
    let enter = |driver: &str| {
        place.write("root/sys/module/nvidia/version", &format!("{driver}\n"));
        let mut bash = place.command("bash");
        bash.args(["-uc", ". nix/hook.sh"]).env("NIXML_TEST_ROOT", place.at("root"));
        for (name, value) in [
            ("NIXML_PROJECT", "demo"),
            ("NIXML_TARGET", "cuda"),
            ("NIXML_FIND_DRIVER", "false"),
            ("UV_PROJECT_ENVIRONMENT", ".venv"),
            ("UV_PYTHON", "/bin/false"),
            ("NIXML_CERTIFICATES", "/none"),
        ] {
            bash.env(name, value);
        }
        let output = bash.output().unwrap();
        assert!(output.status.success(), "{}", told(&output));
        told(&output)
    };
    assert!(enter("580.95.05").contains("the driver is 580.95.05 now, at the proof it was \"550.54.14\""));
    assert!(!enter("550.54.14").contains("at the proof"));
}

#[test]
fn another_catalog_is_judged_by_format_and_date() {
    let place = Place::new();
    exits(&place.nixml(MAKE), 0);
    let report = json(&place.nixml(["outdated", "--json"]));
    assert_eq!(faults(&schema(&place, "outdated"), &report), Vec::<String>::new());
    let pin = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/catalog/nixpkgs.toml")).unwrap();
    place.write("over/assets/catalog/nixpkgs.toml", &pin.replacen("schema = 1", "schema = 2", 1));
    let over = place.at("over");
    let output = place.nixml(["outdated", "--data", over.to_str().unwrap()]);
    exits(&output, 2);
    assert!(told(&output).contains("nixpkgs.toml") && told(&output).contains("schema"), "{}", told(&output));
    // The user's own folder is laid over as well, and is refused as well.
    place.write("home/.config/nixml/assets/catalog/nixpkgs.toml", &pin.replacen("schema = 1", "schema = 2", 1));
    exits(&place.nixml(["outdated"]), 2);
    fs::remove_dir_all(place.at("home/.config")).unwrap();
    // A project of a newer catalog than this one.
    let answers = place.read("project/nixml.toml");
    let (before, after) = answers.split_once("catalog_date = \"").unwrap();
    fs::write(place.at("project/nixml.toml"), format!("{before}catalog_date = \"2099-01-01{}", &after[10..])).unwrap();
    let output = place.nixml(["outdated"]);
    exits(&output, 0);
    assert!(told(&output).contains("older than the project's (2099-01-01)"), "{}", told(&output));
}
