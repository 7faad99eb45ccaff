//! Nix starts and its store is whole.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{fails, passes, skips};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "nix-store",
    title: "Nix starts",
    codes: &["nix-install-broken"],
    facts: &["nix.error", "nix.version"],
    run,
    #[cfg(test)]
    examples: &[
        fails("nix-install-broken", "nix = { installed = true, error = \"ended by SIGSEGV\" }").required(true),
        passes("nix = { installed = true, version = \"2.34.6\" }"),
        skips("nix = { installed = true }"),
        skips("nix = { installed = false }"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(nix) = case.nix() else { return Judged::skipped("Nix is not installed") };
    match (&nix.error, &nix.version) {
        (Some(error), _) => Judged::fail("nix-install-broken", "Nix is installed and does not start")
            .seen(error)
            .cause("its own files were removed or damaged: an interrupted update, or a collection that took too much")
            .remedy(known("nix-install-broken", case))
            .required(true),
        (None, Some(version)) => Judged::pass(format!("`nix --version` says {version}")),
        (None, None) => Judged::skipped(case.not_known("whether it starts", "nix")),
    }
}
