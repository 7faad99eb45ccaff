//! Follows every sign through the log, line by line, and keeps the first place where each is complete.

use regex::bytes::Captures;

use super::knowledge::{Knowledge, Use};
use super::pattern::Pattern;

/// The most characters of a line that are shown.
const SHOWN: usize = 240;

/// A line on which a pattern matched.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    /// Counts pieces of lines that are not blank.
    place: u64,
    pub(super) line: u64,
    pub(super) text: String,
    pub(super) captured: Vec<(String, String)>,
}

/// How far one sign is.
#[derive(Debug, Default)]
struct Progress {
    slots: Vec<Option<Hit>>,
    /// The last place that forbade it.
    forbidden: Option<u64>,
    /// Complete, but what comes next may still forbid it.
    pending: Option<Shown>,
    shown: Option<Shown>,
}

/// A sign that is complete.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    /// The place of the match that completed it.
    place: u64,
    /// The line to point at.
    pub(super) hit: Hit,
    pub(super) captured: Vec<(String, String)>,
}

#[derive(Debug)]
pub(super) struct Watch {
    place: u64,
    progress: Vec<Progress>,
    /// For each pattern: it matched somewhere.
    ever: Vec<bool>,
    /// For each pattern: how many still wait for it.
    open: Vec<usize>,
    /// For each pattern: the last place where its words were seen.
    stamp: Vec<u64>,
    candidates: Vec<usize>,
}

impl Watch {
    pub(super) fn new(knowledge: &Knowledge) -> Self {
        let patterns = knowledge.patterns.len();
        let progress = knowledge.signs.iter().map(|sign| Progress { slots: vec![None; sign.slots], ..Progress::default() });
        Self {
            place: 0,
            progress: progress.collect(),
            ever: vec![false; patterns],
            open: knowledge.uses.iter().map(Vec::len).collect(),
            stamp: vec![0; patterns],
            candidates: Vec::new(),
        }
    }

    /// Reads one line (or one piece of a long one).
    pub(super) fn read(&mut self, knowledge: &Knowledge, line: u64, text: &str) {
        if text.bytes().all(|byte| byte.is_ascii_whitespace()) {
            return;
        }
        self.place += 1;
        let mut candidates = std::mem::take(&mut self.candidates);
        candidates.clear();
        for found in knowledge.automaton.find_overlapping_iter(text) {
            for &pattern in &knowledge.of_word[found.pattern().as_usize()] {
                if self.stamp[pattern] != self.place && self.open[pattern] > 0 {
                    self.stamp[pattern] = self.place;
                    candidates.push(pattern);
                }
            }
        }
        candidates.sort_unstable();
        // Most candidates do not match; whether they do is far cheaper to ask than where.
        let matches = |number: &usize| knowledge.patterns[*number].matches(text);
        candidates.retain(matches);
        if candidates.is_empty() || knowledge.noise.as_ref().is_some_and(|noise| noise.matches(text)) {
            self.candidates = candidates;
            return;
        }
        // What forbids comes first, so that one line can hold both.
        for &number in &candidates {
            self.forbid(knowledge, number);
        }
        for &number in &candidates {
            // Where it matched is asked only of those that a sign still waits for: on most lines of a healthy log of none.
            let waits = |used: &Use| matches!(*used, Use::Slot { sign, .. } if self.progress[sign].shown.is_none());
            if !knowledge.uses[number].iter().any(waits) {
                continue;
            }
            let regex = knowledge.patterns[number].regex();
            if let Some(captures) = regex.and_then(|regex| regex.captures(text.as_bytes())) {
                self.fill(knowledge, number, line, text, &captures);
            }
        }
        self.candidates = candidates;
    }

    fn forbid(&mut self, knowledge: &Knowledge, pattern: usize) {
        for used in &knowledge.uses[pattern] {
            match *used {
                Use::Ever if !self.ever[pattern] => {
                    self.ever[pattern] = true;
                    self.open[pattern] -= 1;
                }
                Use::Not { sign } if self.progress[sign].shown.is_none() => {
                    self.settle(knowledge, sign);
                    let progress = &mut self.progress[sign];
                    progress.forbidden = Some(self.place);
                    progress.pending = None;
                }
                _ => {}
            }
        }
    }

    fn fill(&mut self, knowledge: &Knowledge, pattern: usize, line: u64, text: &str, captures: &Captures<'_>) {
        for used in &knowledge.uses[pattern] {
            let Use::Slot { sign, slot } = *used else { continue };
            if self.progress[sign].shown.is_some() {
                continue;
            }
            self.settle(knowledge, sign);
            let hit = Hit {
                place: self.place,
                line,
                text: around(text, captures),
                captured: groups(&knowledge.patterns[pattern], captures),
            };
            self.progress[sign].slots[slot] = Some(hit);
            self.complete(knowledge, sign);
        }
    }

    /// Looks whether the sign is whole now.
    fn complete(&mut self, knowledge: &Knowledge, number: usize) {
        let watched = &knowledge.signs[number];
        let progress = &mut self.progress[number];
        let near = |place: u64| self.place - place <= watched.within;
        if progress.pending.is_some() || progress.shown.is_some() || progress.forbidden.is_some_and(near) {
            return;
        }
        let hits: Vec<&Hit> = progress.slots.iter().flatten().filter(|hit| near(hit.place)).collect();
        if hits.len() < watched.slots {
            return;
        }
        let captured: Vec<_> = hits.iter().flat_map(|hit| hit.captured.iter().cloned()).collect();
        let (_, sign) = knowledge.of_sign(watched);
        let get = |name: &str| captured.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        if sign.decide.as_ref().is_some_and(|rule| !rule.holds(&knowledge.floors, get)) {
            return;
        }
        let shown = Shown { place: self.place, hit: hits[0].clone(), captured };
        progress.pending = Some(shown);
        if !watched.guarded {
            self.close(knowledge, number);
        }
    }

    /// A sign that nothing forbade for long enough is shown.
    fn settle(&mut self, knowledge: &Knowledge, number: usize) {
        let watched = &knowledge.signs[number];
        if self.progress[number].pending.as_ref().is_some_and(|shown| self.place - shown.place > watched.within) {
            self.close(knowledge, number);
        }
    }

    fn close(&mut self, knowledge: &Knowledge, number: usize) {
        self.progress[number].shown = self.progress[number].pending.take();
        for (uses, open) in knowledge.uses.iter().zip(&mut self.open) {
            let done = uses.iter().filter(|used| match used {
                Use::Slot { sign, .. } | Use::Not { sign } => *sign == number,
                Use::Ever => false,
            });
            *open -= done.count();
        }
    }

    /// After the last line: what each sign shows, and which patterns matched anywhere.
    pub(super) fn end(self) -> (Vec<Option<Shown>>, Vec<bool>) {
        (self.progress.into_iter().map(|progress| progress.shown.or(progress.pending)).collect(), self.ever)
    }
}

fn groups(pattern: &Pattern, captures: &Captures<'_>) -> Vec<(String, String)> {
    let names = pattern.regex().into_iter().flat_map(regex::bytes::Regex::capture_names).flatten();
    let value = |name| Some(String::from_utf8_lossy(captures.name(name)?.as_bytes()).into_owned());
    names.filter_map(|name| Some((name.to_owned(), value(name)?))).collect()
}

/// The line, cut to what is around the match.
fn around(text: &str, captures: &Captures<'_>) -> String {
    let start = text.floor_char_boundary(captures.get(0).map_or(0, |found| found.start()));
    let before = text[..start].chars().count();
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
