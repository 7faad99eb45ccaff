//! Starts a program in a session of its own. What its terminal is makes the only difference between one that is watched and one at
//! which somebody sits.

use std::os::fd::OwnedFd;
use std::process::Stdio;

use tokio::io::AsyncRead;
use tokio::process::{Child, Command};

use super::tree::{Reach, Tree};
use super::{MARK, Order, Terminal};

type Line = Box<dyn AsyncRead + Send + Unpin>;

/// The child with the ends of its lines to us. Dropped before its end it is killed with all that it started.
pub struct Started {
    pub child: Child,
    pub pid: u32,
    pub tree: Tree,
    pub out: Option<Line>,
    pub err: Option<Line>,
    /// The terminal it may open by itself to ask something. `None`: it has none, or it is seen.
    pub asks: Option<pty_process::Pty>,
    /// The terminal at which somebody sits.
    pub whole: Option<OwnedFd>,
    /// Keeps the terminal alive while nobody has it open.
    _held: Option<pty_process::Pts>,
}

/// Starts `order`; to be called where a runtime is entered.
pub fn start(order: &Order) -> std::io::Result<Started> {
    let mut command = Command::new(&order.program);
    command.args(&order.args).current_dir(&order.dir).env_clear().envs(&order.env).kill_on_drop(false);
    let somebody = matches!(order.terminal, Terminal::Whole(..));
    let mark = format!("{MARK}={}", crate::edge::random_word());
    if !somebody {
        command.env(MARK, &mark[MARK.len() + 1..]);
    }
    let (mut child, terminal, held) = match pty_process::open() {
        Ok((terminal, pts)) => {
            let (rows, columns) = order.terminal.size();
            let _ = terminal.resize(pty_process::Size::new(rows.max(1), columns.max(1)));
            let mut command = pty_process::Command::from(command);
            if !somebody {
                command = command.stdin(Stdio::null());
            }
            if order.terminal == Terminal::Hidden {
                command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
            }
            let (child, held) = spawn(command, pts).map_err(system)?;
            (child, Some(terminal), held.filter(|_| order.terminal == Terminal::Hidden))
        }
        Err(error) if somebody => return Err(system(error)),
        Err(_) => {
            // No terminals to be had (a bare container): a process group of its own must do.
            command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            (command.spawn()?, None, None)
        }
    };
    let pid = child.id().unwrap_or(0);
    let tree = Tree::new(pid, if somebody { Reach::Session } else { Reach::Marked(mark.into_bytes()) });
    let mut out = child.stdout.take().map(|out| Box::new(out) as Line);
    let err = child.stderr.take().map(|err| Box::new(err) as Line);
    let (mut asks, mut whole) = (None, None);
    match (terminal, order.terminal) {
        (Some(terminal), Terminal::Whole(..)) => whole = Some(blocking(terminal)?),
        (Some(terminal), Terminal::Shown(..)) => out = Some(Box::new(terminal)),
        (terminal, _) => asks = terminal,
    }
    Ok(Started { child, pid, tree, out, err, asks, whole, _held: held })
}

/// The same terminal for threads that wait on it.
fn blocking(terminal: pty_process::Pty) -> std::io::Result<OwnedFd> {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    let terminal = OwnedFd::from(terminal);
    fcntl_setfl(&terminal, fcntl_getfl(&terminal)? - OFlags::NONBLOCK)?;
    Ok(terminal)
}

#[cfg(not(target_os = "macos"))]
fn spawn(mut command: pty_process::Command, pts: pty_process::Pts) -> pty_process::Result<(Child, Option<pty_process::Pts>)> {
    Ok((command.spawn_borrowed(&pts)?, Some(pts)))
}

#[cfg(target_os = "macos")]
fn spawn(command: pty_process::Command, pts: pty_process::Pts) -> pty_process::Result<(Child, Option<pty_process::Pts>)> {
    Ok((command.spawn(pts)?, None))
}

fn system(error: pty_process::Error) -> std::io::Error {
    match error {
        pty_process::Error::Io(error) => error,
        other => std::io::Error::other(other.to_string()),
    }
}
