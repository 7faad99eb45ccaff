//! Makes capital letters small, eight at a time: every byte of a log goes through here.

/// The same byte eight times.
const fn eight(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Puts `text` with small letters into `lower`.
pub(super) fn lower(text: &[u8], lower: &mut Vec<u8>) {
    lower.clear();
    lower.extend_from_slice(text);
    let (eights, rest) = lower.as_chunks_mut();
    for letters in eights {
        *letters = small(u64::from_le_bytes(*letters)).to_le_bytes();
    }
    rest.make_ascii_lowercase();
}

/// The highest bit of a byte says that it is a capital: without that bit no sum of two bytes reaches into the next one.
const fn small(letters: u64) -> u64 {
    let plain = letters & eight(0x7f);
    let from_a = plain + eight(0x80 - b'A');
    let after_z = plain + eight(0x7f - b'Z');
    let capital = (from_a ^ after_z) & !letters & eight(0x80);
    letters | capital >> 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place() {
        let all: Vec<u8> = (0..=u8::MAX).collect();
        let mut made = Vec::new();
        for start in 0..9 {
            lower(&all[start..], &mut made);
            assert_eq!(made, all[start..].to_ascii_lowercase());
        }
    }
}
