//! Where the driver's libraries are: absolute paths, because a program built by Nix does not see the system's list.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::options::ProbeOptions;
use super::root::Root;
use crate::core::facts::LibraryFile;

/// Folders that hold nothing but the driver.
const DRIVER_ONLY: &[&str] = &[
    "/run/opengl-driver/lib",
    "/usr/lib/wsl/lib",
    "/usr/lib64-nvidia",
    "/usr/local/nvidia/lib64",
    "/.singularity.d/libs",
    "/usr/lib/{gnu}/nvidia",
    "/usr/lib/{gnu}/tegra",
    "/usr/lib/{gnu}/nvidia/current",
];
/// Folders of the system, where a driver is one of many.
const SYSTEM: &[&str] =
    &["/usr/lib/{gnu}", "/lib/{gnu}", "/usr/lib64", "/usr/lib64/nvidia", "/lib64", "/usr/lib", "/usr/lib/nvidia"];
/// A library that is smaller and names no version is a placeholder of a toolkit.
const STUB_BYTES: u64 = 256 << 10;

/// Every file of this name (`libcuda.so.1`) in `folders`, in the order in which a search would meet them.
#[must_use]
pub fn find(options: &ProbeOptions, folders: &[PathBuf], name: &str) -> Vec<LibraryFile> {
    let root = &options.root;
    let mut found: Vec<LibraryFile> = Vec::new();
    let mut seen: Vec<PathBuf> = Vec::new();
    for folder in folders {
        let path = folder.join(name);
        let real = root.resolve(&path);
        // `/lib` is `/usr/lib` on most systems: one file, listed once.
        let key = root.at(&real).canonicalize().unwrap_or_else(|_| root.at(&real));
        if root.exists(&real) && !seen.contains(&key) && class(root, &real) != Class::Other {
            seen.push(key);
            let judged = judge(root, &path, &real, name);
            found.push(LibraryFile { path: options.shown(&path), ..judged });
        }
    }
    found
}

/// The folders to look in, WSL's first where there is its device: a Linux driver installed inside WSL must not win.
#[must_use]
pub fn folders(options: &ProbeOptions) -> Vec<PathBuf> {
    let root = &options.root;
    let arch = root.line("/proc/sys/kernel/arch").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let gnu = format!("{arch}-linux-gnu");
    let mut folders: Vec<PathBuf> = Vec::new();
    if root.exists("/dev/dxg") {
        folders.push("/usr/lib/wsl/lib".into());
    }
    folders.extend(DRIVER_ONLY.iter().chain(SYSTEM).map(|folder| PathBuf::from(folder.replace("{gnu}", &gnu))));
    folders.extend(cached(root));
    let mut unique = Vec::new();
    for folder in folders {
        if !unique.contains(&folder) {
            unique.push(folder);
        }
    }
    unique
}

/// The folders in the loader's cache that hold a driver library: its file is a table followed by plain paths.
fn cached(root: &Root) -> Vec<PathBuf> {
    let bytes = root.bytes("/etc/ld.so.cache", 4 << 20).unwrap_or_default();
    bytes
        .split(|byte| *byte == 0)
        .filter_map(|text| std::str::from_utf8(text).ok())
        .filter(|text| text.starts_with('/') && (text.ends_with("/libcuda.so.1") || text.ends_with("/libnvidia-ml.so.1")))
        .filter_map(|text| Some(Path::new(text).parent()?.to_owned()))
        .collect()
}

fn judge(root: &Root, path: &Path, real: &Path, name: &str) -> LibraryFile {
    let stem = name.trim_end_matches('1');
    let version = real
        .file_name()
        .and_then(|file| file.to_str())
        .and_then(|file| file.strip_prefix(stem))
        .filter(|rest| rest.contains('.') && rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
        .map(str::to_owned);
    let in_stubs = [path, real].iter().any(|path| path.components().any(|part| part.as_os_str() == "stubs"));
    let driver_only = |path: &Path| DRIVER_ONLY.iter().any(|folder| !folder.contains("{gnu}") && path.starts_with(folder));
    let small = class(root, real) == Class::Native
        && root.at(real).metadata().is_ok_and(|meta| meta.size() < STUB_BYTES)
        && !driver_only(path);
    LibraryFile { path: path.display().to_string(), stub: in_stubs || (version.is_none() && small), version }
}

/// What a file is to this processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A library of 64 bits.
    Native,
    /// Another kind of processor: 32 bits.
    Other,
    /// No ELF file at all.
    Unreadable,
}

fn class(root: &Root, path: &Path) -> Class {
    match root.bytes(path, 20).as_deref() {
        Some([0x7f, b'E', b'L', b'F', 2, ..]) => Class::Native,
        Some([0x7f, b'E', b'L', b'F', ..]) => Class::Other,
        _ => Class::Unreadable,
    }
}

/// Why a file that somebody named cannot be the NVML library; `None`: try it.
#[must_use]
pub fn refusal(path: &Path) -> Option<String> {
    let named = path.display();
    let meta = match std::fs::metadata(path) {
        Ok(meta) => meta,
        Err(error) => return Some(format!("`{named}` cannot be opened: {error}")),
    };
    if meta.is_dir() {
        return Some(format!("`{named}` is a folder, not a library"));
    }
    if !meta.is_file() {
        return Some(format!("`{named}` is not a regular file"));
    }
    match class(&Root::real(), path) {
        Class::Native => None,
        Class::Other => Some(format!("`{named}` is a 32-bit library")),
        Class::Unreadable => Some(format!("`{named}` is not a shared library")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_stubs_are_told_by_the_name() {
        let root = Root::real();
        let judged = |path: &str, real: &str| judge(&root, Path::new(path), Path::new(real), "libcuda.so.1");
        let driver = judged("/usr/lib/x/libcuda.so.1", "/usr/lib/x/libcuda.so.550.163.01");
        assert_eq!((driver.version.as_deref(), driver.stub), (Some("550.163.01"), false));
        assert!(judged("/usr/lib/libcuda.so.1", "/usr/local/cuda/lib64/stubs/libcuda.so").stub);
        assert_eq!(judged("/run/opengl-driver/lib/libcuda.so.1", "/nix/store/x/lib/libcuda.so.1").version, None);
    }

    #[test]
    fn a_named_file_that_is_no_library_is_refused_in_words() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            std::fs::write(dir.path().join(name), bytes).unwrap();
            refusal(&dir.path().join(name)).unwrap_or_default()
        };
        assert!(file("text", b"hello").ends_with("is not a shared library"));
        assert!(file("small", b"\x7fELF\x01\x01").ends_with("is a 32-bit library"));
        assert_eq!(file("good", b"\x7fELF\x02\x01"), "");
        assert!(refusal(dir.path()).unwrap().ends_with("is a folder, not a library"));
        assert!(refusal(Path::new("/nonexistent")).unwrap().contains("No such file"));
    }
}
