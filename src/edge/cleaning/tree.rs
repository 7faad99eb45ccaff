//! How much room a folder takes, and how much of it also lies elsewhere under another name.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The files of some folders, each once, with how many of its names were met.
#[derive(Debug, Default)]
pub struct Inodes(HashMap<(u64, u64), Inode>);

#[derive(Debug, Clone, Copy)]
struct Inode {
    bytes: u64,
    names: u64,
    met: u64,
}

/// What a folder takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    pub bytes: u64,
}

impl Inodes {
    /// Bytes of the files that have a name outside the folders that were met.
    #[must_use]
    pub fn shared_bytes(&self) -> u64 {
        self.0.values().filter(|inode| inode.names > inode.met).map(|inode| inode.bytes).sum()
    }

    pub fn join(&mut self, other: Self) {
        for (key, inode) in other.0 {
            self.0.entry(key).and_modify(|known| known.met += inode.met).or_insert(inode);
        }
    }
}

/// Adds up everything below `root`; links are counted, not followed.
pub fn measure(root: &Path, inodes: &mut Inodes) -> Size {
    let mut size = Size::default();
    let mut open = vec![root.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(&dir).into_iter().flatten().flatten() {
            let Ok(status) = entry.metadata() else { continue };
            if status.is_dir() {
                open.push(entry.path());
            }
            let bytes = status.blocks() * 512;
            if status.is_dir() || status.nlink() < 2 {
                size.bytes += bytes;
                continue;
            }
            let inode = inodes.0.entry((status.dev(), status.ino())).or_insert(Inode { bytes, names: status.nlink(), met: 0 });
            if inode.met == 0 {
                size.bytes += bytes;
            }
            inode.met += 1;
        }
    }
    size
}

/// The names of what is installed in an environment.
pub fn distributions(venv: &Path) -> Vec<String> {
    let sites: Vec<PathBuf> =
        fs::read_dir(venv.join("lib")).into_iter().flatten().flatten().map(|entry| entry.path().join("site-packages")).collect();
    let entries = sites.iter().flat_map(|site| fs::read_dir(site).into_iter().flatten().flatten());
    let names = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let name = name.strip_suffix(".dist-info")?.rsplit_once('-')?.0.to_owned();
        name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)).then_some(name)
    });
    names.filter(|name| name.starts_with(|c: char| c.is_ascii_alphanumeric())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_another_name_elsewhere_is_shared() {
        let dir = tempfile::tempdir().unwrap();
        let (venv, cache) = (dir.path().join("venv"), dir.path().join("cache"));
        fs::create_dir_all(venv.join("inner")).unwrap();
        fs::create_dir(&cache).unwrap();
        fs::write(cache.join("wheel"), vec![1; 100_000]).unwrap();
        fs::hard_link(cache.join("wheel"), venv.join("inner/wheel")).unwrap();
        fs::write(venv.join("own"), vec![1; 50_000]).unwrap();
        fs::hard_link(venv.join("own"), venv.join("own-again")).unwrap();
        std::os::unix::fs::symlink(&cache, venv.join("link")).unwrap();
        let mut inodes = Inodes::default();
        let size = measure(&venv, &mut inodes);
        assert!((150_000..400_000).contains(&size.bytes), "{size:?}");
        assert!((100_000..120_000).contains(&inodes.shared_bytes()), "{}", inodes.shared_bytes());
        let both = measure(dir.path(), &mut Inodes::default());
        assert!(both.bytes < size.bytes + 50_000, "counted twice: {both:?}");
    }
}
