//! Bytes for people, and whether a place has enough of them free.

use crate::core::doctor::Case;
use crate::core::doctor::check::Judged;
use crate::core::facts::DiskRole;
use crate::core::finding::Remedy;

/// Below this part of what is needed a place is full, above it tight.
const FULL: u64 = 8;

/// Judges the free space of one place; full is broken, tight a warning.
#[must_use]
pub fn room(case: &Case<'_>, role: DiskRole, need: u64, remedy: Remedy) -> Judged {
    let Some(disk) = case.disk(role) else { return Judged::skipped("the place was not looked at") };
    let Some(free) = disk.free_bytes else {
        return Judged::skipped(format!("how much is free at {} is not known", disk.path));
    };
    let seen = format!("{} free at {}", bytes(free), disk.path);
    if free >= need {
        return Judged::pass(seen);
    }
    let judged = if free < need / FULL {
        Judged::fail("disk-full", format!("no room at {}", disk.path)).required(case.in_project())
    } else {
        Judged::warn("disk-full", format!("little room at {}", disk.path))
    };
    judged
        .seen(format!("{seen}; about {} are needed", bytes(need)))
        .cause("downloads, builds and environments end half-way with `No space left on device`")
        .remedy(remedy)
}

/// `25.8 GB`: powers of ten, as disks and wheels are sold.
#[must_use]
pub fn bytes(count: u64) -> String {
    let units = [("TB", 1_000_000_000_000_u64), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)];
    for (unit, size) in units {
        if count >= size {
            let tenths = u128::from(count) * 10 / u128::from(size);
            return format!("{}.{} {unit}", tenths / 10, tenths % 10);
        }
    }
    format!("{count} bytes")
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn in_powers_of_ten() {
        assert_eq!(bytes(25_769_803_776), "25.7 GB");
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(1_000_000), "1.0 MB");
        assert_eq!(bytes(u64::MAX), "18446744.0 TB");
    }
}
