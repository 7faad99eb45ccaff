//! No variable of uv changes where a project's wheels come from.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{passes, skips, warns};
use crate::core::doctor::remedies::type_in;

pub const CHECK: Check = Check {
    id: "uv-index",
    title: "no variable changes the project's package indexes",
    codes: &["index-variable"],
    facts: &["env.uv_index"],
    run,
    #[cfg(test)]
    examples: &[
        warns("index-variable", "env = { uv_index = true }"),
        passes("env = { uv_index = false }"),
        passes("env = {}"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(env) = case.env() else { return Judged::skipped("the environment is not known") };
    if env.uv_index != Some(true) {
        return Judged::pass("no such variable is set");
    }
    Judged::warn("index-variable", "a variable of uv changes where wheels come from")
        .seen("UV_INDEX or UV_EXTRA_INDEX_URL is set")
        .cause("uv looks there first: the same lock file gives other wheels here than elsewhere, for instance the CPU build")
        .remedy(type_in(
            "Unset them for this project; an index that is needed belongs into pyproject.toml.",
            "unset UV_INDEX UV_EXTRA_INDEX_URL",
        ))
}
