//! Which pairs of letters stand in a line: a word of which one is missing need not be looked for.

/// A bit for each hash of two letters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pairs([u64; 16]);

impl Pairs {
    pub(super) fn of(text: &[u8]) -> Self {
        let mut bits = [0; 16];
        let mut last = 0;
        for &byte in text {
            let (place, bit) = place(last, byte);
            bits[place] |= bit;
            last = byte;
        }
        Self(bits)
    }

    /// False: the word stands nowhere in the line. True: look.
    pub(super) fn may_hold(&self, word: &str) -> bool {
        word.as_bytes().array_windows().all(|[one, two]| {
            let (place, bit) = place(*one, *two);
            self.0[place] & bit != 0
        })
    }
}

fn place(one: u8, two: u8) -> (usize, u64) {
    let hash = (u32::from(one) << 8 | u32::from(two)).wrapping_mul(0x9e37_79b1);
    ((hash >> 28) as usize, 1 << (hash >> 22 & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_there_is_never_denied() {
        let text = "error: cannot open libcuda.so.1 \u{fffd}";
        let pairs = Pairs::of(text.as_bytes());
        for (start, _) in text.char_indices() {
            assert!(pairs.may_hold(&text[start..]));
        }
        let denied = ["cudnn", "nccl", "warning", "python"].iter().filter(|word| !pairs.may_hold(word)).count();
        assert_eq!(denied, 4);
    }
}
