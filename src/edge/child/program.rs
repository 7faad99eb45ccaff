//! A program on a terminal of its own: what it prints comes as bytes, what a person types goes to it, nothing of it is left behind.

use std::ffi::OsString;
use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

use crate::edge::child::Awaited;
use crate::edge::process::Standing;
use crate::edge::{fault, terminal};

/// Chunks (of four KiB, as the kernel gives them) that wait for the parser; a program that prints faster waits with them. What waits
/// is passed on as one: enough for the parser to see what of a flood nobody will see.
const CHUNKS: usize = 512;
/// Keystrokes that wait for a program that does not read.
const TYPED: usize = 256;
/// Output that may still come after the program has ended: a child of it may hold the terminal open for ever.
const DRAIN: Duration = Duration::from_millis(200);
/// After hanging up, and after asking to end.
const GRACE: [(Signal, Duration); 3] = [
    (Signal::HUP, Duration::from_millis(1500)),
    (Signal::TERM, Duration::from_millis(2500)),
    (Signal::KILL, Duration::from_secs(2)),
];

/// What to run. The environment is nixml's own with `env` over it; `None` removes a variable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PtyCommand {
    pub program: OsString,
    pub args: Vec<OsString>,
    pub dir: Option<PathBuf>,
    pub env: Vec<(OsString, Option<OsString>)>,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Exit(u8),
    Signal(u8),
}

/// What a running program tells, in order; `Ended` is the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PtyEvent<'a> {
    Output(&'a [u8]),
    Ended(Ended),
}

/// A program that runs on its own terminal. Dropping it ends the program and all of its session.
pub struct Program {
    pty: Option<Arc<Pty>>,
    typed: SyncSender<Vec<u8>>,
    leader: Option<Pid>,
    ended: Receiver<()>,
}

impl Program {
    /// Starts `command` on a terminal of `rows` x `columns`. `hear` is called on a thread of its own.
    pub fn start(
        command: PtyCommand,
        rows: u16,
        columns: u16,
        mut hear: impl FnMut(PtyEvent<'_>) + Send + 'static,
    ) -> io::Result<Self> {
        let (pty, pts) = open().map_err(io::Error::other)?;
        // The size is there before the program asks for it.
        pty.resize(size(rows, columns)).map_err(io::Error::other)?;
        let mut process = Command::new(command.program).args(command.args);
        for (name, value) in command.env {
            process = match value {
                Some(value) => process.env(name, value),
                None => process.env_remove(name),
            };
        }
        if let Some(dir) = command.dir {
            process = process.current_dir(dir);
        }
        let child = process.spawn(pts).map_err(io::Error::other)?;
        let leader = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let awaited = Awaited::new(child.id());
        let pty = Arc::new(pty);
        let (chunk, chunks) = sync_channel(CHUNKS);
        let (typed, to_type) = sync_channel(TYPED);
        let (over, ended) = channel();
        let (reader, writer) = (Arc::clone(&pty), Arc::clone(&pty));
        let exit = chunk.clone();
        terminal::thread("pty-read", move || read(&reader, &chunk))?;
        terminal::thread("pty-write", move || write(&writer, &to_type))?;
        terminal::thread("pty-wait", move || {
            let ended = wait(child);
            drop(awaited);
            let _ = exit.send(Chunk::Exit(ended));
            let _ = over.send(());
        })?;
        terminal::thread("pty-parse", move || tell(&chunks, &mut hear))?;
        Ok(Self { pty: Some(pty), typed, leader, ended })
    }

    /// Types bytes; false when the program does not read and its line is full.
    #[must_use]
    pub fn send(&self, bytes: &[u8]) -> bool {
        !matches!(self.typed.try_send(bytes.to_vec()), Err(TrySendError::Full(_)))
    }

    /// Tells the program the new size of its window.
    pub fn resize(&self, rows: u16, columns: u16) {
        if let Some(pty) = &self.pty {
            let _ = pty.resize(size(rows, columns));
        }
    }

    /// Ends the program and everything of its session: hang up, ask, then force. Takes at most six seconds, mostly none.
    pub fn stop(&mut self) {
        self.pty = None;
        let Some(leader) = self.leader.take() else { return };
        for (signal, grace) in GRACE {
            signal_session(leader, signal);
            let start = Instant::now();
            // The leader is reaped by its own thread; the others of its session are looked for.
            let leader_gone = !matches!(self.ended.recv_timeout(grace), Err(RecvTimeoutError::Timeout));
            while start.elapsed() < grace && !Standing::session(leader).is_empty() {
                thread::sleep(Duration::from_millis(10));
            }
            if leader_gone && Standing::session(leader).is_empty() {
                return;
            }
        }
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Program").field("leader", &self.leader).finish_non_exhaustive()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.stop();
    }
}

enum Chunk {
    Bytes(Vec<u8>),
    Exit(Ended),
}

fn size(rows: u16, columns: u16) -> Size {
    Size::new(rows.max(1), columns.max(1))
}

fn read(mut pty: &Pty, chunks: &SyncSender<Chunk>) {
    let mut buffer = vec![0; 4096];
    loop {
        match pty.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Linux says EIO once nobody has the other side open any more.
            Ok(0) | Err(_) => return,
            Ok(read) => {
                if chunks.send(Chunk::Bytes(buffer[..read].to_vec())).is_err() {
                    return;
                }
            }
        }
    }
}

