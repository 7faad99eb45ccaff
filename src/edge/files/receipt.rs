//! The receipt of what `init` wrote: kept in the user's state folder, read by `undo` and by the next `init`.

use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::core::changes::{Action, sha256};

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

/// Where receipts and sessions live; `None` when the user has no home.
#[must_use]
pub fn state_folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/state"))).map(|base| base.join("nixml"))
}

fn file_of(dir: &Path) -> Option<PathBuf> {
    let dir = dir.canonicalize().ok()?;
    let name = sha256(dir.as_os_str().as_encoded_bytes());
    Some(state_folder()?.join("receipts").join(format!("{}.json", &name[..32])))
}

impl Receipt {
    /// The receipt of `dir`; `None` when there is none or it cannot be read.
    #[must_use]
    pub fn read(dir: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(file_of(dir)?).ok()?).ok()
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
        let folder = path.parent().ok_or_else(|| std::io::Error::other("there is no state folder"))?;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let temporary = path.with_extension(format!("{}.tmp", crate::edge::random_word()));
        let text = serde_json::to_vec_pretty(self)?;
        let result = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary).and_then(|mut out| {
            std::io::Write::write_all(&mut out, &text)?;
            out.sync_all()?;
            std::fs::rename(&temporary, &path)
        });
        if result.is_err() {
            let _ = std::fs::remove_file(&temporary);
        }
        result
    }

    /// Forgets the receipt of `dir`.
    pub fn forget(dir: &Path) {
        if let Some(path) = file_of(dir) {
            let _ = std::fs::remove_file(path);
        }
    }
}
