//! Plays the dynamic loader over what was read from ELF files: which file a name leads to, and what loses.

use std::collections::BTreeMap;

use crate::core::facts::Loaded;

/// The families that decide whether a framework reaches the card, by the beginning of their names.
pub const FAMILIES: &[&str] = &["libcuda.so", "libcudart.so", "libcudnn.so", "libnccl.so", "libstdc++.so"];

/// What the loader reads of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Elf {
    pub path: String,
    pub needed: Vec<String>,
    /// `DT_RPATH`, expanded; the loader minds it only when there is no runpath.
    pub rpath: Vec<String>,
    /// `DT_RUNPATH`, expanded.
    pub runpath: Vec<String>,
}

/// A shared library on the disk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Library {
    pub path: String,
    pub version: Option<String>,
    pub stub: bool,
}

/// A folder that is asked after the file's own rpath.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub dir: String,
    /// For people: `LD_LIBRARY_PATH`, `the project's launcher`, `the system's list`.
    pub by: String,
}

/// One Python with everything that decides what it loads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scene {
    /// The environment's folder: what lies below it is its own.
    pub home: String,
    /// Files that ask for libraries: the interpreter and the compiled parts of frameworks.
    pub askers: Vec<Elf>,
    /// Names that are asked for at run time and stand in no file (`libcuda.so.1`).
    pub at_run_time: Vec<String>,
    /// Asked before a runpath: `LD_LIBRARY_PATH` as the interpreter sees it.
    pub before: Vec<Place>,
    /// Asked at last: the loader's list and its own folders.
    pub last: Vec<Place>,
    /// Every library of the families, by folder, then by the name that is asked for.
    pub libraries: BTreeMap<String, BTreeMap<String, Library>>,
}

/// Every name of the families that is asked for, once, with the file it leads to.
#[must_use]
pub fn trace(scene: &Scene) -> Vec<Loaded> {
    let mut found: Vec<Loaded> = Vec::new();
    let asked = scene.askers.iter().flat_map(|asker| asker.needed.iter().map(move |name| (name, Some(asker))));
    for (name, asker) in asked.chain(scene.at_run_time.iter().map(|name| (name, None))) {
        let of_family = FAMILIES.iter().any(|family| name.starts_with(family));
        // The first file that asks wins: the loader keeps one library of a name.
        if of_family && !found.iter().any(|known| known.name == *name) {
            found.push(resolve(scene, name, asker));
        }
    }
    found.sort_by_key(|loaded| (FAMILIES.iter().position(|family| loaded.name.starts_with(family)), loaded.name.clone()));
    found
}

/// The order of glibc: rpath (without a runpath), `LD_LIBRARY_PATH`, runpath, the system's list and folders.
fn resolve(scene: &Scene, name: &str, asker: Option<&Elf>) -> Loaded {
    let own = |dirs: &[String], tag: &str, asker: &Elf| -> Vec<Place> {
        let by = format!("{tag} of {}", inside(scene, &asker.path));
        dirs.iter().map(|dir| Place { dir: dir.clone(), by: by.clone() }).collect()
    };
    let rpath = asker.filter(|asker| asker.runpath.is_empty()).map(|asker| own(&asker.rpath, "RPATH", asker)).unwrap_or_default();
    let runpath = asker.map(|asker| own(&asker.runpath, "RUNPATH", asker)).unwrap_or_default();
    let order = rpath.iter().chain(&scene.before).chain(&runpath).chain(&scene.last);
    let mut hits: Vec<(&Place, &Library)> = Vec::new();
    for place in order {
        if let Some(library) = scene.libraries.get(&place.dir).and_then(|names| names.get(name))
            && !hits.iter().any(|(_, known)| known.path == library.path)
        {
            hits.push((place, library));
        }
    }
    let everywhere = scene.libraries.values().filter_map(|names| names.get(name));
    let winner = hits.first();
    let is_own = |path: &str| path.starts_with(&format!("{}/", scene.home));
    // A wheel that brings a library and does not name its folder loads it by path before anybody asks for the name.
    let preloaded = everywhere.clone().find(|library| is_own(&library.path));
    let (by, library) = match (winner, preloaded) {
        (Some((place, library)), _) => (Some(place.by.clone()), Some(*library)),
        (None, Some(library)) => (Some("the wheel that brings it".to_owned()), Some(library)),
        (None, None) => (None, None),
    };
    let path = library.map(|library| library.path.clone());
    let shadows: Vec<String> =
        everywhere.map(|library| library.path.clone()).filter(|other| Some(other) != path.as_ref()).collect();
    Loaded {
        name: name.to_owned(),
        foreign: path.as_ref().is_some_and(|path| !is_own(path)) && shadows.iter().any(|other| is_own(other)),
        stub: library.is_some_and(|library| library.stub),
        version: library.and_then(|library| library.version.clone()),
        by,
        asked_by: asker.map(|asker| inside(scene, &asker.path)),
        shadows,
        path,
    }
}

/// A path below the environment's packages, short enough to read.
fn inside(scene: &Scene, path: &str) -> String {
    let rest = path.strip_prefix(&scene.home).map_or(path, |rest| rest.trim_start_matches('/'));
    rest.split_once("site-packages/").map_or(rest, |(_, rest)| rest).to_owned()
}

#[cfg(test)]
mod tests;
