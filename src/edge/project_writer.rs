//! From a plan to files on the disk: what is known to be nixml's, what would change, the writing, the receipt and git.

use std::path::Path;

use crate::core::changes::{self, Action, Change, Known, sha256};
use crate::core::data::Data;
use crate::core::failure::Failure;
use crate::core::files::Files;
use crate::core::project;
use crate::edge::files::receipt::{Entry, Receipt};
use crate::edge::files::{Folder, git, write};

/// What a person allowed or forbade.
#[derive(Debug, Clone, Copy, Default)]
pub struct Consent {
    /// Replace what somebody else wrote; a copy stays.
    pub force: bool,
    /// Make a repository where there is none.
    pub git: bool,
}

/// Everything nixml is known to have written in this folder: by its receipts, and by rendering the project's own answers again
/// (a colleague's clone has no receipt).
#[must_use]
pub fn known(folder: &Folder, data: &Data) -> Known {
    let mut known = Receipt::read(&folder.path).map(|receipt| receipt.known()).unwrap_or_default();
    if let Some(text) = folder.text("nixml.toml")
        && let Ok((_, files)) = project::expected(&text, data)
    {
        for (path, file) in &files.0 {
            known.add(path, sha256(file.text.as_bytes()));
        }
    }
    known
}

/// What writing `files` would do here.
#[must_use]
pub fn compare(folder: &Folder, files: &Files, data: &Data, consent: Consent) -> Vec<Change> {
    changes::decide(files, &folder.on_disk(files), &known(folder, data), consent.force)
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
        backup,
    };
    let nothing_new = changes.iter().all(|change| !change.writes());
    let mut receipt = Receipt {
        schema: 1,
        dir: folder.path.canonicalize().unwrap_or_else(|_| folder.path.clone()),
        files: changes.iter().map(|change| entry(change, None)).collect(),
        made_dir: folder.made,
        made_git: false,
        done: false,
        earlier: before.as_ref().map(|receipt| receipt.known().0).unwrap_or_default(),
    };
    let mut kept = true;
    let written = write(folder, changes, || {
        kept = nothing_new || receipt.save().is_ok();
        Ok(())
    })?;
    if !kept {
        notes.push("the receipt could not be kept, so `nixml undo` will not know this run".to_owned());
    }
    for (entry, file) in receipt.files.iter_mut().zip(&written) {
        entry.backup.clone_from(&file.backup);
        if let Some(backup) = &file.backup {
            notes.push(format!("the old `{}` is kept as `{backup}`", file.path));
        }
    }
    receipt.made_git = repository(&folder.path, changes, consent, &mut notes);
    receipt.done = true;
    if !nothing_new && kept {
        // The note before the renames is good enough should this one fail.
        let _ = receipt.save();
    }
    Ok(notes)
}

/// A flake outside git copies the whole folder to the store at every evaluation, the environment included.
fn repository(dir: &Path, changes: &[Change], consent: Consent, notes: &mut Vec<String>) -> bool {
    let mut made = false;
    if !git::inside(dir) {
        if !consent.git {
            notes.push("there is no git repository: Nix will copy the whole folder to its store each time".to_owned());
            return false;
        }
        match git::init(dir) {
            Ok(()) => made = true,
            Err(why) => {
                notes.push(format!("no git repository was made: {why}"));
                return false;
            }
        }
    }
    let paths: Vec<String> =
        changes.iter().filter(|change| change.action != Action::Conflict).map(|change| change.path.clone()).collect();
    if let Err(why) = git::intend_to_add(dir, &paths) {
        notes.push(format!("the new files could not be made known to git: {why}"));
    }
    made
}
