//! No conda environment is active around the project.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CPU, notes, passes, skips, warns};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "conda",
    title: "no conda environment is active",
    codes: &["conda-active"],
    facts: &["env.conda_env", "env.path_has_conda"],
    run,
    #[cfg(test)]
    examples: &[
        warns("conda-active", "env = { conda_env = \"base\" }").inside(CPU),
        notes("conda-active", "env = { conda_env = \"base\" }"),
        notes("conda-active", "env = { path_has_conda = true }"),
        passes("env = { path_has_conda = false }"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(env) = case.env() else { return Judged::skipped("the environment is not known") };
    match (&env.conda_env, env.path_has_conda) {
        (Some(name), _) if case.in_project() => Judged::warn("conda-active", "a conda environment is active around the project")
            .seen(format!("conda environment `{name}`"))
            .cause("its programs and libraries come before the system's; the project's shell puts its own first, other shells do not")
            .remedy(known("conda-active", case)),
        (Some(name), _) => Judged::note("conda-active", "a conda environment is active").seen(format!("conda environment `{name}`")),
        (None, Some(true)) => Judged::note("conda-active", "conda is on PATH").seen("a folder of conda is on PATH; no environment is active"),
        (None, _) => Judged::pass("no conda environment is active"),
    }
}
