//! What a machine lacked when it last looked at a course, so that the next look can say what was mended since.

use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;

use crate::core::changes::sha256;
use crate::core::class::Unmet;
use crate::edge::files::state;

const MOST_BYTES: u64 = 4096;

fn file_of(class: &str) -> Option<PathBuf> {
    Some(state::folder()?.join("classes").join(sha256(class.as_bytes()).get(..32)?))
}

/// What was missing at the last look at the class with this text; `None`: it was never looked at.
#[must_use]
pub fn load(class: &str) -> Option<Vec<Unmet>> {
    let bytes = crate::edge::read_capped(&file_of(class)?, MOST_BYTES).ok()?;
    Some(String::from_utf8(bytes).ok()?.lines().filter_map(Unmet::of).collect())
}

/// Keeps what is missing now. Without a place for it the next look starts anew.
pub fn save(class: &str, missing: &[Unmet]) {
    let _ = try_save(class, missing);
}

fn try_save(class: &str, missing: &[Unmet]) -> Option<()> {
    let file = file_of(class)?;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(file.parent()?).ok()?;
    let text: String = missing.iter().flat_map(|unmet| [unmet.word(), "\n"]).collect();
    let aside = file.with_extension(format!("{}.tmp", crate::edge::random_word()));
    let mut open = std::fs::OpenOptions::new();
    let mut written = open.write(true).create_new(true).mode(0o600).open(&aside).ok()?;
    let done = std::io::Write::write_all(&mut written, text.as_bytes()).and_then(|()| std::fs::rename(&aside, &file));
    if done.is_err() {
        let _ = std::fs::remove_file(&aside);
    }
    done.ok()
}
