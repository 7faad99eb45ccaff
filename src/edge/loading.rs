//! Collects what decides which libraries the project's Python loads: its launcher, variables, wheels and the system's list.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::{elf, read_capped};
use crate::core::facts::{Facts, Loaded};
use crate::core::loader::{FAMILIES, Library, Place, Scene, trace};

/// Folders of site-packages whose compiled parts ask for the libraries of the card.
const PARTS: &[&str] =
    &["torch/lib", "jaxlib", "tensorflow", "xgboost/lib", "lightgbm/lib", "cupy", "onnxruntime/capi", "vllm", "libcudf/lib64"];
/// Most files that are read of one folder.
const MOST: usize = 64;

/// What the Python of the environment `venv` (a folder) would load; empty when there is no such environment.
#[must_use]
pub fn look(venv: &Path, facts: &Facts) -> Vec<Loaded> {
    let Some(python) = Python::of(venv) else { return Vec::new() };
    let Some(site) = site_packages(venv) else { return Vec::new() };
    let mut scene = Scene { home: venv.display().to_string(), at_run_time: vec!["libcuda.so.1".to_owned()], ..Scene::default() };
    scene.askers.extend(elf::read(&python.program));
    scene.askers.extend(parts(&site).iter().filter_map(|path| elf::read(path)));
    let place = |dir: &str, by: &str| Place { dir: dir.trim_end_matches('/').to_owned(), by: by.to_owned() };
    scene.before.extend(python.libraries.iter().map(|dir| place(dir, "the project's launcher")));
    if python.keeps_variable {
        let variable = facts.env.as_ref().and_then(|env| env.ld_library_path.as_deref()).unwrap_or_default();
        scene.before.extend(variable.split(':').filter(|dir| !dir.is_empty()).map(|dir| place(&unfold(dir), "LD_LIBRARY_PATH")));
    }
    let driver = facts.driver.as_ref().and_then(|driver| driver.library_dir.as_deref());
    if python.finds_driver {
        scene.before.extend(driver.map(|dir| place(dir, "the launcher's search for the driver")));
    }
    if python.of_nix {
        // The loader of Nix reads no list of the system's: only the folders that its files name.
        scene.last.extend(nix_folders(&scene));
    } else {
        scene.last.extend(driver.map(|dir| place(dir, "the system's list")));
        let folders = [
            "/lib/x86_64-linux-gnu",
            "/usr/lib/x86_64-linux-gnu",
            "/lib/aarch64-linux-gnu",
            "/usr/lib/aarch64-linux-gnu",
            "/lib64",
            "/usr/lib64",
            "/lib",
            "/usr/lib",
        ];
        scene.last.extend(folders.iter().map(|dir| place(dir, "the system's list")));
    }
    let named = scene.askers.iter().flat_map(|asker| asker.rpath.iter().chain(&asker.runpath)).cloned();
    let asked = scene.before.iter().chain(&scene.last).map(|place| place.dir.clone());
    let own = brought(&site).into_iter().map(|dir| dir.display().to_string());
    let dirs: BTreeSet<String> = named.chain(asked).chain(own).collect();
    scene.libraries =
        dirs.into_iter().map(|dir| (dir.clone(), libraries(Path::new(&dir)))).filter(|(_, names)| !names.is_empty()).collect();
    trace(&scene)
}

/// The Python that an environment's `bin/python` starts in the end.
struct Python {
    program: PathBuf,
    /// The folders its launcher gives it.
    libraries: Vec<String>,
    finds_driver: bool,
    /// `LD_LIBRARY_PATH` of the shell reaches it.
    keeps_variable: bool,
    /// Its loader is Nix's.
    of_nix: bool,
}

impl Python {
    fn of(venv: &Path) -> Option<Self> {
        let real = venv.join("bin/python").canonicalize().ok()?;
        let head = read_capped(&real, 16 << 10).ok()?;
        if !head.starts_with(b"#!") {
            let of_nix = elf::interpreter(&real).is_some_and(|loader| loader.starts_with("/nix/store/"));
            return Some(Self { program: real, libraries: Vec::new(), finds_driver: false, keeps_variable: true, of_nix });
        }
        let script = String::from_utf8_lossy(&head).into_owned();
        let set = |name: &str| {
            script.lines().find_map(|line| {
                line.trim().strip_prefix(name)?.strip_prefix('=').map(|value| value.trim_matches(['\'', '"']).to_owned())
            })
        };
        Some(Self {
            program: set("python").map(PathBuf::from).filter(|path| path.is_file())?,
            libraries: set("libraries")
                .unwrap_or_default()
                .split(':')
                .filter(|dir| dir.starts_with('/'))
                .map(str::to_owned)
                .collect(),
            finds_driver: set("find_driver").is_some_and(|program| !program.is_empty()),
            keeps_variable: !script.contains("unset LD_LIBRARY_PATH"),
            of_nix: true,
        })
    }
}

fn site_packages(venv: &Path) -> Option<PathBuf> {
    let lib = fs::read_dir(venv.join("lib")).ok()?;
    lib.flatten().map(|entry| entry.path().join("site-packages")).find(|path| path.is_dir())
}

/// The compiled parts of frameworks.
fn parts(site: &Path) -> Vec<PathBuf> {
    let plugins = subfolders(&site.join("jax_plugins"));
    let folders = PARTS.iter().map(|part| site.join(part)).chain(plugins);
    folders.flat_map(|folder| shared_objects(&folder)).collect()
}

/// The folders of NVIDIA's wheels that hold libraries: `nvidia/cudnn/lib`, `nvidia/cu13/lib`.
fn brought(site: &Path) -> Vec<PathBuf> {
    subfolders(&site.join("nvidia")).into_iter().map(|folder| folder.join("lib")).filter(|folder| folder.is_dir()).collect()
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .take(MOST)
        .collect();
    found.sort();
    found
}

fn shared_objects(folder: &Path) -> Vec<PathBuf> {
    let is_library = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().contains(".so"));
    let mut found: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).filter(is_library).take(MOST).collect();
    found.sort();
    found
}

/// The libraries of the families in one folder, by the names that are asked for.
fn libraries(dir: &Path) -> BTreeMap<String, Library> {
    let names = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    names
        .filter(|name| FAMILIES.iter().any(|family| name.starts_with(family)))
        .filter_map(|name| Some((name.clone(), elf::library(&dir.join(&name))?)))
        .collect()
}

/// Where the interpreter of Nix itself finds its C++ runtime: nowhere but what its files name.
fn nix_folders(scene: &Scene) -> Vec<Place> {
    let program = scene.askers.first();
    let dirs = program.into_iter().flat_map(|program| program.runpath.iter().chain(&program.rpath));
    dirs.map(|dir| Place { dir: dir.clone(), by: "the Python of Nix".to_owned() }).collect()
}

/// The facts show the home folder as `~`.
fn unfold(dir: &str) -> String {
    match (dir.strip_prefix("~/"), std::env::var("HOME")) {
        (Some(rest), Ok(home)) => format!("{home}/{rest}"),
        _ => dir.to_owned(),
    }
}
