//! Writing a set of files: temporary files first, then one rename each, and everything back if one of them fails.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::rc::Rc;

use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags, fsync, linkat, mkdirat, openat, renameat, renameat_with, statat, unlinkat};
use rustix::io::Errno;

use crate::core::changes::{Action, Change, OnDisk};
use crate::core::failure::{Exit, Failure};
use crate::edge::files::folder::{Blocked, Folder};
use crate::edge::{fault, random_word};

/// One file as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub path: String,
    pub action: Action,
    /// Of what it has now, in hexadecimal.
    pub sha256: String,
    /// The copy of what it had, when somebody else wrote that.
    pub backup: Option<String>,
}

/// One file between its temporary name and its own.
struct Staged<'a> {
    change: &'a Change,
    parent: Rc<OwnedFd>,
    name: String,
    temporary: String,
    /// A second link to the old content until everything is through.
    old: Option<String>,
    renamed: bool,
    backup: Option<String>,
}

/// All files of one write. Dropped before the end (an error, a panic), it puts everything back as it was.
#[derive(Default)]
struct Staging<'a> {
    files: Vec<Staged<'a>>,
    /// The folders that files lie in, by path: one handle each, however many files.
    parents: BTreeMap<String, Rc<OwnedFd>>,
    /// Folders made on the way: where they lie, and their names; the outermost first.
    made: Vec<(OwnedFd, String)>,
    through: bool,
}

/// Writes what `changes` say, all or nothing. `note` is called once, when every byte is on the disk and nothing is renamed yet:
/// what it records there survives a power cut in the middle of the renames.
///
/// # Errors
/// Exit 4: a conflict, or a file changed since it was compared. Exit 3: the disk or the folder refuses.
pub fn write(folder: &Folder, changes: &[Change], note: impl FnOnce() -> Result<(), Failure>) -> Result<Vec<Written>, Failure> {
    if let Some(conflict) = changes.iter().find(|change| change.action == Action::Conflict) {
        let why = conflict.why.clone().unwrap_or_else(|| "it is in the way".to_owned());
        return Err(Failure::refused(format!("write `{}`", conflict.path)).why(why).next(conflict.way_out()));
    }
    sweep(folder);
    let mut staging = Staging::default();
    stage_all(folder, changes, &mut staging)?;
    note()?;
    fault::point("staged");
    rename_all(folder, &mut staging.files)?;
    fault::point("renamed");
    staging.through = true;
    for file in &staging.files {
        if let Some(old) = &file.old {
            let _ = unlinkat(&file.parent, old, AtFlags::empty());
        }
    }
    for parent in staging.parents.values() {
        let _ = fsync(parent);
    }
    Ok(changes
        .iter()
        .map(|change| Written {
            path: change.path.clone(),
            action: change.action,
            sha256: change.sha256(),
            backup: staging.files.iter().find(|file| file.change.path == change.path).and_then(|file| file.backup.clone()),
        })
        .collect())
}

fn stage_all<'a>(folder: &Folder, changes: &'a [Change], staging: &mut Staging<'a>) -> Result<(), Failure> {
    let mut filled = Vec::new();
    for change in changes.iter().filter(|change| change.writes()) {
        let (place, name) = change.path.rsplit_once('/').unwrap_or(("", &change.path));
        let parent = match staging.parents.get(place) {
            Some(parent) => Rc::clone(parent),
            None => {
                let parent = Rc::new(parent_of(folder, change, staging)?);
                staging.parents.insert(place.to_owned(), Rc::clone(&parent));
                parent
            }
        };
        // An existing file keeps its permissions; a new one gets what the umask leaves.
        let mode =
            statat(&parent, name, AtFlags::SYMLINK_NOFOLLOW).ok().map(|status| Mode::from_raw_mode(status.st_mode & 0o777));
        let (name, temporary) = (name.to_owned(), format!(".nixml-{}.tmp", random_word()));
        staging.files.push(Staged { change, parent, name, temporary, old: None, renamed: false, backup: None });
        let Some(file) = staging.files.last().filter(|_| change.action != Action::Removed) else { continue };
        let mut tried = fill(file, mode);
        if tried.as_ref().is_err_and(|error| error.raw_os_error() == Some(Errno::MFILE.raw_os_error())) && !filled.is_empty() {
            // Few files may be open at once here: those that are done make room.
            to_disk(&filled)?;
            filled.clear();
            tried = fill(file, mode);
        }
        filled.push((&change.path, tried.map_err(|error| full(&change.path, &error))?));
    }
    to_disk(&filled)
}

