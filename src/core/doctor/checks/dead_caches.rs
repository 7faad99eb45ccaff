//! No binary cache in the settings is dead.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{notes, passes, skips, warns};
use crate::core::doctor::limits::limits;
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "dead-caches",
    title: "no binary cache is dead",
    codes: &["dead-binary-cache"],
    facts: &["nix.settings"],
    run,
    #[cfg(test)]
    examples: &[
        warns(
            "dead-binary-cache",
            "[nix.settings]\nsubstituters = \"https://cache.nixos.org https://cuda-maintainers.cachix.org\"",
        ),
        notes("dead-binary-cache", "[nix.settings]\ntrusted-substituters = \"https://nix-community.cachix.org\""),
        passes("[nix.settings]\nsubstituters = \"https://cache.nixos.org/\""),
        skips("nix = { installed = true }"),
        skips("nix = { installed = false }"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(nix) = case.nix() else { return Judged::skipped("Nix is not installed") };
    let lists: Vec<_> = nix.settings.iter().filter(|(key, _)| key.contains("substituters")).collect();
    if lists.is_empty() {
        return Judged::skipped("the settings of Nix are not known");
    }
    let named = |host: &str| lists.iter().find(|(_, value)| value.contains(host)).map(|(key, _)| key.as_str());
    let mut found: Vec<_> = limits().dead_caches.iter().filter_map(|cache| Some((cache, named(&cache.host)?))).collect();
    found.sort_by_key(|(cache, _)| !cache.dead);
    let Some((worst, _)) = found.first() else {
        return Judged::pass(lists.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" "));
    };
    let seen: Vec<_> = found.iter().map(|(cache, key)| format!("`{key}` names {}", cache.host)).collect();
    let why: Vec<_> = found.iter().map(|(cache, _)| cache.why.as_str()).collect();
    let judged = if worst.dead {
        Judged::warn("dead-binary-cache", "a binary cache in the settings is dead")
    } else {
        Judged::note("dead-binary-cache", "a binary cache in the settings has no CUDA builds")
    };
    judged.seen(seen.join("; ")).cause(why.join(" ")).remedy(known("dead-binary-cache", case))
}
