//! A generated project in a place of its own, and what nixml says about it.

use std::process::Output;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::place::{Place, told};
use crate::support::standin::Standin;
use crate::support::tools::{self, Nix};

/// A project that nixml made, on a machine with this Nix and the stand-in nixpkgs.
pub struct Project {
    pub place: Place,
    pub nixpkgs: String,
}

/// What a validation came to.
pub struct Verdict {
    pub exit: Option<i32>,
    pub report: Value,
    /// Both streams.
    pub told: String,
    pub took: Duration,
}

/// The Pythons that JAX has wheels for.
pub const PYTHONS: [&str; 4] = ["3.11", "3.12", "3.13", "3.14"];

impl Project {
    /// `nixml init` of a JAX project for the CPU; `None` where uv or a Python is missing.
    pub fn of_jax(nix: &Nix) -> Option<Self> {
        Self::made(nix, &["--framework", "jax", "--targets", "cpu"])
    }

    /// `nixml init` with these answers and the newest Python of this machine.
    pub fn made(nix: &Nix, answers: &[&str]) -> Option<Self> {
        let standin = Standin::of(&tools::uv()?);
        let python = standin.newest_python(&PYTHONS)?;
        let project = Self { place: Place::new().with_nix(nix), nixpkgs: standin.flakeref() };
        let output = project.place.nixml(["init", "--python", python, "--yes", "--no-validate"].iter().chain(answers));
        assert!(output.status.success(), "nixml init {answers:?}: {}\n{}", output.status, told(&output));
        Some(project)
    }

    /// Replaces the one place where `old` stands in a file of the project.
    pub fn edit(&self, file: &str, old: &str, new: &str) {
        let path = format!("project/{file}");
        let text = self.place.read(&path);
        assert_eq!(text.matches(old).count(), 1, "`{old}` in {file}:\n{text}");
        self.place.write(&path, &text.replace(old, new));
    }

    /// From now on no package index answers, and no wheel is at hand.
    pub fn without_index(&mut self) {
        for name in ["HTTPS_PROXY", "ALL_PROXY"] {
            self.place.set(name, "http://proxy.invalid:9");
        }
        self.place.set("UV_HTTP_RETRIES", "0");
        self.place.set("UV_CACHE_DIR", self.place.at("uv-cache"));
    }

    /// Puts a package of nixpkgs into the shell, as a person would.
    pub fn with_program(&self, name: &str) {
        self.edit("flake.nix", "programs = [ ];", &format!("programs = [ {name:?} ];"));
    }

    /// `nixml validate --json` with the stand-in for nixpkgs.
    pub fn validate(&self, args: &[&str]) -> Verdict {
        self.validate_on(&[&["--nixpkgs", &self.nixpkgs], args].concat())
    }

    /// `nixml validate --json` with these arguments alone.
    pub fn validate_on(&self, args: &[&str]) -> Verdict {
        let began = Instant::now();
        let output = self.place.nixml(["validate", "--json"].iter().chain(args));
        Verdict::of(&output, began.elapsed())
    }
}

impl Verdict {
    fn of(output: &Output, took: Duration) -> Self {
        let report = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        Self { exit: output.status.code(), report, told: told(output), took }
    }

    /// The phase that failed.
    pub fn failed(&self) -> Option<&str> {
        let phases = self.report["phases"].as_array()?;
        phases.iter().find(|phase| phase["status"] == "failed")?["id"].as_str()
    }

    /// The code of each finding, the first first.
    pub fn codes(&self) -> Vec<&str> {
        self.report["findings"].as_array().into_iter().flatten().filter_map(|finding| finding["code"].as_str()).collect()
    }

    /// The failure is the one expected: its exit code, its phase, and words that were really said.
    #[track_caller]
    pub fn expect(&self, exit: i32, phase: &str, words: &str) -> &Self {
        assert_eq!((self.exit, self.failed()), (Some(exit), Some(phase)), "{}", self.told);
        assert_eq!(self.report["ok"], false);
        assert!(self.told.contains(words), "`{words}` is not said:\n{}", self.told);
        self
    }

    /// And its first finding names the cause.
    #[track_caller]
    pub fn with_code(&self, code: &str) {
        assert_eq!(self.codes().first(), Some(&code), "{}", self.told);
    }
}
