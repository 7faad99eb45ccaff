//! The disk of uv's cache has room for a framework's wheels.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CPU, fails, passes, skips, warns};
use crate::core::doctor::limits::limits;
use crate::core::doctor::remedies::type_in;
use crate::core::doctor::space::room;
use crate::core::facts::DiskRole;

pub const CHECK: Check = Check {
    id: "space-cache",
    title: "uv's cache has room",
    codes: &["disk-full"],
    facts: &["disks"],
    run,
    #[cfg(test)]
    examples: &[
        warns("disk-full", "disks = [{ path = \"~/.cache/uv\", role = \"cache\", free_bytes = 1500000000 }]"),
        fails("disk-full", "disks = [{ path = \"~/.cache/uv\", role = \"cache\", free_bytes = 90000000 }]")
            .inside(CPU)
            .required(true),
        passes("disks = [{ path = \"~/.cache/uv\", role = \"cache\", free_bytes = 900000000000 }]"),
        skips("disks = [{ path = \"~/.cache/uv\", role = \"cache\" }]"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    room(
        case,
        DiskRole::Cache,
        limits().cache_bytes.value,
        type_in(
            "Free space there, or point UV_CACHE_DIR to a larger disk; `uv cache prune` removes what nothing uses.",
            "uv cache prune",
        ),
    )
}
