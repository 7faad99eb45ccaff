//! Asks the NVIDIA library in a process of its own: a driver that hangs, crashes or floods costs an answer, never nixml.

mod helper;
mod line;
mod sane;
mod words;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use serde_json::Value;

pub use helper::run_if_asked;
pub use sane::pci as pci_address;

use self::line::{Call, Line};
use super::options::ProbeOptions;
use crate::core::facts::{Gpu, Vendor};
use crate::core::text;
use crate::edge::child::brief::{self, Ended, Ran};

/// The hidden first argument that makes nixml the helper.
pub const HELPER: &str = "__probe-nvml";
/// The hidden first argument that makes nixml print one file.
pub const READER: &str = "__probe-read";
/// The most that the helper may say.
const MOST_BYTES: usize = 64 << 10;

/// What the library said, judged.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answers {
    pub driver: Option<String>,
    pub cuda: Option<String>,
    /// In the order of their numbers; `None`: the library never got to list them.
    pub cards: Option<Vec<Gpu>>,
    /// Gaps by path (`driver.cuda`, `gpus.1.memory_bytes`), with their reasons.
    pub unknown: BTreeMap<String, String>,
    /// NVML's number when it refused to start.
    pub refused: Option<i64>,
    /// Why there is no complete answer.
    pub failure: Option<String>,
    /// The driver did not answer in time: nothing else should be asked of it.
    pub hung: bool,
}

/// Starts the helper and reads what it says until `deadline`.
#[must_use]
pub fn ask(options: &ProbeOptions, libraries: &[PathBuf], deadline: Instant) -> Answers {
    let mut command = Command::new(&options.helper);
    command.arg(HELPER).args(libraries.iter().map(OsString::from)).env_remove("LD_PRELOAD");
    let ran = brief::run(command, deadline, MOST_BYTES, &line::complete);
    read(&ran, options.timeout.as_millis())
}

/// A small file that a driver answers for, read in a process of its own.
#[must_use]
pub fn read_file(options: &ProbeOptions, path: &str, deadline: Instant) -> Option<String> {
    let mut command = Command::new(&options.helper);
    command.args([READER, path]);
    brief::run(command, deadline, MOST_BYTES, &|_| false).text()
}

/// What an output of the helper says when it ends like that by itself; for the fuzzing of its reader.
#[must_use]
pub fn read_output(output: &[u8]) -> Answers {
    read(&Ran { ended: Ended::Exited(0), stdout: output.to_vec(), stderr: Vec::new(), stuck: None }, 0)
}

/// Judges the helper's output, complete or not.
fn read(ran: &Ran, waited_ms: u128) -> Answers {
    let output = String::from_utf8_lossy(&ran.stdout);
    let mut answers = Answers::default();
    let mut asking = (Call::Load, None);
    let mut done = false;
    let mut not_loaded = Vec::new();
    for line in output.split_inclusive('\n').filter(|line| line.ends_with('\n')).filter_map(|line| Line::read(line.trim_end())) {
        match line {
            Line::Asking { call, gpu } => asking = (call, gpu),
            Line::Answer { call, gpu, value } => answers.take(call, gpu, &value),
            Line::Refused { call: Call::Load, why, .. } => not_loaded.push(text::label(&why)),
            Line::Refused { call: Call::Init, code, why, .. } => {
                answers.refused = code;
                answers.failure = Some(text::label(&why));
            }
            Line::Refused { call, gpu, code, why } => answers.refuse(call, gpu, code, &text::label(&why)),
            Line::Done => done = true,
        }
    }
    if done && answers.cards.is_none() && answers.failure.is_none() {
        answers.failure = Some(match not_loaded.pop() {
            Some(why) => format!("the NVIDIA library could not be loaded: {why}"),
            None => "the NVIDIA library does not list its cards".to_owned(),
        });
    }
    if !done {
        answers.cut_off(ran, asking, waited_ms);
    }
    answers
}

