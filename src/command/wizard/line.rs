//! What waits for the screen, in two lanes: a person and the system always come before the world, however much that tells.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nixml::edge::clock::Clock;

/// What waits in a lane at most; whoever is faster waits where the news comes from.
const MOST: usize = 1024;

/// The two lanes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Keys and signals.
    First = 0,
    /// Everything else.
    Then = 1,
}

#[derive(Debug)]
struct Inner<T> {
    lanes: [VecDeque<T>; 2],
    open: bool,
}

#[derive(Debug)]
struct Shared<T> {
    inner: Mutex<Inner<T>>,
    came: Condvar,
    room: Condvar,
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, Inner<T>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts things into one lane.
#[derive(Debug)]
pub struct Sender<T> {
    shared: Arc<Shared<T>>,
    lane: Lane,
}

/// Takes them out. Dropping it closes the line.
#[derive(Debug)]
pub struct Receiver<T>(Arc<Shared<T>>);

/// A new line: how to get into it, and its end.
pub fn line<T>() -> (impl Fn(Lane) -> Sender<T>, Receiver<T>) {
    let inner = Inner { lanes: [VecDeque::new(), VecDeque::new()], open: true };
    let shared = Arc::new(Shared { inner: Mutex::new(inner), came: Condvar::new(), room: Condvar::new() });
    let end = Receiver(Arc::clone(&shared));
    (move |lane| Sender { shared: Arc::clone(&shared), lane }, end)
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), lane: self.lane }
    }
}

impl<T> Sender<T> {
    /// Waits for room; false when nobody takes anything any more.
    pub fn send(&self, thing: T) -> bool {
        let full = |inner: &mut Inner<T>| inner.open && inner.lanes[self.lane as usize].len() >= MOST;
        let mut inner = self.shared.room.wait_while(self.shared.lock(), full).unwrap_or_else(PoisonError::into_inner);
        if inner.open {
            inner.lanes[self.lane as usize].push_back(thing);
            self.shared.came.notify_one();
        }
        inner.open
    }

    /// The same without waiting, for the thread that takes things out itself.
    pub fn put(&self, thing: T) {
        self.shared.lock().lanes[self.lane as usize].push_back(thing);
        self.shared.came.notify_one();
    }

    /// Somebody takes what is sent.
    pub fn is_open(&self) -> bool {
        self.shared.lock().open
    }
}

impl<T> Receiver<T> {
    /// The next thing, of the first lane when there is one; `None` when nothing came within `patience` (`None`: for ever).
    pub fn next(&self, patience: Option<Duration>) -> Option<T> {
        let began = Clock::start();
        let mut inner = self.0.lock();
        loop {
            if let Some(thing) = inner.lanes.iter_mut().find_map(VecDeque::pop_front) {
                self.0.room.notify_all();
                return Some(thing);
            }
            let left = patience.map(|patience| patience.saturating_sub(began.elapsed()));
            inner = match left {
                Some(Duration::ZERO) => return None,
                Some(left) => self.0.came.wait_timeout(inner, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.0.came.wait(inner).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.0.lock().open = false;
        self.0.room.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_taken_before_everything_that_waits() {
        let (sender, end) = line();
        let (first, then) = (sender(Lane::First), sender(Lane::Then));
        for number in 0..MOST {
            assert!(then.send(number));
        }
        assert!(first.send(MOST));
        let taken: Vec<_> = std::iter::from_fn(|| end.next(Some(Duration::ZERO))).collect();
        assert_eq!(taken.first(), Some(&MOST));
        assert!(taken[1..].is_sorted() && taken.len() == MOST + 1);
    }

    #[test]
    fn whoever_is_too_fast_waits_and_nobody_waits_for_a_closed_line() {
        let (sender, end) = line();
        let then = sender(Lane::Then);
        let flood = std::thread::spawn(move || (0..usize::MAX).take_while(|number| then.send(*number)).count());
        for wanted in 0..3 * MOST {
            assert_eq!(end.next(None), Some(wanted));
        }
        assert!(end.0.lock().lanes[1].len() <= MOST);
        drop(end);
        assert!(flood.join().unwrap() <= 4 * MOST);
    }
}
