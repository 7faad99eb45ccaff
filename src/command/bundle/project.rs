//! One project of a kit: written aside, its shells built, its lock made and read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use nixml::core::changes::sha256;
use nixml::core::failure::{Exit, Failure};
use nixml::core::kit::{Platform, Wheel, of_lock};
use nixml::core::plan::Plan;
use nixml::core::render;
use nixml::core::validation::PhaseId;
use nixml::edge::child::Interrupt;
use nixml::edge::kit::{KitFolder, Lock, Store};
use nixml::edge::project_writer;

use super::Around;
use crate::command::pace::Pace;
use crate::command::validate;

/// A project that was locked and whose shells are in this machine's store.
pub struct Ready {
    pub plan: Plan,
    pub pyproject: String,
    /// The text of its uv.lock.
    pub lock: Vec<u8>,
    /// What the kit must hold of the store: the shells, by store path.
    pub roots: Vec<String>,
    /// By target: the lock as requirements.
    requirements: BTreeMap<String, String>,
    /// By target and platform.
    pub wheels: Vec<(String, Platform, Vec<Wheel>)>,
    pub dir: PathBuf,
    /// Keeps the folder.
    _temp: tempfile::TempDir,
}

impl Ready {
    /// A name for its part of the kit: `cuda-cpu`.
    pub fn id(&self) -> String {
        self.plan.targets.iter().map(|target| target.target.word()).collect::<Vec<_>>().join("-")
    }

    pub fn lock_of<'a>(&'a self, nix: &'a Path, target: &str, interrupt: &'a Interrupt) -> Lock<'a> {
        Lock { nix, dir: &self.dir, groups: groups(&self.plan, target), interrupt }
    }

    /// The sources without which the flake cannot be evaluated, and the bash that `nix develop` starts.
    pub fn take_inputs(&mut self, store: &Store<'_>, nixpkgs: Option<&str>) -> Result<(), Failure> {
        let named = nixml::edge::variable("NIXML_NIXPKGS").and_then(|reference| reference.into_string().ok());
        let inputs = store.inputs(&self.dir, nixpkgs.or(named.as_deref()))?;
        for source in inputs.iter().take(1) {
            self.roots.extend(store.bash(source)?);
        }
        self.roots.extend(inputs);
        Ok(())
    }

    /// Every target on every platform that has wheels for it.
    pub fn requirements(&self, platforms: &[Platform]) -> Vec<(&str, Platform, &str)> {
        let of = |(target, platform, _): &&(String, Platform, Vec<Wheel>)| {
            platforms.contains(platform) && self.requirements.contains_key(target)
        };
        self.wheels
            .iter()
            .filter(of)
            .map(|(target, platform, _)| (target.as_str(), *platform, self.requirements[target].as_str()))
            .collect()
    }
}

/// What uv is told so that it takes this target and no other.
fn groups(plan: &Plan, target: &str) -> Vec<String> {
    let first = plan.first().target.word();
    if target == first {
        return Vec::new();
    }
    ["--no-group", first, "--group", target].map(str::to_owned).to_vec()
}

/// Makes it.
pub fn make(
    plan: &Plan,
    kit: &KitFolder,
    nix: &Path,
    platforms: &[Platform],
    around: Around<'_>,
    pace: &mut Pace,
) -> Result<Ready, Failure> {
    let what = || format!("prepare the project for {}", names(plan));
    let temp = nixml::edge::temporary_folder().map_err(|error| Failure::precondition(what()).why(error.to_string()))?;
    let dir = temp.path().join("project");
    let files = render::render(plan, around.data)?;
    project_writer::write_aside(&dir, &files)?;
    let pyproject = files.0.get("pyproject.toml").map(|file| sha256(file.text.as_bytes())).unwrap_or_default();
    let id = plan.targets.iter().map(|target| target.target.word()).collect::<Vec<_>>().join("-");
    // The lock of an earlier run stays: students who have it already get no other.
    if let Ok(lock) = nixml::edge::read_capped(&kit.at(&format!("locks/{id}/uv.lock")), 64 << 20) {
        nixml::edge::put(&dir.join("uv.lock"), &lock).map_err(|error| Failure::precondition(what()).why(error.to_string()))?;
    }
    let mut roots = Vec::new();
    // The first target last: its shell is the one that is entered again.
    for target in plan.targets.iter().rev() {
        pace.say(&format!("the {} shell of {}", target.target.word(), names(plan)));
        let report = validate::run_quietly(&dir, around.shared, around.data, false, |options| {
            options.shell = Some(target.target);
            options.until = Some(PhaseId::Lock);
            options.nixpkgs = around.nixpkgs.map(str::to_owned).or(options.nixpkgs.take());
        })?;
        if let Some(failure) = report.failure {
            return Err(failure);
        }
        let profile = nixml::edge::real_path(&dir.join(".nixml/profile"));
        roots.push(profile.ok_or_else(|| Failure::new(Exit::Failed, what()).why("Nix left no profile of the shell"))?);
    }
    let interrupt = Interrupt::new();
    let lock = nixml::edge::read_capped(&dir.join("uv.lock"), 64 << 20)
        .map_err(|error| Failure::new(Exit::Failed, what()).why(error.to_string()))?;
    let mut requirements = BTreeMap::new();
    let mut wheels = Vec::new();
    for target in &plan.targets {
        let word = target.target.word();
        let reader = Lock { nix, dir: &dir, groups: groups(plan, word), interrupt: &interrupt };
        let standard = reader.standard()?;
        requirements.insert(word.to_owned(), reader.requirements()?);
        for platform in platforms.iter().copied().filter(|platform| serves(*platform, word)) {
            let found = of_lock(&standard, &plan.python, platform).map_err(|why| {
                Failure::new(Exit::Failed, format!("find the wheels of {word} for {}", platform.word()))
                    .why(why)
                    .next("leave that platform out of `--platform`, or change the course's packages")
            })?;
            wheels.push((word.to_owned(), platform, found));
        }
    }
    Ok(Ready { plan: plan.clone(), pyproject, lock, roots, requirements, wheels, dir, _temp: temp })
}

/// No Mac has an NVIDIA card.
fn serves(platform: Platform, target: &str) -> bool {
    !(platform == Platform::ArmMac && target == "cuda")
}

fn names(plan: &Plan) -> String {
    let targets: Vec<&str> = plan.targets.iter().map(|target| target.target.word()).collect();
    format!("{} ({})", plan.title, targets.join(" and "))
}
