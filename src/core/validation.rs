//! What `nixml validate` says: its phases as they run, and the report at the end.

use serde::{Deserialize, Serialize};

use crate::core::failure::{Exit, Failure};
use crate::core::finding::Finding;
use crate::core::nix_log::Progress;

/// The version of the report's format.
pub const SCHEMA: u32 = 1;

/// The phases, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PhaseId {
    /// Nix reads the flake.
    Evaluate,
    /// Nix builds and downloads what the shell needs.
    Build,
    /// uv.lock fits pyproject.toml.
    Lock,
    /// uv installs what is locked.
    Sync,
    /// The framework computes on every device.
    Proof,
}

impl PhaseId {
    pub const ALL: [Self; 5] = [Self::Evaluate, Self::Build, Self::Lock, Self::Sync, Self::Proof];

    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Evaluate => "evaluate",
            Self::Build => "build",
            Self::Lock => "lock",
            Self::Sync => "sync",
            Self::Proof => "proof",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PhaseStatus {
    Ok,
    Failed,
    /// Did not apply, or never began; `detail` says which.
    Skipped,
}

/// One phase that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    pub id: PhaseId,
    pub status: PhaseStatus,
    /// Milliseconds.
    pub duration_ms: u64,
    /// One or two lines: what was done, or what went wrong.
    pub detail: String,
    /// The last lines of the real output, of a phase that failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output: Vec<String>,
}

/// What one device did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Device {
    pub index: u32,
    /// `cpu`, `cuda` or `mps`.
    pub kind: String,
    pub name: String,
    /// Compute capability, `8.9`; null on a processor.
    pub compute: Option<String>,
    /// What ran: `matmul float32 512x512`, `fit LogisticRegression`.
    pub kernel: String,
    /// The largest difference from the float64 result of the CPU, relative to the largest value; null for a fit.
    pub max_error: Option<f64>,
    /// The just-in-time path ran; null where there is none.
    pub jit: Option<bool>,
    /// Milliseconds, the first start of the kernel included.
    pub duration_ms: u64,
    /// Which just-in-time path, or why it did not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jit_detail: Option<String>,
}

/// The second run, outside the shell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outside {
    pub ok: bool,
    /// `.venv/bin/python`.
    pub python: String,
    pub detail: String,
}

/// The framework computed, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    /// The catalog id: `jax`.
    pub framework: String,
    pub version: String,
    /// `cpu`, `mps` or `cuNNN`: what the installed wheels carry.
    pub build: String,
    pub devices: Vec<Device>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<Outside>,
}

/// The whole report, as `--json` prints it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ValidationReport {
    pub schema_version: u32,
    pub ok: bool,
    /// Always all five, in order.
    pub phases: Vec<Phase>,
    pub proof: Option<Proof>,
    pub findings: Vec<Finding>,
    /// The target that was proved: `cpu`, `cuda`.
    pub shell: String,
    /// `nix` or `uv`.
    pub runner: String,
    /// The whole output, from the project's folder: `.nixml/logs/validate-1795242642.log`.
    pub log: Option<String>,
    /// `shell` is the project's first target, which a bare `nix develop` enters; not part of the JSON.
    #[serde(skip)]
    pub default_shell: bool,
    /// Nothing was run because a file is not nixml's: the person may allow it; not part of the JSON.
    #[serde(skip)]
    pub untrusted: bool,
    /// Why it ended before its time, or how it failed, for the exit code and the person; not part of the JSON.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

impl ValidationReport {
    /// The cause decides the code.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match &self.failure {
            Some(failure) => failure.exit,
            None if self.ok => Exit::Done,
            None => Exit::Failed,
        }
    }

    /// The phase that failed.
    #[must_use]
    pub fn failed(&self) -> Option<&Phase> {
        self.phases.iter().find(|phase| phase.status == PhaseStatus::Failed)
    }
}

/// What happens while it runs.
#[derive(Debug, Clone, PartialEq)]
pub enum ValidationEvent {
    /// A phase begins; what it runs, for a person.
    Started {
        phase: PhaseId,
        what: String,
    },
    /// Nix got further (evaluate, build); milliseconds since the validation began.
    Progress {
        phase: PhaseId,
        progress: Progress,
        elapsed_ms: u64,
    },
    /// A line of output, sanitised.
    Line {
        phase: PhaseId,
        text: String,
    },
    /// Raw bytes of the phase's terminal, when one was asked for.
    Terminal {
        phase: PhaseId,
        bytes: Vec<u8>,
    },
    /// Nothing was heard for so many seconds.
    Silent {
        phase: PhaseId,
        seconds: u64,
    },
    Ended(Phase),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_is_the_contract_s_object() {
        let report = ValidationReport {
            schema_version: SCHEMA,
            ok: true,
            phases: vec![Phase {
                id: PhaseId::Evaluate,
                status: PhaseStatus::Skipped,
                duration_ms: 0,
                detail: "the runner is uv".into(),
                output: Vec::new(),
            }],
            proof: Some(Proof {
                framework: "jax".into(),
                version: "0.12.0".into(),
                build: "cpu".into(),
                devices: vec![Device {
                    index: 0,
                    kind: "cpu".into(),
                    name: "cpu".into(),
                    compute: None,
                    kernel: "matmul float32 512x512".into(),
                    max_error: Some(1e-7),
                    jit: Some(true),
                    duration_ms: 5,
                    jit_detail: None,
                }],
                outside: None,
            }),
            findings: Vec::new(),
            shell: "cpu".into(),
            runner: "uv".into(),
            log: None,
            default_shell: true,
            untrusted: false,
            failure: None,
        };
        let json = serde_json::to_value(&report).unwrap();
        for key in ["schema_version", "ok", "phases", "proof", "findings"] {
            assert!(json.get(key).is_some(), "{key}");
        }
        assert_eq!(json["phases"][0]["id"], "evaluate");
        assert_eq!(json["phases"][0]["status"], "skipped");
        for key in ["index", "kind", "name", "compute", "kernel", "max_error", "jit", "duration_ms"] {
            assert!(json["proof"]["devices"][0].get(key).is_some(), "{key}");
        }
        assert!(json.get("failure").is_none());
        assert_eq!(report.exit(), Exit::Done);
    }
}
