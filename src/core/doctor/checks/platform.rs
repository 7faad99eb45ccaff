//! A system that frameworks and Nix serve.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CPU, fails, passes, skips, warns};
use crate::core::doctor::remedies::say;

const SERVED: &[&str] = &["x86_64-linux", "aarch64-linux", "aarch64-darwin"];

pub const CHECK: Check = Check {
    id: "platform",
    title: "the system is one that frameworks serve",
    codes: &["no-wheel-for-platform"],
    facts: &["os.kind", "os.arch"],
    run,
    #[cfg(test)]
    examples: &[
        warns("no-wheel-for-platform", "os = { kind = \"macos\", arch = \"x86_64\" }"),
        fails("no-wheel-for-platform", "os = { kind = \"linux\", arch = \"armv7l\" }").inside(CPU).required(true),
        passes("os = { kind = \"linux\", arch = \"x86_64\" }"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(system) = case.facts.system() else { return Judged::skipped(case.not_known("the system", "os")) };
    if SERVED.contains(&system.as_str()) {
        return Judged::pass(system);
    }
    let title = "frameworks have no wheels for this system";
    let judged = if case.in_project() {
        Judged::fail("no-wheel-for-platform", title).required(true)
    } else {
        Judged::warn("no-wheel-for-platform", title)
    };
    judged
        .seen(system)
        .cause("PyTorch, JAX and nixpkgs serve x86-64 and 64-bit ARM Linux and Macs with Apple silicon")
        .remedy(say("Use one of those machines; a container or a virtual machine of the same processor does not change it."))
}
