//! The compute capability of a card by its name: exact words of the table, never a likeness.

use super::Catalog;
use crate::core::version::Version;

impl Catalog {
    /// Looks a name up (`NVIDIA GeForce RTX 4090 Laptop GPU`). The longest name of the table that fits decides;
    /// `None` when nothing fits or two of the same length disagree.
    #[must_use]
    pub fn compute_of(&self, name: &str) -> Option<Version> {
        let words = words(name);
        let mut best: Option<(usize, &Version)> = None;
        let mut torn = false;
        for card in &self.cards {
            for known in card.names.iter().map(|known| self::words(known)) {
                let fits = words.windows(known.len().max(1)).any(|part| part == known.as_slice());
                match best {
                    _ if !fits => {}
                    Some((length, _)) if known.len() < length => {}
                    Some((length, compute)) if known.len() == length => torn |= *compute != card.compute,
                    _ => (best, torn) = (Some((known.len(), &card.compute)), false),
                }
            }
        }
        best.filter(|_| !torn).map(|(_, compute)| compute.clone())
    }
}

/// Letters and digits in lower case; everything else parts words.
fn words(name: &str) -> Vec<String> {
    name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect()
}
