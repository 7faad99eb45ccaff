//! A room: many students at once, on recorded machines, each with a home and a Nix store of his own; all end ready, on the
//! fallback, or explained.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::support::place::Place;
use crate::support::ran::{Ran, nixml};
use crate::support::standin::Standin;
use crate::support::{need, skip, tools};

const TINY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/workshops/tiny");
const PYTHONS: [&str; 4] = ["3.11", "3.12", "3.13", "3.14"];

#[test]
fn a_small_room_ends_ready_on_the_fallback_or_explained() {
    room(6, 0);
}

#[test]
#[ignore = "long: `just soak`"]
fn forty_students_end_ready_on_the_fallback_or_explained() {
    room(40, 3);
}

/// Whose project it was, and its files.
type First = (String, Vec<Vec<u8>>);

/// `real` of them take JAX, the others one tiny wheel.
fn room(students: usize, real: usize) {
    let nix = need!(tools::nix("newest"), "no Nix: run scripts/install-nixes");
    let standin = Standin::of(&need!(tools::uv(), "no uv: run scripts/install-tools"));
    let Some(python) = standin.newest_python(&PYTHONS) else { skip!("no Python from 3.11 to 3.14") };
    let desk = tempfile::tempdir().unwrap();
    let desk = desk.path();
    // Everybody computes on the CPU; who has no card takes the planned path, who has too little memory or disk is told so.
    let class = format!(
        "schema = 1\ntitle = \"Room\"\nlocked = [\"targets\"]\nfallback = \"cpu\"\n[answers]\nframework = \"tiny\"\ntargets = [\"cpu\"]\n\
         python = \"{python}\"\n[allowed]\nframework = [\"tiny\", \"jax\"]\n[needs]\ngpu = \"required\"\nmemory_bytes = 4000000000\n\
         disk_bytes = 5000000000\n"
    );
    fs::write(desk.join("class.toml"), class).unwrap();
    let hosts = hosts(students);
    let began = Instant::now();
    let places: Vec<Place> = hosts
        .iter()
        .map(|_| {
            let mut place = Place::new().with_nix(&nix);
            place.set("NIXML_NIXPKGS", standin.flakeref());
            place.set("NIXML_DATA", TINY);
            place
        })
        .collect();
    let children: Vec<Child> = places
        .iter()
        .zip(&hosts)
        .enumerate()
        .map(|(number, (place, host))| {
            let mut command = place.command(env!("CARGO_BIN_EXE_nixml"));
            command.args(["join", "--json", "--host"]).arg(host).arg(desk.join("class.toml"));
            if number >= students - real {
                command.args(["--set", "framework=jax"]);
            }
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let mut codes = String::new();
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    let mut projects: BTreeMap<(String, bool), First> = BTreeMap::new();
    for (number, (child, (place, host))) in children.into_iter().zip(places.iter().zip(&hosts)).enumerate() {
        let ran = Ran(child.wait_with_output().unwrap());
        let host = host.file_stem().unwrap().to_string_lossy().into_owned();
        let report = ran.json();
        crate::support::schema::check("join", &report);
        let state = report["state"].as_str().unwrap().to_owned();
        match state.as_str() {
            "ready" | "fallback" => ran.exits(0),
            _ => ran.exits(1),
        };
        if state == "not-ready" {
            assert!(!report["to_do"].as_array().unwrap().is_empty(), "{host}: not explained\n{}", ran.told());
            assert_ne!(
                report["to_do"][0],
                "read what the proof said above, and show it to your instructor: `nixml report` collects it",
                "{}",
                ran.told()
            );
        } else {
            let key = (report["target"].as_str().unwrap().to_owned(), number >= students - real);
            let files = ["flake.nix", "flake.lock", "nixml.toml", "pyproject.toml", "main.py", "uv.lock"];
            let bytes = files.map(|file| fs::read(place.at("project/Room").join(file)).unwrap()).to_vec();
            let (first, known) = projects.entry(key).or_insert((host.clone(), bytes.clone()));
            for (file, (bytes, known)) in files.iter().zip(bytes.iter().zip(known.iter())) {
                assert!(bytes == known, "{file} of {host} is not what {first} has");
            }
        }
        *counted.entry(state).or_default() += 1;
        writeln!(codes, "Student {number:02} {}", report["code"].as_str().unwrap()).unwrap();
    }
    println!("{students} students, {real} of them with JAX, in {:.1} s: {counted:?}", began.elapsed().as_secs_f64());
    fs::write(desk.join("codes"), codes).unwrap();
    let board = nixml(desk, &["class", "board", "codes", "--class", "class.toml", "--json"]).json();
    crate::support::schema::check("board", &board);
    shows(&board, students, &counted);
}

/// The board counts as the students were counted.
fn shows(board: &Value, students: usize, counted: &BTreeMap<String, usize>) {
    assert_eq!(board["total"].as_u64(), Some(students as u64));
    for (kind, count) in counted {
        let rows = board["rows"].as_array().unwrap().iter().filter(|row| row["kind"] == kind.as_str());
        assert_eq!(rows.count(), *count, "{kind}: {board:#}");
        assert!(*count > 0);
    }
    let ready = counted.get("ready").unwrap_or(&0) + counted.get("fallback").unwrap_or(&0);
    assert_eq!(board["ready"].as_u64(), Some(ready as u64));
    let waiting: usize = board["groups"].as_array().unwrap().iter().map(|group| group["names"].as_array().unwrap().len()).sum();
    assert_eq!(waiting, students - ready);
}

/// So many machines of `tests/hosts`; a small room has one of each kind.
fn hosts(count: usize) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts");
    let first = ["laptop-no-gpu", "nixos-rtx3060", "tiny-tmp", "mac-m2", "mig-a100", "wsl2-rtx4060"];
    let mut all: Vec<PathBuf> = first.iter().map(|name| folder.join(format!("{name}.toml"))).collect();
    let mut others: Vec<PathBuf> = fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.path()).collect();
    others.sort();
    all.extend(others.into_iter().filter(|path| {
        path.extension().is_some_and(|end| end == "toml") && !first.iter().any(|name| path.ends_with(format!("{name}.toml")))
    }));
    all.into_iter().cycle().take(count).collect()
}
