//! A program on a terminal at which somebody sits: what it prints comes as bytes, what a person types goes to it.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, channel, sync_channel};
use std::time::{Duration, Instant};

use rustix::termios::{Winsize, tcsetwinsize};

use super::watch::Running;
use super::{End, Interrupt, Order, Patience, Terminal};
use crate::edge::{fault, terminal};

/// Chunks (of four KiB, as the kernel gives them) that wait for the parser; a program that prints faster waits with them. What waits
/// is passed on as one: enough for the parser to see what of a flood nobody will see.
const CHUNKS: usize = 512;
/// Keystrokes that wait for a program that does not read.
const TYPED: usize = 256;
/// Output that may still come after the program has ended: a child of it may hold the terminal open for ever.
const DRAIN: Duration = Duration::from_millis(200);
/// Six seconds in all: the wizard, which ends it, is given eight.
const PATIENCE: Patience =
    Patience { interrupt: Duration::from_millis(1500), terminate: Duration::from_millis(2500), kill: Duration::from_secs(2) };
/// Whoever waits for its end waits no longer.
const LONGEST: Duration = Duration::from_secs(7);

/// What a running program tells, in order; `Ended` is the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told<'a> {
    Output(&'a [u8]),
    Ended(End),
}

/// A program that runs on its own terminal. Dropping it ends the program and all of its session.
pub struct Program {
    terminal: Arc<File>,
    typed: SyncSender<Vec<u8>>,
    interrupt: Interrupt,
    over: Receiver<()>,
}

impl Program {
    /// Starts `order` on a terminal of `rows` x `columns`. `hear` is called on a thread of its own.
    ///
    /// # Errors
    /// It cannot be started, or there is no terminal or thread to be had.
    pub fn start(order: Order, (rows, columns): (u16, u16), mut hear: impl FnMut(Told<'_>) + Send + 'static) -> io::Result<Self> {
        let order = Order { terminal: Terminal::Whole(rows, columns), patience: PATIENCE, ..order };
        let mut running = Running::begin(&order)?;
        let pty = running.take_terminal().ok_or_else(|| io::Error::other("there is no terminal to be had"))?;
        let pty = Arc::new(File::from(pty));
        let (chunk, chunks) = sync_channel(CHUNKS);
        let (typed, to_type) = sync_channel(TYPED);
        let (ends, over) = channel();
        let (reader, writer) = (Arc::clone(&pty), Arc::clone(&pty));
        let interrupt = Interrupt::new();
        let (exit, asked) = (chunk.clone(), interrupt.clone());
        terminal::thread("pty-read", move || read(&reader, &chunk))?;
        terminal::thread("pty-write", move || write(&writer, &to_type))?;
        terminal::thread("pty-wait", move || {
            let end = running.stay(&order, &asked, &mut |_| {}).map_or(End::Exit(1), |ended| ended.end);
            let _ = exit.send(Chunk::Exit(end));
            let _ = ends.send(());
        })?;
        terminal::thread("pty-parse", move || tell(&chunks, &mut hear))?;
        Ok(Self { terminal: pty, typed, interrupt, over })
    }

    /// Types bytes; false when the program does not read and its line is full.
    #[must_use]
    pub fn send(&self, bytes: &[u8]) -> bool {
        !matches!(self.typed.try_send(bytes.to_vec()), Err(TrySendError::Full(_)))
    }

    /// Tells the program the new size of its window.
    pub fn resize(&self, rows: u16, columns: u16) {
        let size = Winsize { ws_row: rows.max(1), ws_col: columns.max(1), ws_xpixel: 0, ws_ypixel: 0 };
        let _ = tcsetwinsize(&*self.terminal, size);
    }

    /// Ends the program and everything of its session: hang up, ask, then force. Mostly that takes no time.
    pub fn stop(&mut self) {
        self.interrupt.stop(1);
        let _ = self.over.recv_timeout(LONGEST);
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Program").field("interrupt", &self.interrupt).finish_non_exhaustive()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.stop();
    }
}

enum Chunk {
    Bytes(Vec<u8>),
    Exit(End),
}

fn read(mut pty: &File, chunks: &SyncSender<Chunk>) {
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

fn write(mut pty: &File, typed: &Receiver<Vec<u8>>) {
    while let Ok(bytes) = typed.recv() {
        if pty.write_all(&bytes).is_err() {
            return;
        }
    }
}

/// Passes on what comes; after the program's end only for as long as output still comes.
fn tell(chunks: &Receiver<Chunk>, hear: &mut impl FnMut(Told<'_>)) {
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
                hear(Told::Output(&bytes));
            }
            Ok(Chunk::Exit(how)) => {
                ended = Some(how);
                last = Instant::now();
            }
            Err(RecvTimeoutError::Timeout) if ended.is_none() => {}
            Err(_) => break,
        }
    }
    hear(Told::Ended(ended.unwrap_or(End::Exit(1))));
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::Sender;

