//! Scenes as they are found: a clean wheel, a toolkit before it, a stub, a missing library.

use std::collections::BTreeMap;

use super::*;

const HOME: &str = "/p/.venv";
const SITE: &str = "/p/.venv/lib/python3.13/site-packages";

fn library(path: &str) -> Library {
    Library { path: path.to_owned(), version: None, stub: path.contains("/stubs/") }
}

/// The files of a scene by their full paths.
fn files(paths: &[&str]) -> BTreeMap<String, BTreeMap<String, Library>> {
    let mut all: BTreeMap<String, BTreeMap<String, Library>> = BTreeMap::new();
    for path in paths {
        let (dir, name) = path.rsplit_once('/').unwrap();
        all.entry(dir.to_owned()).or_default().insert(name.to_owned(), library(path));
    }
    all
}

fn torch(tag: &str) -> Elf {
    let dirs = vec![format!("{SITE}/nvidia/cu13/lib"), format!("{SITE}/torch/lib")];
    let needed = ["libcudart.so.13", "libcudnn.so.9", "libc.so.6"].map(str::to_owned).to_vec();
    let asker = Elf { path: format!("{SITE}/torch/lib/libtorch_cuda.so"), needed, ..Elf::default() };
    if tag == "RPATH" { Elf { rpath: dirs, ..asker } } else { Elf { runpath: dirs, ..asker } }
}

fn scene(tag: &str, before: &[&str], paths: &[&str]) -> Scene {
    Scene {
        home: HOME.to_owned(),
        askers: vec![torch(tag)],
        at_run_time: vec!["libcuda.so.1".to_owned()],
        before: before.iter().map(|dir| Place { dir: (*dir).to_owned(), by: "LD_LIBRARY_PATH".to_owned() }).collect(),
        last: vec![Place { dir: "/usr/lib/x86_64-linux-gnu".to_owned(), by: "the system's list".to_owned() }],
        libraries: files(paths),
    }
}

const WHEEL: &str = "/p/.venv/lib/python3.13/site-packages/nvidia/cu13/lib/libcudart.so.13";
const CUDNN: &str = "/p/.venv/lib/python3.13/site-packages/nvidia/cudnn/lib/libcudnn.so.9";
const TOOLKIT: &str = "/usr/local/cuda/lib64/libcudart.so.13";
const DRIVER: &str = "/usr/lib/x86_64-linux-gnu/libcuda.so.1";

fn of<'a>(found: &'a [Loaded], name: &str) -> &'a Loaded {
    found.iter().find(|loaded| loaded.name == name).unwrap()
}

#[test]
fn a_clean_environment_loads_its_own() {
    let found = trace(&scene("RUNPATH", &[], &[WHEEL, CUDNN, DRIVER]));
    assert_eq!(
        found.iter().map(|loaded| loaded.name.as_str()).collect::<Vec<_>>(),
        ["libcuda.so.1", "libcudart.so.13", "libcudnn.so.9"]
    );
    let cudart = of(&found, "libcudart.so.13");
    assert_eq!((cudart.path.as_deref(), cudart.by.as_deref()), (Some(WHEEL), Some("RUNPATH of torch/lib/libtorch_cuda.so")));
    assert!(!cudart.foreign && cudart.shadows.is_empty());
    let cudnn = of(&found, "libcudnn.so.9");
    assert_eq!((cudnn.path.as_deref(), cudnn.by.as_deref()), (Some(CUDNN), Some("the wheel that brings it")));
    assert_eq!(of(&found, "libcuda.so.1").by.as_deref(), Some("the system's list"));
}

#[test]
fn the_variable_wins_over_a_runpath_and_loses_against_an_rpath() {
    let dirs = ["/usr/local/cuda/lib64"];
    let found = trace(&scene("RUNPATH", &dirs, &[WHEEL, TOOLKIT]));
    let cudart = of(&found, "libcudart.so.13");
    assert_eq!((cudart.path.as_deref(), cudart.foreign), (Some(TOOLKIT), true));
    assert_eq!(cudart.shadows, [WHEEL]);
    let found = trace(&scene("RPATH", &dirs, &[WHEEL, TOOLKIT]));
    let cudart = of(&found, "libcudart.so.13");
    assert_eq!((cudart.path.as_deref(), cudart.foreign), (Some(WHEEL), false));
    assert_eq!(cudart.shadows, [TOOLKIT]);
}

#[test]
fn a_stub_before_the_driver_is_told() {
    let stub = "/usr/local/cuda/lib64/stubs/libcuda.so.1";
    let found = trace(&scene("RUNPATH", &["/usr/local/cuda/lib64/stubs"], &[stub, DRIVER]));
    let cuda = of(&found, "libcuda.so.1");
    assert!(cuda.stub && cuda.shadows == [DRIVER], "{cuda:?}");
}

#[test]
fn what_nobody_has_has_no_path() {
    let found = trace(&scene("RUNPATH", &[], &[]));
    let cudart = of(&found, "libcudart.so.13");
    assert_eq!((cudart.path.as_deref(), cudart.asked_by.as_deref()), (None, Some("torch/lib/libtorch_cuda.so")));
}
