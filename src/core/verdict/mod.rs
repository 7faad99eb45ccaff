//! What runs where: one framework against one machine, card by card, from driver version and compute capability only.

mod fit;
mod machine;
pub mod say;

pub use fit::{Candidate, Fit, Need, Obstacle, candidates, fit, rank};
pub use machine::{Card, DriverState, Machine};
