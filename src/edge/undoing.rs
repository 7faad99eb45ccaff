//! Takes back what the last `init` wrote in a folder, from its receipt.

use std::path::Path;

use rustix::fs::{AtFlags, unlinkat};

use crate::core::changes::{Action, Change, OnDisk};
use crate::core::failure::Failure;
use crate::core::undo::{Back, Wrote, decide};
use crate::edge::files::receipt::{Entry, Receipt};
use crate::edge::files::{Folder, git, write};

/// What undoing did or would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    pub files: Vec<(String, Back)>,
    /// What a person should know, in sentences.
    pub notes: Vec<String>,
}

/// Takes back the last `init` in `dir`; with `dry`, only says what that would be.
///
/// # Errors
/// Exit 2: there is no receipt. Exit 4: a file was edited since, or another nixml works there. Exit 3: the disk refuses.
pub fn undo(dir: &Path, dry: bool) -> Result<Undone, Failure> {
    let receipt = Receipt::read(dir).ok_or_else(|| {
        Failure::usage(format!("undo in `{}`", dir.display()))
            .why("no `nixml init` of this user wrote here, as far as its receipts tell")
    })?;
    let folder = Folder::open(dir)?;
    let files: Vec<(&Entry, Back)> = receipt.files.iter().map(|entry| (entry, judge(&folder, entry))).collect();
    if let Some((entry, _)) = files.iter().find(|(_, back)| *back == Back::Edited) {
        return Err(Failure::refused(format!("undo `{}`", entry.path))
            .why("it was changed after nixml wrote it")
            .next("keep it, or put it back with git; nothing was taken back"));
    }
    let mut undone =
        Undone { files: files.iter().map(|(entry, back)| (entry.path.clone(), back.clone())).collect(), notes: Vec::new() };
    if dry {
        return Ok(undone);
    }
    write(&folder, &restorations(&files), || Ok(()))?;
    for (entry, back) in &files {
        // `Left`: an undo before this one gave the file back and was killed before it came to the copy.
        if let (Some(backup), Back::Restored | Back::Left) = (&entry.backup, back) {
            remove(&folder, backup);
        }
        if *back == Back::Removed {
            remove(&folder, &entry.path);
        }
    }
    // Also those that an undo before this one removed before it was killed.
    let made_and_gone =
        |(entry, back): &&(&Entry, Back)| *back == Back::Removed || *back == Back::Left && entry.action == Action::Created;
    let gone: Vec<String> = files.iter().filter(made_and_gone).map(|(entry, _)| entry.path.clone()).collect();
    let ours: Vec<String> = files.iter().map(|(entry, _)| entry.path.clone()).collect();
    // In a repository that nixml made, what it only marked as meant to be added is nobody's wish.
    git::forget(dir, if receipt.made_git { &ours } else { &gone });
    if receipt.made_git && !git::remove_if_unused(dir) {
        undone.notes.push("the git repository stays: it holds something of yours".to_owned());
    }
    sweep_folders(dir, &gone);
    if let Ok(entries) = std::fs::read_dir(dir) {
        let left: Vec<String> = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        for name in left.iter().filter(|name| name.starts_with(".venv") || *name == ".nixml") {
            undone.notes.push(format!("`{name}` stays: a validation or uv made it; `nixml clean --all` frees it"));
        }
        if left.iter().any(|name| name == "uv.lock") {
            undone.notes.push("`uv.lock` stays: uv made it; remove it when nothing needs it".to_owned());
        }
        if left.is_empty() && receipt.made_dir {
            let _ = std::fs::remove_dir(dir);
        }
    }
    Receipt::forget(dir);
    Ok(undone)
}

fn judge(folder: &Folder, entry: &Entry) -> Back {
    let restorable = entry.before.is_some() || entry.backup.as_deref().is_some_and(|path| folder.text(path).is_some());
    let now = folder.look(&entry.path);
    let restored = matches!((&entry.before, &now), (Some(before), OnDisk::File(bytes)) if before.as_bytes() == bytes);
    decide(&Wrote { path: &entry.path, action: entry.action, sha256: &entry.sha256, restorable, restored }, &now)
}

/// The restored files as changes for the writer: all of them or none.
fn restorations(files: &[(&Entry, Back)]) -> Vec<Change> {
    files
        .iter()
        .filter(|(_, back)| *back == Back::Restored)
        .filter_map(|(entry, _)| {
            Some(Change {
                path: entry.path.clone(),
                action: if entry.action == Action::Removed { Action::Created } else { Action::Updated },
                before: None,
                after: entry.before.clone()?,
                wanted: String::new(),
                base: None,
                why: None,
                both: None,
                immovable: false,
            })
        })
        .collect()
}

fn remove(folder: &Folder, path: &str) {
    if let Ok(Some((parent, name))) = folder.parent(path, false) {
        let _ = unlinkat(&parent, &name, AtFlags::empty());
    }
}

/// Folders that held only what was taken back.
fn sweep_folders(dir: &Path, gone: &[String]) {
    for path in gone {
        let mut parent = Path::new(path).parent();
        while let Some(folder) = parent.filter(|folder| !folder.as_os_str().is_empty()) {
            let _ = std::fs::remove_dir(dir.join(folder)); // Only an empty one goes.
            parent = folder.parent();
        }
    }
}
