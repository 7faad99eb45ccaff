//! Every process that a run started, also those that left its session: found, remembered, and ended.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::{Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, waitpid};

use crate::edge::process::Standing;

/// The programs that somebody of ours waits for: nobody else may.
static AWAITED: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// A program of ours that leads a session and has somebody who waits for it.
#[derive(Debug)]
struct Awaited(i32);

impl Awaited {
    fn new(leader: i32) -> Self {
        AWAITED.lock().unwrap_or_else(PoisonError::into_inner).insert(leader);
        Self(leader)
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        AWAITED.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// Orphans of our children become our own children, and so stay in reach.
pub fn adopt_orphans() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[cfg(target_os = "linux")]
        let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    });
}

/// How far a run reaches.
#[derive(Debug)]
pub enum Reach {
    /// Whoever descends from it, and whoever carries this in its environment: `NIXML_RUN=...`.
    Marked(Vec<u8>),
    /// Its session: what a person started there and sent away is the person's own.
    Session,
}

/// What one run started.
#[derive(Debug)]
pub struct Tree {
    root: i32,
    reach: Reach,
    known: BTreeMap<i32, u64>,
    swept: bool,
    _awaited: Awaited,
}

impl Drop for Tree {
    /// A watcher that panicked, or that could not begin, leaves nobody behind either.
    fn drop(&mut self) {
        if !self.swept {
            self.note();
            self.signal(Signal::KILL);
            self.sweep(MOMENT, Duration::from_secs(2));
        }
    }
}

/// What a sweep gives between asking and forcing.
pub const MOMENT: Duration = Duration::from_millis(300);

impl Tree {
    pub fn new(root: u32, reach: Reach) -> Self {
        let root = i32::try_from(root).unwrap_or(0);
        Self { root, reach, known: BTreeMap::new(), swept: false, _awaited: Awaited::new(root) }
    }

    /// Remembers who belongs to the run now: a builder that changes its session and its environment is found only this way.
    pub fn note(&mut self) {
        let all = Standing::everybody();
        let same = |pid: &i32, started: &u64| all.get(pid).is_some_and(|now| now.started == *started);
        let mut tree: BTreeMap<i32, u64> =
            self.known.iter().filter(|(pid, start)| same(pid, start)).map(|(p, s)| (*p, *s)).collect();
        if let Reach::Session = self.reach {
            tree.extend(
                all.values().filter(|process| process.session == self.root).map(|process| (process.pid, process.started)),
            );
            self.known = tree;
            return;
        }
        if let Some(root) = all.get(&self.root) {
            tree.insert(self.root, root.started);
        }
        let mut found = true;
        while found {
            found = false;
            for (pid, process) in &all {
                if !tree.contains_key(pid) && tree.contains_key(&process.parent) {
                    tree.insert(*pid, process.started);
                    found = true;
                }
            }
        }
        self.known = tree;
    }

    /// Those alive now, by number; the first process of the run is its watcher's, not ours.
    fn alive(&mut self) -> Vec<i32> {
        let me = i32::try_from(std::process::id()).unwrap_or(0);
        let all = Standing::everybody();
        if let Reach::Marked(mark) = &self.reach {
            for (pid, process) in &all {
                if *pid != me && !self.known.contains_key(pid) && marked(*pid, mark) {
                    self.known.insert(*pid, process.started);
                }
            }
        }
        self.note();
        let others = self.known.keys().copied().filter(|pid| *pid != self.root);
        others.filter(|pid| all.get(pid).is_some_and(|process| !process.dead)).collect()
    }

    /// Sends a signal to the group that the first process leads.
    pub fn signal_group(&self, signal: Signal) {
        if let Some(group) = Pid::from_raw(self.root) {
            let _ = kill_process_group(group, signal);
        }
    }

    /// Sends a signal to every process of the run that is known. The first one is there until its watcher has reaped it.
    pub fn signal(&self, signal: Signal) {
        send(self.root, signal);
        for pid in self.known.keys().filter(|pid| **pid != self.root) {
            send(*pid, signal);
        }
    }

    /// Ends what is left after the first process is gone: SIGTERM, the `moment`, SIGKILL until none is left or `patience` is over.
    /// Returns those that would not die.
    pub fn sweep(&mut self, moment: Duration, patience: Duration) -> Vec<u32> {
        self.swept = true;
        let begin = Instant::now();
        let mut left = self.alive();
        let mut hard = false;
        while !left.is_empty() && begin.elapsed() < moment + patience {
            for pid in &left {
                send(*pid, if hard { Signal::KILL } else { Signal::TERM });
                // One that was stopped would keep the signal for later.
                send(*pid, Signal::CONT);
            }
            let asked = Instant::now();
            while asked.elapsed() < if hard { Duration::from_millis(100) } else { moment } {
                self.reap();
                left = self.alive();
                if left.is_empty() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            hard = true;
        }
        self.reap();
        left.into_iter().filter_map(|pid| u32::try_from(pid).ok()).collect()
    }

    /// Collects orphans that have become our children and died.
    fn reap(&self) {
        for pid in self.known.keys().filter(|pid| **pid != self.root) {
            collect(*pid);
        }
        // Those that were never seen alive: they became ours when their parent went, and nobody else will ask for them.
        let Some(ours) = Standing::ours() else { return };
        let awaited = AWAITED.lock().unwrap_or_else(PoisonError::into_inner);
        let orphan = |process: &&Standing| {
            process.parent == ours.pid && process.dead && process.session != ours.session && !awaited.contains(&process.pid)
        };
        for process in Standing::everybody().values().filter(orphan) {
            collect(process.pid);
        }
    }
}

fn collect(pid: i32) {
    if let Some(pid) = Pid::from_raw(pid) {
        let _ = waitpid(Some(pid), WaitOptions::NOHANG);
    }
}

fn send(pid: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid) {
        let _ = kill_process(pid, signal);
    }
}

fn marked(pid: i32, mark: &[u8]) -> bool {
    fs::read(format!("/proc/{pid}/environ"))
        .is_ok_and(|environ| environ.split(|byte| *byte == 0).any(|variable| variable == mark))
}
