//! Bugs: a panic is kept for whoever tells the person, and never written over a screen; tests of a debug build ask for one.

use std::panic;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ThreadId};

/// What panics said, by thread. Those of a probe or a check are taken as findings; nobody asks for them here.
static SAID: Mutex<Vec<(ThreadId, String)>> = Mutex::new(Vec::new());
/// More than that is one bug again and again.
const MOST: usize = 64;

/// From now on a panic prints nothing by itself: whoever catches it asks [`said`].
pub fn keep_panics() {
    panic::set_hook(Box::new(|info| {
        let message = info.payload_as_str().unwrap_or("no message");
        let place = info.location().map(|place| format!(" ({}:{})", place.file(), place.line())).unwrap_or_default();
        let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
        if said.len() < MOST {
            said.push((thread::current().id(), format!("{message}{place}")));
        }
    }));
}

/// What the last panic of this thread said and where it was.
#[must_use]
pub fn said() -> String {
    let (me, said) = (thread::current().id(), SAID.lock().unwrap_or_else(PoisonError::into_inner));
    said.iter().rfind(|(thread, _)| *thread == me).map_or_else(|| "no message".to_owned(), |(_, message)| message.clone())
}

/// Panics here when `NIXML_TEST_PANIC` names this place, once the file that `NIXML_TEST_PANIC_WHEN` names is there (at once
/// without one). In a release this is nothing.
///
/// # Panics
/// When it is asked to.
pub fn point(place: &str) {
    assert!(!cfg!(debug_assertions) || !asked_for(place), "asked for by a test, in `{place}`");
}

fn asked_for(place: &str) -> bool {
    std::env::var_os("NIXML_TEST_PANIC").is_some_and(|named| named == place)
        && std::env::var_os("NIXML_TEST_PANIC_WHEN").is_none_or(|file| std::path::Path::new(&file).exists())
}
