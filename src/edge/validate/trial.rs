//! One validation while it runs: its phases, its log, its clock, and what is told of it.

use std::cell::OnceCell;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::core::doctor;
use crate::core::document;
use crate::core::explain::explain_text;
use crate::core::facts::Facts;
use crate::core::failure::{Exit, Failure};
use crate::core::finding::{Finding, Verdict};
use crate::core::nix_log::Lines;
use crate::core::outage::outage;
use crate::core::text::{sanitise, signal};
use crate::core::validation::{Phase, PhaseId, PhaseStatus, Proof, SCHEMA, ValidationEvent, ValidationReport};
use crate::edge::child::{self, End, Ended, Heard, Order};
use crate::edge::probe::{ProbeOptions, Vars, probe};

use super::log::{RunLog, Tail};
use super::project::Project;
use super::{ValidateOptions, ended_early};

/// Lines of real output that a failed phase brings along.
const LAST_LINES: usize = 20;
/// Bytes of standard output that are kept whole.
const MOST_OUTPUT: usize = 4 << 20;

/// Why a phase failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub exit: Exit,
    pub detail: String,
    pub next: Option<String>,
}

impl Fault {
    pub fn new(exit: Exit, detail: impl Into<String>) -> Self {
        Self { exit, detail: detail.into(), next: None }
    }

    pub fn failed(detail: impl Into<String>) -> Self {
        Self::new(Exit::Failed, detail)
    }

    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }
}

/// A command that is over, with its standard output.
pub struct Played {
    pub ended: Ended,
    pub out: Vec<u8>,
}

pub struct Trial<'a> {
    pub options: &'a ValidateOptions,
    pub deadline: Option<Instant>,
    pub begin: Instant,
    /// Temporary files of everything that is run; gone with the trial.
    pub temp: tempfile::TempDir,
    tell: &'a mut dyn FnMut(ValidationEvent),
    log: RunLog,
    tail: Tail,
    phases: Vec<Phase>,
    findings: Vec<Finding>,
    /// The machine is looked at while the first phases run; a hung driver delays nobody but who asks for the facts.
    asking: Option<JoinHandle<Facts>>,
    facts: OnceCell<Facts>,
}

impl<'a> Trial<'a> {
    /// # Errors
    /// Exit 3: no temporary folder can be made. Exit 4: `.nixml` is not a folder.
    pub fn new(
        options: &'a ValidateOptions,
        project: &Project,
        deadline: Option<Instant>,
        tell: &'a mut dyn FnMut(ValidationEvent),
    ) -> Result<Self, Failure> {
        let temp = tempfile::Builder::new().prefix("nixml-").tempdir().map_err(|error| {
            Failure::precondition(format!("make a folder in `{}`", std::env::temp_dir().display()))
                .why(error.to_string())
                .next("set TMPDIR to a folder that you can write to")
        })?;
        let log = RunLog::create(&project.folder, options.redactor.clone())?;
        let facts = options.host.clone().map_or_else(OnceCell::new, OnceCell::from);
        let here = ProbeOptions::new(Vars::here(), Some(project.dir.clone()));
        let asking = if facts.get().is_some() { None } else { std::thread::Builder::new().spawn(move || probe(&here)).ok() };
        Ok(Self {
            options,
            deadline,
            begin: Instant::now(),
            temp,
            tell,
            log,
            tail: Tail::default(),
            phases: Vec::new(),
            findings: Vec::new(),
            asking,
            facts,
        })
    }

    /// What is known of the machine.
    pub fn facts(&mut self) -> &Facts {
        let asking = self.asking.take();
        self.facts.get_or_init(|| asking.and_then(|asking| asking.join().ok()).unwrap_or_default())
    }

    /// Runs one phase; what it returns beside its value is the phase's detail.
    pub fn phase<T>(
        &mut self,
        id: PhaseId,
        what: &str,
        work: impl FnOnce(&mut Self) -> Result<(T, String), Fault>,
    ) -> Result<T, Fault> {
        let begin = self.begin(id, what);
        match work(self) {
            Ok((value, detail)) => {
                self.end(id, begin, PhaseStatus::Ok, &detail);
                Ok(value)
            }
            Err(fault) => Err(self.fail(id, begin, fault)),
        }
    }

    pub fn begin(&mut self, id: PhaseId, what: &str) -> Instant {
        self.tail.clear();
        self.log.line(&format!("== {}: {what}", id.word()));
        (self.tell)(ValidationEvent::Started { phase: id, what: what.to_owned() });
        Instant::now()
    }

