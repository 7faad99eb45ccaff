//! Nix is there.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CPU, fails, notes, passes, skips};
use crate::core::doctor::remedies::known;
use crate::core::facts::NixFlavour;
use crate::core::text::label;

pub const CHECK: Check = Check {
    id: "nix",
    title: "Nix is installed",
    codes: &["nix-missing"],
    facts: &["nix.installed", "nix.version", "nix.flavour"],
    run,
    #[cfg(test)]
    examples: &[
        notes("nix-missing", "nix = { installed = false }").required(false),
        fails("nix-missing", "nix = { installed = false }").inside(CPU).required(true),
        passes(
            "nix = { installed = true, version = \"2.34.6\", flavour = \"determinate\", path = \"/nix/var/nix/profiles/default/bin/nix\" }",
        ),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(nix) = &case.facts.nix else { return Judged::skipped(case.not_known("whether Nix is installed", "nix")) };
    if nix.installed == Some(false) {
        let title = "Nix is not installed";
        let judged = if case.in_project() {
            Judged::fail("nix-missing", title).required(true)
        } else {
            Judged::note("nix-missing", title)
        };
        return judged
            .seen("no `nix` on PATH or in its usual places")
            .cause(
                "Nix brings Python, uv, compilers and libraries to the project; without it only `nixml validate --runner uv` can prove the project",
            )
            .remedy(known("nix-missing", case));
    }
    let name = match nix.flavour {
        Some(NixFlavour::Determinate) => "Determinate Nix",
        Some(NixFlavour::Lix) => "Lix",
        Some(NixFlavour::Nix) | None => "Nix",
    };
    let version = nix.version.as_deref().map_or_else(|| "of unknown version".to_owned(), label);
    let place = nix.path.as_ref().map(|path| format!(", {path}")).unwrap_or_default();
    Judged::pass(format!("{name} {version}{place}"))
}
