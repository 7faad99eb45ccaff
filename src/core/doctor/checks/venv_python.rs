//! Every environment has the project's Python.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CPU, fails, passes, skips};
use crate::core::doctor::remedies::type_in;

pub const CHECK: Check = Check {
    id: "venv-python",
    title: "the environments have the project's Python",
    codes: &["venv-python-mismatch"],
    facts: &["project.venvs"],
    run,
    #[cfg(test)]
    examples: &[
        fails("venv-python-mismatch", "project = { dir = \"~/x\", venvs = [{ path = \".venv\", python = \"3.12\" }] }")
            .inside(CPU)
            .required(true),
        passes("project = { dir = \"~/x\", venvs = [{ path = \".venv\", python = \"3.13.9\" }] }").inside(CPU),
        skips("project = { dir = \"~/x\", venvs = [{ path = \".venv\" }] }").inside(CPU),
        skips("project = { dir = \"~/x\", venvs = [{ path = \".venv\", python = \"3.12\" }] }"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let (Some(plan), Some(project)) = (case.plan, case.project()) else {
        return Judged::skipped("not a project that nixml wrote");
    };
    let minor = |version: &str| version.split('.').take(2).collect::<Vec<_>>().join(".");
    let known: Vec<_> =
        project.venvs.iter().filter_map(|venv| Some((venv.path.as_str(), minor(venv.python.as_deref()?)))).collect();
    if known.is_empty() {
        return Judged::skipped("there is no environment whose Python is known");
    }
    let wrong: Vec<_> = known.iter().filter(|(_, python)| *python != plan.python).collect();
    if wrong.is_empty() {
        return Judged::pass(format!("Python {}", plan.python));
    }
    let seen: Vec<_> = wrong.iter().map(|(path, python)| format!("{path} has Python {python}")).collect();
    Judged::fail("venv-python-mismatch", "an environment has another Python than the project")
        .seen(format!("{}; the project is for {}", seen.join("; "), plan.python))
        .cause("it was made before the project changed, or outside its shell by a Python that happened to be there")
        .remedy(type_in("Remove it and make it anew.", &format!("rm -r {} && nixml validate", wrong[0].0)))
        .required(true)
}
