//! A terminal whose owner waits for bytes, not for a clock: times are those of the program.

use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

pub struct Terminal {
    pty: Pty,
    pub child: Child,
    parser: vt100::Parser,
    started: Instant,
}

const PATIENCE: Duration = Duration::from_mins(1);

impl Terminal {
    pub fn start(program: &Path, args: &[&str], dir: &Path, env: &[(String, String)], columns: u16, rows: u16) -> Self {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(Size::new(rows, columns)).unwrap();
        let mut command = Command::new(program).args(args).current_dir(dir).env_clear();
        for (name, value) in env {
            command = command.env(name, value);
        }
        let some = |count: u16| NonZeroU16::new(count).unwrap();
        let parser = vt100::Parser::new(some(rows), some(columns), 0);
        let started = Instant::now();
        let child = command.spawn(pts).unwrap();
        Self { pty, child, parser, started }
    }

    /// Since the program was started.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub fn send(&mut self, bytes: &str) -> Instant {
        let now = Instant::now();
        self.pty.write_all(bytes.as_bytes()).unwrap();
        now
    }

    /// Takes what comes within `patience`; false when nothing came.
    pub fn take(&mut self, patience: Duration) -> bool {
        let wait = Timespec { tv_sec: patience.as_secs().try_into().unwrap(), tv_nsec: patience.subsec_nanos().into() };
        let mut fds = [PollFd::new(&self.pty, PollFlags::IN)];
        if poll(&mut fds, Some(&wait)).unwrap_or(0) == 0 {
            return false;
        }
        let mut buffer = vec![0; 65536];
        match self.pty.read(&mut buffer) {
            Ok(read) if read > 0 => {
                self.parser.process(&buffer[..read]);
                true
            }
            _ => false,
        }
    }

    pub fn screen(&self) -> String {
        self.parser.screen().contents()
    }

    /// Reads until the screen is as wanted.
    pub fn until(&mut self, wanted: impl Fn(&str) -> bool) {
        let start = Instant::now();
        while !wanted(&self.screen()) {
            assert!(start.elapsed() < PATIENCE, "waited in vain; the screen is:\n{}", self.screen());
            self.take(Duration::from_secs(1));
        }
    }

    pub fn until_says(&mut self, text: &str) {
        self.until(|screen| screen.contains(text));
    }

    /// Reads until nothing comes for a while.
    pub fn settle(&mut self) {
        while self.take(Duration::from_millis(200)) {}
    }

    /// The most memory that the program had, in bytes.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<u64>().unwrap() * 1024
    }

    /// Ends the program with the keys that end it, and waits.
    pub fn leave(mut self, keys: &str) {
        self.send(keys);
        let start = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            self.take(Duration::from_millis(10));
            assert!(start.elapsed() < PATIENCE, "it does not end; the screen is:\n{}", self.screen());
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
