//! What is printed is what `nixml schema` says.

use serde_json::Value;

use crate::hosts::hosts;
use crate::run::Bench;
use crate::support::schema::faults;

fn schema(bench: &Bench, name: &str) -> Value {
    let ran = bench.nixml(&["schema", name]);
    assert_eq!((ran.code(), ran.err().as_str()), (Some(0), ""), "{name}");
    serde_json::from_slice(&ran.stdout).unwrap()
}

#[test]
fn reports_on_every_machine_fit_their_schemas() {
    let bench = Bench::new();
    let (doctor, facts, matrix) = (schema(&bench, "doctor"), schema(&bench, "facts"), schema(&bench, "matrix"));
    for host in hosts() {
        let host = host.to_str().unwrap();
        for (schema, args) in [
            (&doctor, &["doctor", "--json"][..]),
            (&facts, &["probe", "--json"]),
            (&matrix, &["matrix", "--framework", "pytorch", "--json"]),
        ] {
            let args: Vec<&str> = args.iter().copied().chain(["--host", host]).collect();
            let wrong = faults(schema, &bench.nixml(&args).json());
            assert!(wrong.is_empty(), "{args:?}: {wrong:#?}");
        }
    }
    assert_eq!(faults(&doctor, &bench.nixml(&["doctor", "--json"]).json()), Vec::<String>::new(), "the real machine");
}

#[test]
fn explanations_and_new_projects_fit_their_schemas() {
    let bench = Bench::new()
        .with_programs()
        .file("project/log", "ImportError: libstdc++.so.6: cannot open shared object file: No such file or directory\n");
    let explained = bench.nixml(&["explain", "log", "--json"]);
    explained.exits(0);
    assert_eq!(faults(&schema(&bench, "explain"), &explained.json()), Vec::<String>::new());
    let made = bench.nixml(&["init", "demo", "--framework", "jax", "--targets", "cpu", "--yes", "--no-validate", "--json"]);
    made.exits(0);
    assert_eq!(faults(&schema(&bench, "init"), &made.json()), Vec::<String>::new());
}

#[test]
fn every_other_command_prints_what_its_schema_says() {
    let hosts = hosts();
    let hosts = hosts[0].parent().unwrap().to_str().unwrap();
    let bench = Bench::new().with_programs().file("project/codes", "ada 12-34\n");
    let made = bench.nixml(&["init", "demo", "--framework", "jax", "--targets", "cpu", "--yes", "--no-validate"]);
    made.exits(0);
    let class = bench.nixml(&["class", "new", "--title", "Night", "--set", "framework=jax", "--set", "targets=cpu"]);
    class.exits(0);
    let bench = bench.file("project/class.toml", class.out());
    for (name, args) in [
        ("probe", &["probe"][..]),
        ("checks", &["doctor", "--list"]),
        ("report", &["report"]),
        ("page", &["explain", "libcuda-stub"]),
        ("outdated", &["outdated", "demo"]),
        ("upgrade", &["upgrade", "demo", "--dry-run"]),
        ("clean", &["clean", "demo", "--dry-run"]),
        ("class-check", &["class", "check", "class.toml", "--hosts", hosts]),
        ("board", &["class", "board", "codes"]),
        ("undo", &["undo", "demo"]),
    ] {
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        let ran = bench.nixml(&args);
        assert!([Some(0), Some(1), Some(6)].contains(&ran.code()), "{args:?}: {}", ran.err());
        assert_eq!(faults(&schema(&bench, name), &ran.json()), Vec::<String>::new(), "{args:?}");
    }
}

#[test]
fn a_schema_finds_what_is_wrong() {
    let bench = Bench::new().recorded();
    let doctor = schema(&bench, "doctor");
    let mut report = bench.nixml(&["doctor", "--json"]).json();
    report["findings"][0]["verdict"] = "fine".into();
    report["findings"][1]["extra"] = 1.into();
    report["facts"]["os"]["wsl"] = 7.into();
    report.as_object_mut().unwrap().remove("ok");
    let wrong = faults(&doctor, &report).join("\n");
    for words in ["/findings/0/verdict", "`extra`", "/facts/os/wsl", "`ok`"] {
        assert!(wrong.contains(words), "{words}: {wrong}");
    }
}

#[test]
fn help_names_every_schema() {
    let help = Bench::new().nixml(&["schema", "--help"]).out().split_whitespace().collect::<Vec<_>>().join(" ");
    let data = nixml::core::data::Data::embedded();
    assert!(help.contains(&nixml::core::schema::names(&data).join(", ")), "{help}");
}
