//! The answers that decide a project, checked and typed: what a plan is made from.

use std::collections::BTreeMap;

use crate::core::plan::Target;

/// The steps that nixml itself knows, in the order asked; an overlay may have more.
pub const STEPS: [&str; 7] = ["name", "framework", "targets", "python", "packages", "extras", "strategy"];

/// What a person chose. Every field was checked against its step; whether it can work together is the plan's matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices {
    /// ASCII `[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?`.
    pub name: String,
    /// A catalog id.
    pub framework: String,
    /// Never empty, no duplicates; the first is the default. `None` while not chosen: the machine's best.
    pub targets: Option<Vec<Target>>,
    /// `3.13`; `None`: the catalog's best for framework and machine.
    pub python: Option<String>,
    /// PEP 508 requirements by name and version, already parsed once.
    pub packages: Vec<String>,
    pub extras: Vec<String>,
    pub strategy: String,
    /// Answers to steps that nixml itself does not know (an instructor's own).
    pub custom: BTreeMap<String, Vec<String>>,
    /// What an earlier run worked out for these answers (`[resolved]` of nixml.toml): taken again where it still fits.
    pub resolved: Option<Resolved>,
}

impl Choices {
    /// A framework and nothing else chosen.
    #[must_use]
    pub fn of(name: &str, framework: &str) -> Self {
        Self {
            name: name.to_owned(),
            framework: framework.to_owned(),
            targets: None,
            python: None,
            packages: Vec::new(),
            extras: Vec::new(),
            strategy: "uv".to_owned(),
            custom: BTreeMap::new(),
            resolved: None,
        }
    }
}

/// The part of `[resolved]` that a project keeps when it is made again on another machine.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Resolved {
    /// The framework it belongs to: another one is decided anew.
    pub framework: String,
    /// Its release.
    pub version: String,
    /// The build of the first target.
    pub build: String,
    /// The builds of the targets after the first, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_builds: Vec<String>,
    /// The release of the framework below (PyTorch's, for Lightning).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_version: Option<String>,
    /// Requirements that this machine's driver or card made necessary.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pins: Vec<String>,
}
