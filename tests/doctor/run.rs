//! Runs nixml in a place with nothing in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::ran::{self, Ran};

/// A home, a project folder and a machine made of files; no Nix, no uv, no git unless they are asked for.
pub struct Bench {
    pub folder: tempfile::TempDir,
    vars: Vec<(String, String)>,
    programs: String,
}

impl Bench {
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("doctor").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        for inner in ["home", "project", "root/proc", "root/sys/bus/pci/devices", "root/sys/module", "root/dev", "bin", "tmp"] {
            fs::create_dir_all(folder.path().join(inner)).unwrap();
        }
        let programs = folder.path().join("bin").display().to_string();
        Self { folder, vars: Vec::new(), programs }
    }

    pub fn at(&self, inner: &str) -> PathBuf {
        self.folder.path().join(inner)
    }

    pub fn project(&self) -> PathBuf {
        self.at("project")
    }

    pub fn var(mut self, name: &str, value: &str) -> Self {
        self.vars.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The machine of these files instead of the real one.
    pub fn recorded(self) -> Self {
        let root = self.at("root").display().to_string();
        self.var("NIXML_PROBE_ROOT", &root)
    }

    /// The system's own programs (git) are there.
    pub fn with_programs(mut self) -> Self {
        self.programs = format!("{}:/usr/bin:/bin", self.programs);
        self
    }

    pub fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    pub fn nixml(&self, args: &[&str]) -> Ran {
        self.dress(&mut ran::command(&self.project(), args)).output().unwrap().into()
    }

    pub fn command(&self, program: &Path, args: &[&str]) -> Ran {
        self.dress(&mut ran::program(program, &self.project(), args)).output().unwrap().into()
    }

    fn dress<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("HOME", self.at("home")).env("PATH", &self.programs).env("TMPDIR", self.at("tmp"));
        command.env("GIT_CEILING_DIRECTORIES", self.folder.path()).envs(self.vars.iter().map(|(name, value)| (name, value)))
    }
}

/// The finding of one check.
pub fn of<'a>(report: &'a Value, check: &str) -> &'a Value {
    let found = report["findings"].as_array().unwrap().iter().find(|finding| finding["check"] == check);
    found.unwrap_or_else(|| panic!("no finding of `{check}`"))
}

/// `check:code` of everything that is neither fine nor skipped.
pub fn loud(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let loud = findings.filter(|finding| !["pass", "skipped"].contains(&finding["verdict"].as_str().unwrap()));
    loud.map(|finding| format!("{}:{}", finding["check"].as_str().unwrap(), finding["code"].as_str().unwrap_or("?"))).collect()
}
