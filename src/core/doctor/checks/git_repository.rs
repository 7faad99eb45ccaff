//! The project is a git repository, so that Nix copies only its own files.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{passes, skips, warns};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "git-repository",
    title: "the project is in a git repository",
    codes: &["not-in-git"],
    facts: &["project.git"],
    run,
    #[cfg(test)]
    examples: &[
        warns("not-in-git", "project = { dir = \"~/x\", flake = true, git = false }"),
        passes("project = { dir = \"~/x\", flake = true, git = true }"),
        skips("project = { dir = \"~/x\", git = false }"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(project) = case.project().filter(|project| project.flake) else { return Judged::skipped("there is no flake here") };
    match project.git {
        None => Judged::skipped("whether it is in a repository is not known"),
        Some(true) => Judged::pass("inside a git work tree"),
        Some(false) => Judged::warn("not-in-git", "the project is not in a git repository")
            .seen("there is a flake.nix and no repository around it")
            .cause("Nix then copies the whole folder into its store at every start: environments, data sets, everything")
            .remedy(known("not-in-git", case)),
    }
}
