//! A student's side of a kit: what of it this machine needs, whether that is whole, and the shell into the Nix store.

use std::path::Path;

use nixml::core::changes::sha256;
use nixml::core::class::Standing;
use nixml::core::data::Data;
use nixml::core::facts::Facts;
use nixml::core::failure::{Exit, Failure};
use nixml::core::kit::{KitFile, Narinfo, Project, Shell};
use nixml::core::plan::Target;
use nixml::core::render;
use nixml::core::text::bytes;
use nixml::edge::child::Interrupt;
use nixml::edge::kit::{Harm, Owner, Store, harm as find_harm};

use super::source::Kit;
use crate::cli::Shared;
use crate::command::init_course;
use crate::command::pace::Pace;

/// The part of a kit that one machine needs.
pub struct Part<'a> {
    project: &'a Project,
    shell: &'a Shell,
    files: Vec<&'a KitFile>,
    /// The targets beside the first that are filled from it as well.
    others: Vec<Target>,
    /// Why others are not, in sentences.
    left_out: Vec<String>,
}

/// Finds it.
pub fn look<'a>(kit: &'a Kit, standing: &Standing, data: &Data, facts: &Facts) -> Result<Part<'a>, Failure> {
    let what = || format!("use the kit `{}`", kit.folder.path.display());
    let files = render::render(&standing.plan, data)?;
    let pyproject = files.0.get("pyproject.toml").map(|file| sha256(file.text.as_bytes())).unwrap_or_default();
    let manifest = &kit.manifest;
    let Some(project) = manifest.project(&pyproject) else {
        let has: Vec<String> = manifest
            .projects
            .iter()
            .map(|project| format!("{} with Python {}", project.targets.join(" and "), project.python))
            .collect();
        return Err(Failure::usage(what())
            .why(format!("it was made for other answers, or by another release of nixml; it has {}", has.join("; ")))
            .next("join without `--set`, use the nixml in the kit's `bin`, or join with a network: `nixml join class.toml`"));
    };
    let platform = facts.system().unwrap_or_else(|| "x86_64-linux".to_owned());
    let store =
        nixml::edge::variable("NIX_STORE_DIR").map_or_else(|| "/nix/store".to_owned(), |dir| dir.to_string_lossy().into_owned());
    let Some(shell) = project.shells.iter().find(|shell| shell.platform == platform) else {
        let has: Vec<&str> = project.shells.iter().map(|shell| shell.platform.as_str()).collect();
        return Err(Failure::new(Exit::Failed, what())
            .why(format!("it has shells for {}, and this machine is {platform}", has.join(" and ")))
            .next(format!("run `nixml bundle` on a {platform} machine into the same kit, or join with a network")));
    };
    if shell.store != store {
        return Err(Failure::new(Exit::Failed, what())
            .why(format!("it is for a Nix store in {}, and this machine's is in {store}", shell.store))
            .next("join with a network: `nixml join class.toml`"));
    }
    let (mut others, mut left_out) = (Vec::new(), Vec::new());
    for target in standing.plan.targets.iter().skip(1).map(|target| target.target) {
        let word = target.word();
        if !project.wheels.iter().any(|wheels| wheels.platform == platform && wheels.target == word) {
            left_out.push(format!(
                "the kit has no wheels of {word} for {platform}: `nix develop .#{word}` and then `nixml-sync` need a network"
            ));
        } else if target == Target::Cuda && facts.nvidia().all(|gpu| gpu.error.is_some()) {
            left_out.push(format!(
                "the {word} environment is left out, because no NVIDIA card that works was found here; the same command fills it once there is one"
            ));
        } else {
            others.push(target);
        }
    }
    let targets: Vec<&str> = std::iter::once(&standing.target()).chain(&others).map(|target| target.word()).collect();
    let files = manifest.needed(project, &platform, &targets);
    Ok(Part { project, shell, files, others, left_out })
}

