//! Starts a program and stays with it to the end: hears it, keeps the time, stops it when asked, leaves nothing behind.

use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::runtime::{Builder, Runtime};

use super::start::{Started, start};
use super::tree::{MOMENT, Tree, adopt_orphans};
use super::{End, Ended, Heard, Interrupt, Order, Terminal};

/// How often the process tree is looked at, and how long output is still read after the end.
const TICK: Duration = Duration::from_secs(1);
const DRAIN: Duration = Duration::from_millis(200);
const CHUNK: usize = 64 * 1024;
/// More than two pipes can hold: who goes on writing after that is somebody else who inherited them.
const LATE: usize = 4 << 20;

/// Runs `order` to its end and tells `heard` what it lets be heard. Never waits without bound: the deadline, the interrupt and
/// the patience of the order end it, and with it all that it started.
///
/// # Errors
/// When the program cannot be started at all.
pub fn run(order: &Order, interrupt: &Interrupt, heard: &mut dyn FnMut(Heard<'_>)) -> std::io::Result<Ended> {
    Running::begin(order)?.stay(order, interrupt, heard)
}

/// A program that was started and has nobody yet who stays with it.
pub struct Running {
    started: Started,
    runtime: Runtime,
}

impl Running {
    /// # Errors
    /// When the program cannot be started.
    pub fn begin(order: &Order) -> std::io::Result<Self> {
        adopt_orphans();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let inside = runtime.enter();
        let started = start(order)?;
        drop(inside);
        Ok(Self { started, runtime })
    }

    /// The terminal, when somebody sits at it.
    pub fn take_terminal(&mut self) -> Option<OwnedFd> {
        self.started.whole.take()
    }

    /// Stays with it to its end, and sees to it that nothing of it is left.
    ///
    /// # Errors
    /// The system does not say how it ended.
    pub fn stay(self, order: &Order, interrupt: &Interrupt, heard: &mut dyn FnMut(Heard<'_>)) -> std::io::Result<Ended> {
        let ended = self.runtime.block_on(watch(self.started, order, interrupt, heard));
        // A child that cannot die must not hold up our own end.
        self.runtime.shutdown_background();
        ended
    }
}

/// Why it is being stopped, how hard so far, and when the next, harder signal is due.
struct Stopping {
    why: End,
    step: u8,
    next: Instant,
}

impl Stopping {
    /// Sends the next signal; `false`: it was the last, and even that has had its time.
    fn harder(&mut self, tree: &mut Tree, order: &Order) -> bool {
        tree.note();
        self.step += 1;
        // A shell at which somebody sits overhears everything but that its terminal hangs up, and its jobs lead groups of their own.
        let somebody = matches!(order.terminal, Terminal::Whole(..));
        let (signal, wait) = match self.step {
            1 if somebody => (Signal::HUP, order.patience.interrupt),
            1 => (Signal::INT, order.patience.interrupt),
            2 => (Signal::TERM, order.patience.terminate),
            3 => (Signal::KILL, order.patience.kill),
            _ => return false,
        };
        tree.signal_group(signal);
        if somebody || signal == Signal::KILL {
            tree.signal(signal);
        }
        if somebody {
            // A stopped job would keep the signal for later.
            tree.signal(Signal::CONT);
        }
        self.next = Instant::now() + wait;
        true
    }
}

async fn watch(
    mut running: Started,
    order: &Order,
    interrupt: &Interrupt,
    heard: &mut dyn FnMut(Heard<'_>),
) -> std::io::Result<Ended> {
    let begin = Instant::now();
    // Of a session everybody can be found at its end, too; and nobody is silent at whom somebody types.
    let somebody = matches!(order.terminal, Terminal::Whole(..));
    let mut asked = interrupt.watch();
    let (mut out, mut err, mut tty) = (vec![0; CHUNK], vec![0; CHUNK], vec![0; 1024]);
    let mut last_heard = Instant::now();
    let mut told = 0;
    let mut stopping: Option<Stopping> = None;
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);

    let status = loop {
        let due = stopping.as_ref().map(|stopping| stopping.next).or(order.deadline);
        tokio::select! {
            size = read(&mut running.out, &mut out) => {
                last_heard = Instant::now();
                if size > 0 { heard(Heard::Out(&out[..size])) } else { running.out = None }
            }
            size = read(&mut running.err, &mut err) => {
                last_heard = Instant::now();
                if size > 0 { heard(Heard::Err(&err[..size])) } else { running.err = None }
            }
            size = read(&mut running.asks, &mut tty) => {
                if size > 0 {
                    heard(Heard::Asked(&tty[..size]));
                    // The end of the input, which is all that it can get.
                    if let Some(terminal) = &mut running.asks { let _ = terminal.write(b"\x04").await; }
                } else {
                    running.asks = None;
                }
            }
            status = running.child.wait() => break Some(status?),
            () = until(due) => {
                let stop = stopping.get_or_insert(Stopping { why: End::TimedOut, step: 0, next: begin });
                if !stop.harder(&mut running.tree, order) { break None; }
            }
            changed = asked.changed() => {
                let wish = *asked.borrow_and_update();
                if let (Ok(()), Some((number, times))) = (changed, wish) {
                    let stop = stopping.get_or_insert(Stopping { why: End::Interrupted(number), step: 0, next: begin });
                    if times > 1 { stop.step = stop.step.max(2); }
                    if (stop.step == 0 || times > 1) && !stop.harder(&mut running.tree, order) { break None; }
                }
            }
            _ = tick.tick(), if !somebody => {
                running.tree.note();
                let silent = last_heard.elapsed();
                let lengths = silent.as_millis() / order.silence.as_millis().max(1);
                if lengths > told { heard(Heard::Silent(silent)); }
                told = lengths;
            }
        }
    };

    drain(&mut running, &mut out, &mut err, heard).await;
    let moment = if somebody { order.patience.interrupt } else { MOMENT };
    let mut stuck = running.tree.sweep(moment, order.patience.kill);
    if status.is_none() {
        stuck.push(running.pid);
    }
    let end = match (stopping, status) {
        (Some(stopping), _) => stopping.why,
        (None, Some(status)) => ended(status),
        (None, None) => End::TimedOut,
    };
    Ok(Ended { end, duration: begin.elapsed(), stuck })
}

fn ended(status: ExitStatus) -> End {
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Exit(code),
        (None, signal) => End::Signal(signal.unwrap_or(0)),
    }
}

/// What is still in the pipes. Whoever inherited them may keep them open: they are not waited for.
async fn drain(running: &mut Started, out: &mut [u8], err: &mut [u8], heard: &mut dyn FnMut(Heard<'_>)) {
    let end = Instant::now() + DRAIN;
    let mut late = LATE;
    while running.out.is_some() || running.err.is_some() {
        // What lies in the pipes is read before the clock is asked: on a busy machine the time is over before the first look.
        let size = tokio::select! {
            biased;
            size = read(&mut running.out, out) => {
                if size > 0 { heard(Heard::Out(&out[..size])) } else { running.out = None }
                size
            }
            size = read(&mut running.err, err) => {
                if size > 0 { heard(Heard::Err(&err[..size])) } else { running.err = None }
                size
            }
            () = until(Some(end)) => return,
        };
        if Instant::now() >= end {
            late = late.saturating_sub(size.max(1));
            if late == 0 {
                return;
            }
        }
    }
}

/// 0: the end. A terminal whose other side is gone says EIO, which is an end too. For ever, when there is nothing to read.
async fn read(from: &mut Option<impl AsyncRead + Unpin>, into: &mut [u8]) -> usize {
    match from {
        Some(from) => from.read(into).await.unwrap_or(0),
        None => std::future::pending().await,
    }
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}
