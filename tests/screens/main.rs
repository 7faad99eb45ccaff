//! The screens, played without a terminal: what they look like, where keys lead, and what they never do.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests touch the world"
)]

mod keys;
mod mouse;
mod paths;
mod pictures;
mod sheet;
mod snapshots;
mod stage;
mod svg;
mod walk;
