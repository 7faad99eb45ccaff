//! A JAX project on real Nix, each version at hand: proved, and what is said of each thing that goes wrong on the way.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests touch the world")]

#[path = "../support/mod.rs"]
mod support;

mod broken;
mod killed;
mod project;
mod proved;
mod pytorch;

/// One test for each version of Nix: `each_nix!(name, body)` runs `body(&Nix)` as `name::nix_2_8` and so on.
macro_rules! each_nix {
    ($($(#[$doc:meta])* $name:ident => $body:path;)*) => {
        $($(#[$doc])* mod $name {
            use super::*;
            #[test]
            fn nix_2_8() {
                $body(&$crate::support::need!($crate::support::tools::nix("2.8"), "no Nix 2.8: run scripts/install-nixes"));
            }
            #[test]
            fn nix_2_26() {
                $body(&$crate::support::need!($crate::support::tools::nix("2.26"), "no Nix 2.26: run scripts/install-nixes"));
            }
            #[test]
            fn newest_nix() {
                $body(&$crate::support::need!($crate::support::tools::nix("newest"), "no Nix: run scripts/install-nixes"));
            }
        })*
    };
}
use each_nix;
