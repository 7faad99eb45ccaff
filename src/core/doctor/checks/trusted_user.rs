//! The daemon of Nix does not take orders from this user.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{passes, skips, warns};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "trusted-user",
    title: "this user is no trusted user of Nix",
    codes: &["trusted-user"],
    facts: &["nix.trusted", "nix.multi_user", "os.root"],
    run,
    #[cfg(test)]
    examples: &[
        warns("trusted-user", "nix = { trusted = true, multi_user = true }\nos = { root = false }"),
        passes("nix = { trusted = true, multi_user = true }\nos = { root = true }"),
        passes("nix = { trusted = false, multi_user = true }"),
        skips("nix = { trusted = true }"),
        skips("nix = { installed = false }"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(nix) = case.nix() else { return Judged::skipped("Nix is not installed") };
    let root = case.os().and_then(|os| os.root) == Some(true);
    match (nix.trusted, nix.multi_user) {
        (Some(true), Some(true)) if !root => Judged::warn("trusted-user", "the daemon of Nix treats this user like root")
            .seen("the daemon names this user among those it trusts; nixml does not need that")
            .cause("whoever runs a program as this user can make the daemon run anything as root")
            .remedy(known("trusted-user", case)),
        (Some(trusted), Some(_)) => Judged::pass(match (root, trusted) {
            (true, _) => "root may do everything anyway",
            (false, true) => "a single-user installation belongs to its user",
            (false, false) => "the daemon does not trust this user",
        }),
        _ => Judged::skipped("whether the daemon trusts this user is not known"),
    }
}
