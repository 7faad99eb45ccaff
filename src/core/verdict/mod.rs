//! What runs where: one framework against one machine, card by card, from driver version and compute capability only.

mod fit;
mod machine;
mod recommend;
mod row;
pub mod say;
mod unlock;

use crate::core::catalog::{Catalog, Framework};

pub use fit::{Candidate, Fit, Need, Obstacle, candidates, every_candidate, fit, rank};
pub use machine::{Card, DriverState, Machine};
pub use recommend::{Recommended, recommend};
pub use row::{Row, Word, card_row, cpu_row};
pub use unlock::Unlock;

/// A question about one framework on one machine.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    pub framework: &'a Framework,
    pub machine: &'a Machine,
    pub catalog: &'a Catalog,
    /// Only releases with wheels for this Python.
    pub python: Option<&'a str>,
}

impl<'a> Question<'a> {
    /// The candidates that the question leaves, newest first.
    #[must_use]
    pub fn candidates(&self) -> Vec<Candidate<'a>> {
        let has = |candidate: &Candidate<'_>| {
            self.python.is_none_or(|python| {
                [candidate.release, candidate.built()].iter().all(|release| release.python.iter().any(|own| own == python))
            })
        };
        candidates(self.framework, self.catalog).into_iter().filter(has).collect()
    }

    /// The best candidate for a card: machine code before just-in-time code, then the newest, then the catalog's order.
    fn best(&self, all: &[Candidate<'a>], card: &Card) -> Option<(Candidate<'a>, u8)> {
        let ranked = all.iter().map(|candidate| (*candidate, rank(&fit(candidate, card, self.machine, self.catalog))));
        ranked.filter(|(_, rank)| *rank > 0).reduce(|best, next| if next.1 > best.1 { next } else { best })
    }

    /// The newest build for the processor alone that starts on this machine.
    fn cpu(&self, all: &[Candidate<'a>]) -> Option<Candidate<'a>> {
        let starts = |candidate: &&Candidate<'_>| candidate.build.cuda.is_none() && candidate.starts_on(self.machine);
        let plain = all.iter().filter(starts).find(|candidate| candidate.build.id != "mps");
        plain.or_else(|| all.iter().find(starts)).copied()
    }
}
