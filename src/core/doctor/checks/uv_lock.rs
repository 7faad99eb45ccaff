//! uv.lock is there and fits pyproject.toml.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{notes, passes, skips, warns};
use crate::core::doctor::remedies::type_in;

pub const CHECK: Check = Check {
    id: "uv-lock",
    title: "uv.lock fits pyproject.toml",
    codes: &["uv-lock-stale"],
    facts: &["project.uv_lock", "project.uv_lock_stale"],
    run,
    #[cfg(test)]
    examples: &[
        warns("uv-lock-stale", "project = { dir = \"~/x\", uv_lock = true, uv_lock_stale = true }"),
        notes("uv-lock-stale", "project = { dir = \"~/x\", uv_lock = false, ours = true }"),
        passes("project = { dir = \"~/x\", uv_lock = true, uv_lock_stale = false }"),
        skips("project = { dir = \"~/x\" }"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(project) = case.project() else { return Judged::skipped("not inside a project") };
    let remedy = type_in(
        "Let the project's shell make it anew, then commit it; `nixml validate` does that too.",
        "nix develop --command uv lock",
    );
    match (project.uv_lock, project.uv_lock_stale) {
        (Some(true), Some(true)) => Judged::warn("uv-lock-stale", "uv.lock does not fit pyproject.toml any more")
            .seen("pyproject.toml asks for something that uv.lock does not hold")
            .cause("pyproject.toml was edited and the lock was not made anew; with CI set that is an error")
            .remedy(remedy),
        (Some(true), _) => Judged::pass("uv.lock is there"),
        (Some(false), _) if project.ours => Judged::note("uv-lock-stale", "uv.lock is not there yet")
            .seen("the first `nixml validate` or `uv lock` makes it")
            .remedy(remedy),
        _ => Judged::skipped("not a project of uv"),
    }
}
