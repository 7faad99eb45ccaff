//! What keeps a short question's program from outliving nixml: a process group of its own, ended with nixml.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};
use std::sync::{Mutex, PoisonError};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::edge::ending;

/// The process groups that are at work now, and what ends each.
static GROUPS: Mutex<BTreeMap<i32, Signal>> = Mutex::new(BTreeMap::new());

/// A process group that ends with nixml, as long as this is kept.
#[derive(Debug)]
pub struct Leash(i32);

impl Leash {
    /// Starts `command` as the leader of a group of its own, which `signal` ends when nixml ends. A signal that comes meanwhile
    /// waits for it.
    ///
    /// # Errors
    /// As [`Command::spawn`].
    pub fn start(signal: Signal, command: &mut Command) -> io::Result<(Child, Self)> {
        ending::watch(stop_all);
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

/// Ends every group that is still at work.
pub fn stop_all() {
    for (group, signal) in GROUPS.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        if let Some(group) = Pid::from_raw(*group) {
            let _ = kill_process_group(group, *signal);
        }
    }
}
