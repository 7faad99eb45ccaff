//! The last lines in which something was seen, so that whether it was truly there is asked only when it matters.

use std::collections::VecDeque;

use super::knowledge::Knowledge;
use super::pairs::Pairs;
use super::pattern::{Named, Pattern};

/// The most characters of a line that are shown.
const SHOWN: usize = 240;

/// A line that is kept.
#[derive(Debug, Default)]
struct Line {
    /// Counts pieces of lines that are not blank.
    place: u64,
    /// From 1.
    number: u64,
    text: String,
    /// The same in lower case.
    lower: Vec<u8>,
    /// Those that may match in it.
    waiting: Vec<usize>,
    /// The pairs of letters in it, once one was looked for.
    pairs: Option<Pairs>,
    /// Whether it names faults and is none, once that was asked.
    noise: Option<bool>,
}

/// The lines of so many places.
#[derive(Debug)]
pub(super) struct Recent {
    reach: u64,
    lines: VecDeque<Line>,
}

impl Recent {
    /// `reach`: how far back a sign may look.
    pub(super) fn new(reach: u64) -> Self {
        Self { reach, lines: VecDeque::new() }
    }

    /// Keeps a line in which these patterns may match; the places only grow.
    pub(super) fn keep(&mut self, place: u64, number: u64, text: &str, lower: &[u8], waiting: &[usize]) {
        // The oldest line lends its memory.
        let mut line = Line::default();
        while let Some(old) = self.lines.pop_front_if(|old| old.place + self.reach < place) {
            line = old;
        }
        (line.place, line.number, line.pairs, line.noise) = (place, number, None, None);
        line.text.clear();
        line.text.push_str(text);
        line.lower.clear();
        line.lower.extend_from_slice(lower);
        line.waiting.clear();
        line.waiting.extend_from_slice(waiting);
        self.lines.push_back(line);
    }

    /// The number of the line of this place, what to show of it, and the parts of it that the pattern names.
    pub(super) fn locate(&self, place: u64, pattern: &Pattern) -> Option<(u64, String, Named)> {
        let line = &self.lines[self.find(place)?];
        let (start, named) = pattern.locate(&line.text, &line.lower)?;
        Some((line.number, around(&line.text, start), named))
    }

    /// Whether a pattern matches in the line of this place, and the line is none of those that say nothing.
    pub(super) fn matches(&mut self, knowledge: &Knowledge, place: u64, pattern: usize) -> bool {
        self.find(place).is_some_and(|found| self.lines[found].matches(knowledge, pattern))
    }

    /// The last place after `after` where one of these patterns matches.
    pub(super) fn last(&mut self, knowledge: &Knowledge, after: u64, patterns: &[usize]) -> Option<u64> {
        let mut near = self.lines.iter_mut().rev().take_while(|line| line.place > after);
        near.find_map(|line| {
            let mut all = patterns.iter();
            all.any(|&pattern| line.waiting.contains(&pattern) && line.matches(knowledge, pattern)).then_some(line.place)
        })
    }

    fn find(&self, place: u64) -> Option<usize> {
        // It is the newest that is asked for the most.
        let newest = self.lines.len().checked_sub(1)?;
        if self.lines[newest].place == place {
            return Some(newest);
        }
        self.lines.binary_search_by_key(&place, |line| line.place).ok()
    }
}

impl Line {
    fn matches(&mut self, knowledge: &Knowledge, pattern: usize) -> bool {
        let Self { text, lower, pairs, noise, .. } = self;
        let pairs = pairs.get_or_insert_with(|| Pairs::of(lower));
        knowledge.patterns[pattern].matches(text, lower, pairs)
            && !*noise.get_or_insert_with(|| knowledge.noise.as_ref().is_some_and(|noise| noise.matches(text, lower, pairs)))
    }
}

/// The line, cut to what is around the match.
fn around(text: &str, start: usize) -> String {
    let before = text[..text.floor_char_boundary(start)].chars().count();
    let skip = if text.chars().count() <= SHOWN { 0 } else { before.saturating_sub(SHOWN / 4) };
    let mut shown: String = text.chars().skip(skip).take(SHOWN).collect();
    if skip > 0 {
        shown.insert(0, '…');
    }
    if text.chars().count() > skip + SHOWN {
        shown.push('…');
    }
    crate::core::text::sanitise(shown.trim()).into_owned()
}
