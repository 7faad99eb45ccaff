//! Ctrl-Z as a shell expects it.

use std::io;

use rustix::process::{Signal, kill_current_process_group};

use crate::edge::process::Standing;

/// True when a shell of this session waits above our job and can continue it; without one (we lead the session, or the
/// shell is gone) a stop would never end. A system without /proc is taken to have one.
pub(super) fn can_go_on() -> bool {
    let Some(ours) = Standing::ours() else { return true };
    let mut above = ours.parent;
    // The job may be `git` or `sudo` with nixml in it: look above the whole group, not only above ourselves.
    for _ in 0..64 {
        match Standing::of(above) {
            Some(parent) if parent.session != ours.session => return false,
            Some(parent) if parent.group != ours.group => return true,
            Some(parent) => above = parent.parent,
            None => return false,
        }
    }
    false
}

/// Stops the whole job. SIGSTOP and not SIGTSTP: nobody can catch it and be left running beside a stopped screen.
pub(super) fn stop() -> io::Result<()> {
    Ok(kill_current_process_group(Signal::STOP)?)
}
