//! The folder of a kit: what lies in it, by hash, and what of it is damaged.

use std::fmt::Write as _;
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::core::failure::Failure;
use crate::core::kit::{FILE, KitFile, Manifest, PARTS};
use crate::edge::child::Interrupt;

/// Largest manifest: tens of thousands of files.
const MOST_BYTES: u64 = 32 << 20;
const CHUNK: usize = 1 << 20;

/// A kit's folder.
#[derive(Debug, Clone)]
pub struct KitFolder {
    pub path: PathBuf,
}

/// What is wrong with one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Harm {
    pub path: String,
    pub how: String,
}

impl KitFolder {
    /// The folder of a kit to be made or gone on with.
    ///
    /// # Errors
    /// Exit 3: it cannot be made. Exit 4: it holds something else.
    pub fn to_make(path: &Path) -> Result<Self, Failure> {
        let what = || format!("make a kit in `{}`", path.display());
        std::fs::create_dir_all(path).map_err(|error| Failure::precondition(what()).why(error.to_string()))?;
        let path = path.canonicalize().map_err(|error| Failure::precondition(what()).why(error.to_string()))?;
        let strange = std::fs::read_dir(&path)
            .map_err(|error| Failure::precondition(what()).why(error.to_string()))?
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .find(|name| !PARTS.contains(&name.as_str()) && name != "lost+found" && name != "System Volume Information");
        if let Some(strange) = strange {
            return Err(Failure::refused(what())
                .why(format!("`{}` lies in it, which is no part of a kit", strange.escape_debug()))
                .next("name an empty folder, or one that does not exist yet"));
        }
        Ok(Self { path })
    }

    /// A kit that somebody made.
    ///
    /// # Errors
    /// Exit 2: there is none, it is not finished, or its manifest cannot be read.
    pub fn open(path: &Path) -> Result<(Self, Manifest), Failure> {
        let what = || format!("open the kit `{}`", path.display());
        let kit = Self { path: path.canonicalize().map_err(|error| Failure::usage(what()).why(error.to_string()))? };
        let text = crate::edge::read_capped(&kit.path.join(FILE), MOST_BYTES).map_err(|error| {
            let failure = Failure::usage(what());
            if error.kind() != std::io::ErrorKind::NotFound {
                return failure.why(error.to_string());
            }
            failure
                .why(format!("there is no {FILE} in it: it is no kit, or one whose making was stopped"))
                .next("name the folder that `nixml bundle` made, or let it finish: run it again")
        })?;
        let text = String::from_utf8(text).map_err(|_| Failure::usage(what()).why(format!("{FILE} is not UTF-8 text")))?;
        let manifest = Manifest::read(&kit.path.join(FILE).display().to_string(), &text)?;
        Ok((kit, manifest))
    }

    #[must_use]
    pub fn at(&self, path: &str) -> PathBuf {
        self.path.join(path)
    }

    /// Writes a small file of the kit, whole or not at all.
    ///
    /// # Errors
    /// Exit 3.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        let to = self.at(path);
        let aside = to.with_extension(format!("{}.tmp", crate::edge::random_word()));
        let done = std::fs::create_dir_all(to.parent().unwrap_or(&self.path))
            .and_then(|()| std::fs::write(&aside, bytes))
            .and_then(|()| std::fs::rename(&aside, &to));
        done.map_err(|error| {
            let _ = std::fs::remove_file(&aside);
            Failure::precondition(format!("write `{}`", to.display())).why(error.to_string())
        })
    }

    /// Removes a file of the kit.
    ///
    /// # Errors
    /// The system's own.
    pub fn remove(&self, path: &str) -> std::io::Result<()> {
        std::fs::remove_file(self.at(path))
    }

    /// Takes files of the binary cache away, and with an archive the entry that names it: Nix then writes both again.
    pub fn forget_archives(&self, files: &[String]) {
        for entry in self.files("store").iter().filter(|file| file.ends_with(".narinfo")) {
            let text = std::fs::read_to_string(self.at(entry)).unwrap_or_default();
            let archive = text.lines().find_map(|line| line.strip_prefix("URL: ")).unwrap_or("");
            if files.iter().any(|file| file == entry || file.strip_prefix("store/") == Some(archive)) {
                let _ = self.remove(entry);
            }
        }
        for file in files {
            let _ = self.remove(file);
        }
    }

    /// Puts a program into the kit, for people to start from there.
    ///
    /// # Errors
    /// Exit 3.
    pub fn put_program(&self, path: &str, from: &Path) -> Result<(), Failure> {
        use std::os::unix::fs::PermissionsExt as _;
        let bytes = std::fs::read(from).map_err(|error| Failure::precondition("read nixml itself").why(error.to_string()))?;
        self.write(path, &bytes)?;
        // A stick without permissions cannot; the program is copied from there anyway.
        let _ = std::fs::set_permissions(self.at(path), std::fs::Permissions::from_mode(0o755));
        Ok(())
    }

    /// Every file below a part of the kit, sorted; those that are still being written are not among them.
    #[must_use]
    pub fn files(&self, part: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut open = vec![part.to_owned()];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(self.at(&folder)).into_iter().flatten().flatten() {
                let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => open.push(name),
                    Ok(kind) if kind.is_file() && !name.ends_with(".part") && !name.ends_with(".tmp") => found.push(name),
                    _ => {}
                }
            }
        }
        found.sort();
        found
    }

    /// Size and hash of a file of the kit.
    ///
    /// # Errors
    /// It cannot be read, is no plain file, or `interrupt` asked.
    pub fn measure(&self, path: &str, interrupt: &Interrupt) -> std::io::Result<KitFile> {
        let (bytes, sha256) = hash(&self.at(path), interrupt)?;
        Ok(KitFile { path: path.to_owned(), bytes, sha256 })
    }
}

