//! Several measurements of one thing, and a thing beside its floor or peer.

use std::fmt;
use std::time::{Duration, Instant};

/// Measurements in one unit, sorted.
#[derive(Debug, Clone)]
pub struct Sample(Vec<f64>);

impl Sample {
    pub fn of(mut values: Vec<f64>) -> Self {
        assert!(!values.is_empty(), "nothing was measured");
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The value below which `part` of them lie.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index of a short list")]
    pub fn quantile(&self, part: f64) -> f64 {
        self.0[((self.0.len() - 1) as f64 * part).round() as usize]
    }

    /// `1.60 (1.52 to 1.90)`: the median, and between which the middle eight of ten lie.
    pub fn words(&self) -> String {
        format!("{} ({} to {})", short(self.median()), short(self.quantile(0.1)), short(self.quantile(0.9)))
    }
}

/// Three significant digits.
pub fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

/// What a measurement is held against.
pub struct Peer {
    pub name: &'static str,
    pub sample: Sample,
    /// Ours by the peer's, pair by pair.
    pub ratio: Sample,
}

/// One line of the page.
pub struct Row {
    pub what: &'static str,
    pub unit: &'static str,
    pub sample: Sample,
    pub peer: Option<Peer>,
    /// The bar of the design, if it sets one.
    pub goal: Option<Goal>,
}

/// A bar: at most, or at least, so much.
#[derive(Clone, Copy)]
pub enum Goal {
    AtMost(f64),
    AtLeast(f64),
    /// Of the ratio to the peer.
    RatioAtMost(f64),
}

impl Row {
    pub fn alone(what: &'static str, unit: &'static str, values: Vec<f64>) -> Self {
        Self { what, unit, sample: Sample::of(values), peer: None, goal: None }
    }

    /// From pairs of (ours, peer's).
    pub fn beside(what: &'static str, unit: &'static str, peer: &'static str, pairs: &[(f64, f64)]) -> Self {
        let ratio = Sample::of(pairs.iter().map(|(ours, theirs)| ours / theirs).collect());
        Self {
            what,
            unit,
            sample: Sample::of(pairs.iter().map(|pair| pair.0).collect()),
            peer: Some(Peer { name: peer, sample: Sample::of(pairs.iter().map(|pair| pair.1).collect()), ratio }),
            goal: None,
        }
    }

    /// By how much the first of each pair is more than the second.
    pub fn more(what: &'static str, unit: &'static str, pairs: &[(f64, f64)]) -> Self {
        Self::alone(what, unit, pairs.iter().map(|(whole, part)| whole - part).collect())
    }

    pub fn goal(mut self, goal: Goal) -> Self {
        self.goal = Some(goal);
        self
    }

    /// Whether the median meets the bar.
    pub fn met(&self) -> Option<bool> {
        Some(match self.goal? {
            Goal::AtMost(most) => self.sample.median() <= most,
            Goal::AtLeast(least) => self.sample.median() >= least,
            Goal::RatioAtMost(most) => self.peer.as_ref()?.ratio.median() <= most,
        })
    }

    pub fn goal_words(&self) -> String {
        match self.goal {
            None => String::new(),
            Some(Goal::AtMost(most)) => format!("≤ {} {}", trim(most), self.unit),
            Some(Goal::AtLeast(least)) => format!("≥ {} {}", trim(least), self.unit),
            Some(Goal::RatioAtMost(most)) => format!("≤ {} x", trim(most)),
        }
    }
}

fn trim(value: f64) -> String {
    format!("{value}")
}

impl fmt::Display for Row {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:<58} {:>28} {}", self.what, self.sample.words(), self.unit)?;
        if let Some(peer) = &self.peer {
            write!(out, "   {}: {}, ratio {}", peer.name, peer.sample.words(), peer.ratio.words())?;
        }
        match self.met() {
            None => Ok(()),
            Some(met) => write!(out, "   goal {}: {}", self.goal_words(), if met { "met" } else { "MISSED" }),
        }
    }
}

/// Milliseconds.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// How long `work` takes, in milliseconds.
pub fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    ms(start.elapsed())
}

/// Pairs, in turn and after one turn that does not count, so that a machine that drifts drifts for both.
pub fn pairs(count: usize, mut ours: impl FnMut() -> f64, mut theirs: impl FnMut() -> f64) -> Vec<(f64, f64)> {
    (0..=count).map(|_| (ours(), theirs())).skip(1).collect()
}
