//! `LD_PRELOAD` puts no foreign library into every program.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{passes, skips, warns};
use crate::core::doctor::remedies::type_in;

pub const CHECK: Check = Check {
    id: "ld-preload",
    title: "LD_PRELOAD is empty",
    codes: &["glibc-mismatch"],
    facts: &["env.ld_preload", "env.set_by"],
    run,
    #[cfg(test)]
    examples: &[
        warns("glibc-mismatch", "env = { ld_preload = \"/usr/lib/libtcmalloc.so.4\" }"),
        passes("env = {}"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(env) = case.env() else { return Judged::skipped("the environment is not known") };
    match env.ld_preload.as_deref().filter(|value| !value.is_empty()) {
        None => Judged::pass("the variable is not set"),
        Some(value) => Judged::warn("glibc-mismatch", "LD_PRELOAD puts a library into every program")
            .seen(format!("LD_PRELOAD=`{value}`{}", case.set_by("LD_PRELOAD")))
            .cause("the library was built for the system's C library; programs of Nix bring their own and may refuse or crash")
            .remedy(type_in("Unset it in this shell, and take it out of the file that sets it.", "unset LD_PRELOAD")),
    }
}
