//! The compute capability of a card by its name: exact words of the table, never a likeness.

use super::Catalog;
use crate::core::version::Version;

impl Catalog {
    /// Looks a name up (`NVIDIA GeForce RTX 4090 Laptop GPU`). The longest name of the table that fits decides;
    /// `None` when nothing fits or two of the same length disagree.
    #[must_use]
    pub fn compute_of(&self, name: &str) -> Option<Version> {
        // What stands together may be meant apart (`RTX4090`, `RTX 3080Ti`, `V100S`), but what fits as it stands comes first.
        self.compute_by(name, words).or_else(|| self.compute_by(name, parts))
    }

    fn compute_by(&self, name: &str, words: fn(&str) -> Vec<String>) -> Option<Version> {
        let own = words(name);
        let mut best: Option<(usize, &Version)> = None;
        let mut torn = false;
        for card in &self.cards {
            for known in card.names.iter().map(|known| words(known)) {
                let fits = own.windows(known.len().max(1)).any(|part| part == known.as_slice());
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

/// The same, and letters and digits apart: `RTX4090` is `rtx` and `4090`.
fn parts(name: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for word in words(name) {
        let mut rest = word.as_str();
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|c: char| c.is_ascii_digit() != first.is_ascii_digit()).unwrap_or(rest.len());
            parts.push(rest[..end].to_owned());
            rest = &rest[end..];
        }
    }
    parts
}
