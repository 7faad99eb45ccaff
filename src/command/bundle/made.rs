//! Everything that goes into a kit, put together: sizes before, the store's part, the manifest after.

use std::collections::{BTreeMap, BTreeSet};

use nixml::core::failure::Failure;
use nixml::core::kit::{KitFile, Manifest, Narinfo, Platform, Project, Shell, Wheel, Wheels, closure};
use nixml::core::text::bytes;
use nixml::edge::child::Interrupt;
use nixml::edge::fetch;
use nixml::edge::kit::{KitFolder, Store};

use super::here;
use super::project::Ready;
use crate::command::pace::Pace;

pub struct Made {
    pub projects: Vec<Ready>,
    /// Every wheel once.
    pub wheels: Vec<Wheel>,
    /// Store paths whose closures the kit must hold: shells, nixpkgs' source, the interactive bash.
    roots: Vec<String>,
    paths: usize,
    pub store_bytes: u64,
}

impl Made {
    pub fn gather(projects: Vec<Ready>, store: &Store<'_>, interrupt: &Interrupt) -> Result<Self, Failure> {
        let mut wheels: BTreeMap<String, Wheel> = BTreeMap::new();
        for wheel in projects.iter().flat_map(|project| project.wheels.iter().flat_map(|(_, _, wheels)| wheels)) {
            wheels.insert(wheel.name.clone(), wheel.clone());
        }
        let mut wheels: Vec<Wheel> = wheels.into_values().collect();
        let untold: Vec<usize> = wheels.iter().enumerate().filter(|(_, wheel)| wheel.bytes.is_none()).map(|(at, _)| at).collect();
        let urls: Vec<String> = untold.iter().map(|at| wheels[*at].url.clone()).collect();
        for (at, size) in untold.into_iter().zip(fetch::sizes(&urls, interrupt)?) {
            wheels[at].bytes = size;
        }
        let roots: BTreeSet<String> = projects.iter().flat_map(|project| project.roots.iter().cloned()).collect();
        let roots: Vec<String> = roots.into_iter().collect();
        let all = store.closure(&roots)?;
        Ok(Self { store_bytes: store.bytes(&all)?, paths: all.len(), projects, wheels, roots })
    }

    /// What the wheels weigh; those whose size no index tells count nothing.
    pub fn wheel_bytes(&self) -> u64 {
        self.wheels.iter().filter_map(|wheel| wheel.bytes).sum()
    }

    /// For a person, before anything is fetched.
    pub fn sizes_say(&self, platforms: &[Platform]) -> String {
        let words: Vec<&str> = platforms.iter().map(|platform| platform.word()).collect();
        let untold = self.wheels.iter().filter(|wheel| wheel.bytes.is_none()).count();
        let more = if untold == 0 { String::new() } else { format!(" and {untold} of unknown size") };
        format!(
            "the kit for {}: {} wheels ({}{more}), the shell's {} store paths ({} unpacked, less in the kit)",
            words.join(", "),
            self.wheels.len(),
            bytes(self.wheel_bytes()),
            self.paths,
            bytes(self.store_bytes)
        )
    }

    /// For `--dry-run --json`: the wheels and the store as they are expected.
    pub fn expected(&self, title: &str) -> Manifest {
        let file = |path: String, bytes: u64| KitFile { path, bytes, sha256: String::new() };
        let mut manifest = Manifest::new(title);
        manifest.files =
            self.wheels.iter().map(|wheel| file(format!("wheels/{}", wheel.name), wheel.bytes.unwrap_or(0))).collect();
        manifest.files.push(file("store".to_owned(), self.store_bytes));
        manifest.projects = self.projects.iter().map(|project| entry(project, Vec::new())).collect();
        manifest
    }

    /// Copies the store's part, and for every path that nobody signed what it takes to build it again.
    pub fn copy_store(&self, kit: &KitFolder, store: &Store<'_>, pace: &mut Pace) -> Result<(), Failure> {
        let mut open = self.roots.clone();
        let mut asked: BTreeSet<String> = BTreeSet::new();
        while !open.is_empty() {
            store.copy_to(&kit.at("store"), &open, &mut |progress| {
                pace.tell(&format!("the shell: {} of {} store paths copied", progress.copies.done, self.paths));
            })?;
            let unsigned: Vec<String> = narinfos(kit).into_iter().filter(|info| !info.trusted).map(|info| info.path).collect();
            let unsigned: Vec<String> = unsigned.into_iter().filter(|path| asked.insert(path.clone())).collect();
            let unsigned = store.valid(&unsigned)?;
            open = if unsigned.is_empty() { Vec::new() } else { store.ingredients(&unsigned)? };
            let there: BTreeSet<String> = narinfos(kit).into_iter().map(|info| info.path).collect();
            open.retain(|path| !there.contains(path));
        }
        pace.say(&format!("the shell: {} store paths are there", narinfos(kit).len()));
        Ok(())
    }

