//! Short questions to programs that may hang, crash or flood: a deadline, bounded output, a process group of its own, never waited for
//! without bound, and nothing of /proc read for it.

use std::fs;
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::Signal;

use super::Leash;

/// How long a killed process may take to go before it counts as stuck.
const REAP: Duration = Duration::from_millis(250);

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    Exited(i32),
    /// Ended by this signal, not by us.
    Signal(i32),
    /// The answer was complete and the program was still there; it was stopped.
    Stopped,
    TimedOut,
    /// It printed more than was allowed and was stopped.
    TooMuch,
    /// There is no such program.
    Missing,
    NotStarted(String),
}

/// What a program left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    pub ended: Ended,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// Process id and state letter of a process that cannot be killed (`D`: it hangs inside the kernel).
    pub stuck: Option<(u32, char)>,
}

impl Ran {
    /// The output of a program that ended well, as text.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        (self.ended == Ended::Exited(0)).then(|| String::from_utf8_lossy(&self.stdout).into_owned())
    }
}

/// Runs `command` until `deadline` with standard input closed and keeps at most `most` bytes of each output. When `complete` says
/// that the output so far is the whole answer, the program gets a moment to end and is then stopped.
pub fn run(command: Command, deadline: Instant, most: usize, complete: &dyn Fn(&[u8]) -> bool) -> Ran {
    ask(command, deadline, most, complete, None)
}

/// The same for a program that has to clear up before it goes: it is asked to end, and forced only when `grace` is over.
#[must_use]
pub fn run_gently(command: Command, deadline: Instant, most: usize, grace: Duration) -> Ran {
    ask(command, deadline, most, &|_| false, Some(grace))
}

fn ask(mut command: Command, deadline: Instant, most: usize, complete: &dyn Fn(&[u8]) -> bool, grace: Option<Duration>) -> Ran {
    let mut ran = Ran { ended: Ended::TimedOut, stdout: Vec::new(), stderr: Vec::new(), stuck: None };
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let gentle = if grace.is_some() { Signal::TERM } else { Signal::KILL };
    let (mut child, leash) = match Leash::start(gentle, &mut command) {
        Ok(started) => started,
        Err(error) => {
            let missing = error.kind() == io::ErrorKind::NotFound;
            ran.ended = if missing { Ended::Missing } else { Ended::NotStarted(error.to_string()) };
            return ran;
        }
    };
    drop(command);
    let mut pipes = (child.stdout.take(), child.stderr.take());
    let ended = match listen(&mut child, &mut pipes, &leash, deadline, most, complete, &mut ran) {
        Ok(early) => early,
        Err(error) => Some(Ended::NotStarted(error.to_string())),
    };
    // Who clears up may say so, and would die of a closed pipe.
    let _open = grace.map(|_| pipes);
    let patience = match ended {
        Some(Ended::Stopped) => deadline.min(Instant::now() + REAP),
        Some(_) => Instant::now(),
        None => deadline,
    };
    if let Some(status) = wait(&mut child, patience) {
        ran.ended = ended.filter(|ended| *ended != Ended::Stopped).unwrap_or_else(|| told(status));
    } else {
        ran.ended = ended.unwrap_or(Ended::TimedOut);
        if let Some(grace) = grace {
            leash.signal(Signal::TERM);
            let _ = wait(&mut child, Instant::now() + grace);
        }
        ran.stuck = stop(&mut child, &leash);
    }
    ran
}

