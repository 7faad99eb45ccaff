//! A program on a terminal that the test owns: types keys, reads the screen, looks at what was left behind.

use std::io::{Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pts, Pty};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{Termios, tcgetattr};

/// How long a screen may take at most: a slow machine is slow, not wrong.
const PATIENCE: Duration = Duration::from_mins(1);

/// A program that runs on a terminal.
pub struct Terminal {
    pty: Option<Arc<Pty>>,
    /// Kept open so that its settings can be read after the program has ended.
    side: std::fs::File,
    child: Child,
    heard: Arc<Mutex<Heard>>,
    before: Termios,
    status: Option<ExitStatus>,
    gone: Arc<AtomicBool>,
    listener: Option<thread::JoinHandle<()>>,
}

struct Heard {
    parser: vt100::Parser,
    bytes: Vec<u8>,
    last: Instant,
}

fn number(count: u16) -> std::num::NonZeroU16 {
    std::num::NonZeroU16::new(count.max(1)).unwrap()
}

impl Terminal {
    /// Starts `program` on a terminal of `columns` x `rows` with exactly this environment.
    pub fn start(program: &Path, args: &[&str], dir: &Path, env: &[(&str, &str)], columns: u16, rows: u16) -> Self {
        let (pty, pts): (Pty, Pts) = pty_process::blocking::open().unwrap();
        pty.resize(Size::new(rows, columns)).unwrap();
        let name = rustix::pty::ptsname(pty.as_fd(), Vec::new()).unwrap();
        let side = std::fs::OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        let before = tcgetattr(&side).unwrap();
        let mut command = Command::new(program).args(args).current_dir(dir).env_clear();
        for (name, value) in env {
            command = command.env(name, value);
        }
        let child = command.spawn(pts).unwrap();
        let pty = Arc::new(pty);
        let parser = vt100::Parser::new(number(rows), number(columns), 0);
        let heard = Arc::new(Mutex::new(Heard { parser, bytes: Vec::new(), last: Instant::now() }));
        let gone = Arc::new(AtomicBool::new(false));
        let mut terminal = Self { pty: Some(pty), side, child, heard, before, status: None, gone, listener: None };
        terminal.listen();
        terminal
    }

    /// Hears the program on a thread.
    fn listen(&mut self) {
        let (reader, ears) = (Arc::clone(self.pty.as_ref().unwrap()), Arc::clone(&self.heard));
        let leave = Arc::clone(&self.gone);
        self.listener = Some(thread::spawn(move || {
            let mut buffer = [0; 8192];
            let wait = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
            while !leave.load(Ordering::Relaxed) {
                let mut fds = [PollFd::new(&*reader, PollFlags::IN)];
                if poll(&mut fds, Some(&wait)).unwrap_or(0) == 0 {
                    continue;
                }
                let Ok(read) = (&*reader).read(&mut buffer) else { break };
                if read == 0 {
                    break;
                }
                let mut heard = ears.lock().unwrap();
                heard.parser.process(&buffer[..read]);
                heard.bytes.extend_from_slice(&buffer[..read]);
                heard.last = Instant::now();
            }
        }));
    }

    /// Types bytes: `j`, `\r`, `\x1b[A`.
    pub fn send(&self, bytes: &str) {
        self.send_bytes(bytes.as_bytes());
    }

    pub fn send_bytes(&self, bytes: &[u8]) {
        (&**self.pty.as_ref().unwrap()).write_all(bytes).unwrap();
    }

    /// The rows of the screen, without the space at their ends.
    pub fn screen(&self) -> String {
        let heard = self.heard.lock().unwrap();
        let columns = heard.parser.screen().size().1.get();
        heard.parser.screen().rows(0, columns).map(|row| row.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }

    /// A copy of the emulated screen, for its colours and its cursor.
    pub fn emulated(&self) -> vt100::Screen {
        self.heard.lock().unwrap().parser.screen().clone()
    }

    /// Every byte that came so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.heard.lock().unwrap().bytes.clone()
    }

    /// Waits until `text` is on the screen.
    pub fn wait_for(&self, text: &str) -> String {
        self.wait_until(&format!("`{text}` on the screen"), |screen| screen.contains(text))
    }