impl Answers {
    /// Notes one answer, or why it cannot be right.
    fn take(&mut self, call: Call, gpu: Option<u32>, value: &Value) {
        let judged = match (call, gpu.and_then(|index| self.card(index))) {
            (Call::Driver, _) => sane::driver(value).map(|version| self.driver = Some(version)),
            (Call::Cuda, _) => sane::cuda(value).map(|version| self.cuda = Some(version)),
            (Call::Count, _) => {
                self.count(value.as_u64().unwrap_or(0));
                Ok(())
            }
            (Call::Name, Some(card)) => sane::name(value).map(|name| card.name = Some(name)),
            (Call::Compute, Some(card)) => sane::compute(value).map(|compute| card.compute = Some(compute)),
            (Call::Memory, Some(card)) => sane::memory(value).map(|bytes| card.memory_bytes = Some(bytes)),
            (Call::Mig, Some(card)) => {
                card.mig = value.as_bool();
                Ok(())
            }
            (Call::Virtualization, Some(card)) => {
                card.vgpu = Some(value.as_str() == Some("Vgpu"));
                Ok(())
            }
            (Call::Pci, Some(card)) => {
                card.pci = sane::pci(value);
                card.pci_id = sane::pci_id(value);
                Ok(())
            }
            _ => Ok(()),
        };
        if let (Err(reason), Some(path)) = (judged, path(call, gpu)) {
            self.unknown.insert(path, reason);
        }
    }

    /// Notes a refusal: a card's own fault stays with the card, a field's with the field.
    fn refuse(&mut self, call: Call, gpu: Option<u32>, code: Option<i64>, why: &str) {
        if call == Call::Mig && code == Some(3) {
            if let Some(card) = gpu.and_then(|index| self.card(index)) {
                card.mig = Some(false); // A card that does not know the word is not partitioned.
            }
            return;
        }
        let lost = matches!(code, Some(15 | 16));
        if (call == Call::Handle || lost)
            && let Some(card) = gpu.and_then(|index| self.card(index))
        {
            card.error.get_or_insert_with(|| why.to_owned());
        }
        if call == Call::Count {
            self.failure = Some(format!("the NVIDIA library does not list its cards: {why}"));
        } else if let Some(path) = path(call, gpu) {
            self.unknown.insert(path, why.to_owned());
        }
    }

    fn count(&mut self, count: u64) {
        let most = u64::from(helper::MOST_CARDS);
        if count > most {
            self.unknown
                .insert("gpus".to_owned(), format!("the driver says that there are {count} cards; the first {most} were asked"));
        }
        let numbers = 0..u32::try_from(count.min(most)).unwrap_or(0);
        self.cards =
            Some(numbers.map(|index| Gpu { index: Some(index), vendor: Some(Vendor::Nvidia), ..Gpu::default() }).collect());
    }

    fn card(&mut self, index: u32) -> Option<&mut Gpu> {
        self.cards.as_mut()?.get_mut(usize::try_from(index).ok()?)
    }

    /// The helper ended too early: says where and how, and that the cards not reached are not known.
    fn cut_off(&mut self, ran: &Ran, (call, gpu): (Call, Option<u32>), waited_ms: u128) {
        let of = gpu.map(|index| format!(" for card {index}")).unwrap_or_default();
        let place = format!("in `{}`{of}", call.function());
        let mut reason = match &ran.ended {
            Ended::TimedOut => format!("the NVIDIA driver did not answer within {waited_ms} ms {place}"),
            Ended::Signal(number) => format!("the NVIDIA library crashed ({}) {place}", text::signal(*number)),
            Ended::TooMuch => format!("the NVIDIA library printed more than {} KiB {place}", MOST_BYTES >> 10),
            Ended::Missing => "the helper that asks the NVIDIA library is not there".to_owned(),
            Ended::NotStarted(why) => format!("the helper that asks the NVIDIA library did not start: {why}"),
            Ended::Exited(code) => format!("the NVIDIA library ended the helper {place} (exit code {code})"),
            Ended::Stopped => format!("the NVIDIA library stopped {place}"),
        };
        if let Some((id, state)) = ran.stuck {
            reason = format!("{reason}; process {id} cannot be stopped (state {state}): the driver hangs, restart the machine");
        }
        self.hung = ran.ended == Ended::TimedOut;
        let first = match gpu {
            Some(index) => usize::try_from(index).unwrap_or(usize::MAX),
            None => 0,
        };
        let count = self.cards.as_ref().map_or(0, Vec::len);
        for index in first..count {
            let Some(card) = self.cards.as_ref().and_then(|cards| cards.get(index)) else { continue };
            let gaps = [
                ("name", card.name.is_none()),
                ("compute", card.compute.is_none()),
                ("memory_bytes", card.memory_bytes.is_none()),
            ];
            for (key, _) in gaps.iter().filter(|(_, gap)| *gap) {
                self.unknown.entry(format!("gpus.{index}.{key}")).or_insert_with(|| reason.clone());
            }
        }
        self.failure = Some(reason);
    }
}

