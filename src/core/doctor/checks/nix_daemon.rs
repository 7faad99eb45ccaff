//! The daemon of Nix answers.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{fails, passes, skips};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "nix-daemon",
    title: "the daemon of Nix answers",
    codes: &["nix-daemon-down"],
    facts: &["nix.daemon", "nix.multi_user"],
    run,
    #[cfg(test)]
    examples: &[
        fails("nix-daemon-down", "nix = { multi_user = true, daemon = false }").required(true),
        passes("nix = { multi_user = true, daemon = true }"),
        passes("nix = { multi_user = false }"),
        skips("nix = { installed = true }"),
        skips("nix = { installed = false }"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(nix) = case.nix() else { return Judged::skipped("Nix is not installed") };
    match (nix.multi_user, nix.daemon) {
        (_, Some(true)) => Judged::pass("the daemon answers"),
        (Some(false), _) => Judged::pass("a single-user installation has no daemon"),
        (Some(true), Some(false)) => Judged::fail("nix-daemon-down", "the daemon of Nix does not answer")
            .seen("a multi-user installation; nobody answers at /nix/var/nix/daemon-socket/socket")
            .cause(
                "the service is not started: after a system update, without systemd, or on a machine that was only half set up",
            )
            .remedy(known("nix-daemon-down", case))
            .required(true),
        (None, Some(false)) | (_, None) => Judged::skipped("whether there is a daemon is not known"),
    }
}
