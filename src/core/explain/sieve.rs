//! Finds in one pass over raw bytes the words without which no pattern can match, so that most lines are never looked at.
//!
//! Of each pattern the rarest set of words is looked for, and of each word its rarest four letters: one look at a table of bits for
//! every byte of the log. An automaton of all the words is megabytes large, takes long to build and does not fit into a fast cache.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::pattern::Pattern;
use super::rarity::Rarity;

/// A piece of text that holds one of these reads otherwise once it is cleaned: escapes that a log spells out, events of Nix.
const UNCLEAN: [&str; 6] = ["\\u001b[", "\\x1b[", "\\033[", "\\e[", "^[[", "@nix "];

/// How many letters are looked at at once.
pub(super) const LETTERS: usize = 4;
/// Makes capitals small, and a few other bytes the same: what is found is compared afterwards.
const FOLD: u32 = 0x2020_2020;
/// All but the last of four letters.
const THREE: u32 = 0x00ff_ffff;

/// Every word that is looked for.
#[derive(Debug)]
pub(super) struct Sieve {
    words: Vec<Word>,
    four: Letters,
    /// Words of three letters.
    three: Letters,
}

#[derive(Debug)]
struct Word {
    text: String,
    /// Where in it the letters stand by which it is found.
    heart: usize,
    /// The patterns that wait for it; `None`: the line has to be cleaned first.
    waiting: Option<Vec<usize>>,
}

/// Words by some of their letters.
#[derive(Debug)]
struct Letters {
    /// A bit for each hash of letters.
    bits: Box<[u64; 1 << 10]>,
    words: FxHashMap<u32, Vec<usize>>,
}

/// A word that was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// The first of the letters by which it was found; what is found comes in this order.
    pub(super) at: usize,
    pub(super) start: usize,
    pub(super) end: usize,
    word: usize,
}

impl Sieve {
    pub(super) fn new(patterns: &[Pattern], rarity: &Rarity) -> Self {
        let mut waiting: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (number, pattern) in patterns.iter().enumerate() {
            for word in pattern.choices().min_by_key(|set| rarity.of_set(set)).unwrap_or_default() {
                let waiting = waiting.entry(word).or_default();
                if waiting.last() != Some(&number) {
                    waiting.push(number);
                }
            }
        }
        let unclean = UNCLEAN.iter().map(|word| (*word, None));
        let mut sieve = Self { words: Vec::new(), four: Letters::new(), three: Letters::new() };
        for (text, waiting) in unclean.chain(waiting.into_iter().map(|(word, waiting)| (word, Some(waiting)))) {
            let heart = rarity.heart(text);
            let letters = letters(&text.as_bytes()[heart..]);
            let table = if text.len() < LETTERS { &mut sieve.three } else { &mut sieve.four };
            table.add(letters, sieve.words.len());
            sieve.words.push(Word { text: text.to_owned(), heart, waiting });
        }
        sieve
    }

    /// Every word in `bytes`.
    pub(super) fn search(&self, bytes: &[u8], found: &mut Vec<Found>) {
        found.clear();
        for (at, four) in bytes.array_windows().enumerate() {
            let four = u32::from_le_bytes(*four) | FOLD;
            if self.four.may(four) {
                self.look(&self.four, four, at, bytes, found);
            }
            if self.three.may(four & THREE) {
                self.look(&self.three, four & THREE, at, bytes, found);
            }
        }
        if let Some(at) = bytes.len().checked_sub(LETTERS - 1) {
            self.look(&self.three, letters(&bytes[at..]), at, bytes, found);
        }
    }

    /// The patterns that wait for a word; `None`: the line has to be cleaned first.
    pub(super) fn waiting(&self, found: Found) -> Option<&[usize]> {
        self.words[found.word].waiting.as_deref()
    }

    fn look(&self, table: &Letters, letters: u32, at: usize, bytes: &[u8], found: &mut Vec<Found>) {
        for &number in table.words.get(&letters).into_iter().flatten() {
            let word = &self.words[number];
            let Some(start) = at.checked_sub(word.heart) else { continue };
            let end = start + word.text.len();
            if bytes.get(start..end).is_some_and(|here| here.eq_ignore_ascii_case(word.text.as_bytes())) {
                found.push(Found { at, start, end, word: number });
            }
        }
    }
}

impl Letters {
    fn new() -> Self {
        Self { bits: Box::new([0; 1 << 10]), words: FxHashMap::default() }
    }

    fn add(&mut self, letters: u32, word: usize) {
        let (place, bit) = place(letters);
        self.bits[place] |= bit;
        self.words.entry(letters).or_default().push(word);
    }

    /// Asked for every byte.
    #[inline]
    fn may(&self, letters: u32) -> bool {
        let (place, bit) = place(letters);
        self.bits[place] & bit != 0
    }
}

/// The first three or four letters as one number.
fn letters(text: &[u8]) -> u32 {
    let mut four = [0; LETTERS];
    let count = text.len().min(LETTERS);
    four[..count].copy_from_slice(&text[..count]);
    let folded = u32::from_le_bytes(four) | FOLD;
    if count < LETTERS { folded & THREE } else { folded }
}

/// The bit of letters in a table of 65,536: it stays in the fastest cache.
#[inline]
fn place(letters: u32) -> (usize, u64) {
    let hash = letters.wrapping_mul(0x9e37_79b1);
    ((hash >> 22) as usize, 1 << (hash >> 16 & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_wherever_they_stand() {
        let patterns = ["libcuda", "Nix", "_FILE_: x", "no|such|thing"].map(|source| Pattern::new(source).ok());
        assert!(patterns[3].is_none(), "a word of two letters");
        let patterns: Vec<Pattern> = patterns.into_iter().flatten().collect();
        let sieve = Sieve::new(&patterns, &Rarity::default());
        let found = |text: &'static str| {
            let mut found = Vec::new();
            sieve.search(text.as_bytes(), &mut found);
            let each = found.iter().map(|found| (&text[found.start..found.end], sieve.waiting(*found).map(<[_]>::to_vec)));
            each.collect::<Vec<_>>()
        };
        assert_eq!(found("LibCUDA.so of nix"), [("LibCUDA", Some(vec![0])), ("nix", Some(vec![1]))]);
        assert_eq!(found("nix"), [("nix", Some(vec![1]))]);
        assert_eq!(found("the _file_: x"), [("_file_: x", Some(vec![2]))]);
        assert_eq!(found("@nix {}"), [("@nix ", None), ("nix", Some(vec![1]))]);
        assert_eq!(found("^[[0m \\e[0m"), [("^[[", None), ("\\e[", None)]);
        for none in ["", "ni", "libcud", "ibcuda", "\x7ffile\x7f: x"] {
            assert_eq!(found(none), [], "{none:?}");
        }
    }
}
