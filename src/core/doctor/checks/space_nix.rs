//! The disk of the Nix store has room for a shell.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CPU, fails, passes, skips, warns};
use crate::core::doctor::limits::limits;
use crate::core::doctor::remedies::type_in;
use crate::core::doctor::space::room;
use crate::core::facts::DiskRole;

pub const CHECK: Check = Check {
    id: "space-nix",
    title: "/nix has room",
    codes: &["disk-full"],
    facts: &["disks"],
    run,
    #[cfg(test)]
    examples: &[
        warns("disk-full", "disks = [{ path = \"/nix\", role = \"nix\", free_bytes = 1500000000 }]"),
        fails("disk-full", "disks = [{ path = \"/nix\", role = \"nix\", free_bytes = 90000000 }]").inside(CPU).required(true),
        passes("disks = [{ path = \"/nix\", role = \"nix\", free_bytes = 900000000000 }]"),
        skips("disks = [{ path = \"/nix\", role = \"nix\" }]"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    room(
        case,
        DiskRole::Nix,
        limits().nix_bytes.value,
        type_in(
            "Free space there; `nix-collect-garbage` removes what no project holds on to (projects that never ran `nixml-sync` need a new one after it).",
            "nix-collect-garbage --delete-older-than 30d",
        ),
    )
}
