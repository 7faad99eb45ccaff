//! What lies in the project's folder: git, locks, environments, `.envrc`.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use super::options::ProbeOptions;
use super::part::Part;
use super::{container, programs, venv};
use crate::core::document;
use crate::core::facts::{ProjectFacts, Proved};
use crate::core::uv_lock;
use crate::edge::child::brief::{self, Ended};

/// Fills `project`; nothing when the folder holds none of the files of a project.
pub fn ask(options: &ProbeOptions, part: &mut Part) {
    let Some(dir) = &options.project else { return };
    let has = |name: &str| dir.join(name).exists();
    if !["nixml.toml", "flake.nix", "pyproject.toml", ".envrc", ".venv"].iter().any(|name| has(name)) {
        return;
    }
    let nixml_toml = options.root.text(dir.join("nixml.toml")).filter(|text| text.len() <= 64 << 10);
    let mut project = ProjectFacts {
        dir: options.shown(dir),
        ours: nixml_toml.is_some(),
        nixml_toml,
        flake: has("flake.nix"),
        flake_lock: Some(has("flake.lock")),
        uv_lock: Some(has("uv.lock")),
        envrc: Some(has(".envrc")),
        venvs: venv::ask(options, dir),
        proved: proved(options, dir),
        ..ProjectFacts::default()
    };
    let text = |name: &str| options.root.text(dir.join(name));
    project.uv_lock_stale =
        text("uv.lock").zip(text("pyproject.toml")).and_then(|(lock, pyproject)| uv_lock::stale(&pyproject, &lock));
    let repository = dir.ancestors().find(|folder| folder.join(".git").exists());
    project.git = Some(repository.is_some());
    project.foreign_owner = Some(foreign(dir) || repository.is_some_and(|folder| foreign(&folder.join(".git"))));
    if repository.is_some() && project.flake {
        match untracked(options, dir) {
            Ok(files) => {
                project.untracked = files;
                part.source("project.untracked", "git");
            }
            Err(reason) => {
                if reason.contains("dubious ownership") {
                    project.foreign_owner = Some(true);
                }
                part.unknown("project.untracked", reason);
            }
        }
    }
    if project.envrc == Some(true) {
        project.envrc_allowed = envrc_allowed(options, dir);
    }
    let wsl = container::ask(options).wsl > 0;
    project.on_windows_drive = wsl.then(|| windows_drive(&dir.canonicalize().unwrap_or(dir.clone())));
    part.facts.project = Some(project);
    part.rest_from("project", "files");
}

/// What the last proofs were made with.
fn proved(options: &ProbeOptions, dir: &Path) -> Vec<Proved> {
    let folder = dir.join(".nixml");
    let names = options.root.names(&folder).into_iter().filter(|name| name.starts_with("proved-") && name.ends_with(".toml"));
    names.filter_map(|name| document::toml(&options.root.text(folder.join(name))?).ok()).collect()
}

/// Belongs to another user: git and Nix refuse it.
fn foreign(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.uid() != rustix::process::geteuid().as_raw())
}

/// The files that the flake needs and git does not know: Nix does not see them.
fn untracked(options: &ProbeOptions, dir: &Path) -> Result<Vec<String>, String> {
    let git = programs::on_path(options, "git").ok_or_else(|| "git is not there to ask".to_owned())?;
    let needed: Vec<String> = needed(dir);
    let mut command = Command::new(options.root.at(git));
    command.args(crate::edge::files::git::INERT).arg("-C").arg(dir).args(["ls-files", "-z", "--"]).args(&needed);
    command.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
    for name in programs::LOADER_VARIABLES.iter().chain(&["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"]) {
        command.env_remove(name);
    }
    let ran = brief::run(command, options.deadline(), 256 << 10, &|_| false);
    match ran.ended {
        Ended::Exited(0) => {
            let known = String::from_utf8_lossy(&ran.stdout);
            let known: Vec<&str> = known.split('\0').collect();
            Ok(needed.into_iter().filter(|file| !known.contains(&file.as_str())).collect())
        }
        Ended::Exited(_) => {
            Err(crate::core::text::label(String::from_utf8_lossy(&ran.stderr).lines().next().unwrap_or("git failed")))
        }
        Ended::TimedOut => Err(format!("git did not answer within {} ms", options.timeout.as_millis())),
        _ => Err("git failed".to_owned()),
    }
}

/// `flake.nix`, `flake.lock` and everything below `nix/`, as far as it is there.
fn needed(dir: &Path) -> Vec<String> {
    let mut files: Vec<String> =
        ["flake.nix", "flake.lock"].iter().filter(|name| dir.join(name).exists()).map(|name| (*name).to_owned()).collect();
    let mut open: Vec<PathBuf> = vec![dir.join("nix")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                open.push(entry.path());
            } else if let Some(name) = entry.path().strip_prefix(dir).ok().and_then(Path::to_str)
                && files.len() < 500
            {
                files.push(name.to_owned());
            }
        }
    }
    files.sort();
    files
}

/// direnv keeps a note named after the file's path and contents for every file it may load.
fn envrc_allowed(options: &ProbeOptions, dir: &Path) -> Option<bool> {
    let path = dir.canonicalize().ok()?.join(".envrc");
    let content = options.root.bytes(&path, 1 << 20)?;
    let mut hash = Sha256::new();
    hash.update(path.to_str()?.as_bytes());
    hash.update(b"\n");
    hash.update(&content);
    let name = hash.finalize().iter().fold(String::new(), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    });
    let data = options.vars.path("XDG_DATA_HOME").or_else(|| Some(options.home.as_ref()?.join(".local/share")))?;
    Some(data.join("direnv/allow").join(name).exists())
}

/// `/mnt/c/...`, where every file operation crosses to Windows.
fn windows_drive(path: &Path) -> bool {
    let mut parts = path.components().skip(1).map(|part| part.as_os_str().to_string_lossy().into_owned());
    parts.next().as_deref() == Some("mnt")
        && parts.next().is_some_and(|drive| drive.len() == 1 && drive.chars().all(|c| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_drives_have_one_letter() {
        for (path, drive) in [("/mnt/c/Users/x", true), ("/mnt/data", false), ("/home/x", false), ("/mnt", false)] {
            assert_eq!(windows_drive(Path::new(path)), drive, "{path}");
        }
    }
}
