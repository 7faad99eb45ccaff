//! Flakes are turned on.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{passes, skips, warns};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "flakes",
    title: "flakes are on",
    codes: &["flakes-disabled"],
    facts: &["nix.flakes"],
    run,
    #[cfg(test)]
    examples: &[
        warns("flakes-disabled", "nix = { flakes = false }"),
        passes("nix = { flakes = true }"),
        skips("nix = { installed = true }"),
        skips("nix = { installed = false }"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    match case.nix().map(|nix| nix.flakes) {
        None => Judged::skipped("Nix is not installed"),
        Some(None) => Judged::skipped(case.not_known("whether flakes are on", "nix.flakes")),
        Some(Some(true)) => Judged::pass("`nix-command` and `flakes` are on"),
        Some(Some(false)) => Judged::warn("flakes-disabled", "flakes are off")
            .seen("the settings do not list both `nix-command` and `flakes`")
            .cause("Nix calls them experimental and leaves them off unless its settings say otherwise")
            .remedy(known("flakes-disabled", case)),
    }
}
