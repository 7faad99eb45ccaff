//! What the conversation asks of the world, done on threads of its own; what came of it goes back as events.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use nixml::core::changes::{self, Change};
use nixml::core::data::Data;
use nixml::core::failure::{Exit, Failure};
use nixml::core::plan::Plan;
use nixml::core::render;
use nixml::core::session::{Effect, Event};
use nixml::edge::child::{Interrupt, stop_all};
use nixml::edge::files::Folder;
use nixml::edge::probe::{ProbeOptions, probe_each};
use nixml::edge::project_writer::{self, Consent};
use nixml::edge::terminal::thread;
use nixml::edge::validate::{ValidateOptions, find_nix, validate};
use nixml::edge::{facts_file, fault, variable};

/// The end of what runs is waited for so long; what hangs even then is left behind.
const LAST: Duration = Duration::from_secs(8);

/// How an event is told; false when nobody listens any more.
pub type Tell = Box<dyn Fn(Event) -> bool + Send + 'static>;

/// The side of the conversation that touches things.
pub struct World {
    dir: PathBuf,
    data: Data,
    host: Option<PathBuf>,
    consent: Consent,
    folder: Option<Folder>,
    /// Its jobs, and what is closed when it has ended.
    worker: Option<(Sender<Job>, Receiver<()>)>,
    interrupt: Interrupt,
}

/// What the one worker does, one after the other: it alone holds the folder.
enum Job {
    Compare(Box<Plan>, Consent),
    Write(Vec<Change>, Consent),
    /// Rows and columns of the pane, and what ends it early.
    Validate(Option<(u16, u16)>, Interrupt),
}

impl World {
    pub fn new(dir: PathBuf, data: Data, host: Option<PathBuf>, consent: Consent, folder: Option<Folder>) -> Self {
        Self { dir, data, host, consent, folder, worker: None, interrupt: Interrupt::new() }
    }

    /// Starts what `effect` asks for. `git`: make a repository when writing. `pane`: the size to validate for.
    pub fn perform(&mut self, effect: Effect, git: bool, pane: Option<(u16, u16)>, tell: Tell) {
        match effect {
            Effect::Probe => self.probe(tell),
            Effect::Compare(plan) => self.job(Job::Compare(plan, self.consent), tell),
            Effect::Write(changes) => self.job(Job::Write(changes, Consent { git, ..self.consent }), tell),
            Effect::Validate => {
                self.interrupt = Interrupt::new();
                self.job(Job::Validate(pane, self.interrupt.clone()), tell);
            }
            Effect::StopValidation => self.interrupt.stop(2),
            Effect::Save(kept) => nixml::edge::sessions::save(&self.dir, &kept),
            Effect::Forget => nixml::edge::sessions::forget(&self.dir),
            Effect::Quit(_) => {}
        }
    }

    /// Ends what still runs, as signal `number` would, and waits for it. Takes as long as children take to end, at most eight seconds.
    pub fn end(mut self, number: u8) {
        self.interrupt.stop(number);
        stop_all();
        if let Some((jobs, ended)) = self.worker.take() {
            drop(jobs);
            let _ = ended.recv_timeout(LAST);
        }
    }

    fn probe(&self, tell: Tell) {
        let (host, dir) = (self.host.clone(), self.dir.clone());
        let _ = thread("probe", move || {
            if let Some(file) = host {
                let event = match facts_file::read(&file) {
                    Ok((facts, _)) => Event::Probed { facts: Box::new(facts), complete: true },
                    Err(failure) => Event::Refused(failure),
                };
                tell(event);
                return;
            }
            let mut options = ProbeOptions::here();
            options.project = Some(std::path::absolute(&dir).unwrap_or(dir));
            let facts = probe_each(&options, &mut |progress| {
                tell(Event::Probed { facts: Box::new(progress.facts.clone()), complete: false });
            });
            tell(Event::Probed { facts: Box::new(facts), complete: true });
        });
    }

    fn job(&mut self, job: Job, tell: Tell) {
        // The events of every job go the same way: the first job's will do.
        if self.worker.is_none() {
            let (jobs, next) = channel::<Job>();
            let mut desk = Desk {
                dir: self.dir.clone(),
                data: self.data.clone(),
                host: self.host.clone(),
                folder: self.folder.take(),
                plan: None,
            };
            let (over, ended) = channel();
            let worker = thread("world", move || {
                // Dropped at the end, a panic's too.
                let _over: Sender<()> = over;
                while let Ok(job) = next.recv() {
                    fault::point("job");
                    tell(desk.done(job, &tell));
                }
            });
            match worker {
                Ok(_) => self.worker = Some((jobs, ended)),
                Err(_) => return,
            }
        }
        if let Some((jobs, _)) = &self.worker {
            let _ = jobs.send(job);
        }
    }
}

/// What the worker holds.
struct Desk {
    dir: PathBuf,
    data: Data,
    host: Option<PathBuf>,
    folder: Option<Folder>,
    /// What is written, or would be.
    plan: Option<Plan>,
}

impl Desk {
    fn done(&mut self, job: Job, tell: &Tell) -> Event {
        match job {
            Job::Compare(plan, consent) => self.compare(&plan, consent).map_or_else(Event::Refused, Event::Compared),
            Job::Write(changes, consent) => {
                self.write(&changes, consent).map_or_else(Event::Refused, |notes| Event::Wrote { notes })
            }
            Job::Validate(pane, interrupt) => self.validate(pane, interrupt, tell),
        }
    }

    fn compare(&mut self, plan: &Plan, consent: Consent) -> Result<Vec<Change>, Failure> {
        self.plan = Some(plan.clone());
        let files = render::render(plan, &self.data)?;
        Ok(match &self.folder {
            Some(folder) => project_writer::compare(folder, plan, &files, &self.data, consent),
            None => changes::decide(
                &files,
                &std::collections::BTreeMap::new(),
                &changes::Known::default(),
                &changes::Allowed::default(),
            ),
        })
    }

    fn write(&mut self, changes: &[Change], consent: Consent) -> Result<Vec<String>, Failure> {
        let folder = match self.folder.take() {
            Some(folder) => folder,
            None => Folder::open(&self.dir)?,
        };
        let notes = project_writer::carry_out(&folder, changes, consent);
        self.folder = Some(folder);
        notes
    }

    fn validate(&mut self, pane: Option<(u16, u16)>, interrupt: Interrupt, tell: &Tell) -> Event {
        // As with `nixml init`: what cannot be proved here is no failure of the project.
        let unproved = |why: &str| Event::NotValidated(Failure::new(Exit::Done, "prove it here").why(why));
        if find_nix().is_none() {
            return unproved("Nix is not installed on this machine. The project waits for it: `nixml validate` proves it then.");
        }
        if let Some(why) = self.plan.as_ref().and_then(|plan| plan.not_here.as_ref()) {
            return unproved(&format!("It is meant for another machine: {why}. `nixml validate` proves it there."));
        }
        let mut options = ValidateOptions::new(&self.dir, self.data.clone());
        options.locked = self.folder.is_some();
        options.terminal = pane;
        options.interrupt = interrupt;
        options.nixpkgs = variable("NIXML_NIXPKGS").and_then(|flake| flake.into_string().ok());
        if let Some(file) = &self.host {
            match facts_file::read(file) {
                Ok((facts, _)) => options.host = Some(facts),
                Err(failure) => return Event::NotValidated(failure),
            }
        }
        let report = validate(&options, &mut |event| {
            fault::point("validation");
            tell(Event::Validating(Box::new(event)));
        });
        Event::Validated(Box::new(report))
    }
}
