//! A home and a project apart from everything else, and what lies in them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::pty::Terminal;
use crate::support::ran::Ran;

pub struct Room {
    dir: tempfile::TempDir,
}

/// Every file by its path, git's own left out; a folder ends with a slash.
pub type Tree = BTreeMap<String, Vec<u8>>;

impl Room {
    pub fn new() -> Self {
        let room = Self { dir: tempfile::Builder::new().prefix("r").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap() };
        fs::create_dir(room.path("home")).unwrap();
        room
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// nixml in this room: its own home, the system's programs, a recorded machine without a card.
    pub fn nixml(&self, arguments: &[&str]) -> Command {
        self.dressed(Command::new(env!("CARGO_BIN_EXE_nixml")), arguments)
    }

    /// The same for a program that starts it, or stands for it.
    pub fn dressed(&self, mut command: Command, arguments: &[&str]) -> Command {
        command.args(arguments).current_dir(self.dir.path()).env_clear().stdin(Stdio::null());
        command.env("HOME", self.path("home")).env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8").env("TERM", "xterm-256color");
        command.env("GIT_CEILING_DIRECTORIES", self.dir.path()).env("GIT_CONFIG_NOSYSTEM", "1").env("NIXML_HOST", host());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.nixml(arguments).output().unwrap().into()
    }

    /// A program on a terminal in these surroundings, with `more` variables.
    pub fn terminal(&self, program: &Path, arguments: &[&str], more: &[(&str, &str)], columns: u16) -> Terminal {
        let (home, host) = (self.path("home"), host());
        let mut env = vec![
            ("HOME", home.to_str().unwrap()),
            ("PATH", "/usr/bin:/bin"),
            ("TERM", "xterm-256color"),
            ("NIXML", env!("CARGO_BIN_EXE_nixml")),
            ("NIXML_HOST", host.to_str().unwrap()),
        ];
        env.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        env.extend(more);
        Terminal::start(program, arguments, &self.path(""), &env, columns, 24)
    }

    /// Makes the project `demo`.
    pub fn init(&self, more: &[&str]) -> Ran {
        self.run(&[&INIT, more].concat())
    }

    pub fn tree(&self, name: &str) -> Tree {
        tree(&self.path(name))
    }

    /// A second process would find it: everything of this room that is still running.
    pub fn running(&self) -> Vec<u32> {
        let mark = self.dir.path().to_str().unwrap().as_bytes();
        let all = fs::read_dir("/proc").unwrap().flatten();
        all.filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let environ = fs::read(entry.path().join("environ")).ok()?;
            (pid != std::process::id() && memchr::memmem::find(&environ, mark).is_some()).then_some(pid)
        })
        .collect()
    }

    /// Waits until nobody of this room is left.
    pub fn wait_alone(&self) {
        let begin = std::time::Instant::now();
        while !self.running().is_empty() {
            assert!(begin.elapsed().as_secs() < 60, "{:?} are still there", self.running());
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}

/// The words that make the project `demo` without questions.
pub const INIT: [&str; 8] = ["init", "demo", "--framework", "jax", "--targets", "cpu", "--yes", "--no-validate"];

/// A recorded machine without a card.
pub fn host() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts/laptop-no-gpu.toml")
}

pub fn tree(folder: &Path) -> Tree {
    let mut found = Tree::new();
    let mut open = vec![folder.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(&dir).into_iter().flatten().flatten().filter(|entry| entry.file_name() != ".git") {
            let name = entry.path().strip_prefix(folder).unwrap().display().to_string();
            if entry.file_type().unwrap().is_dir() {
                found.insert(format!("{name}/"), Vec::new());
                open.push(entry.path());
            } else {
                found.insert(name, fs::read(entry.path()).unwrap_or_default());
            }
        }
    }
    found
}

/// Names that only nixml's unfinished work has.
pub fn litter(tree: &Tree) -> Vec<&String> {
    let ours = |path: &&String| {
        let ending = path.rsplit('.').next().unwrap_or_default();
        matches!(ending, "tmp" | "old") || path.contains("nixml-going")
    };
    tree.keys().filter(ours).collect()
}

/// A small generator with a seed, so that a failure can be played again.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}
