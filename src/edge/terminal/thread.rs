//! The threads beside the screen: when one of them panics, the person has the terminal back at once and nixml ends.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::thread::{Builder, JoinHandle};

use super::{guard, listen};
use crate::edge::fault;

/// The exit code of a bug.
const BUG: u8 = 70;

/// Tells the screen's own thread that another one is broken.
static BROKEN: OnceLock<Box<dyn Fn(String) + Send + Sync>> = OnceLock::new();

/// Who hears that a thread is broken, and what it said; the first to ask hears it.
pub fn on_broken(tell: impl Fn(String) + Send + Sync + 'static) {
    let _ = BROKEN.set(Box::new(tell));
}

/// Starts a thread. A panic in it ends nixml as a bug.
///
/// # Errors
/// The system allows no more threads.
pub fn thread(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    let place = name.to_owned();
    Builder::new().name(name.to_owned()).spawn(move || {
        let whole = AssertUnwindSafe(|| {
            fault::point(&place);
            body();
        });
        if catch_unwind(whole).is_err() {
            listen::last_resort(BUG);
            guard::leave();
            if let Some(tell) = BROKEN.get() {
                tell(fault::said());
            }
        }
    })
}