/// Waits until every byte of these files is on the disk: all at once, so that the file system commits them together and a project of
/// twenty files waits for the disk twice and not twenty times.
fn to_disk(files: &[(&String, File)]) -> Result<(), Failure> {
    std::thread::scope(|scope| {
        let start = |(path, file)| {
            let wait = std::thread::Builder::new().spawn_scoped(scope, move || File::sync_all(file));
            // Where no thread can be had, the wait is one after the other.
            (path, wait.map_err(|_| file))
        };
        let waiting: Vec<_> = files.iter().map(|(path, file)| start((path, file))).collect();
        waiting.into_iter().try_for_each(|(path, wait)| {
            let synced = match wait {
                Ok(wait) => wait.join().unwrap_or_else(|_| Err(std::io::Error::other("the wait for the disk broke off"))),
                Err(file) => file.sync_all(),
            };
            synced.map_err(|error| full(path, &error))
        })
    })
}

/// The folder of a file, made where it is not there; what was made is remembered.
fn parent_of(folder: &Folder, change: &Change, staging: &mut Staging<'_>) -> Result<OwnedFd, Failure> {
    let below = |blocked: Blocked| blocked.failure(format!("write `{}`", change.path));
    folder.parent(&change.path, false).map_err(below)?;
    for (end, _) in change.path.match_indices('/') {
        let missing = folder.parent(&change.path[..end], false).map_err(below)?;
        let Some((parent, name)) =
            missing.filter(|(parent, name)| matches!(statat(parent, name, AtFlags::SYMLINK_NOFOLLOW), Err(Errno::NOENT)))
        else {
            continue;
        };
        mkdirat(&parent, &name, Mode::from_raw_mode(0o777)).map_err(|error| full(&change.path, &error.into()))?;
        staging.made.push((parent, name));
    }
    match folder.parent(&change.path, false) {
        Ok(Some((parent, _))) => Ok(parent),
        Ok(None) => Err(Failure::precondition(format!("make the folder of `{}`", change.path))),
        Err(blocked) => Err(below(blocked)),
    }
}

fn fill(file: &Staged<'_>, mode: Option<Mode>) -> std::io::Result<File> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let handle = openat(&file.parent, &file.temporary, flags, Mode::from_raw_mode(0o666))?;
    if let Some(mode) = mode {
        rustix::fs::fchmod(&handle, mode)?;
    }
    let mut out = File::from(handle);
    out.write_all(file.change.after.as_bytes())?;
    Ok(out)
}

fn rename_all(folder: &Folder, staged: &mut [Staged<'_>]) -> Result<(), Failure> {
    for file in staged {
        let changed = || {
            Failure::refused(format!("write `{}`", file.change.path))
                .why("it changed while nixml was at work")
                .next("look at it, then run the same command again; nothing was written")
        };
        if file.change.action == Action::Created {
            match renameat_with(&file.parent, &file.temporary, &file.parent, &file.name, RenameFlags::NOREPLACE) {
                Ok(()) => {}
                Err(Errno::EXIST) => return Err(changed()),
                Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                    // A file system without an exclusive rename: a link refuses just as well.
                    match linkat(&file.parent, &file.temporary, &file.parent, &file.name, AtFlags::empty()) {
                        Ok(()) => drop(unlinkat(&file.parent, &file.temporary, AtFlags::empty())),
                        Err(Errno::EXIST) => return Err(changed()),
                        Err(error) => return Err(full(&file.change.path, &error.into())),
                    }
                }
                Err(error) => return Err(full(&file.change.path, &error.into())),
            }
        } else {
            let same = match folder.look(&file.change.path) {
                OnDisk::File(bytes) => file.change.before.as_ref().is_none_or(|before| before.as_bytes() == bytes),
                _ => false,
            };
            if !same {
                return Err(changed());
            }
            replace(file).map_err(|error| full(&file.change.path, &error))?;
        }
        file.renamed = true;
    }
    Ok(())
}

