//! Every process that a run started, also those that left its session: found, remembered, and ended.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::{Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

/// A process as /proc shows it; the start time tells it from a later one of the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Process {
    parent: u32,
    session: u32,
    started: u64,
    zombie: bool,
}

/// The programs that somebody of ours waits for: nobody else may.
static AWAITED: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// A program of ours that leads a session and has somebody who waits for it.
#[derive(Debug)]
pub struct Awaited(u32);

impl Awaited {
    pub fn new(leader: u32) -> Self {
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

/// What one run started.
#[derive(Debug)]
pub struct Tree {
    root: u32,
    /// `NIXML_RUN=...` as it stands in a process's environment.
    mark: Vec<u8>,
    known: BTreeMap<u32, u64>,
    swept: bool,
    _awaited: Awaited,
}

impl Drop for Tree {
    /// A watcher that panicked leaves nobody behind either.
    fn drop(&mut self) {
        if !self.swept {
            self.note();
            send(self.root, Signal::KILL);
            self.signal(Signal::KILL);
            self.sweep(Duration::from_secs(2));
        }
    }
}

impl Tree {
    pub fn new(root: u32, mark: &str) -> Self {
        Self { root, mark: mark.as_bytes().to_vec(), known: BTreeMap::new(), swept: false, _awaited: Awaited::new(root) }
    }

    /// Remembers who descends from the run now: a builder that changes its session and its environment is found only this way.
    pub fn note(&mut self) {
        let all = processes();
        let mut found = true;
        let mut tree: BTreeMap<u32, u64> = self
            .known
            .iter()
            .filter(|(pid, started)| all.get(pid).is_some_and(|now| now.started == **started))
            .map(|(p, s)| (*p, *s))
            .collect();
        if let Some(root) = all.get(&self.root) {
            tree.insert(self.root, root.started);
        }
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
    fn alive(&mut self) -> Vec<u32> {
        let me = std::process::id();
        let all = processes();
        for (pid, process) in &all {
            if *pid != me && !self.known.contains_key(pid) && marked(*pid, &self.mark) {
                self.known.insert(*pid, process.started);
            }
        }
        self.note();
        self.known
            .keys()
            .copied()
            .filter(|pid| *pid != self.root && all.get(pid).is_some_and(|process| !process.zombie))
            .collect()
    }

    /// Sends a signal to every process of the run that is known.
    pub fn signal(&self, signal: Signal) {
        for pid in self.known.keys().filter(|pid| **pid != self.root) {
            send(*pid, signal);
        }
    }

    /// Ends what is left after the first process is gone: SIGTERM, a moment, SIGKILL until none is left or `patience` is over.
    /// Returns those that would not die.
    pub fn sweep(&mut self, patience: Duration) -> Vec<u32> {
        self.swept = true;
        let begin = Instant::now();
        let mut left = self.alive();
        let mut hard = false;
        while !left.is_empty() && begin.elapsed() < patience {
            for pid in &left {
                send(*pid, if hard { Signal::KILL } else { Signal::TERM });
            }
            let moment = Instant::now();
            while moment.elapsed() < Duration::from_millis(if hard { 100 } else { 300 }) {
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
        left
    }

    /// Collects orphans that have become our children and died.
    fn reap(&self) {
        for pid in self.known.keys().filter(|pid| **pid != self.root) {
            if let Some(pid) = i32::try_from(*pid).ok().and_then(Pid::from_raw) {
                let _ = waitpid(Some(pid), WaitOptions::NOHANG);
            }
        }
        // Those that were never seen alive: they became ours when their parent went, and nobody else will ask for them.
        let (me, all) = (std::process::id(), processes());
        let Some(ours) = all.get(&me).map(|process| process.session) else { return };
        let awaited = AWAITED.lock().unwrap_or_else(PoisonError::into_inner);
        let orphan = |(pid, process): &(&u32, &Process)| {
            process.parent == me && process.zombie && process.session != ours && !awaited.contains(pid)
        };
        for (pid, _) in all.iter().filter(orphan) {
            if let Some(pid) = i32::try_from(*pid).ok().and_then(Pid::from_raw) {
                let _ = waitpid(Some(pid), WaitOptions::NOHANG);
            }
        }
    }
}

pub fn send(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, signal);
    }
}

/// All processes, from /proc; none where there is no /proc.
fn processes() -> BTreeMap<u32, Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return BTreeMap::new() };
    entries
        .flatten()
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            Some((pid, parse(&fs::read_to_string(entry.path().join("stat")).ok()?)?))
        })
        .collect()
}

/// The name stands in brackets and may hold anything, brackets too.
fn parse(stat: &str) -> Option<Process> {
    let fields: Vec<&str> = stat.get(stat.rfind(')')? + 1..)?.split_whitespace().collect();
    Some(Process {
        zombie: matches!(*fields.first()?, "Z" | "X"),
        parent: fields.get(1)?.parse().ok()?,
        session: fields.get(3)?.parse().ok()?,
        started: fields.get(19)?.parse().ok()?,
    })
}

fn marked(pid: u32, mark: &[u8]) -> bool {
    fs::read(format!("/proc/{pid}/environ"))
        .is_ok_and(|environ| environ.split(|byte| *byte == 0).any(|variable| variable == mark))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_process_is_read_whatever_its_name() {
        let stat = "42 (a) b (c)) S 7 42 42 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 98765 1 2 3";
        let process = super::parse(stat).unwrap();
        assert_eq!((process.parent, process.started, process.zombie), (7, 98765, false));
        assert_eq!(super::parse("nonsense"), None);
    }
}
