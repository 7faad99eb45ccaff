//! The generated files are as nixml writes them.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{notes, passes, skips};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "generated-files",
    title: "the generated files are as nixml writes them",
    codes: &["generated-files-edited"],
    facts: &["project.edited"],
    run,
    #[cfg(test)]
    examples: &[
        notes("generated-files-edited", "project = { dir = \"~/x\", ours = true, edited = [\"flake.nix\"] }"),
        passes("project = { dir = \"~/x\", ours = true }"),
        skips("project = { dir = \"~/x\", flake = true }"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(project) = case.project().filter(|project| project.ours) else {
        return Judged::skipped("not a project that nixml wrote");
    };
    if project.edited.is_empty() {
        return Judged::pass("flake.nix, flake.lock and nix/ hold what nixml writes");
    }
    Judged::note("generated-files-edited", "generated files were edited")
        .seen(project.edited.join(", "))
        .cause("that is allowed; nixml then runs them only when told so, and does not overwrite them")
        .remedy(known("generated-files-edited", case))
}
