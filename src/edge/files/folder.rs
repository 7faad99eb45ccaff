//! A project's folder, opened once and locked; everything in it is reached through that handle, never through a path again.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, FileType, FlockOperation, Mode, OFlags, flock, mkdirat, openat, statat};
use rustix::io::Errno;

use crate::core::changes::OnDisk;
use crate::core::failure::Failure;
use crate::core::files::Files;

/// Larger files that are in the way are not read: nixml never wrote one.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// An open, locked project folder. The lock goes when this is dropped or the process dies, and with it a folder that nixml
/// made and left empty.
#[derive(Debug)]
pub struct Folder {
    /// For messages only.
    pub path: PathBuf,
    handle: OwnedFd,
    /// True when nixml made the folder just now.
    pub made: bool,
}

impl Folder {
    /// Opens the folder, makes it if it is not there (its parent must be), and takes the one lock it has.
    ///
    /// # Errors
    /// Exit 3: it cannot be made, opened or written. Exit 4: it belongs to somebody else, or another nixml works in it.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let made = match std::fs::create_dir(path) {
            Ok(()) => true,
            // Also when the parent cannot be written: the folder is there, that is what counts.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists || path.is_dir() => false,
            Err(error) => return Err(cannot_make(path, &error)),
        };
        let mut folder = Self { path: path.to_path_buf(), handle: handle(path)?, made: false };
        folder.lock()?;
        if !folder.still_there() {
            return Err(Failure::refused(format!("work in `{}`", path.display()))
                .why("it was moved or removed just now")
                .next("run the same command again"));
        }
        folder.made = made;
        Ok(folder)
    }

    /// The same for a look: a folder that is not there is not made.
    ///
    /// # Errors
    /// As [`Folder::open`].
    pub fn look_only(path: &Path) -> Result<Option<Self>, Failure> {
        if path.symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
            return Ok(None);
        }
        Self::open(path).map(Some)
    }

    /// Another handle of a folder whose lock the caller holds already.
    ///
    /// # Errors
    /// As [`Folder::open`], but for the lock.
    pub fn open_locked(path: &Path) -> Result<Self, Failure> {
        Ok(Self { path: path.to_path_buf(), handle: handle(path)?, made: false })
    }

    /// For a look: a folder that is not there could be made.
    ///
    /// # Errors
    /// Exit 3, as [`Folder::open`] would say it.
    pub fn could_be_made(path: &Path) -> Result<(), Failure> {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let may = rustix::fs::accessat(CWD, parent, Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS);
        may.map_err(|error| cannot_make(path, &error.into()))?;
        if parent.is_dir() { Ok(()) } else { Err(cannot_make(path, &Errno::NOTDIR.into())) }
    }

    /// The open handle.
    #[must_use]
    pub fn handle(&self) -> &OwnedFd {
        &self.handle
    }

    fn lock(&self) -> Result<(), Failure> {
        match flock(&self.handle, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(()),
            Err(Errno::WOULDBLOCK) => {
                let who = self.lock_holder().map_or_else(String::new, |pid| format!(" (process {pid})"));
                Err(Failure::refused(format!("work in `{}`", self.path.display()))
                    .why(format!("another nixml works in it{who}"))
                    .next("wait until it has finished, or choose another folder"))
            }
            // A file system without locks (some network ones): better unlocked than not at all.
            Err(_) => Ok(()),
        }
    }

    /// The process that holds the lock, from /proc/locks.
    fn lock_holder(&self) -> Option<u32> {
        let inode = rustix::fs::fstat(&self.handle).ok()?.st_ino.to_string();
        let locks = std::fs::read_to_string("/proc/locks").ok()?;
        locks.lines().find_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (pid, place) = (words.get(4)?, words.get(5)?);
            (place.rsplit(':').next() == Some(inode.as_str())).then(|| pid.parse().ok()).flatten()
        })
    }

    /// The same as [`Folder::probe_writable`] as far as it can be said without writing.
    ///
    /// # Errors
    /// Exit 3, with the system's reason.
    pub fn is_writable(&self) -> Result<(), Failure> {
        let may = rustix::fs::accessat(&self.handle, ".", Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS);
        may.map_err(|error| cannot("write into", &self.path, &error.into()).next("choose a folder that you can write to"))
    }

    /// The path still leads to the folder that was opened; somebody may have swapped it for a link since.
    #[must_use]
    pub fn still_there(&self) -> bool {
        let opened = rustix::fs::fstat(&self.handle);
        let named = rustix::fs::stat(&self.path);
        matches!((opened, named), (Ok(opened), Ok(named)) if (opened.st_dev, opened.st_ino) == (named.st_dev, named.st_ino))
    }

    /// Finds out before anything is asked whether files can be written here at all.
    ///
    /// # Errors
    /// Exit 3, with the system's reason.
    pub fn probe_writable(&self) -> Result<(), Failure> {
        let name = format!(".nixml-{}.tmp", crate::edge::random_word());
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        openat(&self.handle, &name, flags, Mode::from_raw_mode(0o600))
            .map_err(|error| cannot("write into", &self.path, &error.into()).next("choose a folder that you can write to"))?;
        let _ = rustix::fs::unlinkat(&self.handle, &name, AtFlags::empty());
        Ok(())
    }

    /// What lies now at the place of each file of `files`.
    #[must_use]
    pub fn on_disk(&self, files: &Files) -> BTreeMap<String, OnDisk> {
        files.0.keys().map(|path| (path.clone(), self.look(path))).collect()
    }

    /// What lies at `path` now; links are not followed, pipes not opened.
    #[must_use]
    pub fn look(&self, path: &str) -> OnDisk {
        let (parent, name) = match self.parent(path, false) {
            Ok(Some(found)) => found,
            Ok(None) => return OnDisk::Absent,
            Err(Blocked::By(what)) => return OnDisk::Other(what),
            Err(Blocked::System(why)) => return OnDisk::Unread(why),
        };
        let status = match statat(&parent, &name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(status) => status,
            Err(Errno::NOENT) => return OnDisk::Absent,
            Err(error) => return OnDisk::Unread(error.to_string()),
        };
        if let Some(what) = not_a_file(FileType::from_raw_mode(status.st_mode)) {
            return OnDisk::Other(what);
        }
        if u64::try_from(status.st_size).unwrap_or(u64::MAX) > MOST_BYTES {
            return OnDisk::Unread(format!("it has {} bytes: nixml did not write it", status.st_size));
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let mut bytes = Vec::new();
        match openat(&parent, &name, flags, Mode::empty()) {
            Ok(handle) => match std::fs::File::from(handle).take(MOST_BYTES + 1).read_to_end(&mut bytes) {
                Ok(_) => OnDisk::File(bytes),
                Err(error) => OnDisk::Unread(error.to_string()),
            },
            Err(error) => OnDisk::Unread(error.to_string()),
        }
    }

    /// The text of a file, when it is a plain file of UTF-8.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<String> {
        match self.look(path) {
            OnDisk::File(bytes) => String::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// The open folder that holds `path`, and the last part of it. `Ok(None)`: that folder is not there (and was not to be made).
    ///
    /// # Errors
    /// What stands in the way: a part that is a link or a file, or a path that would leave the folder.
    pub(in crate::edge) fn parent(&self, path: &str, make: bool) -> Result<Option<(OwnedFd, String)>, Blocked> {
        let mut parts: Vec<&str> = path.split('/').collect();
        if parts.iter().any(|part| part.is_empty() || *part == "." || *part == "..") {
            return Err(Blocked::By("outside the project's folder"));
        }
        let Some(name) = parts.pop() else { return Err(Blocked::By("outside the project's folder")) };
        let mut at = self.handle.as_fd().try_clone_to_owned().map_err(|error| Blocked::System(error.to_string()))?;
        for part in parts {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let mut opened = openat(&at, part, flags, Mode::empty());
            if make && matches!(opened, Err(Errno::NOENT)) {
                let _ = mkdirat(&at, part, Mode::from_raw_mode(0o777));
                opened = openat(&at, part, flags, Mode::empty());
            }
            at = match opened {
                Ok(next) => next,
                Err(Errno::NOENT) => return Ok(None),
                Err(Errno::LOOP | Errno::NOTDIR) => return Err(Blocked::By("below something that is not a folder")),
                Err(error) => return Err(Blocked::System(error.to_string())),
            };
        }
        Ok(Some((at, name.to_owned())))
    }
}

/// Opens a folder, unless it is somebody else's: as with git, what lies there is not ours to write or run.
fn handle(path: &Path) -> Result<OwnedFd, Failure> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    // Looked at before it is opened, because another's may well be closed to us, and again as what was really opened.
    if let Ok(status) = rustix::fs::stat(path) {
        refuse_foreign(path, status.st_uid)?;
    }
    let handle = rustix::fs::open(path, flags, Mode::empty())
        .map_err(|error| cannot("open", path, &error.into()).next("choose another folder"))?;
    let status = rustix::fs::fstat(&handle).map_err(|error| cannot("look at", path, &error.into()))?;
    refuse_foreign(path, status.st_uid)?;
    Ok(handle)
}

