//! One regular expression and the fixed words without which it cannot match: a log is searched for the words first.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind};

/// Shorter words are in every log.
const SHORTEST_WORD: usize = 3;

/// A regular expression, compiled when its words are first seen. Upper and lower case are the same. It works on bytes: what it
/// names is ASCII, and an expression that knows Unicode takes many times as long to compile.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) source: String,
    /// One of these stands in every text that matches; lower case.
    pub(super) words: Vec<String>,
    regex: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// # Errors
    /// What is wrong with the expression, for the one who wrote it.
    pub(super) fn new(source: &str) -> Result<Self, String> {
        let hir = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build()
            .parse(source)
            .map_err(|error| format!("`{source}`: {error}"))?;
        let words = words(&hir).unwrap_or_default();
        if words.is_empty() || words.iter().any(|word| word.len() < SHORTEST_WORD) {
            return Err(format!("`{source}`: needs a fixed word of {SHORTEST_WORD} letters or more in every branch"));
        }
        Ok(Self { source: source.to_owned(), words, regex: OnceLock::new() })
    }

    /// Whether it matches anywhere in `text`.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text.as_bytes()))
    }

    /// The compiled expression; `None` only for one that passes the parser and is too large to compile.
    pub(super) fn regex(&self) -> Option<&Regex> {
        self.regex.get_or_init(|| RegexBuilder::new(&self.source).case_insensitive(true).unicode(false).build().ok()).as_ref()
    }
}

/// One expression that matches where any of these does.
pub(super) fn any_of(sources: &[String]) -> Option<Pattern> {
    let all: Vec<String> = sources.iter().map(|source| format!("(?:{source})")).collect();
    Pattern::new(&all.join("|")).ok()
}

/// The best set of words of which one must be there: the set whose shortest word is the longest.
fn words(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(literal) => of_literal(&literal.0),
        HirKind::Capture(capture) => words(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => words(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().filter_map(words).max_by_key(|set| shortest(set)),
        HirKind::Alternation(branches) => {
            let sets: Option<Vec<_>> = branches.iter().map(words).collect();
            sets.map(|sets| sets.concat())
        }
        _ => None,
    }
}

/// Quotes are written in many ways, so a word ends at one.
fn of_literal(bytes: &[u8]) -> Option<Vec<String>> {
    let text = std::str::from_utf8(bytes).ok()?.to_ascii_lowercase();
    let word = text.split(['\'', '"']).filter(|word| word.is_ascii()).max_by_key(|word| word.len())?;
    (!word.is_empty()).then(|| vec![word.to_owned()])
}

fn shortest(set: &[String]) -> usize {
    set.iter().map(String::len).min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_what_every_match_holds() {
        for (source, words) in [
            (r"libz\.so\.1: cannot open", vec!["libz.so.1: cannot open"]),
            (r"sm_(?<sm>\d+) is not compatible", vec![" is not compatible"]),
            (r"attribute '[^']*' missing", vec!["attribute "]),
            (r"lib(?:cublas|cudnn)\.so", vec!["cublas", "cudnn"]),
            (r"(?:NIX_SSL)?_CERT_FILE", vec!["_cert_file"]),
        ] {
            assert_eq!(Pattern::new(source).unwrap().words, words, "{source}");
        }
    }

    #[test]
    fn a_pattern_without_a_word_is_refused() {
        for source in [r"\d+", "a|bcdef", "ab", "(abcdef)?", "("] {
            assert!(Pattern::new(source).is_err(), "{source}");
        }
    }
}
