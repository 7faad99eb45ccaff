//! What is written for a plan: it parses, it teaches nothing wrong, and nothing hostile gets in.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, reason = "tests touch the world")]

mod hostile;
mod plans;
#[path = "../support/mod.rs"]
mod support;
mod wrong;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use nixml::core::answers::file;
use nixml::core::data::Data;
use nixml::core::files::{Files, Ownership};
use nixml::core::plan::Plan;
use nixml::core::render::render;
use nixml::core::step;
use support::place::{Place, told};
use support::{skip, tools};

fn files(plan: &Plan) -> Files {
    render(plan, &Data::embedded()).unwrap_or_else(|failure| panic!("{}: {failure}", plan.name))
}

/// The files that differ from project to project, in one text.
fn shown(all: &Files) -> String {
    let data = Data::embedded();
    let mut out = String::new();
    for (path, file) in &all.0 {
        if data.text(&format!("templates/{path}")) == Some(file.text.as_str()) {
            writeln!(out, "=== {path}  (as in templates/)").unwrap();
        } else {
            // The record of the templates' own words changes with every comment in them.
            let words = nixml::core::machinery::recorded(&file.text).unwrap_or_default();
            let text = words.values().fold(file.text.clone(), |text, word| text.replace(word, "WORD"));
            write!(out, "=== {path}  {:?}\n{text}", file.ownership).unwrap();
        }
    }
    out
}

#[test]
fn a_jax_project_for_the_cpu() {
    insta::assert_snapshot!("jax-cpu", shown(&files(&plans::jax_cpu())));
}

#[test]
fn a_pytorch_project_for_both_targets() {
    insta::assert_snapshot!("pytorch-cuda-cpu", shown(&files(&plans::pytorch_both())));
}

#[test]
fn every_file_parses() {
    for plan in plans::all() {
        for (path, file) in &files(&plan).0 {
            let text = &file.text;
            assert!(text.ends_with('\n') && !text.contains(['\r', '\0']) && !text.contains(" \n"), "{}: {path}", plan.name);
            match path.rsplit('.').next().unwrap() {
                "nix" => assert_eq!(rnix::Root::parse(text).errors(), &[], "{}: {path}", plan.name),
                "toml" => drop(text.parse::<toml::Table>().unwrap()),
                "lock" | "json" => drop(serde_json::from_str::<serde_json::Value>(text).unwrap()),
                _ => {}
            }
        }
    }
}

#[test]
fn flake_nix_is_a_page() {
    for plan in plans::all() {
        let lines = files(&plan).text("flake.nix").unwrap().lines().count();
        assert!(lines <= 90, "{}: {lines} lines", plan.name);
    }
}

/// T4: what a plan says reaches the shell as variables, never as text of a script.
#[test]
fn scripts_and_machinery_are_constant() {
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    for plan in plans::all() {
        for (path, file) in files(&plan).0 {
            if path.starts_with("nix/") {
                let known = first.entry(path.clone()).or_insert_with(|| file.text.clone());
                assert_eq!(*known, file.text, "{}: {path}", plan.name);
            }
        }
    }
    assert!(first.contains_key("nix/hook.sh") && first.contains_key("nix/uv-group.sh"));
    assert_eq!(files(&plans::jax_cpu()).text("nix/uv-group.sh"), None, "one target needs no shim");
}

#[test]
fn shell_parts_are_bash() {
    for (path, file) in &files(&plans::pytorch_both()).0 {
        if path.ends_with(".sh") {
            let place = Place::new();
            place.write("project/part.sh", &file.text);
            let output = place.command("bash").args(["-n", "part.sh"]).output().unwrap();
            assert!(output.status.success() && told(&output).is_empty(), "{path}: {}", told(&output));
        }
    }
}

