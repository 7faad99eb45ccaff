//! The stand-in for nixpkgs, made ready once for this machine: a copy with the `host.json` of the programs found here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/nixpkgs-standin");

pub struct Standin {
    /// The folder: name it to Nix as `path:FOLDER`, because `host.json` is known to no git.
    pub folder: PathBuf,
    /// The Pythons it offers, by minor version: `3.13`.
    pub pythons: BTreeMap<String, PathBuf>,
}

impl Standin {
    /// A stand-in whose `pkgs.uv` is this uv. Made once for all tests.
    pub fn of(uv: &Path) -> Self {
        let mut key = Sha256::new();
        let mut files: Vec<_> =
            fs::read_dir(SOURCE).unwrap().flatten().map(|entry| entry.path()).filter(|p| p.is_file()).collect();
        files.sort();
        for file in &files {
            key.update(file.file_name().unwrap().as_encoded_bytes());
            key.update(fs::read(file).unwrap());
        }
        key.update(uv.as_os_str().as_encoded_bytes());
        key.update(std::env::var_os("NIXML_PYTHONS").unwrap_or_default().as_encoded_bytes());
        let name = key.finalize().iter().take(6).fold(String::new(), |name, byte| format!("{name}{byte:02x}"));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("standin-{name}"));
        if !folder.is_dir() {
            let aside = tempfile::Builder::new().prefix(".standin").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
            for file in &files {
                fs::copy(file, aside.path().join(file.file_name().unwrap())).unwrap();
            }
            let made = Command::new("bash").arg(aside.path().join("host.sh")).arg(uv).output().unwrap();
            assert!(made.status.success(), "host.sh: {}", String::from_utf8_lossy(&made.stderr));
            // another test may have been faster: its folder is as good
            let _ = fs::rename(aside.path(), &folder);
            let _ = fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o755));
        }
        let host: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("host.json")).unwrap()).unwrap();
        let pythons = host["pythons"].as_object().unwrap();
        let pythons = pythons.iter().map(|(minor, own)| (minor.clone(), own["path"].as_str().unwrap().into())).collect();
        Self { folder, pythons }
    }

    /// How Nix is told of it.
    pub fn flakeref(&self) -> String {
        format!("path:{}", self.folder.display())
    }

    /// The newest of `wanted` (minor versions) that this machine has.
    pub fn newest_python<'a>(&self, wanted: &[&'a str]) -> Option<&'a str> {
        let number = |minor: &str| minor.trim_start_matches("3.").parse::<u32>().unwrap_or(0);
        wanted.iter().copied().filter(|minor| self.pythons.contains_key(*minor)).max_by_key(|minor| number(minor))
    }
}
