//! PyTorch plans, whose index cannot be reached from everywhere: byte for byte through the index proxy, with both uvs.

use crate::project::{PYTHONS, Project};
use crate::support::index::{Index, Wheel};
use crate::support::place::{Place, told};
use crate::support::standin::Standin;
use crate::support::{need, tools};

const HOST: &str = "download.pytorch.org";
/// A machine with a current card.
const CARD: &str = r#"{"schema": 1, "os": {"kind": "linux", "arch": "x86_64"}, "driver": {"version": "595.71.05", "cuda": "13.2"},
 "gpus": [{"index": 0, "name": "NVIDIA GeForce RTX 4090", "vendor": "nvidia", "compute": "8.9", "memory_bytes": 25757220864}]}"#;

/// What a pyproject.toml pins, as `(name, version)`, its own groups included.
fn pinned(pyproject: &str) -> Vec<(String, String)> {
    let mut found: Vec<_> = pyproject
        .lines()
        .filter_map(|line| line.trim().trim_start_matches(['"', '\'']).split_once("=="))
        .filter_map(|(name, rest)| Some((name.to_owned(), rest.split([' ', '"', '\'', ';', '+']).next()?.to_owned())))
        .filter(|(name, _)| name.starts_with("torch"))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// An index that has what the project pins, built for the CPU.
fn index(place: &mut Place) -> Option<Index> {
    let pins = pinned(&place.read("project/pyproject.toml"));
    assert!(pins.len() >= 2, "{pins:?}");
    let versions: Vec<_> = pins.iter().map(|(_, version)| format!("{version}+cpu")).collect();
    let python =
        format!("cp{}", place.read("project/pyproject.toml").split("requires-python = \">=").nth(1)?.get(..4)?.replace('.', ""));
    let tags = ["x86_64", "aarch64"].map(|arch| format!("{python}-{python}-manylinux_2_28_{arch}"));
    let tags = [tags[0].as_str(), tags[1].as_str()];
    let wheels: Vec<_> = pins
        .iter()
        .zip(&versions)
        .map(|((name, _), version)| Wheel { index: "whl/cpu", name, version, tags: &tags, requires: &[] })
        .collect();
    Index::start(place, HOST, &wheels)
}

#[test]
fn the_cpu_build_is_locked_installed_and_not_believed() {
    let nix = need!(tools::nix("newest"), "no Nix: run scripts/install-nixes");
    let answers = ["--framework", "pytorch", "--targets", "cpu"];
    let mut project = need!(Project::made(&nix, &answers), "no uv, or no Python from 3.11 to 3.14");
    let before = project.place.read("project/pyproject.toml");
    let index = need!(index(&mut project.place), "no openssl");
    let verdict = project.validate(&[]);
    // locked and installed; but a wheel that computes nothing is no proof
    assert_eq!((verdict.exit, verdict.failed()), (Some(1), Some("proof")), "{}", verdict.told);
    assert_eq!(project.place.read("project/pyproject.toml"), before);
    let lock = project.place.read("project/uv.lock");
    assert!(lock.contains(r#"source = { registry = "https://download.pytorch.org/whl/cpu" }"#), "{lock}");
    assert!(!lock.contains("name = \"nvidia-"), "a CPU project that installs CUDA:\n{lock}");
    let python = project.place.at("project/.venv/bin/python");
    assert!(project.place.run(python, &["-c", "import torch; print(torch.__version__)"]).contains("+cpu"));
    assert!(index.asked().iter().any(|line| line == "GET /whl/cpu/torch/ 200"), "{:?}", index.asked());

    // the index goes away: what is locked and installed needs it no more
    index.turn("down");
    project.place.set("UV_HTTP_RETRIES", "0");
    let offline = project.validate(&[]);
    assert_eq!(offline.failed(), Some("proof"), "{}", offline.told);
    // but a new lock does, and exit 5 names who was missed
    std::fs::remove_file(project.place.at("project/uv.lock")).unwrap();
    project.place.set("UV_CACHE_DIR", project.place.at("uv-cache"));
    project.validate(&[]).expect(5, "lock", HOST);
}

#[test]
fn two_targets_are_one_lock() {
    let standin = Standin::of(&need!(tools::uv(), "no uv: run scripts/install-tools"));
    let python = need!(standin.newest_python(&PYTHONS), "no Python from 3.11 to 3.14");
    for uv in [need!(tools::uv(), "no uv: run scripts/install-tools"), need!(tools::uv_of_the_pin(), "no uv 0.11")] {
        let mut place = Place::new().with_program(&uv);
        place.set("UV_PYTHON", standin.pythons[python].clone());
        place.write("card.json", CARD);
        let output = place.nixml([
            "init",
            "--framework",
            "pytorch",
            "--targets",
            "cuda,cpu",
            "--python",
            python,
            "--yes",
            "--no-validate",
            "--host",
            "../card.json",
        ]);
        assert!(output.status.success(), "{}", told(&output));
        let index = need!(index(&mut place), "no openssl");
        place.run("uv", &["lock", "-q"]);
        let lock = place.read("project/uv.lock");
        assert!(lock.contains(r#"source = { registry = "https://download.pytorch.org/whl/cpu" }"#), "{lock}");
        assert!(lock.contains("name = \"nvidia-cu"), "the default target has CUDA:\n{lock}");
        place.run("uv", &["lock", "-q", "--check"]);
        let cpu = place.run("uv", &["export", "-q", "--locked", "--no-default-groups", "--group", "cpu", "--no-hashes"]);
        assert!(cpu.contains("+cpu") && !cpu.contains("nvidia-cu"), "{cpu}");
        let asked = index.asked();
        assert!(asked.iter().any(|line| line == "GET /whl/cpu/torch/ 200"), "{asked:?}");
    }
}