#[test]
fn every_nix_parses_every_file() {
    let nixes = tools::nixes();
    if nixes.is_empty() {
        skip!("no Nix: run scripts/install-nixes");
    }
    for nix in &nixes {
        let place = Place::new().with_nix(nix);
        for plan in plans::all() {
            let all = files(&plan);
            for (path, file) in all.0.iter().filter(|(path, _)| path.ends_with(".nix")) {
                place.write(&format!("project/{path}"), &file.text);
            }
            let paths: Vec<&str> = all.0.keys().map(String::as_str).filter(|path| path.ends_with(".nix")).collect();
            let mut parse = place.command(nix.bin.join("nix-instantiate"));
            let output = parse.arg("--parse").args(&paths).output().unwrap();
            assert!(output.status.success(), "Nix {}: {}: {}", nix.version, plan.name, told(&output));
        }
    }
}

#[test]
fn the_answers_can_be_read_again() {
    let steps = step::load(&Data::embedded()).unwrap();
    for plan in plans::all().into_iter().filter(|plan| plan.custom.is_empty()) {
        let all = files(&plan);
        let answers = file::read("nixml.toml", all.text("nixml.toml").unwrap(), &steps).unwrap();
        assert_eq!(answers.text("name"), Some(plan.name.as_str()));
        assert_eq!(answers.words("targets"), plan.targets.iter().map(|one| one.target.word().to_owned()).collect::<Vec<_>>());
        assert_eq!((answers.words("packages"), answers.words("extras")), (plan.packages, plan.extras));
        assert_eq!((answers.text("python"), answers.text("strategy")), (Some("3.13"), Some("uv")));
    }
}

#[test]
fn an_own_answer_keeps_its_kind() {
    let step = |id: &str, kind: &str| {
        (format!("wizard-steps/80-{id}.toml"), format!("id = '{id}'\ntitle = 'T'\nask = '?'\nkind = '{kind}'\n"))
    };
    let data = Data::embedded().overlaid([step("team", "text"), step("sure", "confirm"), step("topics", "list")]);
    let one = |word: &str| vec![word.to_owned()];
    let custom = [("team", one("red")), ("sure", one("true")), ("topics", one("vision"))];
    let plan = Plan { custom: custom.map(|(key, words)| (key.to_owned(), words)).into(), ..plans::jax_cpu() };
    let text = render(&plan, &data).unwrap().text("nixml.toml").unwrap().to_owned();
    assert!(
        text.contains("team = \"red\"\n") && text.contains("sure = true\n") && text.contains("topics = [\"vision\"]\n"),
        "{text}"
    );
    file::read("nixml.toml", &text, &step::load(&data).unwrap()).unwrap();
}

#[test]
fn the_machinery_is_nixmls_and_the_rest_the_persons() {
    let all = files(&plans::pytorch_both());
    for (path, file) in &all.0 {
        let owned =
            ["flake.nix", "flake.lock", "pyproject.toml", "nixml.toml"].contains(&path.as_str()) || path.starts_with("nix/");
        let wanted = if owned {
            Ownership::Owned
        } else if path == ".gitignore" {
            Ownership::Lines
        } else {
            Ownership::Seed
        };
        assert_eq!(file.ownership, wanted, "{path}");
    }
    let seeds: Vec<_> =
        all.0.iter().filter(|(_, file)| file.ownership == Ownership::Seed).map(|(path, _)| path.as_str()).collect();
    assert_eq!(seeds, [".envrc", ".github/workflows/test.yml", ".vscode/settings.json", "README.md", "main.py"]);
}

#[test]
fn main_py_is_python_for_every_framework() {
    let place = Place::new();
    for mut plan in plans::all() {
        let data = Data::embedded();
        let known = data
            .below("templates/_main/", ".py.j2")
            .map(|(path, _)| &path["templates/_main/".len()..path.len() - ".py.j2".len()]);
        for framework in known.chain(["unheard-of"]) {
            plan.framework = framework.into();
            place.write("project/main.py", files(&plan).text("main.py").unwrap());
            place.run("python3", &["-c", "import ast; ast.parse(open('main.py').read())"]);
        }
    }
}
