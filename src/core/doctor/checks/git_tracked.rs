//! git tracks the files of the flake: Nix sees no others.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{fails, passes, skips};
use crate::core::finding::{Remedy, RemedyCommand};

pub const CHECK: Check = Check {
    id: "git-tracked",
    title: "git tracks the flake's files",
    codes: &["flake-not-git-tracked"],
    facts: &["project.untracked"],
    run,
    #[cfg(test)]
    examples: &[
        fails(
            "flake-not-git-tracked",
            "project = { dir = \"~/x\", flake = true, git = true, untracked = [\"flake.nix\", \"nix/shell.nix\"] }",
        )
        .required(true),
        passes("project = { dir = \"~/x\", flake = true, git = true }"),
        skips("project = { dir = \"~/x\", flake = true, git = false }"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(project) = case.project().filter(|project| project.flake) else { return Judged::skipped("there is no flake here") };
    if project.git != Some(true) {
        return Judged::skipped("the project is not in a git repository: see `git-repository`");
    }
    if project.untracked.is_empty() {
        return Judged::pass("every file of the flake is tracked");
    }
    let files: Vec<_> = project.untracked.iter().map(String::as_str).collect();
    let argv: Vec<_> = ["git", "add", "--intent-to-add", "--"].into_iter().chain(files.iter().copied()).collect();
    Judged::fail("flake-not-git-tracked", "git does not track files of the flake")
        .seen(files.join(", "))
        .cause("Nix reads a project through git and does not see a file that git does not know")
        .remedy(Remedy {
            say: "Tell git that they belong to the project; nothing is committed.".to_owned(),
            commands: vec![RemedyCommand::run(&argv)],
            undo: Some(format!("git rm --cached -- {}", files.join(" "))),
            safe: true,
        })
        .required(true)
}
