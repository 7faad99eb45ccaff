//! The terminal as it was found, and the one way back to it, from any thread and at any moment.

use std::io;
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, TryLockError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// Alternate screen, cleared; bracketed paste.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[2J\x1b[H\x1b[?2004h";
/// The same for a screen that is ours still, whatever was printed on it meanwhile.
const AGAIN: &[u8] = b"\x1b[2J\x1b[H\x1b[?2004h";
/// An update that was under way ends; plain text; no paste brackets; the cursor is seen; the screen that was there comes back.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[0m\x1b[?2004l\x1b[?25h\x1b[?1049l";
/// Clicks and the wheel, told in numbers of any size; nothing of where the mouse only passes.
const MOUSE: &[u8] = b"\x1b[?1000h\x1b[?1006h";
/// The mouse is the terminal's own again.
const NO_MOUSE: &[u8] = b"\x1b[?1006l\x1b[?1000l";
/// How long the way back waits for a frame that is being written: a terminal that takes no more bytes must not keep us.
const PATIENCE: Duration = Duration::from_millis(200);

/// The settings before the first change; every way back leads to these.
static FOUND: OnceLock<Termios> = OnceLock::new();
/// True while the screen is ours. Taken with `swap`, so that exactly one of many ends gives it back.
static OURS: AtomicBool = AtomicBool::new(false);
/// True when the mouse was asked for: it comes and goes with the screen.
static MOUSED: AtomicBool = AtomicBool::new(false);
/// Held while bytes go out, so that no frame lands on the person's own screen after the way back.
static OUTPUT: Mutex<()> = Mutex::new(());

/// From the next time the screen is taken on, the mouse is taken, too.
pub(super) fn with_mouse() {
    MOUSED.store(true, Ordering::SeqCst);
}

/// Takes the screen: raw mode, alternate screen, bracketed paste.
pub(super) fn enter() -> io::Result<()> {
    let stdin = io::stdin();
    let found = tcgetattr(stdin.as_fd())?;
    let mut raw = FOUND.get_or_init(|| found).clone();
    raw.make_raw();
    tcsetattr(stdin.as_fd(), OptionalActions::Now, &raw)?;
    // Whoever was stopped from outside never left the alternate screen.
    let begin = if OURS.swap(true, Ordering::SeqCst) { AGAIN } else { ENTER };
    let mouse = if MOUSED.load(Ordering::SeqCst) { MOUSE } else { &[] };
    write(&[begin, mouse].concat()).inspect_err(|_| leave())
}

/// Gives the screen back exactly as it was found. Does nothing when it was given back already.
pub fn leave() {
    let _held = patiently();
    if OURS.swap(false, Ordering::SeqCst) {
        if takes_bytes() {
            if MOUSED.load(Ordering::SeqCst) {
                let _ = write_all(NO_MOUSE);
            }
            let _ = write_all(LEAVE);
        }
        if let Some(found) = FOUND.get() {
            let _ = tcsetattr(io::stdin().as_fd(), OptionalActions::Now, found);
        }
    }
}

/// True while the screen is ours.
pub(super) fn ours() -> bool {
    OURS.load(Ordering::SeqCst)
}

/// Writes bytes to the screen; once it was given back they are dropped.
pub(super) fn write(bytes: &[u8]) -> io::Result<()> {
    let _held = OUTPUT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if ours() { write_all(bytes) } else { Ok(()) }
}

/// Straight to the descriptor: Rust's own standard output holds back what follows the last line end.
fn write_all(mut bytes: &[u8]) -> io::Result<()> {
    let stdout = io::stdout();
    while !bytes.is_empty() {
        match rustix::io::write(stdout.as_fd(), bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(rustix::io::Errno::INTR) => {}
            Err(rustix::io::Errno::AGAIN) => std::thread::sleep(Duration::from_millis(1)),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// False when the terminal is held (Ctrl-S) or nobody reads from it: a write would never end.
fn takes_bytes() -> bool {
    let stdout = io::stdout();
    let mut watched = [PollFd::from_borrowed_fd(stdout.as_fd(), PollFlags::OUT)];
    let wait = Timespec { tv_sec: 0, tv_nsec: i64::from(PATIENCE.subsec_nanos()) };
    poll(&mut watched, Some(&wait)) != Ok(0)
}

fn patiently() -> Option<MutexGuard<'static, ()>> {
    let start = Instant::now();
    loop {
        match OUTPUT.try_lock() {
            Ok(held) => return Some(held),
            Err(TryLockError::Poisoned(held)) => return Some(held.into_inner()),
            Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(2)),
            Err(TryLockError::WouldBlock) => return None,
        }
    }
}
