//! From a plan to files on the disk: what is known to be nixml's, what would change, the writing, the receipt and git.

use std::collections::BTreeMap;
use std::path::Path;

use crate::core::changes::{self, Action, Allowed, Change, Known, OnDisk, sha256};
use crate::core::data::Data;
use crate::core::failure::Failure;
use crate::core::files::Files;
use crate::core::plan::Plan;
use crate::core::{adopt, machinery, project, requirement};
use crate::edge::adopting;
use crate::edge::files::receipt::{Entry, Receipt};
use crate::edge::files::{Folder, git, write};

/// What a person allowed or forbade.
#[derive(Debug, Clone, Copy, Default)]
pub struct Consent {
    pub force: Force,
    /// Change a pyproject.toml that nixml never saw; a copy stays.
    pub adopt: bool,
    /// Make a repository where there is none.
    pub git: bool,
}

/// How far `--force` goes; a copy of what it replaces stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Force {
    #[default]
    No,
    /// Files that somebody else wrote, and those where the person's lines and nixml's clash.
    Clashes,
    /// Files of nixml's that a person changed as well.
    Edits,
}

impl Force {
    /// What the flag means to `init`: as if nixml's files had never been changed.
    #[must_use]
    pub fn of_init(flag: bool) -> Self {
        if flag { Self::Edits } else { Self::No }
    }

    /// What it means to `upgrade`: changes that go together with the new files stay.
    #[must_use]
    pub fn of_upgrade(flag: bool) -> Self {
        if flag { Self::Clashes } else { Self::No }
    }
}

/// Everything nixml is known to have written in this folder: by its receipts, and by rendering the project's own answers again
/// (a colleague's clone has no receipt).
#[must_use]
pub fn known(folder: &Folder, data: &Data) -> Known {
    let mut known = Known::default();
    let answers = folder.text("nixml.toml");
    let receipt = Receipt::read(&folder.path);
    let committed = answers.as_ref().and_then(|_| git::committed(&folder.path, "nixml.toml"));
    // The answers may have been edited since the files were written: then the committed ones say what the files came from.
    for text in [committed.as_ref().filter(|text| Some(*text) != answers.as_ref()), answers.as_ref()].into_iter().flatten() {
        let Ok((_, files)) = project::expected(text, data) else { continue };
        for (path, file) in files.0 {
            known.add(&path, sha256(file.text.as_bytes()));
            known.last.entry(path).or_insert(file.text);
        }
    }
    if let Some(text) = &answers
        && !known.last.is_empty()
    {
        let told = machinery::tell(text, &known.last, machinery_of(folder));
        for (path, text) in told.untouched {
            known.add(&path, sha256(text.as_bytes()));
            known.last.insert(path, text);
        }
        known.last.extend(told.bases);
        known.last.retain(|path, _| !told.lost.contains(path));
        known.lost = told.lost;
        // The answers are the person's to edit; they are valid, so they are an answers file of nixml's.
        known.add("nixml.toml", sha256(text.as_bytes()));
    }
    if let Some(receipt) = receipt {
        for (path, hashes) in receipt.known() {
            known.hashes.entry(path).or_default().extend(hashes);
        }
        // What was really written is a better base than what this release would have written, unless a colleague changed
        // the project since: then the answers are neither the receipt's nor edited after the last commit.
        let answered = receipt.files.iter().find(|entry| entry.path == "nixml.toml").map(|entry| &entry.sha256);
        let pulled =
            committed.is_some() && committed == answers && answered != answers.map(|text| sha256(text.as_bytes())).as_ref();
        if !pulled {
            for entry in receipt.files {
                let reached = || matches!(folder.look(&entry.path), OnDisk::File(bytes) if sha256(&bytes) == entry.sha256);
                known.lost.remove(&entry.path);
                if receipt.done || reached() {
                    known.last.extend(entry.wanted.map(|wanted| (entry.path, wanted)));
                } else if let Some(base) = entry.base {
                    known.last.insert(entry.path, base);
                } else {
                    known.last.remove(&entry.path);
                }
            }
        }
    }
    known
}

/// `flake.lock`, `flake.nix` and the files of `nix/`, by path.
fn machinery_of(folder: &Folder) -> BTreeMap<String, String> {
    let inner = std::fs::read_dir(folder.path.join("nix")).into_iter().flatten().flatten().take(100);
    let paths = inner
        .map(|entry| format!("nix/{}", entry.file_name().to_string_lossy()))
        .chain(["flake.lock", "flake.nix"].map(str::to_owned));
    paths.filter_map(|path| folder.text(&path).map(|text| (path, text))).collect()
}

/// What writing the files of `plan` would do here.
#[must_use]
pub fn compare(folder: &Folder, plan: &Plan, files: &Files, data: &Data, consent: Consent) -> Vec<Change> {
    let packages = plan.targets.iter().flat_map(|target| &target.requirements).filter_map(|text| requirement::read(text).ok());
    let known = known(folder, data);
    let ready = (consent.adopt && known.last.is_empty())
        .then(|| adopt::ready(data, plan, &|path| adopting::text(folder, path)))
        .flatten();
    let packages = packages.map(|parsed| parsed.name).collect();
    let (force, anew) = (consent.force != Force::No, consent.force == Force::Edits);
    let allowed = Allowed { force, anew, adopt: consent.adopt, packages, ready };
    let mut on_disk = folder.on_disk(files);
    on_disk.extend(changes::leftovers(files, &known).into_iter().map(|path| (path.clone(), folder.look(&path))));
    changes::decide(files, &on_disk, &known, &allowed)
}

