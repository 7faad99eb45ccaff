//! Which shared libraries the project's Python would load.

use serde::{Deserialize, Serialize};

/// One library by the name that programs ask for, and the file they get.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Loaded {
    /// `libcudart.so.13`
    pub name: String,
    /// The file; absent: nobody has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The version in the name of the file it links to, `13.0.96`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Why this one: `LD_LIBRARY_PATH`, `RUNPATH of torch/lib/libtorch_cuda.so`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The first file that asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<String>,
    /// Other files of that name that lose.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shadows: Vec<String>,
    /// The environment brings one of its own and another one wins.
    pub foreign: bool,
    /// A toolkit's placeholder.
    pub stub: bool,
}
