//! On NixOS no environment uses a Python that uv downloaded.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{fails, passes, skips, warns};
use crate::core::doctor::remedies::say;

pub const CHECK: Check = Check {
    id: "uv-python",
    title: "the environments use the Python of Nix",
    codes: &["nixos-stub-ld"],
    facts: &["project.venvs", "os.distro"],
    run,
    #[cfg(test)]
    examples: &[
        fails(
            "nixos-stub-ld",
            "os = { distro = \"nixos\" }\nproject = { dir = \"~/x\", venvs = [{ path = \".venv\", interpreter = \"~/.local/share/uv/python/cpython-3.13.9-linux-x86_64-gnu/bin/python3.13\" }] }",
        )
        .required(true),
        warns(
            "nixos-stub-ld",
            "os = { distro = \"ubuntu\" }\nproject = { dir = \"~/x\", ours = true, flake = true, venvs = [{ path = \".venv\", interpreter = \"~/.local/share/uv/python/cpython-3.13.9-linux-x86_64-gnu/bin/python3.13\" }] }",
        ),
        passes("os = { distro = \"nixos\" }\nproject = { dir = \"~/x\", venvs = [{ path = \".venv\", interpreter = \"/nix/store/abc-python3/bin/python3\" }] }"),
        skips("project = { dir = \"~/x\" }"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let venvs = case.project().map(|project| project.venvs.as_slice()).unwrap_or_default();
    let known: Vec<_> = venvs.iter().filter_map(|venv| Some((venv.path.as_str(), venv.interpreter.as_deref()?))).collect();
    if known.is_empty() {
        return Judged::skipped("there is no environment whose Python is known");
    }
    let Some((path, interpreter)) = known.iter().find(|(_, interpreter)| interpreter.contains("/uv/python/")) else {
        return Judged::pass("no environment uses a downloaded Python");
    };
    let seen = format!("{path} uses {interpreter}");
    let remedy = say(
        "Remove the environment and make it anew in the project's shell (`nix develop`, then `nixml-sync`), which sets UV_PYTHON and forbids downloads.",
    );
    if case.facts.is_nixos() {
        return Judged::fail("nixos-stub-ld", "an environment uses a Python that cannot start on NixOS")
            .seen(seen)
            .cause("uv downloads a Python for ordinary distributions; NixOS has no loader at the place it names")
            .remedy(remedy)
            .required(true);
    }
    if !case.project().is_some_and(|project| project.ours && project.flake) {
        return Judged::pass(seen);
    }
    Judged::warn("nixos-stub-ld", "an environment uses a Python that uv downloaded")
        .seen(seen)
        .cause(
            "it works here, and differs from the Python of the project's shell that colleagues get; on NixOS it does not start",
        )
        .remedy(remedy)
}
