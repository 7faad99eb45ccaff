//! Looks at this machine: many sources at once, the cheap ones first, none of which can stop nixml.

mod apple;
mod cards;
mod container;
mod disks;
mod driver;
mod env;
mod graphics;
mod hardware;
mod libraries;
mod nix;
mod nix_settings;
mod nvml;
mod options;
mod overrides;
mod part;
mod pci;
mod programs;
mod project;
mod root;
mod smi;
mod system;
mod toolkits;
mod users;
mod vars;
mod venv;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

pub use nvml::{Answers as NvmlAnswers, read_output as read_helper_output, run_if_asked as run_helper_if_asked};
pub use options::ProbeOptions;
pub use part::clean;
pub use root::Root;
pub use vars::Vars;

use self::part::Part;
use crate::core::facts::{Facts, ProjectFacts};

/// After the deadline of the slowest question: time to stop a program that did not answer.
const GRACE: Duration = Duration::from_millis(400);

/// One group of facts that is found on its own.
struct Source {
    name: &'static str,
    /// The sections of the facts that it fills.
    sections: &'static [&'static str],
    ask: fn(&ProbeOptions, &mut dyn FnMut(Part)),
}

const SOURCES: &[Source] = &[
    Source {
        name: "system",
        sections: &["os", "cpu", "memory"],
        ask: |options, publish| {
            once(publish, |part| {
                system::ask(options, part);
                hardware::ask(options, part);
            });
        },
    },
    Source { name: "disks", sections: &["disks"], ask: |options, publish| once(publish, |part| disks::ask(options, part)) },
    Source { name: "graphics", sections: &["driver", "gpus", "toolkits"], ask: graphics::ask },
    Source { name: "nix", sections: &["nix"], ask: |options, publish| once(publish, |part| nix::ask(options, part)) },
    Source { name: "uv", sections: &["uv"], ask: |options, publish| once(publish, |part| programs::uv(options, part)) },
    Source { name: "git", sections: &["git"], ask: |options, publish| once(publish, |part| programs::git(options, part)) },
    Source {
        name: "direnv",
        sections: &["direnv"],
        ask: |options, publish| once(publish, |part| programs::direnv(options, part)),
    },
    Source { name: "environment", sections: &["env"], ask: |options, publish| once(publish, |part| env::ask(options, part)) },
    Source { name: "project", sections: &["project"], ask: |options, publish| once(publish, |part| project::ask(options, part)) },
];

fn once(publish: &mut dyn FnMut(Part), ask: impl FnOnce(&mut Part)) {
    let mut part = Part::default();
    ask(&mut part);
    publish(part);
}

/// What has been found so far.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// The source that has just spoken; it may speak again.
    pub source: &'static str,
    pub facts: &'a Facts,
    /// Sources that have not finished.
    pub waiting: usize,
}

/// Everything that can be found out, at the latest half a second after the deadline of `options`.
#[must_use]
pub fn probe(options: &ProbeOptions) -> Facts {
    probe_each(options, &mut |_| {})
}

/// Only what lies in the project's folder, for a machine that was recorded elsewhere.
#[must_use]
pub fn project(options: &ProbeOptions) -> Option<ProjectFacts> {
    let mut part = Part::default();
    project::ask(options, &mut part);
    clean(part.facts).project
}

/// The same, telling `each` after every step: the wizard shows facts as they come.
pub fn probe_each(options: &ProbeOptions, each: &mut dyn FnMut(Progress<'_>)) -> Facts {
    let until = Instant::now() + options.timeout + GRACE;
    let (send, receive) = mpsc::channel();
    for (number, source) in SOURCES.iter().enumerate() {
        let (own_options, own_send) = (options.clone(), send.clone());
        let started =
            thread::Builder::new().name(format!("probe {}", source.name)).spawn(move || run(number, &own_options, &own_send));
        if started.is_err() {
            run(number, options, &send); // No more threads allowed: one after the other, then.
        }
    }
    drop(send);
    let mut facts = Facts::default();
    let mut waiting: Vec<usize> = (0..SOURCES.len()).collect();
    while !waiting.is_empty() {
        let left = until.saturating_duration_since(Instant::now());
        let Ok(message) = receive.recv_timeout(left) else { break };
        match message {
            Message::Found(number, part) => {
                part::join(&mut facts, Part { facts: clean(part.facts) }, SOURCES[number].sections);
                each(Progress { source: SOURCES[number].name, facts: &facts, waiting: waiting.len() });
            }
            Message::Finished(number, crashed) => {
                waiting.retain(|other| *other != number);
                if crashed {
                    give_up(&mut facts, &SOURCES[number], "looking for it crashed, a bug in nixml");
                }
                each(Progress { source: SOURCES[number].name, facts: &facts, waiting: waiting.len() });
            }
        }
    }
    for number in waiting {
        give_up(&mut facts, &SOURCES[number], &format!("no answer within {} ms", options.timeout.as_millis()));
    }
    facts
}

enum Message {
    Found(usize, Box<Part>),
    /// And whether it crashed.
    Finished(usize, bool),
}

fn run(number: usize, options: &ProbeOptions, send: &Sender<Message>) {
    let ask = || (SOURCES[number].ask)(options, &mut |part| drop(send.send(Message::Found(number, Box::new(part)))));
    let crashed = catch_unwind(AssertUnwindSafe(ask)).is_err();
    let _ = send.send(Message::Finished(number, crashed));
}

/// A source that did not finish: what it has said stays, and each of its sections says why there may be more.
fn give_up(facts: &mut Facts, source: &Source, reason: &str) {
    for section in source.sections {
        facts.unknown.entry((*section).to_owned()).or_insert_with(|| reason.to_owned());
    }
}
