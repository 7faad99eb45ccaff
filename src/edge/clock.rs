//! Time that only goes forward, for those who may not ask for it themselves.

use std::time::{Duration, Instant};

/// A watch that was started at some moment.
#[derive(Debug, Clone, Copy)]
pub struct Clock(Instant);

impl Clock {
    /// A watch that starts now.
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
