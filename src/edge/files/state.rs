//! What nixml remembers between runs, in the user's state folder: small files, each whole or not there, readable by the user only.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Where receipts and sessions live; `None` when the user has no home.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/state"))).map(|base| base.join("nixml"))
}

/// Writes `path` whole or not at all. The caller holds the lock of the project that the file is about, so nobody else writes it.
///
/// # Errors
/// The folder cannot be made or written.
pub fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().ok_or_else(|| std::io::Error::other("there is no state folder"))?;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    sweep(folder, path);
    let temporary = path.with_extension(format!("{}.tmp", crate::edge::random_word()));
    let result = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary).and_then(|mut out| {
        out.write_all(bytes)?;
        out.sync_all()?;
        std::fs::rename(&temporary, path)
    });
    if result.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    result
}

/// Removes what a killed nixml left beside `path`.
fn sweep(folder: &Path, path: &Path) {
    let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { return };
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let ours = name.to_str().and_then(|name| name.strip_prefix(stem)).is_some_and(|rest| rest.ends_with(".tmp"));
        if ours {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
