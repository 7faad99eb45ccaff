//! What Nix is doing, counted from its activities; a bar made of these numbers never goes backwards.

use std::collections::BTreeMap;

use super::event::{Event, Field, activity, result};

/// So many of so many. `expected` grows while Nix finds out what it has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    pub done: u64,
    pub expected: u64,
    pub running: u64,
    pub failed: u64,
}

impl Count {
    /// Takes over newer numbers without ever showing less than before.
    fn advance(&mut self, newer: Self) {
        self.done = self.done.max(newer.done);
        self.expected = self.expected.max(newer.expected).max(self.done);
        self.failed = self.failed.max(newer.failed);
        self.running = newer.running;
    }
}

/// Bytes as mebibytes with one decimal: `7.2`.
#[must_use]
pub fn mebibytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) >> 20;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The state of one run of Nix, for bars and lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// Derivations built.
    pub builds: Count,
    /// Store paths copied from a binary cache.
    pub copies: Count,
    /// Bytes downloaded.
    pub download: Count,
    /// Bytes unpacked into the store.
    pub unpacked: Count,
    /// Evaluation is over: Nix has begun to build or fetch what the shell needs.
    pub realising: bool,
    /// The newest thing going on: `building torch-2.9 (installPhase)`.
    pub now: Option<String>,
}

/// One running activity.
#[derive(Debug, Clone, Default)]
struct Running {
    kind: u64,
    label: String,
    count: Count,
    /// What it said it expects of other kinds.
    expects: BTreeMap<u64, u64>,
}

/// More activities at once than this are not counted: no Nix has that many, a hostile program may say so.
const MOST_RUNNING: usize = 20_000;

/// Activities by their id, and what finished ones left behind by their kind.
#[derive(Debug, Clone, Default)]
pub struct Activities {
    running: BTreeMap<u64, Running>,
    finished: BTreeMap<u64, Count>,
    seen: Progress,
}

impl Activities {
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.seen
    }

    /// The label of a running activity: the name of what is built.
    #[must_use]
    pub fn label(&self, id: u64) -> Option<&str> {
        self.running.get(&id).map(|running| running.label.as_str()).filter(|label| !label.is_empty())
    }

    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::Start { id, kind, text, fields } => self.start(*id, *kind, text, fields),
            Event::Stop { id } => self.stop(*id),
            Event::Result { id, kind, fields } => self.result(*id, *kind, fields),
            Event::Message { .. } => {}
        }
    }

    fn start(&mut self, id: u64, kind: u64, text: &str, fields: &[Field]) {
        if self.running.len() >= MOST_RUNNING {
            return;
        }
        let label = match kind {
            activity::BUILD | activity::COPY_PATH | activity::SUBSTITUTE => name(fields.first().map_or("", Field::text)),
            _ => String::new(),
        };
        self.seen.realising |= kind == activity::BUILD;
        let now = match kind {
            activity::BUILD => Some(format!("building {label}")),
            activity::COPY_PATH | activity::SUBSTITUTE => Some(format!("fetching {label}")),
            activity::FETCH_TREE => Some(text.to_owned()),
            activity::QUERY_PATH_INFO | activity::FILE_TRANSFER => None,
            _ => Some(text.to_owned()),
        };
        if let Some(now) = now.filter(|now| !now.is_empty()) {
            self.seen.now = Some(now);
        }
        self.running.insert(id, Running { kind, label, ..Running::default() });
    }

    fn stop(&mut self, id: u64) {
        if let Some(ended) = self.running.remove(&id) {
            let total = self.finished.entry(ended.kind).or_default();
            total.done = total.done.saturating_add(ended.count.done);
            total.failed = total.failed.saturating_add(ended.count.failed);
        }
    }

    fn result(&mut self, id: u64, kind: u64, fields: &[Field]) {
        let Some(running) = self.running.get_mut(&id) else { return };
        let number = |index: usize| fields.get(index).map_or(0, Field::number);
        match kind {
            result::PROGRESS => {
                running.count = Count { done: number(0), expected: number(1), running: number(2), failed: number(3) };
                let kind = running.kind;
                self.count(kind);
            }
            result::SET_EXPECTED => {
                running.expects.insert(number(0), number(1));
                self.count(number(0));
            }
            result::SET_PHASE => {
                let phase = fields.first().map_or("", Field::text);
                self.seen.now = Some(format!("building {} ({phase})", running.label));
            }
            _ => {}
        }
    }

    /// Adds up one kind of activity again.
    fn count(&mut self, kind: u64) {
        let seen = match kind {
            activity::COPY_PATH => &mut self.seen.unpacked,
            activity::FILE_TRANSFER => &mut self.seen.download,
            activity::COPY_PATHS => &mut self.seen.copies,
            activity::BUILDS => &mut self.seen.builds,
            _ => return,
        };
        let finished = self.finished.get(&kind).copied().unwrap_or_default();
        let mut total = Count { expected: finished.done, running: 0, ..finished };
        let mut promised = 0_u64;
        for running in self.running.values() {
            promised = promised.saturating_add(running.expects.get(&kind).copied().unwrap_or(0));
            if running.kind == kind {
                total.done = total.done.saturating_add(running.count.done);
                total.expected = total.expected.saturating_add(running.count.expected);
                total.running = total.running.saturating_add(running.count.running);
                total.failed = total.failed.saturating_add(running.count.failed);
            }
        }
        total.expected = total.expected.max(promised);
        seen.advance(total);
        self.seen.realising |= kind == activity::BUILDS && self.seen.builds.expected > 0;
    }
}

/// `/nix/store/HASH-torch-2.9.drv` is `torch-2.9` to a person.
fn name(path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    let file = file.strip_suffix(".drv").unwrap_or(file);
    match file.split_once('-') {
        Some((hash, name)) if hash.len() == 32 => name.to_owned(),
        _ => file.to_owned(),
    }
}
