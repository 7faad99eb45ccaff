//! The receipt of what `init` wrote: kept in the user's state folder, read by `undo` and by the next `init`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::core::changes::{Action, sha256};
use crate::core::document;
use crate::edge::files::state;

/// One file of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub path: String,
    pub action: Action,
    /// Of what nixml wrote, in hexadecimal.
    pub sha256: String,
    /// What the file had before, when it was text that nixml changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What nixml alone would have written: the base when the next one is merged with the person's changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<String>,
    /// What nixml had wanted there before this run, as long as the run is not through: a killed one may not have come to this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// The copy that `--force` kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<String>,
}

/// What one `init` did in one folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub schema: u32,
    /// The folder, resolved.
    pub dir: PathBuf,
    pub files: Vec<Entry>,
    /// nixml made the folder.
    pub made_dir: bool,
    /// nixml ran `git init`.
    pub made_git: bool,
    /// False while the files are being renamed: a run that was killed in between leaves it so.
    pub done: bool,
    /// Hashes of everything earlier runs wrote here, by path.
    #[serde(default)]
    pub earlier: Hashes,
}

/// Hashes by path.
pub type Hashes = std::collections::BTreeMap<String, std::collections::BTreeSet<String>>;

fn file_of(dir: &Path) -> Option<PathBuf> {
    let dir = dir.canonicalize().ok()?;
    let name = sha256(dir.as_os_str().as_encoded_bytes());
    Some(state::folder()?.join("receipts").join(format!("{}.json", &name[..32])))
}

impl Receipt {
    /// The receipt of `dir`; `None` when there is none or it cannot be read.
    #[must_use]
    pub fn read(dir: &Path) -> Option<Self> {
        document::json(&std::fs::read_to_string(file_of(dir)?).ok()?).ok()
    }

    /// The hashes of everything that was nixml's alone, as far as receipts tell: a file in which the person's changes were merged is not.
    #[must_use]
    pub fn known(&self) -> Hashes {
        let mut known = self.earlier.clone();
        let whole = |entry: &&Entry| entry.wanted.as_ref().is_some_and(|wanted| sha256(wanted.as_bytes()) == entry.sha256);
        for entry in self.files.iter().filter(whole) {
            known.entry(entry.path.clone()).or_default().insert(entry.sha256.clone());
        }
        known
    }

    /// Writes it: whole or not at all, readable by the user only.
    ///
    /// # Errors
    /// No home folder, or the state folder cannot be written.
    pub fn save(&self) -> std::io::Result<()> {
        let path = file_of(&self.dir).ok_or_else(|| std::io::Error::other("there is no home folder"))?;
        state::write(&path, &serde_json::to_vec_pretty(self)?)
    }

    /// Takes over what a run that was killed in the middle had done: nixml made it, whoever of the two it was.
    pub fn go_on_from(&mut self, killed: &Self) {
        self.made_dir |= killed.made_dir;
        self.made_git |= killed.made_git;
        let taken_away = |old: &&Entry| old.action == Action::Removed && !self.files.iter().any(|entry| entry.path == old.path);
        let taken_away: Vec<Entry> = killed.files.iter().filter(taken_away).cloned().collect();
        self.files.extend(taken_away);
        for entry in &mut self.files {
            let wrote = |old: &&Entry| old.path == entry.path && !matches!(old.action, Action::Unchanged | Action::Kept);
            let Some(old) = killed.files.iter().find(wrote) else { continue };
            let found = match entry.action {
                Action::Unchanged => entry.sha256.clone(),
                _ => entry.before.as_ref().map(|text| sha256(text.as_bytes())).unwrap_or_default(),
            };
            if found == old.sha256 {
                entry.action = old.action;
                entry.before.clone_from(&old.before);
                entry.backup = entry.backup.take().or_else(|| old.backup.clone());
            }
        }
    }

    /// Forgets the receipt of `dir`.
    pub fn forget(dir: &Path) {
        if let Some(path) = file_of(dir) {
            let _ = std::fs::remove_file(path);
        }
    }
}
