//! Conversations that were broken off, kept so that the next wizard in the same folder can go on from them.

use std::path::{Path, PathBuf};

use crate::core::changes::sha256;
use crate::core::document;
use crate::core::session::Kept;
use crate::edge::files::state;

/// None is longer.
const MOST_BYTES: u64 = 64 * 1024;
/// What lay for longer is about a machine and a catalog of another time.
const OLDEST: u64 = 60 * 24 * 60 * 60;

fn file_of(dir: &Path) -> Option<PathBuf> {
    let dir = std::path::absolute(dir).ok()?;
    let name = sha256(crate::edge::normal(&dir).as_os_str().as_encoded_bytes());
    Some(state::folder()?.join("sessions").join(format!("{}.json", name.get(..32)?)))
}

/// Keeps it, readable by the user only. Without a place to keep it the wizard works all the same.
pub fn save(dir: &Path, kept: &Kept) {
    if let (Some(file), Ok(bytes)) = (file_of(dir), serde_json::to_vec(kept)) {
        let _ = state::write(&file, &bytes);
    }
}

/// The last conversation about this folder that did not come to its end. One that cannot be read, or that is too old, is thrown away.
#[must_use]
pub fn load(dir: &Path) -> Option<Kept> {
    let file = file_of(dir)?;
    let looked = std::fs::symlink_metadata(&file).ok()?;
    let age = looked.modified().ok().and_then(|then| then.elapsed().ok()).map(|age| age.as_secs());
    let kept = (looked.is_file() && age.is_none_or(|age| age < OLDEST))
        .then(|| crate::edge::read_capped(&file, MOST_BYTES).ok())
        .flatten()
        .and_then(|bytes| document::json::<Kept>(str::from_utf8(&bytes).ok()?).ok())
        .filter(|kept| kept.schema == crate::core::session::KEPT_SCHEMA);
    if kept.is_none() {
        let _ = std::fs::remove_file(&file);
    }
    kept.map(|kept| Kept { age, ..kept })
}

/// It has come to its end.
pub fn forget(dir: &Path) {
    if let Some(file) = file_of(dir) {
        let _ = std::fs::remove_file(file);
    }
}