fn refuse_foreign(path: &Path, owner: u32) -> Result<(), Failure> {
    let me = rustix::process::geteuid().as_raw();
    if owner == me {
        return Ok(());
    }
    Err(Failure::refused(format!("work in `{}`", path.display()))
        .why(format!("it belongs to another user (number {owner}, you are {me})"))
        .next("choose a folder of your own"))
}

fn cannot_make(path: &Path, error: &std::io::Error) -> Failure {
    cannot("make", path, error).next("make its parent folder first, or choose another")
}

/// Why a path inside the folder cannot be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge) enum Blocked {
    /// By what is there: `it is ...`.
    By(&'static str),
    /// By the system, in its own words.
    System(String),
}

impl Blocked {
    /// The failure to `act` (a fragment).
    pub(in crate::edge) fn failure(self, act: String) -> Failure {
        match self {
            Self::By(what) => Failure::refused(act).why(format!("it is {what}")),
            Self::System(why) => Failure::precondition(act).why(why),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.made {
            let _ = std::fs::remove_dir(&self.path); // Only an empty one goes.
        }
    }
}

fn not_a_file(kind: FileType) -> Option<&'static str> {
    match kind {
        FileType::RegularFile => None,
        FileType::Symlink => Some("a link"),
        FileType::Directory => Some("a folder"),
        FileType::Fifo => Some("a pipe"),
        FileType::Socket => Some("a socket"),
        _ => Some("a device"),
    }
}

fn cannot(verb: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::precondition(format!("{verb} the folder `{}`", path.display())).why(error.to_string())
}
