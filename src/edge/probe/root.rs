//! Reads the system's folders, or those of a recorded machine below another folder (`NIXML_PROBE_ROOT`).

use std::fs;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

/// No file that tells a fact is larger; longer ones are cut.
const MOST_BYTES: u64 = 1 << 20;
/// The folders of the system: with a root they are looked for below it, everything else stays where it is.
const SYSTEM: &[&str] = &[
    "proc",
    "sys",
    "dev",
    "etc",
    "usr",
    "run",
    "nix",
    "var",
    "boot",
    "bin",
    "sbin",
    "lib",
    "lib64",
    "opt",
    ".dockerenv",
    ".singularity.d",
];

/// Where the system's folders are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Root {
    below: Option<PathBuf>,
}

impl Root {
    /// This machine.
    #[must_use]
    pub fn real() -> Self {
        Self { below: None }
    }

    /// A machine whose folders lie below `dir`.
    #[must_use]
    pub fn below(dir: PathBuf) -> Self {
        Self { below: Some(dir) }
    }

    /// A recorded machine: nothing of the real one's driver may be asked.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.below.is_some()
    }

    /// The path to open for a path of the machine that is looked at.
    #[must_use]
    pub fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        let Some(below) = &self.below else { return path.to_owned() };
        let mut parts = path.components();
        let (Some(Component::RootDir), Some(Component::Normal(first))) = (parts.next(), parts.next()) else {
            return path.to_owned();
        };
        if SYSTEM.iter().any(|folder| first == *folder) {
            below.join(path.strip_prefix("/").unwrap_or(path))
        } else {
            path.to_owned()
        }
    }

    /// The bytes of a regular file, at most `most`; `None` when it is no file or cannot be read.
    #[must_use]
    pub fn bytes(&self, path: impl AsRef<Path>, most: u64) -> Option<Vec<u8>> {
        let path = self.at(path);
        if !fs::metadata(&path).ok()?.is_file() {
            return None; // A FIFO or a device would make us wait.
        }
        let mut bytes = Vec::new();
        fs::File::open(&path).ok()?.take(most).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// A text file, with what is not UTF-8 replaced.
    #[must_use]
    pub fn text(&self, path: impl AsRef<Path>) -> Option<String> {
        self.bytes(path, MOST_BYTES).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The first line of a text file, trimmed; `None` when it is empty.
    #[must_use]
    pub fn line(&self, path: impl AsRef<Path>) -> Option<String> {
        let text = self.text(path)?;
        let line = text.lines().next()?.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        (!line.is_empty()).then(|| line.to_owned())
    }

    /// The names in a folder, sorted; empty when there is none.
    #[must_use]
    pub fn names(&self, dir: impl AsRef<Path>) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.at(dir))
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .take(10_000)
            .collect();
        names.sort();
        names
    }

    #[must_use]
    pub fn exists(&self, path: impl AsRef<Path>) -> bool {
        self.at(path).exists()
    }

    #[must_use]
    pub fn is_dir(&self, path: impl AsRef<Path>) -> bool {
        self.at(path).is_dir()
    }

    /// The last name of where a link leads.
    #[must_use]
    pub fn link_name(&self, path: impl AsRef<Path>) -> Option<String> {
        fs::read_link(self.at(path)).ok()?.file_name()?.to_str().map(str::to_owned)
    }

    /// Follows links of the last part, absolute ones below the root again; a path of the machine, not of the recording.
    #[must_use]
    pub fn resolve(&self, path: impl AsRef<Path>) -> PathBuf {
        let mut path = path.as_ref().to_owned();
        for _ in 0..16 {
            let Ok(link) = fs::read_link(self.at(&path)) else { break };
            path = path.parent().unwrap_or(Path::new("/")).join(link);
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_system_lies_below_the_root() {
        let root = Root::below("/tmp/recorded".into());
        for (path, at) in [
            ("/proc/version", "/tmp/recorded/proc/version"),
            ("/usr/bin/nix", "/tmp/recorded/usr/bin/nix"),
            ("/nix", "/tmp/recorded/nix"),
            ("/home/ada/.bashrc", "/home/ada/.bashrc"),
            ("/tmp/recorded/x", "/tmp/recorded/x"),
            ("/", "/"),
            ("relative", "relative"),
        ] {
            assert_eq!(root.at(path), Path::new(at));
        }
        assert_eq!(Root::real().at("/proc"), Path::new("/proc"));
    }
}