/// What is missing or damaged of these files. `tell` hears the bytes looked at so far.
pub fn harm(kit: &KitFolder, files: &[&KitFile], interrupt: &Interrupt, tell: &mut dyn FnMut(u64)) -> Vec<Harm> {
    let mut harmed = Vec::new();
    let mut done = 0;
    for file in files {
        let how = match kit.measure(&file.path, interrupt) {
            _ if interrupt.asked().is_some() => break,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Some("is missing".to_owned()),
            Err(error) => Some(format!("cannot be read: {error}")),
            Ok(found) if found.bytes != file.bytes => {
                Some(format!("has {} bytes where the kit had {}: its copy was cut short or changed", found.bytes, file.bytes))
            }
            Ok(found) if found.sha256 != file.sha256 => Some("is damaged: its content is not what the kit had".to_owned()),
            Ok(_) => None,
        };
        harmed.extend(how.map(|how| Harm { path: file.path.clone(), how }));
        done += file.bytes;
        tell(done);
    }
    harmed
}

/// Bytes that are free where `path` lies.
#[must_use]
pub fn free_bytes(path: &Path) -> Option<u64> {
    let space = rustix::fs::statvfs(path).ok()?;
    Some(space.f_bavail.saturating_mul(space.f_frsize))
}

/// Size and hash; links are not followed, pipes not waited for.
pub(super) fn hash(path: &Path, interrupt: &Interrupt) -> std::io::Result<(u64, String)> {
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOFOLLOW;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let mut file = std::fs::OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::other("it is no plain file"));
    }
    let mut hash = Sha256::new();
    let mut buffer = vec![0; CHUNK];
    let mut bytes = 0;
    loop {
        let size = file.read(&mut buffer)?;
        if size == 0 {
            break;
        }
        if interrupt.asked().is_some() {
            return Err(std::io::Error::other("stopped"));
        }
        hash.update(&buffer[..size]);
        bytes += size as u64;
    }
    let text = hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    Ok((bytes, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::changes::sha256;

    #[test]
    fn damage_is_named_by_file() {
        let dir = tempfile::tempdir().unwrap();
        let kit = KitFolder::to_make(dir.path()).unwrap();
        let mut files = Vec::new();
        for (path, text) in [("wheels/whole", "abc"), ("wheels/changed", "abc"), ("wheels/short", "abc"), ("wheels/gone", "abc")]
        {
            kit.write(path, text.as_bytes()).unwrap();
            files.push(KitFile { path: path.to_owned(), bytes: 3, sha256: sha256(text.as_bytes()) });
        }
        std::os::unix::fs::symlink("whole", kit.at("wheels/link")).unwrap();
        files.push(KitFile { path: "wheels/link".to_owned(), bytes: 3, sha256: sha256(b"abc") });
        kit.write("wheels/changed", b"abd").unwrap();
        kit.write("wheels/short", b"ab").unwrap();
        std::fs::remove_file(kit.at("wheels/gone")).unwrap();
        let all: Vec<&KitFile> = files.iter().collect();
        let harmed = harm(&kit, &all, &Interrupt::new(), &mut |_| {});
        let names: Vec<&str> = harmed.iter().map(|harm| harm.path.as_str()).collect();
        assert_eq!(names, ["wheels/changed", "wheels/short", "wheels/gone", "wheels/link"]);
        assert!(harmed[0].how.contains("damaged") && harmed[1].how.contains("2 bytes") && harmed[2].how.contains("missing"));
    }

    #[test]
    fn a_folder_with_something_else_is_refused_and_an_unfinished_kit_is_said() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("thesis.tex"), "x").unwrap();
        assert_eq!(KitFolder::to_make(dir.path()).unwrap_err().exit.code(), 4);
        let kit = KitFolder::to_make(&dir.path().join("new")).unwrap();
        kit.write("wheels/a.part", b"x").unwrap();
        assert_eq!(kit.files("wheels"), Vec::<String>::new());
        assert!(KitFolder::open(&kit.path).unwrap_err().to_string().contains("stopped"));
    }
}
