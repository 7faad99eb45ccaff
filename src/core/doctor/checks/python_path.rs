//! `PYTHONPATH` and `PYTHONHOME` bring no packages of another Python.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{passes, skips, warns};
use crate::core::doctor::remedies::type_in;

pub const CHECK: Check = Check {
    id: "python-path",
    title: "PYTHONPATH and PYTHONHOME are not set",
    codes: &["pythonpath-leak"],
    facts: &["env.pythonpath", "env.pythonhome", "env.set_by"],
    run,
    #[cfg(test)]
    examples: &[
        warns(
            "pythonpath-leak",
            "env = { pythonpath = \"/opt/ros/lib/python3.10\", set_by = { PYTHONPATH = { file = \"~/.bashrc\", line = 3 } } }",
        ),
        warns("pythonpath-leak", "env = { pythonhome = \"/usr\" }"),
        passes("env = {}"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(env) = case.env() else { return Judged::skipped("the environment is not known") };
    let set: Vec<_> = [("PYTHONPATH", &env.pythonpath), ("PYTHONHOME", &env.pythonhome)]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_deref().filter(|value| !value.is_empty())?)))
        .collect();
    if set.is_empty() {
        return Judged::pass("neither is set");
    }
    let names: Vec<_> = set.iter().map(|(name, _)| *name).collect();
    let seen: Vec<_> = set.iter().map(|(name, value)| format!("{name}=`{value}`{}", case.set_by(name))).collect();
    Judged::warn("pythonpath-leak", format!("{} leads Python to packages outside the project", names.join(" and ")))
        .seen(seen.join("; "))
        .cause("every Python started from here imports from there first, whatever its version; the project's shell unsets it, an editor does not")
        .remedy(type_in("Unset it in this shell, and take it out of the file that sets it.", &format!("unset {}", names.join(" "))))
}
