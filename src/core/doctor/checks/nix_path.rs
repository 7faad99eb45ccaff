//! `nix` is found through PATH.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CPU, fails, passes, skips};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "nix-path",
    title: "`nix` is on PATH",
    codes: &["nix-not-on-path"],
    facts: &["nix.on_path", "nix.path"],
    run,
    #[cfg(test)]
    examples: &[
        fails("nix-not-on-path", "nix = { installed = true, on_path = false, path = \"/nix/var/nix/profiles/default/bin/nix\" }")
            .required(false),
        fails("nix-not-on-path", "nix = { installed = true, on_path = false }").inside(CPU).required(true),
        passes("nix = { on_path = true }"),
        skips("nix = { installed = false }"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(nix) = case.nix() else { return Judged::skipped("Nix is not installed") };
    match nix.on_path {
        None => Judged::skipped("whether `nix` is on PATH is not known"),
        Some(true) => Judged::pass(nix.path.clone().unwrap_or_else(|| "`nix` is found".to_owned())),
        Some(false) => Judged::fail("nix-not-on-path", "Nix is installed and not on PATH")
            .seen(nix.path.as_ref().map_or_else(
                || "`nix` is not found through PATH".to_owned(),
                |path| format!("found at {path}, not through PATH"),
            ))
            .cause("this shell was opened before Nix was installed, or its start files lost the line of the installer")
            .remedy(known("nix-not-on-path", case))
            .required(case.in_project()),
    }
}
