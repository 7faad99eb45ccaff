//! The Python of every environment still exists.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{fails, passes, skips};
use crate::core::finding::{Remedy, RemedyCommand};

pub const CHECK: Check = Check {
    id: "venv-interpreter",
    title: "the environments' Python exists",
    codes: &["venv-interpreter-gone"],
    facts: &["project.venvs"],
    run,
    #[cfg(test)]
    examples: &[
        fails(
            "venv-interpreter-gone",
            "project = { dir = \"~/x\", ours = true, venvs = [{ path = \".venv\", interpreter = \"/nix/store/abc-python3/bin/python3\", interpreter_gone = true }] }",
        )
        .required(true),
        fails("venv-interpreter-gone", "project = { dir = \"~/x\", venvs = [{ path = \".venv\", interpreter_gone = true }] }"),
        passes("project = { dir = \"~/x\", venvs = [{ path = \".venv\", interpreter = \"/nix/store/abc-python3/bin/python3\" }] }"),
        skips("project = { dir = \"~/x\" }"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(project) = case.project() else { return Judged::skipped("not inside a project") };
    if project.venvs.is_empty() {
        return Judged::skipped("there is no environment yet");
    }
    let gone: Vec<_> = project.venvs.iter().filter(|venv| venv.interpreter_gone).collect();
    if gone.is_empty() {
        return Judged::pass(project.venvs.iter().map(|venv| venv.path.as_str()).collect::<Vec<_>>().join(", "));
    }
    let seen: Vec<_> = gone
        .iter()
        .map(|venv| {
            format!("{}/bin/python leads to {}, which is gone", venv.path, venv.interpreter.as_deref().unwrap_or("a file"))
        })
        .collect();
    let collected = gone.iter().any(|venv| venv.interpreter.as_deref().is_some_and(|path| path.starts_with("/nix/store/")));
    let command = if project.ours { RemedyCommand::run(&["nixml", "validate"]) } else { RemedyCommand::shell("uv sync") };
    Judged::fail("venv-interpreter-gone", "an environment's Python is gone")
        .seen(seen.join("; "))
        .cause(if collected {
            "Nix collected it as garbage: nothing held on to it"
        } else {
            "the Python that the environment was made with was removed or updated"
        })
        .remedy(Remedy {
            say: "Make the environment anew from its lock file; the packages come from uv's cache.".to_owned(),
            commands: vec![command],
            undo: Some("nothing to take back: the environment did not work".to_owned()),
            safe: project.ours,
        })
        .required(true)
}
