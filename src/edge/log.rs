//! Streams a log, from a file or from standard input, in pieces.

use std::io::{self, ErrorKind, IsTerminal as _, Read};
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::mpsc::{channel, sync_channel};
use std::thread;

use crate::core::explain::{Batch, Explainer};
use crate::core::failure::{Exit, Failure};

/// Where a log comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log<'a> {
    File(&'a Path),
    Stdin,
}

/// True when a file (of any kind) has that name.
#[must_use]
pub fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// True when a person sits at standard input.
#[must_use]
pub fn person_at_stdin() -> bool {
    io::stdin().is_terminal()
}

/// How many parts of a log may be cut and not judged yet: so many times 256 KiB are in memory at the most.
const AHEAD: usize = 4;

/// Reads a whole log into `explainer`: one thread cuts it into lines while this one judges them.
///
/// # Errors
/// Exit 2: the log cannot be read.
pub fn explain(log: Log<'_>, explainer: &mut Explainer) -> Result<(), Failure> {
    let mut cutter = explainer.cutter();
    let (full, filled) = sync_channel::<Batch>(AHEAD);
    let (back, emptied) = channel::<Batch>();
    thread::scope(|scope| {
        let reader = scope.spawn(move || {
            // The other end only goes when it panics, and then that is what is told.
            stream(log, &mut |bytes| {
                let mut batch = emptied.try_recv().unwrap_or_default();
                cutter.cut(bytes, &mut batch);
                let _ = full.send(batch);
            })?;
            let mut last = Batch::default();
            cutter.end(&mut last);
            let _ = full.send(last);
            Ok(())
        });
        for batch in filled {
            explainer.take(&batch);
            let _ = back.send(batch);
        }
        reader.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}

/// Calls `each` with every piece of the log.
///
/// # Errors
/// Exit 2: the log cannot be read.
fn stream(log: Log<'_>, each: &mut dyn FnMut(&[u8])) -> Result<(), Failure> {
    match log {
        Log::Stdin => pour(io::stdin().lock(), each).map_err(|error| unreadable("standard input", &error)),
        Log::File(path) => std::fs::File::open(path)
            .and_then(|file| pour(file, each))
            .map_err(|error| unreadable(&format!("`{}`", path.display()), &error)),
    }
}

fn pour(mut from: impl Read, each: &mut dyn FnMut(&[u8])) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 18];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => each(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn unreadable(what: &str, error: &io::Error) -> Failure {
    Failure::new(Exit::Usage, format!("read the log {what}")).why(error.to_string())
}
