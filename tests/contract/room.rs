//! A place with a home and an empty folder to make projects in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::place::Place;
use crate::support::ran::Ran;

/// The answers of the project that most tests make.
pub const JAX: [&str; 6] = ["--framework", "jax", "--targets", "cpu", "--yes", "--no-validate"];

pub struct Room(pub Place);

impl Room {
    pub fn new() -> Self {
        Self(Place::new())
    }

    /// For a second user.
    pub fn in_the_open() -> Self {
        Self(Place::in_the_open())
    }

    /// With files, by their path from the folder that commands run in.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let room = Self::new();
        for (path, text) in files {
            room.0.write(&format!("project/{path}"), text);
        }
        room
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.project().join(name)
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.0.nixml(args)
    }

    /// The same with variables.
    pub fn run_with(&self, variables: &[(&str, &str)], args: &[&str]) -> Ran {
        self.command(args).envs(variables.iter().copied()).output().unwrap().into()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.0.command(env!("CARGO_BIN_EXE_nixml"));
        command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// `nixml init demo` with the usual answers and more.
    pub fn jax(&self, more: &[&str]) -> Ran {
        self.run(&[&["init", "demo"], &JAX[..], more].concat())
    }

    /// A plain user runs this, in folders that belong to it; `None` where that cannot be played.
    pub fn as_nobody(&self, args: &[&str]) -> Option<Ran> {
        if !rustix::process::geteuid().is_root() || which::which("setpriv").is_err() {
            return None;
        }
        // the built program lies in a folder that another user may not enter
        std::fs::copy(env!("CARGO_BIN_EXE_nixml"), self.0.at("nixml")).unwrap();
        let mut command = self.0.command("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "../nixml"]).args(args);
        Some(command.output().unwrap().into())
    }

    /// Gives everything in the place to the user that [`Room::as_nobody`] is.
    pub fn give_away(&self) {
        self.0.run("chown", &["-R", "65534:65534", self.0.at("").to_str().unwrap()]);
    }

    /// Everything below the folder, by path, git's own left out; of what is no file only its kind.
    pub fn everything(&self) -> BTreeMap<String, Vec<u8>> {
        everything(&self.0.project())
    }
}

/// Everything below a folder, by path, git's own left out; of what is no file only its kind.
pub fn everything(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir).unwrap().flatten().filter(|entry| entry.file_name() != ".git") {
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_file() {
                found.insert(name, std::fs::read(&path).unwrap());
            } else {
                found.insert(name, format!("{kind:?}").into_bytes());
            }
        }
    }
    found
}
