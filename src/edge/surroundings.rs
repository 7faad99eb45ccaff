//! What the process was started with: arguments, variables, the user's own files.

use std::ffi::OsString;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use crate::core::data::Data;
use crate::core::failure::Failure;

/// Largest data file of an overlay, in bytes.
const MOST_BYTES: u64 = 1024 * 1024;
/// Most files of an overlay.
const MOST_FILES: usize = 2_000;

/// The words of the command line, the program's own first.
#[must_use]
pub fn arguments() -> Vec<OsString> {
    std::env::args_os().collect()
}

/// An environment variable; an empty one counts as absent.
#[must_use]
pub fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// An environment variable is set, to nothing.
#[must_use]
pub fn is_empty_variable(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| value.is_empty())
}

/// The user's configuration folder, `$XDG_CONFIG_HOME/nixml`.
#[must_use]
pub fn config_folder() -> Option<PathBuf> {
    let absolute = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_CONFIG_HOME").or_else(|| absolute("HOME").map(|home| home.join(".config"))).map(|base| base.join("nixml"))
}

/// The user's config.toml as name and text; `None` when there is none.
///
/// # Errors
/// Exit 2: it is there and cannot be read.
pub fn user_config() -> Result<Option<(String, String)>, Failure> {
    let Some(path) = config_folder().map(|folder| folder.join("config.toml")) else { return Ok(None) };
    match read_capped(&path, MOST_BYTES) {
        Ok(bytes) => String::from_utf8(bytes)
            .map(|text| Some((path.display().to_string(), text)))
            .map_err(|_| Failure::usage(format!("read `{}`", path.display())).why("it is not UTF-8 text")),
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(Failure::usage(format!("read `{}`", path.display())).why(error.to_string())),
    }
}

/// At most `most` bytes of a file. A pipe that nobody writes to is empty, so nothing hangs; of `<(...)` all is awaited.
///
/// # Errors
/// It cannot be read, or is a folder.
pub fn read_capped(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
    let nonblock = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
    let file = std::fs::OpenOptions::new().read(true).custom_flags(nonblock).open(path)?;
    let status = file.metadata()?;
    if status.is_dir() {
        return Err(std::io::Error::other("it is a folder"));
    }
    if status.file_type().is_fifo() {
        rustix::fs::fcntl_setfl(&file, rustix::fs::OFlags::empty())?;
    }
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The plain files of a folder, sorted.
///
/// # Errors
/// It is no folder, or cannot be read.
pub fn files_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}

/// The embedded data with the user's folder and then `named` laid over it.
///
/// # Errors
/// Exit 2: `named` is no folder, or a file in it cannot be read, is too large or not text.
pub fn data(named: Option<&Path>) -> Result<Data, Failure> {
    let mut data = Data::embedded();
    if let Some(folder) = config_folder() {
        data = data.overlaid(overlay(&folder).unwrap_or_default());
    }
    let Some(folder) = named else { return Ok(data) };
    if !folder.is_dir() {
        return Err(Failure::usage(format!("read the data folder `{}`", folder.display())).why("there is no such folder"));
    }
    Ok(data.overlaid(overlay(folder)?))
}

/// The files of an overlay by their path: only the folders that nixml's own data has.
///
/// # Errors
/// Exit 2: a file cannot be read, is too large or not text.
pub fn overlay(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = ["wizard-steps", "templates", "assets"].iter().map(|name| folder.join(name)).collect();
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir).into_iter().flatten().flatten() {
            let path = entry.path();
            let wrong = |why: String| Failure::usage(format!("read the data file `{}`", path.display())).why(why);
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                open.push(path);
                continue;
            }
            let bytes = read_capped(&path, MOST_BYTES + 1).map_err(|error| wrong(error.to_string()))?;
            if bytes.len() as u64 > MOST_BYTES || found.len() >= MOST_FILES {
                return Err(wrong("too large".to_owned()));
            }
            let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
            found.push((name, String::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8 text".to_owned()))?));
        }
    }
    Ok(found)
}

/// A folder that is there, by its whole path without links.
///
/// # Errors
/// Why it is none.
pub fn folder(path: &Path) -> Result<PathBuf, String> {
    let whole = path.canonicalize().map_err(|error| error.to_string())?;
    if whole.is_dir() { Ok(whole) } else { Err("it is no folder".to_owned()) }
}

/// A path without links, as text.
#[must_use]
pub fn real_path(path: &Path) -> Option<String> {
    path.canonicalize().ok()?.into_os_string().into_string().ok()
}

/// The size of a plain file.
#[must_use]
pub fn file_bytes(path: &Path) -> Option<u64> {
    path.symlink_metadata().ok().filter(std::fs::Metadata::is_file).map(|status| status.len())
}

/// Writes a file into a folder of ours.
///
/// # Errors
/// The system's own.
pub fn put(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::write(path, bytes)
}

/// Writes a file that is not there yet.
///
/// # Errors
/// The system's own; [`std::io::ErrorKind::AlreadyExists`] when it is there.
pub fn put_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    std::fs::OpenOptions::new().write(true).create_new(true).open(path)?.write_all(bytes)
}

/// The program that runs now.
///
/// # Errors
/// Exit 3: it is gone from where it was.
pub fn own_program() -> Result<PathBuf, Failure> {
    std::env::current_exe().map_err(|error| Failure::precondition("find nixml itself").why(error.to_string()))
}

/// A folder of ours for a while.
///
/// # Errors
/// None can be made.
pub fn temporary_folder() -> std::io::Result<tempfile::TempDir> {
    tempfile::Builder::new().prefix("nixml-").tempdir()
}

/// Standard output goes to a person's screen.
#[must_use]
pub fn stdout_is_terminal() -> bool {
    use std::io::IsTerminal as _;
    std::io::stdout().is_terminal()
}

/// The path without `.` and `..`, by its words alone: for the name of a folder that need not exist yet.
#[must_use]
pub fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(normal.pop()),
            Component::CurDir => {}
            part => normal.push(part),
        }
    }
    normal
}
