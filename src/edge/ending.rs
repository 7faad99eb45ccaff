//! The signals that end nixml: what probes started is stopped with it, and the exit is the signal's own.
//!
//! Programs that a probe asks run in process groups of their own, so a Ctrl-C of the terminal does not reach them.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError};

use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::signal::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

/// The process groups that are at work now, and what ends each.
static GROUPS: Mutex<BTreeMap<i32, Signal>> = Mutex::new(BTreeMap::new());
/// Somebody else hears the signals and sees to a good end: the wizard, a validation.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// A process group that ends with nixml, as long as this is kept.
#[derive(Debug)]
pub struct Leash(i32);

impl Leash {
    /// Starts `command` as the leader of a group of its own. A signal that comes meanwhile waits for it.
    ///
    /// # Errors
    /// As [`Command::spawn`].
    pub fn start(command: &mut Command) -> io::Result<(Child, Self)> {
        Self::ended_by(Signal::KILL, command)
    }

    /// The same for a program that has to clear up before it goes.
    ///
    /// # Errors
    /// As [`Command::spawn`].
    pub fn start_gently(command: &mut Command) -> io::Result<(Child, Self)> {
        Self::ended_by(Signal::TERM, command)
    }

    fn ended_by(signal: Signal, command: &mut Command) -> io::Result<(Child, Self)> {
        watch();
        let mut groups = GROUPS.lock().unwrap_or_else(PoisonError::into_inner);
        let child = command.process_group(0).spawn()?;
        let group = i32::try_from(child.id()).unwrap_or(0);
        groups.insert(group, signal);
        Ok((child, Self(group)))
    }

    /// Sends `signal` to the whole group.
    pub fn signal(&self, signal: Signal) {
        let _ = Pid::from_raw(self.0).map(|group| kill_process_group(group, signal));
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        GROUPS.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// From now on the caller ends nixml when a signal asks for it.
pub fn take_over() {
    TAKEN.store(true, Ordering::SeqCst);
}

/// Ends every group that is still at work.
pub fn stop_all() {
    for (group, signal) in GROUPS.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        if let Some(group) = Pid::from_raw(*group) {
            let _ = kill_process_group(group, *signal);
        }
    }
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

fn watch() {
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