    /// What is in the kit now. Shells and wheels that another machine put in stay.
    pub fn manifest(
        &self,
        kit: &KitFolder,
        title: &str,
        platforms: &[Platform],
        earlier: Option<&Manifest>,
        interrupt: &Interrupt,
    ) -> Result<Manifest, Failure> {
        let all = narinfos(kit);
        let store =
            self.roots.first().and_then(|root| root.rsplit_once('/')).map(|(store, _)| store.to_owned()).unwrap_or_default();
        let mut manifest = Manifest::new(title);
        for project in &self.projects {
            let mut entry = entry(project, Vec::new());
            let before = earlier.and_then(|earlier| earlier.project(&project.pyproject));
            let mine = here().map_or("", Platform::word);
            // Not only the closure of the roots: a machine that builds the unsigned ones needs their ingredients.
            let mut files: Vec<String> = all.iter().flat_map(|info| [info.file.clone(), info.archive.clone()]).collect();
            let other: BTreeSet<&String> = before
                .iter()
                .flat_map(|before| before.shells.iter().filter(|shell| shell.platform != mine))
                .flat_map(|shell| &shell.files)
                .collect();
            let own: BTreeSet<String> =
                closure(&all, &self.roots).iter().flat_map(|info| [info.file.clone(), info.archive.clone()]).collect();
            files.retain(|file| own.contains(file) || !other.contains(file));
            files.push("store/nix-cache-info".to_owned());
            files.sort();
            files.dedup();
            entry.shells.push(Shell { platform: mine.to_owned(), store: store.clone(), paths: project.roots.clone(), files });
            if let Some(before) = before {
                entry.shells.extend(before.shells.iter().filter(|shell| shell.platform != mine).cloned());
                let fresh = |wheels: &&Wheels| !platforms.iter().any(|platform| platform.word() == wheels.platform);
                entry.wheels.extend(before.wheels.iter().filter(fresh).cloned());
            }
            kit.write(&entry.lock, &project.lock)?;
            manifest.projects.push(entry);
        }
        let wanted: BTreeSet<&String> =
            manifest.projects.iter().flat_map(|project| project.wheels.iter().flat_map(|wheels| &wheels.files)).collect();
        let mut files: Vec<String> = ["bin", "data", "locks", "store"].iter().flat_map(|part| kit.files(part)).collect();
        files.extend(wanted.into_iter().cloned());
        files.extend(["README.txt".to_owned(), "class.toml".to_owned()]);
        files.sort();
        for file in files {
            let measured = kit.measure(&file, interrupt);
            manifest.files.push(
                measured.map_err(|error| Failure::precondition(format!("read `{file}` of the kit")).why(error.to_string()))?,
            );
        }
        Ok(manifest)
    }
}

fn entry(project: &Ready, shells: Vec<Shell>) -> Project {
    let wheels = project.wheels.iter().map(|(target, platform, wheels)| Wheels {
        platform: platform.word().to_owned(),
        target: target.clone(),
        files: wheels.iter().map(|wheel| format!("wheels/{}", wheel.name)).collect(),
    });
    Project {
        targets: project.plan.targets.iter().map(|target| target.target.word().to_owned()).collect(),
        python: project.plan.python.clone(),
        pyproject: project.pyproject.clone(),
        lock: format!("locks/{}/uv.lock", project.id()),
        shells,
        wheels: wheels.collect(),
    }
}

fn narinfos(kit: &KitFolder) -> Vec<Narinfo> {
    let files = kit.files("store").into_iter().filter(|file| file.ends_with(".narinfo"));
    files
        .filter_map(|file| {
            let text = nixml::edge::read_capped(&kit.at(&file), 1 << 20).ok()?;
            Narinfo::read(&file, &String::from_utf8(text).ok()?)
        })
        .collect()
}
