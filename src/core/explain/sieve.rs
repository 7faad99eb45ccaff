//! Finds in one pass over raw bytes the words without which no pattern can match, so that most lines are never looked at.
//!
//! Of each pattern the rarest set of words is looked for, and of each word its rarest three letters: one look at a table of bits for
//! every byte of the log. An automaton of all the words is megabytes large, takes long to build and does not fit into a fast cache.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::pattern::Pattern;
use super::rarity::Rarity;

/// A piece of text that holds one of these reads otherwise once it is cleaned: escapes that a log spells out, events of Nix.
const UNCLEAN: [&str; 6] = ["\\u001b[", "\\x1b[", "\\033[", "\\e[", "^[[", "@nix "];

/// How many letters are looked at at once.
pub(super) const LETTERS: usize = 3;

/// Every word that is looked for.
#[derive(Debug)]
pub(super) struct Sieve {
    words: Vec<Word>,
    letters: Letters,
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
    /// The last of the letters by which it was found; what is found comes in this order.
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
        let mut sieve = Self { words: Vec::new(), letters: Letters::new() };
        for (text, waiting) in unclean.chain(waiting.into_iter().map(|(word, waiting)| (word, Some(waiting)))) {
            let heart = rarity.heart(text);
            sieve.letters.add(letters(&text.as_bytes()[heart..heart + LETTERS]), sieve.words.len());
            sieve.words.push(Word { text: text.to_owned(), heart, waiting });
        }
        sieve
    }

    /// Every word in `bytes`, which are in lower case.
    pub(super) fn search(&self, bytes: &[u8], found: &mut Vec<Found>) {
        found.clear();
        let mut last = 0;
        for (at, &byte) in bytes.iter().enumerate() {
            last = last >> 8 | u32::from(byte) << 16;
            if self.letters.may(last) {
                self.look(last, at, bytes, found);
            }
        }
    }

    /// The patterns that wait for a word; `None`: the line has to be cleaned first.
    pub(super) fn waiting(&self, found: Found) -> Option<&[usize]> {
        self.words[found.word].waiting.as_deref()
    }

    /// The words that have these letters, of which the last is here.
    fn look(&self, letters: u32, at: usize, bytes: &[u8], found: &mut Vec<Found>) {
        for &number in self.letters.words.get(&letters).into_iter().flatten() {
            let word = &self.words[number];
            let Some(start) = (at + 1).checked_sub(LETTERS + word.heart) else { continue };
            let end = start + word.text.len();
            if bytes.get(start..end) == Some(word.text.as_bytes()) {
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

/// Three letters as one number, the first the lowest.
fn letters(text: &[u8]) -> u32 {
    text.iter().rev().fold(0, |letters, byte| letters << 8 | u32::from(*byte))
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
            sieve.search(text.to_ascii_lowercase().as_bytes(), &mut found);
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
