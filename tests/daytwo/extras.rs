//! The extras with their real programs, and the files for other people's machines, run step by step without their hosts.

use std::fs;
use std::path::Path;

use crate::exits;
use crate::support::place::{Place, told};
use crate::support::standin::Standin;
use crate::support::{need, tools};

/// A committed scikit-learn project with its lock, and a clone of it in `clone`; uv alone is on PATH.
fn cloned(extras: &str) -> Option<Place> {
    let uv = tools::uv()?;
    let standin = Standin::of(&uv);
    let python = standin.newest_python(&["3.11", "3.12", "3.13", "3.14"])?;
    let mut place = Place::new().with_program(&uv).with_program(&standin.pythons[python]);
    place.set("UV_PYTHON_DOWNLOADS", "never");
    let answers = [
        "init",
        "--framework",
        "scikit-learn",
        "--targets",
        "cpu",
        "--yes",
        "--no-validate",
        "--python",
        python,
        "--extras",
        extras,
    ];
    exits(&place.nixml(answers), 0);
    place.run("uv", &["lock", "--quiet"]);
    place.run("git", &["add", "-A"]);
    place.run("git", &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "made"]);
    place.run("git", &["clone", "-q", ".", "../clone"]);
    Some(place)
}

/// Runs a line of a shell in `dir`; it must succeed.
fn shell(place: &Place, dir: &Path, line: &str) -> String {
    let output = place.command("bash").args(["-ec", line]).current_dir(dir).output().unwrap();
    assert!(output.status.success(), "{line}: {}", told(&output));
    told(&output)
}

#[test]
fn the_workflow_runs_step_by_step() {
    let place = need!(cloned("github-actions"), "no uv, or no Python from 3.11 to 3.14");
    let text = place.read("clone/.github/workflows/test.yml");
    let steps: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix("- ")).collect();
    let uses: Vec<&str> = steps.iter().filter_map(|step| step.strip_prefix("uses: ")).collect();
    // The two that are somebody's: a checkout, which the clone is, and uv, which is on PATH.
    assert!(uses.len() == 2 && uses[0].starts_with("actions/checkout@") && uses[1].starts_with("astral-sh/setup-uv@"), "{text}");
    let runs: Vec<&str> = steps.iter().filter_map(|step| step.strip_prefix("run: ")).collect();
    assert!(runs.len() >= 2, "{text}");
    let said: String = runs.iter().map(|line| shell(&place, &place.at("clone"), line)).collect();
    assert!(said.contains("right"), "main.py did not compute: {said}");
    // A lock that does not fit fails the first step.
    let pyproject = place.read("clone/pyproject.toml");
    fs::write(place.at("clone/pyproject.toml"), pyproject.replace("dependencies = [\n", "dependencies = [\n    \"six\",\n"))
        .unwrap();
    let output = place.command("bash").args(["-ec", runs[0]]).current_dir(place.at("clone")).output().unwrap();
    assert!(!output.status.success(), "a stale lock passed");
}

#[test]
fn the_dockerfile_of_the_page_runs_step_by_step() {
    let place = need!(cloned(""), "no uv, or no Python from 3.11 to 3.14");
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/day-two.md")).unwrap();
    let file = page.split("```dockerfile\n").nth(1).unwrap().split("```").next().unwrap();
    let app = place.at("app");
    fs::create_dir(&app).unwrap();
    let (mut env, mut said) = (String::new(), String::new());
    for line in file.lines() {
        let (word, rest) = line.split_once(' ').unwrap();
        match word {
            "FROM" => assert!(rest.contains("/uv:python3."), "{rest}"),
            "WORKDIR" => assert_eq!(rest, "/app"),
            "ENV" => env = format!("export {rest}; "),
            "COPY" if rest == ". ." => {
                // What a build takes: the context without what .dockerignore or git leave out.
                shell(&place, &place.at("clone"), &format!("git archive HEAD | tar -x -C {}", app.display()));
            }
            "COPY" => {
                for name in rest.split(' ').filter(|name| *name != "./") {
                    fs::copy(place.at("clone").join(name), app.join(name)).unwrap();
                }
            }
            "RUN" => said.push_str(&shell(&place, &app, &format!("{env}{rest}"))),
            "CMD" => {
                let words: Vec<String> = serde_json::from_str(rest).unwrap();
                said.push_str(&shell(&place, &app, &format!("{env}{}", words.join(" "))));
            }
            other => panic!("the test does not know `{other}`"),
        }
    }
    assert!(said.contains("right"), "main.py did not compute: {said}");
}