/// The fact that a question is about.
fn path(call: Call, gpu: Option<u32>) -> Option<String> {
    let key = match call {
        Call::Driver => return Some("driver.version".to_owned()),
        Call::Cuda => return Some("driver.cuda".to_owned()),
        Call::Name => "name",
        Call::Pci => "pci",
        Call::Compute => "compute",
        Call::Memory => "memory_bytes",
        Call::Mig => "mig",
        Call::Virtualization => "vgpu",
        Call::Handle => "name",
        Call::Load | Call::Init | Call::Count => return None,
    };
    Some(format!("gpus.{}.{key}", gpu?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(ended: Ended, stdout: &str) -> Ran {
        Ran { ended, stdout: stdout.into(), stderr: Vec::new(), stuck: None }
    }

    const START: &str = r#"{"line":"asking","call":"load"}
{"line":"answer","call":"init","value":"/x/libnvidia-ml.so.1"}
{"line":"asking","call":"driver"}
{"line":"answer","call":"driver","value":"550.163.01"}
{"line":"answer","call":"count","value":2}
{"line":"answer","call":"name","gpu":0,"value":"NVIDIA T4"}
{"line":"asking","call":"name","gpu":1}
"#;

    #[test]
    fn what_was_said_before_a_hang_is_kept() {
        let answers = read(&ran(Ended::TimedOut, START), 3000);
        let cards = answers.cards.unwrap();
        assert_eq!((cards[0].name.as_deref(), cards[1].name.as_deref()), (Some("NVIDIA T4"), None));
        assert_eq!(
            answers.unknown["gpus.1.name"],
            "the NVIDIA driver did not answer within 3000 ms in `nvmlDeviceGetName` for card 1"
        );
        assert!(answers.hung && !answers.unknown.contains_key("gpus.0.name"));
    }

    #[test]
    fn an_exit_code_of_zero_is_no_answer() {
        for output in ["", "{\"line\":\"done\"}", "{\"line\":\"answer\",\"call\":\"count\",\"val", "hello\n\u{0}\n{}\n"] {
            let answers = read(&ran(Ended::Exited(0), output), 1);
            assert!(answers.failure.unwrap().contains("ended the helper"), "{output:?}");
            assert_eq!(answers.cards, None);
        }
    }

    #[test]
    fn a_hang_after_the_last_answer_costs_nothing() {
        let text = "{\"line\":\"answer\",\"call\":\"count\",\"value\":0}\n{\"line\":\"done\"}\n";
        let answers = read(&ran(Ended::Stopped, text), 1);
        assert_eq!((answers.failure, answers.cards), (None, Some(Vec::new())));
    }

    #[test]
    fn a_process_that_cannot_be_stopped_is_named() {
        let stuck = Ran { stuck: Some((4711, 'D')), ..ran(Ended::TimedOut, START) };
        assert!(read(&stuck, 9).failure.unwrap().contains("process 4711 cannot be stopped (state D)"));
    }
}
