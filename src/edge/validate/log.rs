//! What was said: the last lines in memory, nearly all of it in `.nixml/logs`.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write as _;

use rustix::fs::{Mode, OFlags, openat, unlinkat};

use crate::core::failure::Failure;
use crate::core::text::{Redactor, sanitise};
use crate::edge::files::Folder;

const FOLDER: &str = ".nixml/logs";
/// Older logs go when there are more.
const KEPT: usize = 10;
/// Bytes of one log; the end of the output is added to a full one.
const MOST_BYTES: usize = 2 << 20;
/// Lines and bytes kept in memory, for the cause of a failure.
const TAIL_LINES: usize = 2000;
const TAIL_BYTES: usize = 512 * 1024;

/// The last lines, sanitised.
#[derive(Debug, Default)]
pub struct Tail {
    lines: VecDeque<String>,
    bytes: usize,
}

impl Tail {
    pub fn push(&mut self, line: &str) {
        self.bytes += line.len();
        self.lines.push_back(line.to_owned());
        while self.lines.len() > TAIL_LINES || self.bytes > TAIL_BYTES {
            let Some(oldest) = self.lines.pop_front() else { return };
            self.bytes -= oldest.len();
        }
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The last `count` lines that say something.
    pub fn last(&self, count: usize) -> Vec<String> {
        let mut last: Vec<String> = self
            .lines
            .iter()
            .rev()
            .flat_map(|line| line.lines().rev())
            .filter(|line| !line.trim().is_empty())
            .take(count)
            .map(str::to_owned)
            .collect();
        last.reverse();
        last
    }

    pub fn text(&self) -> String {
        self.lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
    }
}

/// One run's log on the disk, readable by its owner only, without names and secrets.
#[derive(Debug)]
pub struct RunLog {
    /// From the project's folder. `None`: it could not be made, and the run goes on without.
    pub path: Option<String>,
    file: Option<File>,
    written: usize,
    left_out: usize,
    redactor: Redactor,
}

impl RunLog {
    /// Makes `.nixml/logs` and a new file in it.
    ///
    /// # Errors
    /// Exit 4: `.nixml` is a link or a file.
    pub fn create(folder: &Folder, redactor: Redactor) -> Result<Self, Failure> {
        let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |age| age.as_secs());
        let path = format!("{FOLDER}/validate-{seconds}-{}.log", std::process::id());
        let parent = folder
            .parent(&path, true)
            .map_err(|blocked| blocked.failure(format!("write into `{FOLDER}`")).next("move `.nixml` away"))?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = parent.and_then(|(handle, name)| {
            prune(folder);
            openat(&handle, &name, flags, Mode::from_raw_mode(0o600)).ok().map(File::from)
        });
        let path = file.is_some().then_some(path);
        Ok(Self { path, file, written: 0, left_out: 0, redactor })
    }

    pub fn line(&mut self, line: &str) {
        let Some(file) = &mut self.file else { return };
        if self.written >= MOST_BYTES {
            self.left_out += 1;
            return;
        }
        let clean = format!("{}\n", self.redactor.redact(&sanitise(line)));
        self.written += clean.len();
        if file.write_all(clean.as_bytes()).is_err() {
            self.file = None; // A full disk: the run is worth more than its log.
        }
    }

    /// Adds the end of an output that was too long.
    pub fn finish(&mut self, tail: &Tail) {
        if self.left_out > 0 {
            let left_out = self.left_out;
            self.written = 0;
            self.line(&format!("... {left_out} lines left out, the last ones follow ..."));
            for line in tail.last(200) {
                self.line(&line);
            }
        }
    }
}

/// Names sort by time: the oldest go.
fn prune(folder: &Folder) {
    let Ok(Some((handle, _))) = folder.parent(&format!("{FOLDER}/x"), false) else { return };
    let Ok(dir) = rustix::fs::Dir::read_from(&handle) else { return };
    let mut names: Vec<String> = dir
        .flatten()
        .filter_map(|entry| entry.file_name().to_str().ok().map(str::to_owned))
        .filter(|name| name.starts_with("validate-") && name.ends_with(".log"))
        .collect();
    names.sort();
    let old = names.len().saturating_sub(KEPT - 1);
    for name in &names[..old] {
        let _ = unlinkat(&handle, name, rustix::fs::AtFlags::empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_bounded_and_ends_with_the_end() {
        let mut tail = Tail::default();
        for number in 0..5000 {
            tail.push(&format!("line {number}"));
        }
        tail.push("");
        assert_eq!(tail.last(2), ["line 4998", "line 4999"]);
        assert_eq!(tail.lines.len(), TAIL_LINES);
        for _ in 0..10 {
            tail.push(&"x".repeat(100_000));
        }
        assert!(tail.bytes <= TAIL_BYTES);
    }
}
