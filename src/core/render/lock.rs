//! `flake.lock`, byte for byte as Nix itself writes it, so that no Nix rewrites it and no address is asked.

use serde_json::json;

use crate::core::plan::Pin;

/// The lock of one input, `nixpkgs`, at the pin. `original` must say what `inputs.nixpkgs.url` of flake.nix says.
pub fn text(pin: &Pin) -> String {
    let lock = json!({
        "nodes": {
            "nixpkgs": {
                "locked": {
                    "lastModified": pin.last_modified,
                    "narHash": pin.nar_hash,
                    "owner": "NixOS",
                    "repo": "nixpkgs",
                    "rev": pin.rev,
                    "type": "github",
                },
                "original": {
                    "owner": "NixOS",
                    "ref": pin.branch,
                    "repo": "nixpkgs",
                    "type": "github",
                },
            },
            "root": { "inputs": { "nixpkgs": "nixpkgs" } },
        },
        "root": "root",
        "version": 7,
    });
    format!("{lock:#}\n")
}
