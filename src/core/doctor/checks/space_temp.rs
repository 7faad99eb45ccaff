//! The temporary folder has room, on a disk and not in memory.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{passes, skips, warns};
use crate::core::doctor::limits::limits;
use crate::core::doctor::remedies::type_in;
use crate::core::doctor::space::{bytes, room};
use crate::core::facts::DiskRole;

pub const CHECK: Check = Check {
    id: "space-temp",
    title: "the temporary folder has room",
    codes: &["tmpdir-full", "disk-full"],
    facts: &["disks", "env.tmpdir"],
    run,
    #[cfg(test)]
    examples: &[
        warns("tmpdir-full", "disks = [{ path = \"/tmp\", role = \"temp\", free_bytes = 500000000, tmpfs = true }]"),
        warns("disk-full", "disks = [{ path = \"/tmp\", role = \"temp\", free_bytes = 500000000, tmpfs = false }]"),
        passes("disks = [{ path = \"/tmp\", role = \"temp\", free_bytes = 9000000000, tmpfs = true }]"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let need = limits().temp_bytes.value;
    let remedy = type_in(
        "Point TMPDIR to a folder on a disk with room, in this shell and in its start files; for builds of the daemon, `build-dir` in nix.conf.",
        "export TMPDIR=/var/tmp",
    );
    match case.disk(DiskRole::Temp) {
        Some(disk) if disk.tmpfs == Some(true) && disk.free_bytes.is_some_and(|free| free < need) => Judged::warn(
            "tmpdir-full",
            "the temporary folder is small and lives in memory",
        )
        .seen(format!("{} free at {} (tmpfs); {} or more is good", bytes(disk.free_bytes.unwrap_or(0)), disk.path, bytes(need)))
        .cause("builds and large wheels are unpacked there; a full one ends in `No space left on device` while the disk is empty")
        .remedy(remedy),
        _ => room(case, DiskRole::Temp, need, remedy),
    }
}
