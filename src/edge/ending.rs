//! The signals that end nixml: what probes started is stopped with it, and the exit is the signal's own.
//!
//! Programs that a probe asks run in process groups of their own, so a Ctrl-C of the terminal does not reach them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};

use signal_hook::consts::signal::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

/// Somebody else hears the signals and sees to a good end: the wizard, a validation.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// From now on the caller ends nixml when a signal asks for it.
pub fn take_over() {
    TAKEN.store(true, Ordering::SeqCst);
}

/// A file that grows beyond the limit of its size is an error of the write, not the death of nixml.
pub fn survive_limits() {
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
}

/// Signals that were ignored at the start (`nohup`) stay ignored.
#[must_use]
pub fn ignored(number: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (number - 1)) != 0)
}

/// Hears the signals, from the first short question on; each of them calls `stop_all`.
pub(in crate::edge) fn watch(stop_all: fn()) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let heard: Vec<i32> = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|number| !ignored(*number)).collect();
        let Ok(mut signals) = Signals::new(&heard) else { return };
        let started = std::thread::Builder::new().name("ending".to_owned()).spawn(move || {
            for signal in signals.forever() {
                stop_all();
                if !TAKEN.load(Ordering::SeqCst) {
                    let _ = signal_hook::low_level::emulate_default_handler(signal);
                }
            }
        });
        if started.is_err() {
            // Without the thread a signal must still end nixml.
            for signal in heard {
                let _ = signal_hook::flag::register_conditional_default(signal, Arc::new(AtomicBool::new(true)));
            }
        }
    });
}
