//! The binary caches that are asked for are also used.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{passes, skips, warns};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "cache-trust",
    title: "no binary cache is ignored",
    codes: &["untrusted-substituter"],
    facts: &["nix.trusted", "nix.settings"],
    run,
    #[cfg(test)]
    examples: &[
        warns(
            "untrusted-substituter",
            "[nix]\ntrusted = false\n[nix.settings]\nsubstituters = \"https://cache.nixos.org https://cache.nixos-cuda.org\"\ntrusted-substituters = \"https://other.example\"",
        ),
        passes(
            "[nix]\ntrusted = false\n[nix.settings]\nsubstituters = \"https://cache.nixos.org https://x.example\"\ntrusted-substituters = \"https://x.example/\"",
        ),
        passes("[nix]\ntrusted = true\n[nix.settings]\nsubstituters = \"https://x.example\""),
        skips("[nix.settings]\nsubstituters = \"https://x.example\""),
        skips("nix = { installed = false }"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(nix) = case.nix() else { return Judged::skipped("Nix is not installed") };
    let Some(trusted) = nix.trusted else { return Judged::skipped("whether the daemon trusts this user is not known") };
    let urls = |key: &str| {
        nix.settings.get(key).map(String::as_str).unwrap_or_default().split_whitespace().map(|url| url.trim_end_matches('/'))
    };
    let asked: Vec<_> = ["substituters", "extra-substituters"].iter().flat_map(|key| urls(key)).collect();
    if asked.is_empty() {
        return Judged::skipped("the settings of Nix are not known");
    }
    let usable = |url: &str| {
        url.contains("://cache.nixos.org")
            || ["trusted-substituters", "extra-trusted-substituters"].iter().any(|key| urls(key).any(|known| known == url))
    };
    let ignored: Vec<_> = asked.into_iter().filter(|url| !usable(url)).collect();
    if trusted || ignored.is_empty() {
        return Judged::pass("every cache that is asked for may be used");
    }
    Judged::warn("untrusted-substituter", "a binary cache may be ignored")
        .seen(format!("the daemon does not take settings from this user; asked for: {}", ignored.join(", ")))
        .cause("unless /etc/nix/nix.conf itself names the cache, the daemon ignores it and builds from source what it holds, for hours")
        .remedy(known("untrusted-substituter", case))
}
