//! flake.lock is there: everybody gets the same revision, and no limit of GitHub's is hit.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{passes, skips, warns};
use crate::core::doctor::remedies::type_in;
use crate::core::finding::{Remedy, RemedyCommand};

pub const CHECK: Check = Check {
    id: "flake-lock",
    title: "flake.lock is there",
    codes: &["flake-lock-missing"],
    facts: &["project.flake_lock"],
    run,
    #[cfg(test)]
    examples: &[
        warns("flake-lock-missing", "project = { dir = \"~/x\", flake = true, flake_lock = false, ours = true }"),
        warns("flake-lock-missing", "project = { dir = \"~/x\", flake = true, flake_lock = false }"),
        passes("project = { dir = \"~/x\", flake = true, flake_lock = true }"),
        skips("project = { dir = \"~/x\" }"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(project) = case.project().filter(|project| project.flake) else { return Judged::skipped("there is no flake here") };
    if project.flake_lock != Some(false) {
        return Judged::pass("flake.lock is there");
    }
    let judged = Judged::warn("flake-lock-missing", "flake.lock is missing")
        .seen("there is a flake.nix and no flake.lock")
        .cause("Nix then asks GitHub for the newest revision: another one on every machine, and only 60 questions an hour from one address");
    if project.ours {
        return judged.remedy(Remedy {
            say: "Write it again from nixml.toml.".to_owned(),
            commands: vec![RemedyCommand::run(&["nixml", "init", "--answers", "nixml.toml", "--yes", "--no-validate"])],
            undo: Some("nixml undo".to_owned()),
            safe: true,
        });
    }
    judged.remedy(type_in("Make it, and commit it.", "nix flake lock"))
}
