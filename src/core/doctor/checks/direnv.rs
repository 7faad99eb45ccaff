//! Where a project has an .envrc, direnv may load it.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{notes, passes, skips, warns};
use crate::core::doctor::remedies::{say, type_in};

pub const CHECK: Check = Check {
    id: "direnv",
    title: "direnv loads the project's shell",
    codes: &["direnv-setup"],
    facts: &["project.envrc", "project.envrc_allowed", "direnv"],
    run,
    #[cfg(test)]
    examples: &[
        warns("direnv-setup", "project = { dir = \"~/x\", envrc = true, envrc_allowed = false }\ndirenv = { installed = true }"),
        notes("direnv-setup", "project = { dir = \"~/x\", envrc = true }\ndirenv = { installed = false }"),
        notes(
            "direnv-setup",
            "project = { dir = \"~/x\", envrc = true, envrc_allowed = true }\ndirenv = { installed = true, nix_direnv = false }",
        ),
        passes(
            "project = { dir = \"~/x\", envrc = true, envrc_allowed = true }\ndirenv = { installed = true, nix_direnv = true }",
        ),
        skips("project = { dir = \"~/x\", envrc = false }"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(project) = case.project().filter(|project| project.envrc == Some(true)) else {
        return Judged::skipped("there is no .envrc here");
    };
    let Some(direnv) = &case.facts.direnv else { return Judged::skipped("whether direnv is installed is not known") };
    if direnv.installed == Some(false) {
        return Judged::note("direnv-setup", "there is an .envrc and no direnv")
            .seen("no `direnv` on PATH")
            .remedy(say("Nothing breaks: `nix develop` opens the shell by hand. To have it open by itself, install direnv and its hook for your shell."));
    }
    if project.envrc_allowed == Some(false) {
        return Judged::warn("direnv-setup", "direnv may not load this project's .envrc")
            .seen("the .envrc was not allowed, or changed since")
            .cause("an .envrc runs commands, so direnv waits until its owner has read and allowed it")
            .remedy(type_in("Read it, then allow it.", "cat .envrc && direnv allow"));
    }
    if direnv.nix_direnv == Some(false) {
        return Judged::note("direnv-setup", "direnv loads the shell without nix-direnv")
            .seen("no nix-direnv in this user's configuration of direnv")
            .remedy(say("nix-direnv keeps the shell from being collected and opens it in milliseconds; without it every change evaluates the flake again."));
    }
    Judged::pass("the .envrc is allowed")
}