/// Reads both outputs until they end (`None`) or a reason to stop comes up.
fn listen(
    child: &mut Child,
    (out, err): &mut (Option<ChildStdout>, Option<ChildStderr>),
    leash: &Leash,
    deadline: Instant,
    most: usize,
    complete: &dyn Fn(&[u8]) -> bool,
    ran: &mut Ran,
) -> io::Result<Option<Ended>> {
    for fd in [out.as_ref().map(|pipe| pipe.as_fd()), err.as_ref().map(|pipe| pipe.as_fd())].into_iter().flatten() {
        fcntl_setfl(fd, fcntl_getfl(fd)? | OFlags::NONBLOCK)?;
    }
    while out.is_some() || err.is_some() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Some(Ended::TimedOut));
        }
        // A short slice: a grandchild may hold the pipe open after the program itself has gone.
        let slice = left.min(Duration::from_millis(50));
        let timeout = Timespec { tv_sec: 0, tv_nsec: i64::from(slice.subsec_nanos()) };
        let mut fds: Vec<PollFd<'_>> = Vec::with_capacity(2);
        fds.extend(out.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
        fds.extend(err.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
        match poll(&mut fds, Some(&timeout)) {
            Ok(0) => {
                if child.try_wait()?.is_some() {
                    leash.signal(Signal::KILL); // Something it started still holds the pipe, and so the group's number is not free.
                    return Ok(None);
                }
                continue;
            }
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        drop(fds);
        if let Some(pipe) = out {
            match take(pipe, most, &mut ran.stdout) {
                Take::More => {}
                Take::End => *out = None,
                Take::Full => return Ok(Some(Ended::TooMuch)),
            }
            if complete(&ran.stdout) {
                return Ok(Some(Ended::Stopped));
            }
        }
        if let Some(pipe) = err
            && !matches!(take(pipe, most, &mut ran.stderr), Take::More)
        {
            *err = None; // Closed by the program, or by us: nobody needs more complaints than that.
        }
    }
    Ok(None)
}

enum Take {
    More,
    End,
    Full,
}

fn take(pipe: &mut impl io::Read, most: usize, into: &mut Vec<u8>) -> Take {
    let mut buffer = [0; 8192];
    loop {
        match pipe.read(&mut buffer) {
            Ok(0) => return Take::End,
            Ok(read) => {
                let room = most - into.len();
                into.extend_from_slice(&buffer[..read.min(room)]);
                if read > room {
                    return Take::Full;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Take::More,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Take::End,
        }
    }
}

/// Waits until `until`, in growing steps.
fn wait(child: &mut Child, until: Instant) -> Option<ExitStatus> {
    let mut step = Duration::from_micros(100);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) => {}
            Err(_) => return None,
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        thread::sleep(step.min(left));
        step = (step * 2).min(Duration::from_millis(5));
    }
}

/// Kills the group; what cannot be killed is reported and left.
fn stop(child: &mut Child, leash: &Leash) -> Option<(u32, char)> {
    let id = child.id();
    leash.signal(Signal::KILL);
    let _ = child.kill();
    if wait(child, Instant::now() + REAP).is_some() {
        return None;
    }
    // Always of this machine: the process is ours, whatever machine is looked at.
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    Some((id, stat.rsplit(") ").next().and_then(|rest| rest.chars().next()).unwrap_or('?')))
}

fn told(status: ExitStatus) -> Ended {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Exited(code),
        (None, Some(signal)) => Ended::Signal(signal),
        (None, None) => Ended::Exited(-1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, patience: Duration) -> Ran {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        run(command, Instant::now() + patience, 1000, &|text| text.ends_with(b"done\n"))
    }

    const LONG: Duration = Duration::from_mins(1);

    #[test]
    fn every_end_has_its_name() {
        for (script, ended) in [
            ("echo hello", Ended::Exited(0)),
            ("exit 7", Ended::Exited(7)),
            ("kill -SEGV $$", Ended::Signal(11)),
            ("yes", Ended::TooMuch),
            ("yes >&2; exit 3", Ended::Exited(3)),
            ("echo done; exec sleep 1000", Ended::Stopped),
            ("echo done; exit 4", Ended::Exited(4)),
            ("exec >&- 2>&-; exit 5", Ended::Exited(5)),
            ("sleep 1000 & exit 6", Ended::Exited(6)),
        ] {
            let ran = sh(script, LONG);
            assert_eq!(ran.ended, ended, "{script}");
            assert!(ran.stdout.len() <= 1000 && ran.stderr.len() <= 1000 && ran.stuck.is_none(), "{script}");
        }
    }

    #[test]
    fn who_has_to_clear_up_may() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("said");
        let mut gentle = Command::new("/bin/sh");
        let script = format!("trap 'echo cleared > {}; exit' TERM; while :; do sleep 0.05; done", file.display());
        gentle.args(["-c", &script]);
        let ran = run_gently(gentle, Instant::now() + Duration::from_secs(1), 1000, LONG);
        assert_eq!((ran.ended, ran.stuck), (Ended::TimedOut, None));
        assert_eq!(fs::read_to_string(file).unwrap(), "cleared\n");
    }

    #[test]
    fn a_deadline_ends_the_whole_group() {
        // On a busy machine the shell may need longer than the first deadline to say its number.
        let ran = [300, 3000, 30_000]
            .map(Duration::from_millis)
            .into_iter()
            .map(|patience| sh("trap '' TERM INT; echo $$; sleep 1000; sleep 1000", patience))
            .find(|ran| !ran.stdout.is_empty())
            .unwrap();
        assert_eq!(ran.ended, Ended::TimedOut);
        let group: u32 = String::from_utf8_lossy(&ran.stdout).trim().parse().unwrap();
        assert!((0..3000).any(|_| {
            thread::sleep(Duration::from_millis(10));
            running(group).is_empty()
        }));
    }

    /// The processes of a group that still run. One that is dead and not reaped is in the group as well, for as long as its parent
    /// likes: another test of this process may have made the process a subreaper, which an orphan then waits for.
    fn running(group: u32) -> Vec<String> {
        let stats =
            fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
        stats
            .filter(|stat| {
                let after: Vec<&str> = stat.rsplit(") ").next().unwrap_or("").split(' ').collect();
                after.get(2) == Some(&group.to_string().as_str()) && !["Z", "X"].contains(&after[0])
            })
            .collect()
    }

    #[test]
    fn a_missing_program_is_no_panic() {
        let ran = run(Command::new("/nonexistent/nixml"), Instant::now() + LONG, 10, &|_| false);
        assert_eq!(ran.ended, Ended::Missing);
    }
}
