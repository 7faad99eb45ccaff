//! The project's folder as the doctor sees it.

use serde::{Deserialize, Serialize};

use super::Loaded;

/// A package that an environment holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Installed {
    pub name: String,
    /// With its local part: `2.15.0+cpu`.
    pub version: String,
}

/// One virtual environment of the project.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Venv {
    /// `.venv`, `.venv-cpu`, ...
    pub path: String,
    /// The Python in it, `3.13`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub python: Option<String>,
    /// Where `bin/python` leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interpreter: Option<String>,
    /// That file is gone (collected by Nix, most likely).
    pub interpreter_gone: bool,
    /// The packages nixml judges: frameworks, their companions and nvidia-*.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub installed: Vec<Installed>,
}

/// What a proof of this project was made with, as `.nixml/proved-TARGET.toml` keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Proved {
    pub target: String,
    pub framework: String,
    pub version: String,
    /// `cu126`, `cpu`.
    pub build: String,
    /// The NVIDIA driver's release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    /// The NVIDIA cards by name, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<String>,
    /// Nix's release; absent when uv alone ran it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nix: Option<String>,
}

/// What lies in the project's folder. Paths are relative to it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ProjectFacts {
    /// The folder, with the home folder as `~`.
    pub dir: String,
    /// nixml.toml as text, for the plan of this project.
    #[serde(skip)]
    pub nixml_toml: Option<String>,
    /// nixml wrote it (there is a nixml.toml).
    pub ours: bool,
    /// Inside a git work tree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git: Option<bool>,
    /// Files of the flake that git does not track.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub untracked: Vec<String>,
    /// The folder or its repository belongs to another user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub foreign_owner: Option<bool>,
    /// `flake.nix` is there.
    pub flake: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flake_lock: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uv_lock: Option<bool>,
    /// uv.lock does not fit pyproject.toml any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uv_lock_stale: Option<bool>,
    /// `.envrc` is there, and whether direnv may load it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envrc: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envrc_allowed: Option<bool>,
    /// It lies on a Windows drive under WSL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_windows_drive: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub venvs: Vec<Venv>,
    /// Which libraries its Python would load, as `nixml doctor` traces them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub loader: Vec<Loaded>,
    /// What its last proofs were made with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proved: Vec<Proved>,
    /// Generated files whose bytes are not what nixml's templates give.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub edited: Vec<String>,
}
