//! How ordinary a word is in a log, by the letters in it: a pattern is looked for by its rarest word.

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::sieve::LETTERS;

const GRAM: usize = 3;

/// `assets/diagnoses/tables/ordinary.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ordinary {
    /// Rows of three letters each, the most frequent first.
    grams: Vec<String>,
}

/// Three letters and how ordinary they are; those it does not know are rare.
#[derive(Debug, Default)]
pub(super) struct Rarity {
    grams: FxHashMap<[u8; GRAM], usize>,
}

impl Rarity {
    pub(super) fn new(ordinary: &Ordinary) -> Self {
        let all: Vec<[u8; GRAM]> = ordinary
            .grams
            .iter()
            .flat_map(|row| row.as_bytes().chunks_exact(GRAM))
            .filter_map(|gram| gram.try_into().ok())
            .collect();
        let count = all.len();
        Self { grams: all.into_iter().enumerate().map(|(place, gram)| (gram, count - place)).collect() }
    }

    /// How often a set of words, one of which must be there, is met: the lower the better.
    pub(super) fn of_set(&self, words: &[String]) -> (usize, usize) {
        let each = words.iter().map(|word| self.of(word.as_bytes()).0);
        each.fold((0, 0), |(most, sum), one| (most.max(one), sum + one))
    }

    /// Where in a word the few letters begin that are met the least.
    pub(super) fn heart(&self, word: &str) -> usize {
        let letters = |start: &usize| self.of(&word.as_bytes()[*start..word.len().min(start + LETTERS)]);
        (0..=word.len().saturating_sub(LETTERS)).min_by_key(letters).unwrap_or(0)
    }

    /// Letters are met at most as often as the rarest three of them.
    fn of(&self, letters: &[u8]) -> (usize, usize) {
        let each = letters.array_windows().map(|gram: &[u8; GRAM]| self.grams.get(gram).copied().unwrap_or(0));
        let (least, sum) = each.fold((usize::MAX, 0), |(least, sum), one| (least.min(one), sum + one));
        (if least == usize::MAX { 0 } else { least }, sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rarest_letters_of_the_rarest_word() {
        let rarity = Rarity::new(&Ordinary { grams: vec!["errrorlib".into(), "or:iod".into()] });
        assert_eq!(rarity.heart("libcuda error"), 1);
        assert_eq!(rarity.heart("error: xqz"), 1, "the first that are not known");
        assert_eq!(rarity.heart("sm_"), 0);
        let set = |words: &[&str]| rarity.of_set(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
        assert!(set(&["libcuda"]) < set(&["err"]), "unknown letters are rare");
        assert!(set(&["libcuda", "cudart"]) < set(&["libcuda", "err"]), "a set is as ordinary as its most ordinary word");
    }
}
