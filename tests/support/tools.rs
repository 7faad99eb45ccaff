//! Finds what `scripts/install-nixes` and `scripts/install-tools` brought.

use std::path::{Path, PathBuf};

/// A real Nix of one version.
#[derive(Debug, Clone)]
pub struct Nix {
    /// Major and minor: `2.34`.
    pub version: String,
    /// The folder with `nix`, `nix-store` and the like.
    pub bin: PathBuf,
}

impl Nix {
    pub fn program(&self) -> PathBuf {
        self.bin.join("nix")
    }
}

/// The folder that `scripts/tools-root` names, where there is one.
pub fn root() -> Option<PathBuf> {
    let own = std::env::var_os("NIXML_TOOLS").map(PathBuf::from);
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")))
        .map(|cache| cache.join("nix-e2e"));
    own.into_iter().chain([PathBuf::from("/opt/nix-e2e")]).chain(cache).find(|folder| folder.is_dir())
}

/// Every version of Nix at hand, oldest first.
pub fn nixes() -> Vec<Nix> {
    let number = |version: &str| version.split('.').map(|part| part.parse().unwrap_or(0_u32)).collect::<Vec<_>>();
    let mut found: Vec<Nix> = root()
        .and_then(|root| std::fs::read_dir(root).ok())
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().join(".suite").is_file())
        .map(|entry| Nix { version: entry.file_name().to_string_lossy().into_owned(), bin: entry.path().join("bin") })
        .collect();
    found.sort_by_key(|nix| number(&nix.version));
    found
}

/// The Nix whose version starts with `series` (`2.8`), or the newest for `newest`.
pub fn nix(series: &str) -> Option<Nix> {
    nixes().into_iter().rfind(|nix| series == "newest" || nix.version == series)
}

/// The newest uv.
pub fn uv() -> Option<PathBuf> {
    program("uv/uv")
}

/// The uv of the pinned nixpkgs.
pub fn uv_of_the_pin() -> Option<PathBuf> {
    program("uv-0.11/uv")
}

/// curl, the machine's own or the one that was brought.
pub fn curl() -> Option<PathBuf> {
    which::which("curl").ok().or_else(|| program("bin/curl"))
}

/// strace, by its own path: where a child gets another PATH it is looked for there. The bare name where there is none.
pub fn strace() -> PathBuf {
    which::which("strace").ok().or_else(|| program("bin/strace")).unwrap_or_else(|| "strace".into())
}

fn program(path: &str) -> Option<PathBuf> {
    root().map(|root| root.join(path)).filter(|path| path.is_file())
}

/// A cache of wheels that every test shares, so that a framework is downloaded once.
pub fn wheel_cache() -> PathBuf {
    let kept = root().map(|root| root.join("uv-cache"));
    let kept = kept.filter(|cache| std::fs::create_dir_all(cache).is_ok() && tempfile::tempfile_in(cache).is_ok());
    kept.unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("uv-cache"))
}
