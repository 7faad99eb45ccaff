//! Starts a program and stays with it to the end: hears it, keeps the time, stops it when asked, leaves nothing behind.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

use super::tree::{Tree, adopt_orphans, send};
use super::{End, Ended, Heard, Interrupt, MARK, Order, Patience};

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
    adopt_orphans();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(watch(order, interrupt, heard));
    // A child that cannot die must not hold up our own end.
    runtime.shutdown_background();
    ended
}

/// The child with the ends of its lines to us.
struct Started {
    child: Child,
    pid: u32,
    mark: String,
    out: Option<Box<dyn AsyncRead + Unpin>>,
    err: Option<Box<dyn AsyncRead + Unpin>>,
    /// The terminal it may open by itself to ask something. `None`: it has none, or `out` is it.
    asks: Option<pty_process::Pty>,
    /// Keeps that terminal alive while nobody has it open.
    _held: Option<pty_process::Pts>,
}

fn start(order: &Order) -> std::io::Result<Started> {
    let mark = format!("{MARK}={}", crate::edge::random_word());
    let mut command = Command::new(&order.program);
    let env: &BTreeMap<_, _> = &order.env;
    command
        .args(&order.args)
        .current_dir(&order.dir)
        .env_clear()
        .envs(env)
        .env(MARK, &mark[MARK.len() + 1..])
        .kill_on_drop(false);
    let other = |error: pty_process::Error| std::io::Error::other(error.to_string());
    let (mut child, terminal, held) = if let Ok((terminal, pts)) = pty_process::open() {
        let (rows, columns) = order.terminal.unwrap_or((24, 80));
        let _ = terminal.resize(pty_process::Size::new(rows.max(1), columns.max(1)));
        let mut command = pty_process::Command::from(command).stdin(Stdio::null());
        if order.terminal.is_none() {
            command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        }
        let (child, held) = spawn(command, pts).map_err(|error| unwrap_io(error).unwrap_or_else(other))?;
        (child, Some(terminal), held.filter(|_| order.terminal.is_none()))
    } else {
        // No terminals to be had (a bare container): a process group of its own must do.
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        (command.spawn()?, None, None)
    };
    let pid = child.id().unwrap_or(0);
    let piped = child.stdout.take().map(|out| Box::new(out) as Box<dyn AsyncRead + Unpin>);
    let err = child.stderr.take().map(|err| Box::new(err) as Box<dyn AsyncRead + Unpin>);
    let (out, asks) = match (piped, terminal) {
        (Some(piped), terminal) => (Some(piped), terminal),
        (None, Some(terminal)) => (Some(Box::new(terminal) as Box<dyn AsyncRead + Unpin>), None),
        (None, None) => (None, None),
    };
    Ok(Started { child, pid, mark, out, err, asks, _held: held })
}

#[cfg(not(target_os = "macos"))]
fn spawn(mut command: pty_process::Command, pts: pty_process::Pts) -> pty_process::Result<(Child, Option<pty_process::Pts>)> {
    Ok((command.spawn_borrowed(&pts)?, Some(pts)))
}

#[cfg(target_os = "macos")]
fn spawn(command: pty_process::Command, pts: pty_process::Pts) -> pty_process::Result<(Child, Option<pty_process::Pts>)> {
    Ok((command.spawn(pts)?, None))
}

fn unwrap_io(error: pty_process::Error) -> Result<std::io::Error, pty_process::Error> {
    match error {
        pty_process::Error::Io(error) => Ok(error),
        other => Err(other),
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
    fn harder(&mut self, pid: u32, tree: &mut Tree, patience: &Patience) -> bool {
        tree.note();
        self.step += 1;
        let (signal, wait) = match self.step {
            1 => (Signal::INT, patience.interrupt),
            2 => (Signal::TERM, patience.terminate),
            3 => (Signal::KILL, patience.kill),
            _ => return false,
        };
        if let Some(group) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, signal);
        }
        if signal == Signal::KILL {
            send(pid, signal);
            tree.signal(signal);
        }
        self.next = Instant::now() + wait;
        true
    }
}

async fn watch(order: &Order, interrupt: &Interrupt, heard: &mut dyn FnMut(Heard<'_>)) -> std::io::Result<Ended> {
    let begin = Instant::now();
    let mut running = start(order)?;
    let mut tree = Tree::new(running.pid, &running.mark);
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
                if !stop.harder(running.pid, &mut tree, &order.patience) { break None; }
            }
            changed = asked.changed() => {
                let wish = *asked.borrow_and_update();
                if let (Ok(()), Some((number, times))) = (changed, wish) {
                    let stop = stopping.get_or_insert(Stopping { why: End::Interrupted(number), step: 0, next: begin });
                    if times > 1 { stop.step = stop.step.max(2); }
                    if (stop.step == 0 || times > 1) && !stop.harder(running.pid, &mut tree, &order.patience) { break None; }
                }
            }
            _ = tick.tick() => {
                tree.note();
                let silent = last_heard.elapsed();
                let lengths = silent.as_millis() / order.silence.as_millis().max(1);
                if lengths > told { heard(Heard::Silent(silent)); }
                told = lengths;
            }
        }
    };

    drain(&mut running, &mut out, &mut err, heard).await;
    let mut stuck = tree.sweep(order.patience.kill);
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
