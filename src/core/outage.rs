//! Tells a network that is not there from everything else that fails.

/// What Nix, uv and git say when they cannot reach somebody; lower case.
const SIGNS: &[&str] = &[
    "could not resolve host",
    "couldn't resolve host",
    "could not resolve proxy",
    "couldn't resolve proxy",
    "temporary failure in name resolution",
    "name or service not known",
    "dns error",
    "error sending request",
    "client error (connect)",
    "tcp connect error",
    "tunnel error",
    "failed to connect to",
    "could not connect to",
    "couldn't connect to server",
    "connection refused",
    "connection reset by peer",
    "connection timed out",
    "operation timed out",
    "timeout was reached",
    "network is unreachable",
    "no route to host",
    "ssl peer certificate",
    "invalid peer certificate",
    "self-signed certificate",
    "http error 403",
    "http error 429",
    "http error 500",
    "http error 502",
    "http error 503",
    "http error 504",
    "429 too many requests",
    "502 bad gateway",
    "503 service unavailable",
    "504 gateway timeout",
    "network connectivity is disabled",
];

/// A host that could not be reached, as far as `text` names it; `None` when `text` speaks of no such thing.
#[must_use]
pub fn outage(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| {
        let low = line.to_lowercase();
        SIGNS.iter().any(|sign| low.contains(sign))
    })?;
    // uv names the address in the line before its causes.
    let near = (0..=at).rev().take(4).find_map(|index| host(lines[index]));
    Some(near.unwrap_or_else(|| "the network".to_owned()))
}

/// The host of the first address in a line.
fn host(line: &str) -> Option<String> {
    let rest = line.split_once("://")?.1;
    let authority = rest.split(|c: char| c == '/' || c.is_whitespace() || "'\"`)".contains(c)).next()?;
    let host = authority.rsplit('@').next()?;
    (!host.is_empty()).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_names_its_host() {
        for (text, host) in [
            (
                "error: Failed to fetch: `https://download.pytorch.org/whl/cpu/torch/`\n  Caused by: error sending request for url (x)\n  Caused by: dns error",
                "download.pytorch.org",
            ),
            (
                "error: unable to download 'https://api.github.com/repos/NixOS/nixpkgs/commits/x': Could not resolve hostname (6) Could not resolve host: api.github.com",
                "api.github.com",
            ),
            ("error: unable to download 'https://cache.nixos.org/nix-cache-info': HTTP error 503", "cache.nixos.org"),
            ("fatal: Connection refused", "the network"),
        ] {
            assert_eq!(outage(text).as_deref(), Some(host), "{text}");
        }
    }

    #[test]
    fn other_failures_are_not_blamed_on_the_network() {
        for text in [
            "error: unable to download 'https://x/y': HTTP error 404",
            "ModuleNotFoundError: No module named 'jax'",
            "error: hash mismatch in fixed-output derivation",
            "hint: see https://docs.example/resolver",
            "",
        ] {
            assert_eq!(outage(text), None, "{text}");
        }
    }
}
