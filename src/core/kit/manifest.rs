//! `kit.toml`: what is in a kit, with sizes and hashes, and who needs what of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::core::document;
use crate::core::failure::Failure;

/// The manifest's name. It is written last: a folder without it is a kit that is not finished.
pub const FILE: &str = "kit.toml";
const SCHEMA: u32 = 1;

/// What is in a kit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub schema: u32,
    /// The course's.
    pub title: String,
    /// One for each set of targets: the course's own, and its fallback.
    #[serde(default, rename = "project")]
    pub projects: Vec<Project>,
    /// Every file of the kit but this one.
    #[serde(default, rename = "file")]
    pub files: Vec<KitFile>,
}

/// What one project needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    pub targets: Vec<String>,
    pub python: String,
    /// The hash of its pyproject.toml: the kit is for exactly that one.
    pub pyproject: String,
    /// Its uv.lock, a file of the kit.
    pub lock: String,
    #[serde(default, rename = "shell", skip_serializing_if = "Vec::is_empty")]
    pub shells: Vec<Shell>,
    #[serde(default, rename = "wheels", skip_serializing_if = "Vec::is_empty")]
    pub wheels: Vec<Wheels>,
}

/// What `nix develop` needs on one kind of machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shell {
    /// `x86_64-linux`.
    pub platform: String,
    /// Where the store is whose paths these are: `/nix/store`.
    pub store: String,
    /// Store paths; their closures are in the kit.
    pub paths: Vec<String>,
    /// The files in `store/` that hold them.
    pub files: Vec<String>,
}

/// What uv installs for one target on one kind of machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wheels {
    pub platform: String,
    pub target: String,
    pub files: Vec<String>,
}

/// One file, by its path in the kit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KitFile {
    pub path: String,
    pub bytes: u64,
    pub sha256: String,
}

impl Manifest {
    #[must_use]
    pub fn new(title: &str) -> Self {
        Self { schema: SCHEMA, title: title.to_owned(), ..Self::default() }
    }

    /// # Errors
    /// Exit 2: not a manifest, of another release, or a path that leaves the kit.
    pub fn read(name: &str, text: &str) -> Result<Self, Failure> {
        let wrong = |why: String| Failure::usage(format!("read `{name}`")).why(why).next("ask for the kit again");
        let manifest: Self = document::toml(text).map_err(|error| wrong(error.to_string()))?;
        if manifest.schema != SCHEMA {
            return Err(wrong(format!("`schema` must be {SCHEMA}: this kit is of another release of nixml")));
        }
        let all: BTreeSet<&str> = manifest.files.iter().map(|file| file.path.as_str()).collect();
        let named = manifest.projects.iter().flat_map(|project| {
            let shells = project.shells.iter().flat_map(|shell| &shell.files);
            std::iter::once(&project.lock).chain(shells).chain(project.wheels.iter().flat_map(|wheels| &wheels.files))
        });
        if let Some(path) = all.iter().copied().find(|path| !inside(path)) {
            return Err(wrong(format!("`{}` is no path inside a kit", path.escape_debug())));
        }
        if let Some(path) = named.map(String::as_str).find(|path| !all.contains(path)) {
            return Err(wrong(format!("`{}` is needed and not among its files", path.escape_debug())));
        }
        let paths = manifest.projects.iter().flat_map(|project| project.shells.iter());
        if let Some(strange) = paths.flat_map(|shell| shell.paths.iter().map(move |path| (shell, path))).find(|(shell, path)| {
            let name = path.strip_prefix(&shell.store).and_then(|rest| rest.strip_prefix('/'));
            !shell.store.starts_with('/') || name.is_none_or(|name| !store_name(name))
        }) {
            return Err(wrong(format!("`{}` is no path of a Nix store", strange.1.escape_debug())));
        }
        Ok(manifest)
    }

    #[must_use]
    pub fn text(&self) -> String {
        let head = "# What is in this kit, written by `nixml bundle`. Check it with `nixml bundle --verify`.\n";
        format!("{head}{}", toml::to_string(self).unwrap_or_default())
    }

