//! A generated project in a private place, locked to the stand-in nixpkgs, ready to be entered with real Nix.

use std::path::Path;
use std::process::{Command, Output};

use nixml::core::data::Data;
use nixml::core::plan::Plan;
use nixml::core::render::render;

use super::support::place::{Place, told};
use super::support::standin::Standin;
use super::support::tools::Nix;

pub struct Project {
    pub place: Place,
}

impl Project {
    /// Writes the plan's files, makes a git repository of them, and locks nixpkgs to the stand-in.
    pub fn new(plan: &Plan, nix: &Nix, standin: &Standin) -> Self {
        Self::in_place(Place::new().with_nix(nix), plan, standin)
    }

    /// The same in a place that was prepared (an index, another cache).
    pub fn in_place(place: Place, plan: &Plan, standin: &Standin) -> Self {
        let project = Self::unlocked(place, plan);
        project.place.run("nix", &["flake", "lock", "--override-input", "nixpkgs", &standin.flakeref()]);
        project.place.run("git", &["add", "-A"]);
        project
    }

    /// The same with the lock as it was rendered.
    pub fn unlocked(place: Place, plan: &Plan) -> Self {
        for (path, file) in render(plan, &Data::embedded()).unwrap().0 {
            place.write(&format!("project/{path}"), &file.text);
        }
        place.run("git", &["init", "-q"]);
        place.run("git", &["add", "-A"]);
        Self { place }
    }

    /// The place's Nix with these arguments.
    pub fn command(&self, args: &[&str]) -> Command {
        let path =
            self.place.command("nix").get_envs().find_map(|(name, value)| value.filter(|_| name == "PATH")).unwrap().to_owned();
        let mut command = self.place.command(which::which_in("nix", Some(path), "/").unwrap());
        command.args(args);
        command
    }

    /// Runs `script` in a shell of the project, as a person would type it.
    pub fn try_in(&self, shell: &str, script: &str) -> Output {
        self.command(&["develop", &format!(".#{shell}"), "--command", "bash", "-c", script]).output().unwrap()
    }

    /// The same, which must succeed; gives standard output.
    pub fn inside(&self, shell: &str, script: &str) -> String {
        let output = self.try_in(shell, script);
        assert!(output.status.success(), "in {shell}: {script}: {}\n{}", output.status, told(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a shell of the project sets, to run many commands in it without entering each time.
    pub fn variables(&self, shell: &str) -> Vec<(String, String)> {
        let text = self.inside(shell, "env -0");
        text.split('\0').filter_map(|one| one.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Changes a file as a person would.
    pub fn change(&mut self, path: &str, from: &str, to: &str) {
        let text = self.place.read(&format!("project/{path}"));
        assert!(text.contains(from), "{path} has no `{from}`");
        self.place.write(&format!("project/{path}"), &text.replace(from, to));
    }

    pub fn exists(&self, path: &str) -> bool {
        self.place.project().join(path).exists()
    }

    /// The environment of an inside shell, as a path of the project.
    pub fn path(&self, inner: &str) -> String {
        self.place.project().join(inner).display().to_string()
    }
}

/// Everything a folder of site-packages has installed: `torch-2.15.0+cpu`, sorted.
pub fn installed(environment: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let lib = environment.join("lib");
    for python in std::fs::read_dir(lib).into_iter().flatten().flatten() {
        for entry in std::fs::read_dir(python.path().join("site-packages")).into_iter().flatten().flatten() {
            if let Some(name) = entry.file_name().to_string_lossy().strip_suffix(".dist-info") {
                found.push(name.to_owned());
            }
        }
    }
    found.sort();
    found
}
