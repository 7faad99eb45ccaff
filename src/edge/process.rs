//! Where a process stands among the others, read from /proc: the kernel's calls answer 0 across namespaces, which no `Pid` can hold.

use rustix::process::Pid;

/// What `/proc/PID/stat` says of one process. Numbers are 0 where they lie outside our namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub pid: i32,
    pub parent: i32,
    pub group: i32,
    pub session: i32,
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

    /// Everybody alive in the session that `leader` leads; empty on a system without /proc.
    #[must_use]
    pub fn session(leader: Pid) -> Vec<Pid> {
        let leader = leader.as_raw_nonzero().get();
        let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
        entries
            .flatten()
            .filter_map(|entry| Self::of(entry.file_name().to_str()?.parse().ok()?))
            .filter(|process| process.session == leader && !process.dead)
            .filter_map(|process| Pid::from_raw(process.pid))
            .collect()
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
        Some(Self {
            pid: head.split_whitespace().next()?.parse().ok()?,
            parent: number()?,
            group: number()?,
            session: number()?,
            dead: matches!(state, "Z" | "X"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_and_spaces_is_read_over() {
        let found = Standing::parse("12 (a) Z (b)) S 1 12 7 34816 12 4194304").unwrap();
        assert_eq!(found, Standing { pid: 12, parent: 1, group: 12, session: 7, dead: false });
    }

    #[test]
    fn a_dead_process_is_told_from_a_living_one() {
        assert!(Standing::parse("12 (x) Z 1 12 7 0").unwrap().dead);
    }
}
