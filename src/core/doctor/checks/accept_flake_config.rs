//! Flakes may not change the settings of Nix by themselves.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{passes, skips, warns};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "accept-flake-config",
    title: "flakes may not change Nix's settings by themselves",
    codes: &["accept-flake-config"],
    facts: &["nix.settings"],
    run,
    #[cfg(test)]
    examples: &[
        warns("accept-flake-config", "[nix.settings]\naccept-flake-config = \"true\""),
        passes("[nix.settings]\naccept-flake-config = \"false\""),
        skips("nix = { installed = true }"),
        skips("nix = { installed = false }"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(nix) = case.nix() else { return Judged::skipped("Nix is not installed") };
    match nix.settings.get("accept-flake-config").map(String::as_str) {
        None => Judged::skipped("the settings of Nix are not known"),
        Some("true") => Judged::warn("accept-flake-config", "every flake may change the settings of Nix without asking")
            .seen("`accept-flake-config = true`")
            .cause("a flake can then name binary caches and hooks; together with a trusted user that is as much as root")
            .remedy(known("accept-flake-config", case)),
        Some(value) => Judged::pass(format!("it is `{value}`")),
    }
}
