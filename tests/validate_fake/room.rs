//! A project, a home and programs that only pretend, apart from everything else.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::ran;

pub struct Room {
    dir: tempfile::TempDir,
}

impl Room {
    /// With a project for `targets`, in git, and a machine without a card.
    pub fn new(targets: &str) -> Self {
        let room = Self { dir: tempfile::tempdir().unwrap() };
        for folder in ["home", "tmp", "bin", "fake/bin"] {
            fs::create_dir_all(room.path(folder)).unwrap();
        }
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/validate_fake");
        install(&here.join("nix"), &room.path("bin/nix"));
        install(&here.join("uv"), &room.path("fake/bin/uv"));
        fs::write(room.path("host.toml"), "schema = 1\ngpus = []\n[os]\nkind = \"linux\"\narch = \"x86_64\"\n").unwrap();
        let made = room
            .nixml(&["init", "demo", "--framework", "jax", "--targets", targets, "--python", "3.13", "--yes", "--no-validate"])
            .env("NIXML_HOST", room.path("host.toml"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        room
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn project(&self, name: &str) -> PathBuf {
        self.path("demo").join(name)
    }

    pub fn nixml(&self, arguments: &[&str]) -> Command {
        let mut command = ran::command(self.dir.path(), arguments);
        command.env("HOME", self.path("home")).env("TMPDIR", self.path("tmp")).env("USER", "canaryname");
        command.env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", self.path("bin").display()));
        command.env("FAKE_DIR", self.path("fake"));
        command
    }

    /// `nixml validate demo --json` with a fake Nix that behaves like `mode`.
    pub fn command(&self, mode: &str, flags: &[&str]) -> Command {
        let mut command = self.nixml(&["validate", "demo", "--json"]);
        command.args(flags).env("FAKE_NIX", mode).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn validate(&self, mode: &str, flags: &[&str]) -> Outcome {
        Outcome::of(self.command(mode, flags).output().unwrap())
    }

    /// git itself, as the person calls it.
    pub fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.arg("-C").arg(self.path("demo")).args(arguments).env("HOME", self.path("home")).env("GIT_CONFIG_NOSYSTEM", "1");
        assert!(git.output().unwrap().status.success(), "git {arguments:?}");
    }

    /// What the fake wrote down; `None`: it was never called.
    pub fn noted(&self, name: &str) -> Option<String> {
        fs::read(self.path("fake").join(name)).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The variables that the fake Nix saw.
    pub fn environment(&self) -> BTreeMap<String, String> {
        let text = self.noted("env").unwrap();
        text.split('\0')
            .filter_map(|entry| entry.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// All logs of the project together.
    pub fn logs(&self) -> String {
        fs::read_dir(self.project(".nixml/logs"))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| fs::read_to_string(entry.path()).unwrap())
            .collect()
    }

    /// What is left in the folder for temporary files.
    pub fn left_over(&self) -> Vec<PathBuf> {
        fs::read_dir(self.path("tmp")).unwrap().flatten().map(|entry| entry.path()).collect()
    }

    /// uv on PATH, for `--runner uv`.
    pub fn with_uv(self) -> Self {
        symlink(self.path("fake/bin/uv"), self.path("bin/uv")).unwrap();
        self
    }
}

fn install(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap();
    fs::set_permissions(to, fs::Permissions::from_mode(0o755)).unwrap();
}

/// How a run ended, and what it printed.
pub struct Outcome {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
    pub json: Value,
}

impl Outcome {
    pub fn of(output: Output) -> Self {
        let out = String::from_utf8(output.stdout).unwrap();
        Self {
            code: output.status.code(),
            json: serde_json::from_str(&out).unwrap_or_default(),
            err: String::from_utf8(output.stderr).unwrap(),
            out,
        }
    }

    /// One phase of the report.
    pub fn phase(&self, id: &str) -> &Value {
        self.json["phases"].as_array().unwrap().iter().find(|phase| phase["id"] == id).unwrap()
    }

    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "\n{}\n{}", self.out, self.err);
        self
    }

    /// This phase failed, the ones after it were not reached.
    #[track_caller]
    pub fn fails_in(&self, id: &str) -> &Self {
        let ids: Vec<_> = self.json["phases"].as_array().unwrap().iter().map(|phase| phase["id"].as_str().unwrap()).collect();
        assert_eq!(ids, ["evaluate", "build", "lock", "sync", "proof"]);
        let failed: Vec<_> = self.json["phases"].as_array().unwrap().iter().filter(|phase| phase["status"] == "failed").collect();
        assert_eq!(failed.len(), 1, "{}", self.out);
        assert_eq!(failed[0]["id"], id, "{}", self.out);
        assert_eq!(self.json["ok"], false);
        self
    }

    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(self.out.contains(text) || self.err.contains(text), "`{text}` is not in\n{}\n{}", self.out, self.err);
        self
    }
}

/// Processes whose command line holds `word`.
pub fn alive(word: &str) -> Vec<u32> {
    fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let line = fs::read(entry.path().join("cmdline")).ok()?;
            (pid != std::process::id() && String::from_utf8_lossy(&line).contains(word)).then_some(pid)
        })
        .collect()
}
