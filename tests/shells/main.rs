//! The generated project under every real Nix: its shells, its hook, its Python, its `nixml-sync` and its stubs.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests touch the world"
)]

mod entry;
mod lock;
mod matrix;
#[path = "../render/plans.rs"]
#[allow(dead_code, reason = "shared with another test file, which uses the rest")]
mod plans;
mod programs;
mod project;
mod python;
#[path = "../support/mod.rs"]
mod support;

use nixml::core::plan::{Plan, Target};
use project::Project;
use support::standin::Standin;
use support::tools;

/// Why a test skips.
const NOTHING: &str = "no Nix, uv or Python 3.12 or 3.13: run scripts/install-nixes and scripts/install-tools";

/// A project for two targets that needs one tiny package of PyPI, with this Python.
fn small(python: &str) -> Plan {
    let requirements = ["einops==0.8.1"];
    let targets =
        vec![plans::target(Target::Cuda, "cu132", &requirements, None), plans::target(Target::Cpu, "cpu", &requirements, None)];
    Plan { python: python.into(), ..plans::plan("small", "einops", "0.8.1", targets) }
}

/// The small project under the newest Nix, its plan changed at will, with its Python's version.
fn one(change: impl FnOnce(&mut Plan)) -> Option<(Project, String)> {
    let standin = Standin::of(&tools::uv()?);
    let python = standin.newest_python(&["3.11", "3.12", "3.13"])?;
    let mut plan = small(python);
    change(&mut plan);
    Some((Project::new(&plan, &tools::nix("newest")?, &standin), python.to_owned()))
}
