//! What the terminal and the system tell us: keys, pastes, sizes, signals, and that the terminal is gone. One thread each.

use std::io;
use std::os::fd::AsFd as _;
use std::thread;
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{self, Event, KeyEvent, KeyEventKind};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::signal::{
    SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU,
};
use signal_hook::iterator::Signals;

use super::guard;

/// One thing that was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    Key(KeyEvent),
    Paste(String),
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
/// How often we look whether the terminal is still there: crossterm's reader does not see that it is gone and spins.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 500_000_000 };

/// Starts listening; `send` returns false when nobody takes it any more. It may wait: a flood of keys then waits with it.
pub fn listen(send: impl Fn(Heard) -> bool + Clone + Send + 'static) -> io::Result<()> {
    let mut signals =
        Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGXCPU])?;
    let (to_screen, of_signals, of_watch) = (send.clone(), send.clone(), send);
    thread::Builder::new().name("keys".to_owned()).spawn(move || keys(&to_screen))?;
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            obey(signal, &of_signals);
        }
    })?;
    thread::Builder::new().name("watch".to_owned()).spawn(move || watch(&of_watch))?;
    Ok(())
}

fn keys(send: &impl Fn(Heard) -> bool) {
    while let Ok(event) = event::read() {
        let heard = match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => Heard::Key(key),
            Event::Paste(text) => Heard::Paste(text),
            Event::Resize(..) => Heard::Resized,
            _ => continue,
        };
        if !send(heard) {
            return;
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
    last_resort(number);
    guard::leave();
    send(Heard::End(number));
}

#[expect(clippy::exit, reason = "the screen did not end in time: its thread hangs in a call that never returns")]
fn last_resort(number: u8) {
    let start = Instant::now();
    let _ = thread::Builder::new().name("last".to_owned()).spawn(move || {
        thread::sleep(LAST.saturating_sub(start.elapsed()));
        std::process::exit(128 + i32::from(number));
    });
}

fn watch(send: &impl Fn(Heard) -> bool) {
    let stdin = io::stdin();
    loop {
        let mut watched = [PollFd::from_borrowed_fd(stdin.as_fd(), PollFlags::empty())];
        let heard = poll(&mut watched, Some(&LOOK));
        let [found] = watched;
        let gone = found.revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL);
        if heard.is_ok() && gone {
            return end(SIGHUP, send);
        }
    }
}
