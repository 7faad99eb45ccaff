//! Bytes for people, and whether a place has enough of them free.

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