fn replace(file: &mut Staged<'_>) -> std::io::Result<()> {
    if file.change.action == Action::Replaced {
        file.backup = Some(back_up(file)?);
    }
    let old = format!(".nixml-{}.old", random_word());
    linkat(&file.parent, &file.name, &file.parent, &old, AtFlags::empty())?;
    file.old = Some(old);
    if file.change.action == Action::Removed {
        unlinkat(&file.parent, &file.name, AtFlags::empty())?;
        return Ok(());
    }
    renameat(&file.parent, &file.temporary, &file.parent, &file.name)?;
    Ok(())
}

/// Keeps a copy under the first free `NAME.nixml-bak.N`; gives its path from the project's folder.
fn back_up(file: &Staged<'_>) -> std::io::Result<String> {
    for number in 1..10_000_u32 {
        let name = format!("{}.nixml-bak.{number}", file.name);
        match linkat(&file.parent, &file.name, &file.parent, &name, AtFlags::empty()) {
            Ok(()) => {
                let folder = file.change.path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
                return Ok(format!("{folder}{name}"));
            }
            Err(Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(std::io::Error::other("ten thousand copies are there already"))
}

impl Drop for Staging<'_> {
    /// Puts everything back: new files go, replaced ones come back, temporary ones and new folders go.
    fn drop(&mut self) {
        if self.through {
            return;
        }
        for file in self.files.iter().rev() {
            let _ = unlinkat(&file.parent, &file.temporary, AtFlags::empty());
            match (&file.old, file.renamed) {
                (Some(old), true) => drop(renameat(&file.parent, old, &file.parent, &file.name)),
                (Some(old), false) => drop(unlinkat(&file.parent, old, AtFlags::empty())),
                (None, true) => drop(unlinkat(&file.parent, &file.name, AtFlags::empty())),
                (None, false) => {}
            }
            if let Some(name) = file.backup.as_deref().and_then(|path| path.rsplit('/').next()) {
                let _ = unlinkat(&file.parent, name, AtFlags::empty());
            }
        }
        for (parent, name) in self.made.iter().rev() {
            let _ = unlinkat(parent, name, AtFlags::REMOVEDIR);
        }
    }
}

/// Removes what a killed nixml left behind; the lock says that none is at work.
fn sweep(folder: &Folder) {
    for place in ["", "nix/", ".vscode/", ".github/workflows/"] {
        let Ok(Some((parent, _))) = folder.parent(&format!("{place}x"), false) else { continue };
        let Ok(entries) = rustix::fs::Dir::read_from(&parent) else { continue };
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().to_str() else { continue };
            if name.starts_with(".nixml-") && (name.ends_with(".tmp") || name.ends_with(".old")) {
                let _ = unlinkat(&parent, name, AtFlags::empty());
            }
        }
    }
}

fn full(path: &str, error: &std::io::Error) -> Failure {
    let next = if error.raw_os_error() == Some(Errno::MFILE.raw_os_error()) {
        "allow more open files (`ulimit -n 256`); nothing was written"
    } else {
        "make room or choose another folder; nothing was written"
    };
    Failure::new(Exit::Precondition, format!("write `{path}`")).why(error.to_string()).next(next)
}
