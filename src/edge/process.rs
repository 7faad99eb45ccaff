//! Where a process stands among the others, read from /proc: the kernel's calls answer 0 across namespaces, which no `Pid` can hold.

use std::collections::BTreeMap;

/// What `/proc/PID/stat` says of one process. Numbers are 0 where they lie outside our namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub pid: i32,
    pub parent: i32,
    pub group: i32,
    pub session: i32,
    /// In ticks after the system's own start: tells a process from a later one of the same number.
    pub started: u64,
    /// Ended, and only waited for by its parent.
    pub dead: bool,
}

impl Standing {
    /// Ourselves; `None` on a system without /proc.
    #[must_use]
    pub fn ours() -> Option<Self> {
        Self::read("self")
    }

    /// Another process; `None` when it has gone.
    #[must_use]
    pub fn of(pid: i32) -> Option<Self> {
        Self::read(&pid.to_string())
    }

    /// Everybody, by number; empty on a system without /proc.
    #[must_use]
    pub fn everybody() -> BTreeMap<i32, Self> {
        let Ok(entries) = std::fs::read_dir("/proc") else { return BTreeMap::new() };
        let numbers = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        numbers.filter_map(|pid| Some((pid, Self::of(pid)?))).collect()
    }

    fn read(name: &str) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(format!("/proc/{name}/stat")).ok()?)
    }

    fn parse(stat: &str) -> Option<Self> {
        // The name in parentheses may hold anything, parentheses too: the fields start after the last one closes.
        let (head, tail) = stat.rsplit_once(')')?;
        let mut fields = tail.split_whitespace();
        let state = fields.next()?;
        let mut number = || fields.next()?.parse().ok();
        let (parent, group, session) = (number()?, number()?, number()?);
        Some(Self {
            pid: head.split_whitespace().next()?.parse().ok()?,
            parent,
            group,
            session,
            started: fields.nth(15)?.parse().ok()?,
            dead: matches!(state, "Z" | "X"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_and_spaces_is_read_over() {
        let found = Standing::parse("12 (a) Z (b)) S 1 12 7 34816 12 4194304 1 0 0 0 0 0 0 0 20 0 1 0 98765 1 2 3").unwrap();
        assert_eq!(found, Standing { pid: 12, parent: 1, group: 12, session: 7, started: 98765, dead: false });
        assert_eq!(Standing::parse("nonsense"), None);
    }

    #[test]
    fn a_dead_process_is_told_from_a_living_one() {
        assert!(Standing::parse("12 (x) Z 1 12 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 98765").unwrap().dead);
    }
}
