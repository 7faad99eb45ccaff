//! git is there: Nix reads a project through it.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CPU, fails, notes, passes, skips};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "git",
    title: "git is installed",
    codes: &["git-missing"],
    facts: &["git"],
    run,
    #[cfg(test)]
    examples: &[
        notes("git-missing", "git = { installed = false }"),
        fails("git-missing", "os = { wsl = 2, distro = \"ubuntu\" }\ngit = { installed = false }").inside(CPU).required(true),
        passes("git = { installed = true, version = \"2.47.3\" }"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(git) = &case.facts.git else { return Judged::skipped(case.not_known("whether git is installed", "git")) };
    if git.installed != Some(false) {
        return Judged::pass(git.version.clone().unwrap_or_else(|| "git is there".to_owned()));
    }
    let title = "git is not installed";
    let judged =
        if case.in_project() { Judged::fail("git-missing", title).required(true) } else { Judged::note("git-missing", title) };
    judged
        .seen("no `git` on PATH")
        .cause("without a repository Nix copies the whole folder, environments included, into its store at every start")
        .remedy(known("git-missing", case))
}
