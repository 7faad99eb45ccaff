//! Answers given and not written yet, kept so that the next wizard in this folder can go on from them.

use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::core::answers::Answers;
use crate::core::changes::sha256;
use crate::edge::files::receipt::state_folder;

/// No answers are longer.
const MOST_BYTES: u64 = 64 * 1024;

fn file_of(dir: &Path) -> Option<PathBuf> {
    let dir = std::path::absolute(dir).ok()?;
    let name = sha256(dir.as_os_str().as_encoded_bytes());
    Some(state_folder()?.join("sessions").join(format!("{}.json", name.get(..32)?)))
}

/// Keeps the answers, readable by the user only. Without a place to keep them the wizard works all the same.
pub fn save(dir: &Path, answers: &Answers) {
    let _ = try_save(dir, answers);
}

fn try_save(dir: &Path, answers: &Answers) -> Option<()> {
    let file = file_of(dir)?;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(file.parent()?).ok()?;
    let bytes = serde_json::to_vec(answers).ok()?;
    let temporary = file.with_extension(format!("{}.tmp", crate::edge::random_word()));
    let mut open = std::fs::OpenOptions::new();
    let mut written = open.write(true).create_new(true).mode(0o600).open(&temporary).ok()?;
    let done = std::io::Write::write_all(&mut written, &bytes).and_then(|()| std::fs::rename(&temporary, &file));
    if done.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    done.ok()
}

/// The answers of the last wizard here that did not come to writing.
#[must_use]
pub fn load(dir: &Path) -> Option<Answers> {
    let bytes = crate::edge::read_capped(&file_of(dir)?, MOST_BYTES).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// They are in the project now.
pub fn forget(dir: &Path) {
    if let Some(file) = file_of(dir) {
        let _ = std::fs::remove_file(file);
    }
}