#[test]
fn visual_studio_code_is_pointed_at_the_environment() {
    let place = Place::new();
    exits(&place.nixml(["init", "--framework", "jax", "--targets", "cpu", "--yes", "--no-validate", "--extras", "vscode"]), 0);
    let settings: serde_json::Value = serde_json::from_str(&place.read("project/.vscode/settings.json")).unwrap();
    let python = settings["python.defaultInterpreterPath"].as_str().unwrap().replace("${workspaceFolder}/", "");
    let pyproject: toml::Table = place.read("project/pyproject.toml").parse().unwrap();
    assert_eq!(python, ".venv/bin/python");
    assert!(pyproject["dependency-groups"]["dev"].as_array().unwrap().iter().any(|name| name.as_str() == Some("ipykernel")));
}

/// direnv itself enters the flake's shell: `use flake` of its own library, real Nix, the stand-in for nixpkgs.
#[test]
fn direnv_enters_the_shell() {
    let direnv = need!(
        tools::root().map(|root| root.join("bin/direnv")).filter(|path| path.is_file()),
        "no direnv: run scripts/install-tools"
    );
    let nix = need!(tools::nix("newest"), "no Nix: run scripts/install-nixes");
    let standin = Standin::of(&need!(tools::uv(), "no uv: run scripts/install-tools"));
    let python = need!(standin.newest_python(&["3.11", "3.12", "3.13", "3.14"]), "no Python from 3.11 to 3.14");
    let mut place = Place::new().with_nix(&nix).with_program(&direnv);
    let made =
        ["init", "--framework", "jax", "--targets", "cpu", "--yes", "--no-validate", "--extras", "direnv", "--python", python];
    exits(&place.nixml(made), 0);
    // nixpkgs is the stand-in: everything else of the command line is direnv's.
    let wrapper = format!(
        "#!/bin/bash\nif [[ \" $* \" == *\" print-dev-env \"* ]]; then exec {0} --extra-experimental-features 'nix-command flakes' \"$@\" --override-input nixpkgs {1} --no-write-lock-file; fi\nexec {0} --extra-experimental-features 'nix-command flakes' \"$@\"\n",
        nix.program().display(),
        standin.flakeref()
    );
    place.write("aside/nix", &wrapper);
    place.run("chmod", &["755", place.at("aside/nix").to_str().unwrap()]);
    let aside = place.at("aside/nix");
    place = place.with_program(&aside);
    let blocked = place.command(&direnv).args(["exec", ".", "true"]).output().unwrap();
    assert!(!blocked.status.success() && told(&blocked).contains("direnv allow"), "{}", told(&blocked));
    place.run("direnv", &["allow"]);
    let entered = place
        .command(&direnv)
        .args(["exec", ".", "bash", "-c", "echo target=$NIXML_TARGET; echo venv=$VIRTUAL_ENV; type uv"])
        .output()
        .unwrap();
    let said = told(&entered);
    assert!(entered.status.success() && said.contains("target=cpu") && said.contains("uv is"), "{said}");
    assert!(said.contains(&format!("venv={}", place.project().join(".venv").display())), "{said}");
}

/// A kernel of the project's own is started and computes.
#[test]
fn a_notebook_s_kernel_computes() {
    let place = need!(cloned("jupyter"), "no uv, or no Python from 3.11 to 3.14");
    let notebook = serde_json::json!({
        "nbformat": 4, "nbformat_minor": 5, "metadata": { "kernelspec": { "name": "python3", "display_name": "Python 3" } },
        "cells": [{ "cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [],
                    "source": "import sklearn, sys; print('computed', 6 * 7, sklearn.__name__, sys.prefix)" }],
    });
    place.write("clone/demo.ipynb", &notebook.to_string());
    let clone = place.at("clone");
    shell(&place, &clone, "uv sync --locked --quiet && uv run --no-sync jupyter execute --inplace demo.ipynb");
    let done: serde_json::Value = serde_json::from_str(&place.read("clone/demo.ipynb")).unwrap();
    let text = done["cells"][0]["outputs"][0]["text"].to_string();
    assert!(text.contains("computed 42 sklearn") && text.contains(".venv"), "{done}");
}
