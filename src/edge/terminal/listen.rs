//! What the terminal and the system tell us: keys, pastes, the mouse, sizes, signals, and that the terminal is gone.

use std::io;
use std::os::fd::AsFd as _;
use std::thread;
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{KeyEvent, MouseEvent};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::signal::{
    SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGVTALRM, SIGWINCH, SIGXCPU,
};
use signal_hook::iterator::Signals;

use super::decode::{Decoder, Typed};
use super::guard;
use crate::edge::{ending, fault};

/// One thing that was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    Key(KeyEvent),
    Paste(String),
    Mouse(MouseEvent),
    /// The window has another size, or the same again: draw everything anew.
    Resized,
    /// The system asks us to end; the terminal was given back already.
    End(u8),
    /// The system asks us to stop for a while.
    Stop,
    /// We go on after a stop.
    Continued,
}

/// The end must have come by then; whatever still hangs is left behind.
const LAST: Duration = Duration::from_secs(9);
/// Escape is the Escape key when nothing follows for so long; slow lines deliver a sequence in pieces.
const SILENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// Listens to the system from now on: call it before the terminal is taken, so that no signal finds it taken and unguarded.
/// `send` returns false when nobody takes it any more.
pub fn signals(send: impl Fn(Heard) -> bool + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new([
        SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGXCPU, SIGWINCH,
    ])?;
    ending::take_over();
    super::thread("signals", move || {
        for signal in signals.forever() {
            fault::point("signals");
            obey(signal, &send);
        }
    })
    .map(drop)
}

/// Listens to the terminal. `send` may wait: a flood of keys then waits with it. Its end is heard, too.
///
/// crossterm's own reader is not used: it spins when the terminal is gone, leaves the rest of a long input unread until the
/// next key, and can be held up by an unfinished sequence.
pub fn keys(send: impl Fn(Heard) -> bool + Send + 'static) -> io::Result<()> {
    super::thread("keys", move || read(&send)).map(drop)
}

fn read(send: &impl Fn(Heard) -> bool) {
    let stdin = io::stdin();
    let (mut decoder, mut typed, mut buffer) = (Decoder::default(), Vec::new(), [0; 4096]);
    loop {
        let mut watched = [PollFd::from_borrowed_fd(stdin.as_fd(), PollFlags::IN)];
        let ready = poll(&mut watched, decoder.waits().then_some(&SILENCE));
        let told = watched[0].revents();
        match ready {
            Err(rustix::io::Errno::INTR) => continue,
            Err(_) => return end(SIGHUP, send),
            Ok(0) => decoder.silence(&mut typed),
            Ok(_) if told.contains(PollFlags::IN) => match rustix::io::read(stdin.as_fd(), &mut buffer) {
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => continue,
                Ok(0) | Err(_) => return end(SIGHUP, send),
                Ok(count) => decoder.feed(buffer.get(..count).unwrap_or_default(), &mut typed),
            },
            // Hung up, with nothing left to read.
            Ok(_) => return end(SIGHUP, send),
        }
        fault::point("keys");
        for one in typed.drain(..) {
            let heard = match one {
                Typed::Key(key) => Heard::Key(key),
                Typed::Paste(text) => Heard::Paste(text),
                Typed::Mouse(event) => Heard::Mouse(event),
            };
            if !send(heard) {
                return;
            }
        }
    }
}

fn obey(signal: i32, send: &impl Fn(Heard) -> bool) {
    match signal {
        SIGTSTP => {
            send(Heard::Stop);
        }
        SIGCONT => {
            send(Heard::Continued);
        }
        SIGWINCH => {
            send(Heard::Resized);
        }
        SIGQUIT => {
            guard::leave();
            let _ = signal_hook::low_level::emulate_default_handler(SIGQUIT);
        }
        _ => end(signal, send),
    }
}

/// Gives the terminal back at once, asks the screen to end, and sees to it that the end comes.
fn end(signal: i32, send: &impl Fn(Heard) -> bool) {
    let number = u8::try_from(signal).unwrap_or(1);
    last_resort(128_u8.saturating_add(number));
    guard::leave();
    send(Heard::End(number));
}

#[expect(clippy::exit, reason = "the screen did not end in time: its thread hangs in a call that never returns")]
pub(super) fn last_resort(code: u8) {
    let start = Instant::now();
    let _ = thread::Builder::new().name("last".to_owned()).spawn(move || {
        thread::sleep(LAST.saturating_sub(start.elapsed()));
        std::process::exit(i32::from(code));
    });
}