    /// Waits until the screen is as wanted; gives it.
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        self.wait_within(PATIENCE, what, wanted)
    }

    /// The same for what takes longer than a screen.
    pub fn wait_within(&self, patience: Duration, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let start = Instant::now();
        loop {
            let screen = self.screen();
            if wanted(&screen) {
                return screen;
            }
            assert!(start.elapsed() < patience, "waited in vain for {what}; the screen is:\n{screen}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until nothing has come for a while.
    pub fn settle(&self) -> String {
        while self.heard.lock().unwrap().last.elapsed() < Duration::from_millis(150) {
            thread::sleep(Duration::from_millis(10));
        }
        self.screen()
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        self.heard.lock().unwrap().parser.set_size(number(rows), number(columns));
        self.pty.as_ref().unwrap().resize(Size::new(rows, columns)).unwrap();
    }

    /// The process number of the program.
    pub fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// The window is closed: nobody has the other side of the terminal any more.
    pub fn vanish(&mut self) {
        self.gone.store(true, Ordering::Relaxed);
        self.listener.take().unwrap().join().unwrap();
        self.pty = None;
    }

    /// Nobody reads any more, and what is on its way fills up.
    pub fn pause(&mut self) {
        self.gone.store(true, Ordering::Relaxed);
        self.listener.take().unwrap().join().unwrap();
        // Echo of a flood of keys is the quickest way to fill the line to us; the program is deaf to letters without a meaning.
        let mut side = &self.side;
        rustix::io::ioctl_fionbio(&self.side, true).unwrap();
        while side.write(&[b' '; 4096]).is_ok() {}
        rustix::io::ioctl_fionbio(&self.side, false).unwrap();
    }

    /// Somebody reads again.
    pub fn go_on(&mut self) {
        self.gone.store(false, Ordering::Relaxed);
        self.listen();
    }

    /// It has ended already.
    pub fn over(&mut self) -> bool {
        if self.status.is_none() {
            self.status = self.child.try_wait().unwrap();
        }
        self.status.is_some()
    }

    /// Waits for the end; gives what a shell would call the exit code.
    pub fn end(&mut self) -> i32 {
        let start = Instant::now();
        while self.status.is_none() {
            self.status = self.child.try_wait().unwrap();
            assert!(start.elapsed() < PATIENCE, "it does not end; the screen is:\n{}", self.screen());
            thread::sleep(Duration::from_millis(5));
        }
        self.settle();
        let status = self.status.unwrap();
        status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
    }

    /// The settings of the terminal are what they were before the program.
    pub fn restored(&self) -> bool {
        let now = tcgetattr(&self.side).unwrap();
        let same = |pick: fn(&Termios) -> u64| pick(&now) == pick(&self.before);
        same(|set| u64::from(set.input_modes.bits()))
            && same(|set| u64::from(set.output_modes.bits()))
            && same(|set| u64::from(set.control_modes.bits()))
            && same(|set| u64::from(set.local_modes.bits()))
            && format!("{:?}", now.special_codes) == format!("{:?}", self.before.special_codes)
    }

    /// Asserts that nothing of the full screen is left: settings, alternate screen, cursor, paste brackets, mouse, and that the
    /// screen was left once at most.
    pub fn assert_clean(&self) {
        assert!(self.restored(), "the settings of the terminal differ");
        let bytes = String::from_utf8_lossy(&self.bytes()).into_owned();
        if bytes.contains("\x1b[?1049h") {
            for (on, off) in [("\x1b[?1049h", "\x1b[?1049l"), ("\x1b[?2004h", "\x1b[?2004l"), ("\x1b[?25l", "\x1b[?25h")] {
                let (last_on, last_off) = (bytes.rfind(on), bytes.rfind(off));
                assert!(last_off > last_on, "{on:?} was not taken back with {off:?}");
            }
            assert_eq!(bytes.matches("\x1b[?1049h").count(), bytes.matches("\x1b[?1049l").count(), "entered and left");
        }
        for mode in ["1000", "1002", "1003", "1006"] {
            let (last_on, last_off) = (bytes.rfind(&format!("\x1b[?{mode}h")), bytes.rfind(&format!("\x1b[?{mode}l")));
            assert!(last_on.is_none() || last_off > last_on, "the mouse was not given back ({mode})");
        }
        let screen = self.emulated();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }

    /// Asserts that nothing in the bytes steers the terminal beyond the screen: titles, clipboard, links, resets.
    pub fn assert_harmless(&self) {
        let bytes = self.bytes();
        let text = String::from_utf8_lossy(&bytes);
        for wrong in ["\x1b]52", "\x1b]0;", "\x1b]2;", "\x1b]8", "\x1bP", "\u{9d}", "\x1bc"] {
            assert!(!text.contains(wrong), "{wrong:?} reached the terminal");
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::Relaxed);
        if self.status.is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