    pub fn end(&mut self, id: PhaseId, begin: Instant, status: PhaseStatus, detail: &str) {
        let output = if status == PhaseStatus::Failed { self.tail.last(LAST_LINES) } else { Vec::new() };
        let output = output.iter().map(|line| self.options.redactor.redact(line).into_owned()).collect();
        let duration_ms = if status == PhaseStatus::Skipped { 0 } else { millis(begin.elapsed()) };
        let phase = Phase { id, status, duration_ms, detail: self.options.redactor.redact(detail).into_owned(), output };
        self.log.line(&format!("== {}: {:?} after {duration_ms} ms: {}", id.word(), phase.status, phase.detail));
        (self.tell)(ValidationEvent::Ended(phase.clone()));
        self.phases.push(phase);
    }

    /// Ends a phase as failed, and names the cause when its output shows one.
    pub fn fail(&mut self, id: PhaseId, begin: Instant, fault: Fault) -> Fault {
        self.end(id, begin, PhaseStatus::Failed, &fault.detail);
        if !ended_early(fault.exit) {
            let text = self.tail.text();
            let data = &self.options.data;
            let explained = explain_text(&text, Some(self.facts()), data);
            for explained in explained.into_iter().take(3) {
                self.finding(explained.finding);
            }
        }
        fault
    }

    /// What these checks of the doctor hold against this machine.
    pub fn examine(&mut self, project: &Project, checks: &[&str]) {
        for finding in doctor::run(self.facts(), Some(&project.plan), checks) {
            let against = matches!(finding.verdict, Verdict::Fail | Verdict::Warn | Verdict::Note);
            if against && !self.findings.iter().any(|known| known.code == finding.code) {
                self.finding(finding);
            }
        }
    }

    pub fn skip(&mut self, id: PhaseId, why: &str) {
        self.end(id, Instant::now(), PhaseStatus::Skipped, why);
    }

    pub fn finding(&mut self, mut finding: Finding) {
        finding.link = finding.link.or_else(|| finding.code.as_deref().map(doctor::link));
        let redacted = serde_json::to_value(&finding).map(|value| self.options.redactor.redact_json(value));
        self.findings.push(redacted.ok().and_then(|value| document::value(value).ok()).unwrap_or(finding));
    }

    pub fn event(&mut self, event: ValidationEvent) {
        (self.tell)(event);
    }

    /// A line of output: into memory, the log, and to whoever watches.
    pub fn line(&mut self, phase: PhaseId, line: &str) {
        // A bar that was redrawn on its line: the last drawing counts.
        let last = line.trim_end_matches('\r').rsplit('\r').next().unwrap_or(line);
        let text = sanitise(last).into_owned();
        self.log.line(&text);
        self.tail.push(&text);
        (self.tell)(ValidationEvent::Line { phase, text });
    }

    /// The output of this phase so far, its end at least.
    pub fn text(&self) -> String {
        self.tail.text()
    }

    /// Runs a command whose output a person may read.
    pub fn play(&mut self, phase: PhaseId, order: Order) -> Result<Played, Fault> {
        self.log.line(&format!("$ {}", order.line()));
        let order = order.deadline(self.deadline).terminal(self.options.terminal);
        let (mut out, mut err) = (Lines::default(), Lines::default());
        let (mut whole, mut answering) = (Vec::new(), false);
        let played = self.run(phase, &order, &mut |trial, heard| match heard {
            Heard::Out(bytes) => {
                let room = MOST_OUTPUT.saturating_sub(whole.len());
                whole.extend_from_slice(&bytes[..bytes.len().min(room)]);
                if trial.options.terminal.is_some() {
                    let bytes = if phase == PhaseId::Proof { super::proof::seen(bytes, &mut answering) } else { bytes.to_vec() };
                    trial.event(ValidationEvent::Terminal { phase, bytes });
                }
                out.feed(bytes, |line| trial.line(phase, &String::from_utf8_lossy(line)));
            }
            Heard::Err(bytes) => err.feed(bytes, |line| trial.line(phase, &String::from_utf8_lossy(line))),
            _ => {}
        })?;
        out.finish(|line| self.line(phase, &String::from_utf8_lossy(line)));
        err.finish(|line| self.line(phase, &String::from_utf8_lossy(line)));
        Ok(Played { ended: played, out: whole })
    }