    use super::*;
    use crate::edge::child::Environment;
    use crate::edge::process::Standing;

    fn shell(script: &str) -> Order {
        Order::new("/bin/sh", "/", Environment::inherited()).args(["-c", script])
    }

    fn started(script: &str) -> (Program, Receiver<Result<Vec<u8>, End>>) {
        let (heard, hear): (Sender<Result<Vec<u8>, End>>, _) = channel();
        let heard = Mutex::new(heard);
        let program = Program::start(shell(script), (24, 80), move |told| {
            let _ = heard.lock().unwrap().send(match told {
                Told::Output(bytes) => Ok(bytes.to_vec()),
                Told::Ended(how) => Err(how),
            });
        })
        .unwrap();
        (program, hear)
    }

    fn text_until(hear: &Receiver<Result<Vec<u8>, End>>, end: &str) -> String {
        let mut text = String::new();
        while !text.ends_with(end) {
            text += &String::from_utf8_lossy(&hear.recv().unwrap().unwrap());
        }
        text
    }

    /// Whoever is alive in a session, its leader too.
    fn session(leader: i32) -> Vec<i32> {
        let all = Standing::everybody();
        all.values().filter(|process| process.session == leader && !process.dead).map(|process| process.pid).collect()
    }

    fn run(script: &str) -> (String, End) {
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
        assert_eq!(run("stty size; exit 3"), ("24 80\r\n".to_owned(), End::Exit(3)));
    }

    #[test]
    fn a_child_that_keeps_the_terminal_open_does_not_hold_the_end() {
        let (text, how) = run("sleep 60 & echo done");
        assert_eq!((text.as_str(), how), ("done\r\n", End::Exit(0)));
    }

    #[test]
    fn its_death_by_signal_is_told() {
        assert_eq!(run("kill -9 $$").1, End::Signal(9));
    }

    #[test]
    fn stopping_leaves_nobody_of_the_session() {
        let script = "trap '' HUP TERM; (trap '' HUP TERM; sleep 61) & echo $$; wait; sleep 61";
        let (mut program, hear) = started(script);
        let leader = text_until(&hear, "\n").trim().parse().unwrap();
        assert!(!session(leader).is_empty());
        program.stop();
        assert!(session(leader).is_empty());
        program.stop();
    }

    /// A job in a group of its own, stopped: it hears the signal all the same, and may clear up.
    #[test]
    fn stopping_reaches_jobs_that_were_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cleared");
        let job = format!("trap 'echo yes > {}; exit' HUP; echo up; while :; do sleep 0.05; done", file.display());
        let (mut program, hear) = started(&format!("set -m; sh -c \"{job}\" & sleep 0.3; kill -STOP $!; echo stopped; sleep 61"));
        text_until(&hear, "stopped\r\n");
        program.stop();
        assert_eq!(std::fs::read_to_string(file).unwrap(), "yes\n");
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