    /// The project for this pyproject.toml.
    #[must_use]
    pub fn project(&self, pyproject_sha256: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.pyproject == pyproject_sha256)
    }

    /// What a machine of `platform` needs for these targets of `project`: the parts that belong to no machine, its shells, its wheels.
    #[must_use]
    pub fn needed(&self, project: &Project, platform: &str, targets: &[&str]) -> Vec<&KitFile> {
        let shells = project.shells.iter().filter(|shell| shell.platform == platform).flat_map(|shell| &shell.files);
        let fits = |wheels: &&Wheels| wheels.platform == platform && targets.contains(&wheels.target.as_str());
        let wheels = project.wheels.iter().filter(fits).flat_map(|wheels| &wheels.files);
        let wanted: BTreeSet<&str> = shells.chain(wheels).chain([&project.lock]).map(String::as_str).collect();
        let general = |path: &str| path == "class.toml" || path.starts_with("data/");
        self.files.iter().filter(|file| general(&file.path) || wanted.contains(file.path.as_str())).collect()
    }

    /// Bytes by part: `store`, `wheels`, ...
    #[must_use]
    pub fn sizes(&self) -> BTreeMap<&str, u64> {
        let mut sizes = BTreeMap::new();
        for file in &self.files {
            *sizes.entry(file.path.split('/').next().unwrap_or("")).or_default() += file.bytes;
        }
        sizes
    }
}

/// A relative path of plain parts below one of the kit's own folders.
fn inside(path: &str) -> bool {
    let plain =
        |part: &str| !part.is_empty() && part != "." && part != ".." && !part.chars().any(|c| c.is_control() || c == '\\');
    path.split('/').all(plain) && super::PARTS.contains(&path.split('/').next().unwrap_or("")) && path != FILE
}

/// `abc...-name`, which no program takes for an option or another path.
fn store_name(name: &str) -> bool {
    name.len() > 33 && name.chars().all(|c| c.is_ascii_alphanumeric() || "+-._?=".contains(c)) && name.as_bytes()[32] == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> KitFile {
        KitFile { path: path.to_owned(), bytes: 10, sha256: "a".repeat(64) }
    }

    fn manifest() -> Manifest {
        let shell = Shell {
            platform: "x86_64-linux".to_owned(),
            store: "/nix/store".to_owned(),
            paths: vec![format!("/nix/store/{}-env", "a".repeat(32))],
            files: vec!["store/a.narinfo".to_owned()],
        };
        let wheels = |platform: &str, target: &str, file: &str| Wheels {
            platform: platform.to_owned(),
            target: target.to_owned(),
            files: vec![file.to_owned()],
        };
        let project = Project {
            targets: vec!["cuda".to_owned(), "cpu".to_owned()],
            python: "3.13".to_owned(),
            pyproject: "b".repeat(64),
            lock: "locks/cuda-cpu/uv.lock".to_owned(),
            shells: vec![shell],
            wheels: vec![wheels("x86_64-linux", "cuda", "wheels/big.whl"), wheels("x86_64-linux", "cpu", "wheels/small.whl")],
        };
        let files =
            ["class.toml", "locks/cuda-cpu/uv.lock", "store/a.narinfo", "wheels/big.whl", "wheels/small.whl", "bin/nixml"];
        Manifest { projects: vec![project], files: files.map(file).to_vec(), ..Manifest::new("ML 101") }
    }

    #[test]
    fn a_manifest_is_read_back_and_a_machine_needs_its_part_only() {
        let manifest = manifest();
        assert_eq!(Manifest::read("kit.toml", &manifest.text()).unwrap(), manifest);
        let project = manifest.project(&"b".repeat(64)).unwrap();
        let needed = |targets: &[&str]| -> Vec<&str> {
            manifest.needed(project, "x86_64-linux", targets).iter().map(|file| file.path.as_str()).collect()
        };
        assert_eq!(needed(&["cpu"]), ["class.toml", "locks/cuda-cpu/uv.lock", "store/a.narinfo", "wheels/small.whl"]);
        assert_eq!(needed(&["cuda", "cpu"])[3..], ["wheels/big.whl", "wheels/small.whl"]);
        assert_eq!(manifest.sizes()["wheels"], 20);
    }

    #[test]
    fn what_leaves_the_kit_is_refused() {
        for path in ["../x", "/etc/passwd", "wheels/../../x", "wheels//x", "wheels/a\nb", "other/x", "kit.toml", ""] {
            let mut manifest = manifest();
            manifest.files.push(file(path));
            assert_eq!(Manifest::read("kit.toml", &manifest.text()).unwrap_err().exit.code(), 2, "{path}");
        }
        for path in ["/nix/store/--help", "/etc/passwd", "nix/store/x", "/nix/store/../x"] {
            let mut manifest = manifest();
            manifest.projects[0].shells[0].paths = vec![path.to_owned()];
            assert!(Manifest::read("kit.toml", &manifest.text()).is_err(), "{path}");
        }
        let mut lacking = manifest();
        lacking.files.pop();
        lacking.files.pop();
        assert!(Manifest::read("kit.toml", &lacking.text()).unwrap_err().to_string().contains("small.whl"));
        assert!(Manifest::read("kit.toml", "schema = 1\ntitle = 'x'\nrun = 'rm'").unwrap_err().to_string().contains("run"));
    }
}
