//! Follows every sign through the log, line by line, and keeps the first place where each is complete.

use std::collections::VecDeque;

use super::knowledge::{Knowledge, Use};
use super::lines::Piece;
use super::pattern::Named;
use super::recent::Recent;

/// A pattern whose words stand in a line.
#[derive(Debug)]
struct Sighting {
    /// Counts pieces of lines that are not blank.
    place: u64,
    pattern: usize,
    /// It was asked, and matches.
    sure: bool,
}

/// How far one sign is.
#[derive(Debug, Default)]
struct Progress {
    /// What was seen near enough for each of its places, the newest last.
    slots: Vec<VecDeque<Sighting>>,
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
    /// The line to point at, and what to show of it.
    pub(super) line: u64,
    pub(super) text: String,
    pub(super) captured: Named,
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
    recent: Recent,
}

impl Watch {
    pub(super) fn new(knowledge: &Knowledge) -> Self {
        let patterns = knowledge.patterns.len();
        let slots = |count: usize| (0..count).map(|_| VecDeque::new()).collect();
        let progress = knowledge.signs.iter().map(|sign| Progress { slots: slots(sign.slots), ..Progress::default() });
        Self {
            place: 0,
            progress: progress.collect(),
            ever: vec![false; patterns],
            open: knowledge.uses.iter().map(Vec::len).collect(),
            stamp: vec![0; patterns],
            candidates: Vec::new(),
            recent: Recent::new(knowledge.signs.iter().map(|sign| sign.within).max().unwrap_or(0)),
        }
    }

    /// The next piece of the log.
    pub(super) fn take(&mut self, knowledge: &Knowledge, piece: Piece<'_>) {
        match piece {
            Piece::Quiet(count) => self.place += count,
            Piece::Line(line, text, waiting) => self.read(knowledge, line, text, waiting),
        }
    }

    /// Reads one line (or one piece of a long one) in which these patterns may match.
    fn read(&mut self, knowledge: &Knowledge, line: u64, text: &str, waiting: &[usize]) {
        self.place += 1;
        let mut candidates = std::mem::take(&mut self.candidates);
        candidates.clear();
        for &pattern in waiting {
            if self.stamp[pattern] != self.place && self.open[pattern] > 0 {
                self.stamp[pattern] = self.place;
                candidates.push(pattern);
            }
        }
        if !candidates.is_empty() {
            candidates.sort_unstable();
            self.recent.keep(self.place, line, text);
            // What forbids comes first, so that one line can hold both.
            for &pattern in &candidates {
                self.forbid(knowledge, pattern);
            }
            for &pattern in &candidates {
                self.fill(knowledge, pattern);
            }
        }
        self.candidates = candidates;
    }

    fn forbid(&mut self, knowledge: &Knowledge, pattern: usize) {
        let waits = |used: &Use| match *used {
            Use::Ever => !self.ever[pattern],
            Use::Not { sign } => self.progress[sign].shown.is_none(),
            Use::Slot { .. } => false,
        };
        if !knowledge.uses[pattern].iter().any(waits) || !self.recent.matches(knowledge, self.place, pattern) {
            return;
        }
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

    fn fill(&mut self, knowledge: &Knowledge, pattern: usize) {
        for used in &knowledge.uses[pattern] {
            let Use::Slot { sign, slot } = *used else { continue };
            if self.progress[sign].shown.is_some() {
                continue;
            }
            self.settle(knowledge, sign);
            let (place, within) = (self.place, knowledge.signs[sign].within);
            let seen = &mut self.progress[sign].slots[slot];
            while seen.pop_front_if(|old| old.place + within < place).is_some() {}
            seen.push_back(Sighting { place, pattern, sure: false });
            self.complete(knowledge, sign, slot);
        }
    }

    /// Looks whether the sign is whole now that this slot may be filled. Only where each of them may be it is asked whether they are.
    fn complete(&mut self, knowledge: &Knowledge, number: usize, slot: usize) {
        let watched = &knowledge.signs[number];
        let Self { place, progress, recent, .. } = self;
        let progress = &mut progress[number];
        let near = |then: u64| *place - then <= watched.within;
        if progress.pending.is_some() || progress.shown.is_some() || progress.forbidden.is_some_and(near) {
            return;
        }
        if !progress.slots.iter().all(|seen| seen.back().is_some_and(|newest| near(newest.place))) {
            return;
        }
        // The new one first: what was there before it was not whole.
        for number in std::iter::once(slot).chain((0..watched.slots).filter(|other| *other != slot)) {
            let seen = &mut progress.slots[number];
            while seen.pop_back_if(|newest| !newest.sure && !recent.matches(knowledge, newest.place, newest.pattern)).is_some() {}
            let Some(newest) = seen.back_mut() else { return };
            newest.sure = true;
            if !near(newest.place) || (number == slot && newest.place != *place) {
                return;
            }
        }
        let mut captured = Vec::new();
        let mut shown = None;
        for newest in progress.slots.iter().filter_map(VecDeque::back) {
            let Some((line, text, named)) = recent.locate(newest.place, &knowledge.patterns[newest.pattern]) else { return };
            captured.extend(named);
            shown.get_or_insert((line, text));
        }
        let (_, sign) = knowledge.of_sign(watched);
        let get = |name: &str| captured.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        if sign.decide.as_ref().is_some_and(|rule| !rule.holds(&knowledge.floors, get)) {
            return;
        }
        progress.pending = shown.map(|(line, text)| Shown { place: *place, line, text, captured });
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