    /// Runs a command and hands out what is heard; silence and questions are dealt with here.
    pub fn run(&mut self, phase: PhaseId, order: &Order, heard: &mut dyn FnMut(&mut Self, Heard<'_>)) -> Result<Ended, Fault> {
        let interrupt = self.options.interrupt.clone();
        let program = order.program.display().to_string();
        let ended = child::run(order, &interrupt, &mut |what| match what {
            Heard::Silent(length) => {
                (self.tell)(ValidationEvent::Silent { phase, seconds: length.as_secs() });
                self.silent(phase, length);
            }
            Heard::Asked(bytes) => {
                let question = String::from_utf8_lossy(bytes).into_owned();
                self.line(phase, &format!("{} (asked on the terminal; nobody answers there)", question.trim_end()));
            }
            other => heard(self, other),
        })
        .map_err(|error| Fault::new(Exit::Precondition, format!("`{program}` does not start: {error}")))?;
        if !ended.stuck.is_empty() {
            self.finding(stuck(&ended.stuck));
        }
        Ok(ended)
    }

    fn silent(&mut self, phase: PhaseId, length: Duration) {
        if self.findings.iter().any(|finding| finding.code.as_deref() == Some(SILENT)) {
            return;
        }
        let minutes = length.as_secs() / 60;
        let mut finding = Finding::new("validate", Verdict::Warn, "nothing was heard for ten minutes");
        finding.code = Some(SILENT.to_owned());
        finding.seen = format!("{} printed nothing for {minutes} minutes", phase.word());
        finding.cause = Some("a long build step, a download that stands still, or a program that waits for something".to_owned());
        self.finding(finding);
    }

    /// The end: every phase that was not reached is named.
    pub fn report(mut self, project: &Project, outcome: Result<Option<Proof>, Fault>) -> ValidationReport {
        for id in PhaseId::ALL {
            if !self.phases.iter().any(|phase| phase.id == id) {
                self.phases.push(skipped(id, "not reached"));
            }
        }
        self.phases.sort_by_key(|phase| phase.id);
        self.log.finish(&self.tail);
        let (proof, fault) = match outcome {
            Ok(proof) => (proof, None),
            Err(fault) => (None, Some(fault)),
        };
        let failed =
            self.phases.iter().find(|phase| phase.status == PhaseStatus::Failed).map_or("validate", |phase| phase.id.word());
        ValidationReport {
            schema_version: SCHEMA,
            ok: fault.is_none(),
            phases: self.phases,
            proof,
            findings: self.findings,
            shell: project.target().target.word().to_owned(),
            runner: self.options.runner.word().to_owned(),
            log: self.log.path.clone(),
            default_shell: project.is_first(),
            untrusted: false,
            failure: fault.map(|fault| {
                let mut failure =
                    Failure::new(fault.exit, format!("{failed} failed")).why(self.options.redactor.redact(&fault.detail));
                failure.next = fault.next;
                failure
            }),
        }
    }
}

const SILENT: &str = "no-output";

/// A process that outlived SIGKILL.
fn stuck(pids: &[u32]) -> Finding {
    let list: Vec<String> = pids.iter().map(ToString::to_string).collect();
    let mut finding = Finding::new("validate", Verdict::Warn, "a process could not be ended");
    finding.code = Some("process-stuck".to_owned());
    finding.seen = format!("still there after SIGKILL: {}", list.join(", "));
    finding.cause = Some("it is inside a call to a driver or a file system that does not return".to_owned());
    finding
}

pub fn skipped(id: PhaseId, why: &str) -> Phase {
    Phase { id, status: PhaseStatus::Skipped, duration_ms: 0, detail: why.to_owned(), output: Vec::new() }
}

pub fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// What the end of a command means; `text` is what it said.
pub fn judge(ended: &Ended, name: &str, text: &str, timeout: Option<Duration>) -> Result<(), Fault> {
    match ended.end {
        End::Exit(0) => Ok(()),
        End::Exit(code) => {
            let cause = cause(text).map_or_else(String::new, |line| format!(": {line}"));
            Err(match outage(text) {
                Some(host) => Fault::new(Exit::Network, format!("{name} could not reach {host}{cause}"))
                    .next(format!("check the connection to {host} and try again")),
                None => Fault::failed(format!("{name} ended with exit code {code}{cause}")),
            })
        }
        End::Signal(number) => Err(Fault::failed(format!("{name} was killed by {}", signal(number)))),
        End::TimedOut => {
            let limit = timeout.map_or_else(String::new, |limit| format!(" of {} s", limit.as_secs()));
            Err(Fault::new(Exit::TimedOut, format!("{name} was stopped: the time limit{limit} is over"))
                .next("give it longer with `--timeout SECONDS`"))
        }
        End::Interrupted(number) => {
            Err(Fault::new(Exit::Signal(number), format!("{name} was stopped by {}", signal(i32::from(number)))))
        }
    }
}

/// The line that says what went wrong: the first that is called an error, or the last of all.
pub fn cause(text: &str) -> Option<String> {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let marked = lines().find(|line| line.strip_prefix("error:").is_some_and(|rest| !rest.trim().is_empty()));
    let line = marked.or_else(|| lines().next_back())?;
    Some(line.strip_prefix("error:").unwrap_or(line).trim().chars().take(300).collect())
}
