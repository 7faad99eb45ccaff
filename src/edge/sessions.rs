//! Answers given and not written yet, kept so that the next wizard in this folder can go on from them.

use std::path::{Path, PathBuf};

use crate::core::answers::Answers;
use crate::core::changes::sha256;
use crate::edge::files::state;

/// No answers are longer.
const MOST_BYTES: u64 = 64 * 1024;

fn file_of(dir: &Path) -> Option<PathBuf> {
    let dir = std::path::absolute(dir).ok()?;
    let name = sha256(dir.as_os_str().as_encoded_bytes());
    Some(state::folder()?.join("sessions").join(format!("{}.json", name.get(..32)?)))
}

/// Keeps the answers, readable by the user only. Without a place to keep them the wizard works all the same.
pub fn save(dir: &Path, answers: &Answers) {
    if let (Some(file), Ok(bytes)) = (file_of(dir), serde_json::to_vec(answers)) {
        let _ = state::write(&file, &bytes);
    }
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
