//! The project belongs to this user: git and Nix refuse somebody else's.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{fails, passes, skips};
use crate::core::finding::{Remedy, RemedyCommand};

pub const CHECK: Check = Check {
    id: "git-owner",
    title: "the project belongs to this user",
    codes: &["git-dubious-ownership"],
    facts: &["project.foreign_owner"],
    run,
    #[cfg(test)]
    examples: &[
        fails("git-dubious-ownership", "project = { dir = \"/srv/x\", foreign_owner = true }").required(true),
        passes("project = { dir = \"~/x\", foreign_owner = false }"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(project) = case.project() else { return Judged::skipped("not inside a project") };
    match project.foreign_owner {
        None => Judged::skipped("whose the folder is is not known"),
        Some(false) => Judged::pass("the folder and its repository are this user's"),
        Some(true) => Judged::fail("git-dubious-ownership", "the project belongs to another user")
            .seen(format!("{} or its repository has another owner", project.dir))
            .cause("a repository can make git run programs, so git and Nix refuse one that belongs to somebody else")
            .remedy(Remedy {
                say: "Make the folder your own; or, if you trust its owner, add it with `git config --global --add safe.directory FOLDER`.".to_owned(),
                commands: vec![RemedyCommand::as_root("sudo chown -R \"$USER\" .")],
                undo: Some("give it back to its owner with `chown -R`".to_owned()),
                safe: false,
            })
            .required(true),
    }
}
