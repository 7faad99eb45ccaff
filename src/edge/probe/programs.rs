//! The programs a project needs besides Nix: where they are and which version they say they are.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::options::ProbeOptions;
use super::part::Part;
use crate::core::facts::{Direnv, Git, Uv};
use crate::core::text;
use crate::edge::child::brief::{self, Ended};

/// Variables that may break a program of the system or of Nix; they are nixml's caller's, not these programs'.
pub const LOADER_VARIABLES: &[&str] = &["LD_PRELOAD", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME"];

/// The program of this name that a shell would start, as the machine calls it.
#[must_use]
pub fn on_path(options: &ProbeOptions, name: &str) -> Option<PathBuf> {
    options.vars.folders("PATH").into_iter().map(|folder| folder.join(name)).find(|path| runnable(options, path))
}

/// A file that may be executed.
#[must_use]
pub fn runnable(options: &ProbeOptions, path: &Path) -> bool {
    fs::metadata(options.root.at(path)).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// What a program says when it is asked for its version; an error says what it did instead.
pub fn version_text(options: &ProbeOptions, program: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new(options.root.at(program));
    command.args(arguments).env("LC_ALL", "C");
    for name in LOADER_VARIABLES {
        command.env_remove(name);
    }
    let ran = brief::run(command, options.deadline(), 64 << 10, &|_| false);
    let said = String::from_utf8_lossy(&ran.stdout);
    match ran.ended {
        Ended::Exited(0) => Ok(text::label(said.lines().next().unwrap_or_default())),
        Ended::Exited(code) => Err(format!("it ended with exit code {code}: {}", first_words(&ran.stderr))),
        Ended::Signal(number) => Err(format!("it was ended by signal {number}")),
        Ended::TimedOut => Err(format!("it did not answer within {} ms", options.timeout.as_millis())),
        Ended::TooMuch => Err("it printed more than 64 KiB".to_owned()),
        Ended::Missing => Err("it could not be started: it is not there, or what its first line names is not".to_owned()),
        Ended::NotStarted(why) => Err(format!("it could not be started: {why}")),
        Ended::Stopped => Err("it did not end".to_owned()),
    }
}

fn first_words(bytes: &[u8]) -> String {
    let said = String::from_utf8_lossy(bytes);
    text::label(said.lines().find(|line| !line.trim().is_empty()).unwrap_or("no message"))
}

/// The first word of a sentence that is a version: `uv 0.13.8 (abc 2026-10-01)`.
#[must_use]
pub fn version_in(said: &str) -> Option<String> {
    said.split_whitespace()
        .map(|word| word.trim_matches(['(', ')', ',']))
        .find(|word| word.contains('.') && word.starts_with(|c: char| c.is_ascii_digit()) && word.len() <= 40)
        .map(str::to_owned)
}

/// Fills `uv`.
pub fn uv(options: &ProbeOptions, part: &mut Part) {
    let usual = || {
        options
            .home
            .iter()
            .flat_map(|home| [home.join(".local/bin/uv"), home.join(".cargo/bin/uv")])
            .find(|path| runnable(options, path))
    };
    let program = on_path(options, "uv").or_else(usual);
    let version = asked(options, part, "uv.version", program.as_deref(), &["--version"]);
    part.facts.uv = Some(Uv { installed: Some(program.is_some()), version, path: program.map(|path| options.shown(&path)) });
    part.rest_from("uv", "search");
}

/// Fills `git`.
pub fn git(options: &ProbeOptions, part: &mut Part) {
    let program = on_path(options, "git");
    let version = asked(options, part, "git.version", program.as_deref(), &["--version"]);
    part.facts.git = Some(Git { installed: Some(program.is_some()), version });
    part.rest_from("git", "search");
}

/// Fills `direnv`.
pub fn direnv(options: &ProbeOptions, part: &mut Part) {
    let program = on_path(options, "direnv");
    let version = asked(options, part, "direnv.version", program.as_deref(), &["version"]);
    let config = options.vars.path("XDG_CONFIG_HOME").or_else(|| Some(options.home.as_ref()?.join(".config")));
    let hook = config.is_some_and(|config| {
        let folder = config.join("direnv");
        let mut files = vec![folder.join("direnvrc")];
        files.extend(options.root.names(folder.join("lib")).iter().map(|name| folder.join("lib").join(name)));
        files.iter().any(|file| {
            file.to_string_lossy().contains("nix-direnv")
                || options.root.text(file).is_some_and(|text| text.contains("nix-direnv"))
        })
    });
    part.facts.direnv = Some(Direnv { installed: Some(program.is_some()), version, nix_direnv: Some(hook) });
    part.rest_from("direnv", "search");
}

fn asked(options: &ProbeOptions, part: &mut Part, path: &str, program: Option<&Path>, arguments: &[&str]) -> Option<String> {
    let said = version_text(options, program?, arguments);
    let version = said.as_deref().ok().and_then(version_in);
    match (&version, said) {
        (Some(_), _) => part.source(path, "program"),
        (None, Ok(said)) => part.unknown(path, format!("it said `{said}`, which holds no version")),
        (None, Err(reason)) => part.unknown(path, reason),
    }
    version
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_a_sentence() {
        for (said, version) in [
            ("uv 0.13.8 (x86_64-unknown-linux-gnu)", Some("0.13.8")),
            ("git version 2.39.5", Some("2.39.5")),
            ("2.32.1", Some("2.32.1")),
            ("garbage", None),
            ("", None),
        ] {
            assert_eq!(version_in(said).as_deref(), version);
        }
    }
}