/// Writes, keeps the receipt, and makes the files visible to git. Gives what a person should know, in sentences.
///
/// # Errors
/// As [`write`]. Whatever goes wrong after the last rename (receipt, git) is a note, not a failure: the files are there.
pub fn carry_out(folder: &Folder, changes: &[Change], consent: Consent) -> Result<Vec<String>, Failure> {
    let mut notes = Vec::new();
    let before = Receipt::read(&folder.path);
    let entry = |change: &Change, backup: Option<String>| Entry {
        path: change.path.clone(),
        action: change.action,
        sha256: change.sha256(),
        before: change.before.clone().filter(|_| change.writes()),
        wanted: (change.writes() && change.action != Action::Removed || change.action == Action::Unchanged)
            .then(|| change.wanted.clone()),
        base: change.base.clone().filter(|_| change.writes()),
        backup,
    };
    let killed = before.as_ref().filter(|receipt| !receipt.done);
    let nothing_new = changes.iter().all(|change| !change.writes()) && killed.is_none();
    let inside = git::inside(&folder.path);
    let mut receipt = Receipt {
        schema: 1,
        dir: folder.path.canonicalize().unwrap_or_else(|_| folder.path.clone()),
        files: changes.iter().map(|change| entry(change, None)).collect(),
        made_dir: folder.made,
        // Noted before it is true: whoever is killed after making it leaves a note all the same.
        made_git: consent.git && !inside,
        done: false,
        earlier: before.as_ref().map(Receipt::known).unwrap_or_default(),
    };
    if let Some(killed) = killed {
        receipt.go_on_from(killed);
    }
    let mut kept = true;
    let written = write(folder, changes, || {
        kept = nothing_new || receipt.save().is_ok();
        Ok(())
    })
    .inspect_err(|_| match &before {
        // Everything is as it was, the receipt of the run before too.
        Some(before) => drop(before.save()),
        None => Receipt::forget(&folder.path),
    })?;
    if !kept {
        notes.push("the receipt could not be kept, so `nixml undo` will not know this run".to_owned());
    }
    for (entry, file) in receipt.files.iter_mut().zip(&written) {
        entry.backup = file.backup.clone().or_else(|| entry.backup.take());
        entry.base = None;
        if let Some(backup) = &file.backup {
            notes.push(format!("the old `{}` is kept as `{backup}`", file.path));
        }
    }
    notes.extend(changes.iter().filter(|change| change.writes()).filter_map(|change| change.why.clone()));
    let made = repository(folder, changes, inside, consent, &mut notes);
    receipt.made_git = made || killed.is_some_and(|killed| killed.made_git);
    receipt.done = true;
    if !nothing_new && kept {
        // The note before the renames is good enough should this one fail.
        let _ = receipt.save();
    }
    Ok(notes)
}

/// Writes a project aside, in a new folder with a repository of its own and without a receipt: it is not a person's.
///
/// # Errors
/// Exit 3: it cannot be written, or there is no git.
pub fn write_aside(dir: &Path, files: &Files) -> Result<(), Failure> {
    let folder = Folder::open(dir)?;
    let changes = changes::decide(files, &folder.on_disk(files), &Known::default(), &Allowed::default());
    write(&folder, &changes, || Ok(()))?;
    let paths: Vec<String> = changes.iter().map(|change| change.path.clone()).collect();
    git::init(dir)
        .and_then(|()| git::intend_to_add(dir, &paths))
        .map_err(|why| Failure::precondition("prepare a project").why(why).next("install git"))
}

/// A kit's uv.lock, as one more file to be written. One that is there stays: it may hold what `uv add` brought.
#[must_use]
pub fn lock_of_kit(folder: &Folder, text: &str) -> Option<Change> {
    matches!(folder.look("uv.lock"), OnDisk::Absent).then(|| Change::created("uv.lock", text))
}

/// A flake outside git copies the whole folder to the store at every evaluation, the environment included.
fn repository(folder: &Folder, changes: &[Change], inside: bool, consent: Consent, notes: &mut Vec<String>) -> bool {
    let dir = folder.path.as_path();
    // git goes by the path, and writes into whatever it finds there.
    if !folder.still_there() {
        notes.push("the folder was moved while nixml was at work, so git was not told of the files".to_owned());
        return false;
    }
    if !inside && !consent.git {
        notes.push("there is no git repository: Nix will copy the whole folder to its store each time".to_owned());
        return false;
    }
    if !inside && let Err(why) = git::init(dir) {
        notes.push(format!("no git repository was made: {why}"));
        return false;
    }
    let (gone, there): (Vec<&Change>, Vec<&Change>) =
        changes.iter().filter(|change| change.action != Action::Conflict).partition(|change| change.action == Action::Removed);
    let paths = |changes: Vec<&Change>| changes.into_iter().map(|change| change.path.clone()).collect::<Vec<_>>();
    git::forget(dir, &paths(gone));
    let paths = paths(there);
    if let Err(why) = git::intend_to_add(dir, &paths) {
        notes.push(format!("the new files could not be made known to git: {why}"));
    }
    !inside
}
