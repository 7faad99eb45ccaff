//! The programs a project needs: Nix, uv, git, direnv.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NixFlavour {
    Nix,
    Determinate,
    Lix,
}

/// Nix as found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Nix {
    /// False: looked for everywhere and not found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flavour: Option<NixFlavour>,
    /// nix-command and flakes are both on in its settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flakes: Option<bool>,
    /// The daemon trusts this user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted: Option<bool>,
    /// A multi-user installation whose daemon answers; `false` with `multi_user`: it is down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daemon: Option<bool>,
    /// Installed with a daemon (a socket, or builders' group).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multi_user: Option<bool>,
    /// `nix` is found through PATH.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_path: Option<bool>,
    /// The program that would be run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Its settings by key, those that nixml judges only: substituters, trusted-substituters, accept-flake-config, sandbox, ...
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub settings: std::collections::BTreeMap<String, String>,
    /// What `nix --version` said when it could not be run or read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Uv {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Git {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Direnv {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The hook of nix-direnv is set up for this user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nix_direnv: Option<bool>,
}
