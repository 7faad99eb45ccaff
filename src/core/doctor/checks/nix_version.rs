//! Nix is new enough for flakes as nixml writes them.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CPU, fails, passes, skips, warns};
use crate::core::doctor::limits::limits;
use crate::core::doctor::remedies::known;
use crate::core::facts::NixFlavour;

pub const CHECK: Check = Check {
    id: "nix-version",
    title: "Nix is new enough",
    codes: &["nix-too-old"],
    facts: &["nix.version"],
    run,
    #[cfg(test)]
    examples: &[
        warns("nix-too-old", "nix = { version = \"2.3.16\" }"),
        fails("nix-too-old", "nix = { version = \"2.3.16\" }").inside(CPU).required(true),
        passes("nix = { version = \"2.8.0\" }"),
        passes("nix = { version = \"2.34.6pre20260101_abc\" }"),
        skips("nix = { version = \"banana\" }"),
        skips("nix = { installed = false }"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(nix) = case.nix() else { return Judged::skipped("Nix is not installed") };
    let Some((version, found)) = nix.version.as_deref().and_then(|version| Some((version, numbers(version)?))) else {
        return Judged::skipped("the version of Nix is not known");
    };
    let oldest = &limits().oldest_nix.value;
    // Determinate counts its own versions; every one of them is newer.
    if nix.flavour == Some(NixFlavour::Determinate) || numbers(oldest).is_none_or(|oldest| found >= oldest) {
        return Judged::pass(format!("{version}, {oldest} or newer is needed"));
    }
    let title = "Nix is too old for this flake";
    let judged = if case.in_project() {
        Judged::fail("nix-too-old", title).required(true)
    } else {
        Judged::warn("nix-too-old", "Nix is too old for flakes")
    };
    judged
        .seen(format!("Nix {version}; {oldest} or newer is needed"))
        .cause("flakes changed since: older versions do not know their files or options")
        .remedy(known("nix-too-old", case))
}

/// The leading numbers of a version, `2.34.6pre1` as 2, 34, 6.
fn numbers(version: &str) -> Option<Vec<u32>> {
    let numbers: Vec<u32> = version
        .split('.')
        .map_while(|part| part.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()))
        .collect();
    (!numbers.is_empty()).then_some(numbers)
}