/// What of it is missing or damaged.
pub fn harm(kit: &Kit, part: &Part<'_>, shared: &Shared) -> Vec<Harm> {
    let all: u64 = part.files.iter().map(|file| file.bytes).sum();
    let mut pace = Pace::new(shared);
    pace.say(&format!("\nthe kit: {} files for this machine, {}", part.files.len(), bytes(all)));
    for why in &part.left_out {
        pace.say(&format!("note: {why}"));
    }
    find_harm(&kit.folder, &part.files, &Interrupt::new(), &mut |done| {
        pace.tell(&format!("looking at the kit: {} of {}", bytes(done), bytes(all)));
    })
}

/// Puts the shell into this machine's Nix store, and says what the project is made from.
pub fn bring(kit: &Kit, part: &Part<'_>, nix: &Path, shared: &Shared) -> Result<init_course::Kit, Failure> {
    let interrupt = Interrupt::from_signals();
    let store = Store { nix: nix.to_path_buf(), interrupt: &interrupt };
    let owner = store.owner();
    let entries = entries(kit, part.shell)?;
    let mut paths: Vec<String> = entries.iter().map(|entry| entry.path.clone()).collect();
    let mut pace = Pace::new(shared);
    if owner == Owner::Daemon {
        // A daemon takes unsigned paths from nobody but the people it trusts, and nixml changes nobody's trust: the few that
        // the instructor's machine built itself are built here again, from parts that came along.
        paths = entries.iter().filter(|entry| entry.trusted).map(|entry| entry.path.clone()).collect();
        let built = entries.len() - paths.len();
        if built > 0 {
            pace.say(&format!("note: {built} small paths are not signed and are built here, without a network"));
        }
    }
    let there = store.valid(&paths)?;
    let left: Vec<String> = paths.iter().filter(|path| !there.contains(path)).cloned().collect();
    let size: u64 = entries.iter().filter(|entry| left.contains(&entry.path)).map(|entry| entry.nar_bytes).sum();
    pace.say(&format!(
        "the shell: {} of {} store paths are here{}",
        there.len(),
        paths.len(),
        if left.is_empty() { String::new() } else { format!("; {} to copy, {}", left.len(), bytes(size)) }
    ));
    store
        .copy_from(&kit.folder.at("store"), &left, owner, &mut |progress| {
            pace.tell(&format!("copying the shell: {} of {} paths", progress.copies.done, left.len()));
        })
        .map_err(|failure| explain(failure, &left))?;
    pace.clear();
    let lock = kit.folder.at(&part.project.lock);
    let lock = nixml::edge::read_capped(&lock, 64 << 20)
        .and_then(|lock| String::from_utf8(lock).map_err(std::io::Error::other))
        .map_err(|error| Failure::new(Exit::Failed, format!("read `{}`", lock.display())).why(error.to_string()))?;
    Ok(init_course::Kit { lock, wheels: kit.folder.at("wheels"), others: part.others.clone() })
}

fn explain(failure: Failure, left: &[String]) -> Failure {
    let unsigned = failure.why.as_deref().is_some_and(|why| why.contains("signature"));
    if !unsigned {
        return failure;
    }
    let next = format!(
        "this machine's Nix trusts none of the keys that signed them, and nixml changes nobody's trust: join with a network, or let \
         whoever runs this machine copy the {} paths",
        left.len()
    );
    failure.next(next)
}

/// The binary cache's entries of a shell.
fn entries(kit: &Kit, shell: &Shell) -> Result<Vec<Narinfo>, Failure> {
    let mut entries = Vec::new();
    for file in shell.files.iter().filter(|file| file.ends_with(".narinfo")) {
        let text = crate::command::class::read_text(&kit.folder.at(file))?;
        let entry = Narinfo::read(file, &text)
            .filter(|entry| entry.path.strip_prefix(&shell.store).is_some_and(|rest| rest.starts_with('/')));
        entries.push(entry.ok_or_else(|| super::source::damaged(&kit.folder, file, "is no entry of a binary cache"))?);
    }
    Ok(entries)
}
