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
    /// What was seen near enough for each of its places, the newest last; a sign of one place needs no memory.
    slots: Vec<VecDeque<Sighting>>,
    /// The last place that is known to forbid it, and the last one up to which that was asked.
    forbidden: Option<u64>,
    asked: u64,
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
    /// Signs that are complete and may still be forbidden.
    pending: Vec<usize>,
    /// For each pattern: it matched somewhere; somebody wants to know.
    ever: Vec<bool>,
    wanted: Vec<bool>,
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
            pending: Vec::new(),
            ever: vec![false; patterns],
            wanted: knowledge.uses.iter().map(|uses| uses.contains(&Use::Ever)).collect(),
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
            Piece::Line(line, text, lower, waiting) => self.read(knowledge, (line, text, lower), waiting),
        }
    }

    /// Reads one line (or one piece of a long one) in which these patterns may match.
    fn read(&mut self, knowledge: &Knowledge, (line, text, lower): (u64, &str, &[u8]), waiting: &[usize]) {
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
            self.recent.keep(self.place, line, text, lower, &candidates);
            for &pattern in &candidates {
                if self.wanted[pattern] && self.recent.matches(knowledge, self.place, pattern) {
                    (self.ever[pattern], self.wanted[pattern]) = (true, false);
                    self.open[pattern] -= 1;
                }
            }
            self.settle(knowledge);
            for &pattern in &candidates {
                self.fill(knowledge, pattern);
            }
        }
        self.candidates = candidates;
    }

    /// A sign that nothing forbade for long enough is shown; one that this line forbids is not.
    fn settle(&mut self, knowledge: &Knowledge) {
        for number in std::mem::take(&mut self.pending) {
            let watched = &knowledge.signs[number];
            let Some(since) = self.progress[number].pending.as_ref().map(|shown| shown.place) else { continue };
            if self.place - since > watched.within {
                self.close(knowledge, number);
            } else if self.forbidden(knowledge, number) {
                self.progress[number].pending = None;
            } else {
                self.pending.push(number);
            }
        }
    }

    /// Whether something near forbids this sign. It is asked late: what forbids stands in many logs that the sign is not in.
    fn forbidden(&mut self, knowledge: &Knowledge, number: usize) -> bool {
        let watched = &knowledge.signs[number];
        let Self { place, progress, recent, .. } = self;
        let progress = &mut progress[number];
        let before = place.saturating_sub(watched.within + 1);
        if !watched.not.is_empty() && progress.asked < *place {
            let found = recent.last(knowledge, before.max(progress.asked), &watched.not);
            (progress.forbidden, progress.asked) = (found.or(progress.forbidden), *place);
        }
        progress.forbidden.is_some_and(|then| then > before)
    }

    fn fill(&mut self, knowledge: &Knowledge, pattern: usize) {
        for used in &knowledge.uses[pattern] {
            let Use::Slot { sign, slot } = *used else { continue };
            let (place, watched) = (self.place, &knowledge.signs[sign]);
            let progress = &mut self.progress[sign];
            if progress.shown.is_some() {
                continue;
            }
            if watched.slots > 1 {
                let seen = &mut progress.slots[slot];
                while seen.pop_front_if(|old| old.place + watched.within < place).is_some() {}
                seen.push_back(Sighting { place, pattern, sure: false });
            }
            self.complete(knowledge, sign, slot, pattern);
        }
    }

    /// Looks whether the sign is whole now that this slot may be filled. Only where each of them may be it is asked whether they are.
    fn complete(&mut self, knowledge: &Knowledge, number: usize, slot: usize, pattern: usize) {
        let watched = &knowledge.signs[number];
        let Self { place, progress, recent, .. } = self;
        let here = &mut progress[number];
        let near = |then: u64| *place - then <= watched.within;
        if here.pending.is_some() || here.forbidden.is_some_and(near) {
            return;
        }
        let mut whole = Vec::new();
        if watched.slots == 1 {
            if !recent.matches(knowledge, *place, pattern) {
                return;
            }
            whole.push((*place, pattern));
        } else {
            if !here.slots.iter().all(|seen| seen.back().is_some_and(|newest| near(newest.place))) {
                return;
            }
            // The new one first: what was there before it was not whole.
            for number in std::iter::once(slot).chain((0..watched.slots).filter(|other| *other != slot)) {
                let seen = &mut here.slots[number];
                while seen
                    .pop_back_if(|newest| !newest.sure && !recent.matches(knowledge, newest.place, newest.pattern))
                    .is_some()
                {}
                let Some(newest) = seen.back_mut() else { return };
                newest.sure = true;
                if !near(newest.place) || (number == slot && newest.place != *place) {
                    return;
                }
            }
            whole.extend(here.slots.iter().filter_map(VecDeque::back).map(|newest| (newest.place, newest.pattern)));
        }
        if self.forbidden(knowledge, number) {
            return;
        }
        let mut captured = Vec::new();
        let mut shown = None;
        for (place, pattern) in whole {
            let Some((line, text, named)) = self.recent.locate(place, &knowledge.patterns[pattern]) else { return };
            captured.extend(named);
            shown.get_or_insert((line, text));
        }
        let (_, sign) = knowledge.of_sign(watched);
        let get = |name: &str| captured.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        if sign.decide.as_ref().is_some_and(|rule| !rule.holds(&knowledge.floors, get)) {
            return;
        }
        let place = self.place;
        self.progress[number].pending = shown.map(|(line, text)| Shown { place, line, text, captured });
        if watched.not.is_empty() {
            self.close(knowledge, number);
        } else {
            self.pending.push(number);
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