fn write(mut pty: &Pty, typed: &Receiver<Vec<u8>>) {
    while let Ok(bytes) = typed.recv() {
        if pty.write_all(&bytes).is_err() {
            return;
        }
    }
}

fn wait(mut child: Child) -> Ended {
    let Ok(status) = child.wait() else { return Ended::Exit(1) };
    let small = |number: i32| u8::try_from(number & 0xff).unwrap_or(u8::MAX);
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Exit(small(code)),
        (None, signal) => Ended::Signal(small(signal.unwrap_or(0))),
    }
}

/// Passes on what comes; after the program's end only for as long as output still comes.
fn tell(chunks: &Receiver<Chunk>, hear: &mut impl FnMut(PtyEvent<'_>)) {
    let mut ended = None;
    let mut last = Instant::now();
    loop {
        let left = if ended.is_some() { DRAIN.saturating_sub(last.elapsed()) } else { Duration::from_hours(1) };
        match chunks.recv_timeout(left) {
            Ok(Chunk::Bytes(mut bytes)) => {
                fault::point("pty-output");
                for more in chunks.try_iter().take(CHUNKS) {
                    match more {
                        Chunk::Bytes(more) => bytes.extend(more),
                        Chunk::Exit(how) => {
                            ended = Some(how);
                            last = Instant::now();
                        }
                    }
                }
                hear(PtyEvent::Output(&bytes));
            }
            Ok(Chunk::Exit(how)) => {
                ended = Some(how);
                last = Instant::now();
            }
            Err(RecvTimeoutError::Timeout) if ended.is_none() => {}
            Err(_) => break,
        }
    }
    hear(PtyEvent::Ended(ended.unwrap_or(Ended::Exit(1))));
}

fn signal_session(leader: Pid, signal: Signal) {
    if test_kill_process_group(leader).is_ok() {
        let _ = kill_process_group(leader, signal);
    }
    for process in Standing::session(leader) {
        let _ = rustix::process::kill_process(process, signal);
        // A stopped job would keep the signal for later.
        let _ = rustix::process::kill_process(process, Signal::CONT);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::Sender;

    use super::*;

    fn shell(script: &str) -> PtyCommand {
        PtyCommand { program: "/bin/sh".into(), args: vec!["-c".into(), script.into()], ..PtyCommand::default() }
    }

    fn started(script: &str) -> (Program, Receiver<Result<Vec<u8>, Ended>>) {
        let (heard, hear): (Sender<Result<Vec<u8>, Ended>>, _) = channel();
        let heard = Mutex::new(heard);
        let program = Program::start(shell(script), 24, 80, move |event| {
            let _ = heard.lock().unwrap().send(match event {
                PtyEvent::Output(bytes) => Ok(bytes.to_vec()),
                PtyEvent::Ended(how) => Err(how),
            });
        })
        .unwrap();
        (program, hear)
    }

    fn run(script: &str) -> (String, Ended) {
        let (_program, hear) = started(script);
        let mut text = Vec::new();
        loop {
            match hear.recv().unwrap() {
                Ok(bytes) => text.extend(bytes),
                Err(how) => return (String::from_utf8_lossy(&text).into_owned(), how),
            }
        }
    }

    #[test]
    fn it_has_a_terminal_of_the_size_given() {
        assert_eq!(run("stty size; exit 3"), ("24 80\r\n".to_owned(), Ended::Exit(3)));
    }

    #[test]
    fn a_child_that_keeps_the_terminal_open_does_not_hold_the_end() {
        let (text, how) = run("sleep 60 & echo done");
        assert_eq!((text.as_str(), how), ("done\r\n", Ended::Exit(0)));
    }

    #[test]
    fn its_death_by_signal_is_told() {
        assert_eq!(run("kill -9 $$").1, Ended::Signal(9));
    }

    #[test]
    fn stopping_leaves_nobody_of_the_session() {
        let (mut program, hear) = started("trap '' HUP TERM; (trap '' HUP TERM; sleep 61) & echo up; wait; sleep 61");
        let mut text = Vec::new();
        while !text.ends_with(b"up\r\n") {
            text.extend(hear.recv().unwrap().unwrap());
        }
        let leader = program.leader.unwrap();
        program.stop();
        assert!(Standing::session(leader).is_empty());
    }

    #[test]
    fn what_is_typed_arrives() {
        let (program, hear) = started("read line; echo got $line");
        assert!(program.send(b"hello\r"));
        let mut text = Vec::new();
        while let Ok(Ok(bytes)) = hear.recv() {
            text.extend(bytes);
        }
        assert!(String::from_utf8_lossy(&text).contains("got hello"));
    }
}
