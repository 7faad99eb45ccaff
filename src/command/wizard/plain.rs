//! The plain prompts: the same conversation as the screen, a line at a time.

use std::io::{BufRead as _, Write as _};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use anyhow::anyhow;
use nixml::core::failure::{Exit, Failure};
use nixml::core::init_report;
use nixml::core::session::{Effect, Event, Intent, Session, Stage};
use nixml::core::text::sanitise;
use nixml::core::validation::{PhaseStatus, ValidationEvent};
use nixml::edge::child::Interrupt;
use nixml::edge::terminal::{on_broken, thread};
use nixml::front::plain::{self, Reply};
use nixml::front::print;
use nixml::front::tui::words;

use super::Joined;
use super::world::World;

/// How often a long wait is looked at.
const LOOK: Duration = Duration::from_millis(100);

enum Message {
    Line(String),
    /// Nobody types any more.
    Closed,
    World(Event),
    /// Another thread has panicked, and this is what it said.
    Broken(String),
}

pub fn run(mut joined: Joined) -> anyhow::Result<Exit> {
    let interrupt = Interrupt::from_signals();
    let (send, line) = channel();
    let git = joined.outside_git()().then_some(true);
    let world = joined.world();
    let dir = joined.shown();
    let (quiet, verbose) = (joined.quiet, joined.verbose);
    let mut talk = Talk { session: joined.session, world, send, line, git, dir, interrupt, quiet, verbose };
    if !joined.quiet {
        println_all(plain::HELLO)?;
    }
    let keys = talk.send.clone();
    let of_threads = talk.send.clone();
    on_broken(move |said| drop(of_threads.send(Message::Broken(said))));
    thread("lines", move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { break };
            if keys.send(Message::Line(line)).is_err() {
                return;
            }
        }
        let _ = keys.send(Message::Closed);
    })?;
    let effects = talk.session.start();
    let exit = match talk.perform(effects) {
        Some(exit) => Ok(exit),
        None => talk.play(),
    };
    let number = if let Ok(Exit::Signal(number)) = &exit { *number } else { 15 };
    talk.world.end(number);
    exit
}

struct Talk {
    session: Session,
    world: World,
    send: Sender<Message>,
    line: Receiver<Message>,
    git: Option<bool>,
    dir: String,
    interrupt: Interrupt,
    quiet: bool,
    verbose: bool,
}

impl Talk {
    fn play(&mut self) -> anyhow::Result<Exit> {
        loop {
            let exit = match self.session.stage().clone() {
                Stage::Machine => self.machine()?,
                Stage::Asking(question) => {
                    let text = plain::ask(&question, self.session.answers(), self.place(Some(&question.step.id)));
                    println_all(&text)?;
                    let current = plain::current(&question, self.session.answers());
                    match self.read()? {
                        Err(exit) => Some(exit),
                        Ok(line) => match plain::read(&question, &line, current.as_ref()) {
                            Reply::Answer(value) => self.intend(Intent::Answer(value))?,
                            Reply::Back => self.intend(Intent::Back)?,
                            Reply::Quit => self.intend(Intent::Quit)?,
                            Reply::Why => {
                                println_all(&plain::why(&question, self.session.data()))?;
                                None
                            }
                            Reply::Again(why) => {
                                println_all(&format!("not taken: {why}"))?;
                                None
                            }
                        },
                    }
                }
                Stage::Review(_) => self.review()?,
                Stage::Writing { .. } | Stage::Validating { .. } => self.listen()?,
                Stage::Done { report, notes, .. } => {
                    notes.iter().try_for_each(|note| println_all(&format!("note: {note}")))?;
                    if let Some(report) = &report {
                        println_all(&print::validation::report(report, &self.dir))?;
                    }
                    if report.is_none() {
                        self.next_lines()?;
                    }
                    return Ok(self.session.stage().exit());
                }
                Stage::Stopped { failure, wrote, .. } => {
                    println_all(if wrote {
                        "The project is written, but it was not validated."
                    } else {
                        "Nothing was written."
                    })?;
                    if failure.exit != Exit::Done {
                        return Err(failure.into());
                    }
                    println_all(failure.why.as_deref().unwrap_or_default())?;
                    self.next_lines()?;
                    return Ok(Exit::Done);
                }
            };
            if let Some(exit) = exit {
                return Ok(exit);
            }
        }
    }

    fn machine(&mut self) -> anyhow::Result<Option<Exit>> {
        if !self.session.probed() {
            println_all("Looking at this machine.")?;
            while !self.session.probed() {
                if let Some(exit) = self.listen()? {
                    return Ok(Some(exit));
                }
            }
        }
        let able = self.session.fresh().imagine(Intent::Quick).map(|review| review.plan);
        println_all(&plain::machine(self.session.facts(), &able))?;
        println_all(&plain::go_on(&self.session))?;
        let line = match self.read()? {
            Ok(line) => line,
            Err(exit) => return Ok(Some(exit)),
        };
        match plain::gone_on(&line, &self.session) {
            Some(intent) => self.intend(intent),
            None => {
                println_all("not understood: type a number, `rescan` or `quit`")?;
                Ok(None)
            }
        }
    }

    fn review(&mut self) -> anyhow::Result<Option<Exit>> {
        let changes = loop {
            let Stage::Review(review) = self.session.stage() else { return Ok(None) };
            match &review.changes {
                Some(changes) => break changes.clone(),
                None => {
                    if let Some(exit) = self.listen()? {
                        return Ok(Some(exit));
                    }
                }
            }
        };
        let Stage::Review(review) = self.session.stage().clone() else { return Ok(None) };
        let command = init_report::command(&self.dir, self.session.answers());
        println_all(&plain::review(&review, &changes, &command, self.git, self.place(None)))?;
        let line = match self.read()? {
            Ok(line) => line,
            Err(exit) => return Ok(Some(exit)),
        };
        match line.trim().to_lowercase().as_str() {
            "write" | "yes" | "y" => self.intend(Intent::Accept),
            "back" | "<" => self.intend(Intent::Back),
            "quit" | "q" => self.intend(Intent::Quit),
            "nogit" => {
                self.git = self.git.map(|git| !git);
                Ok(None)
            }
            "diff" => {
                println_all(&plain::diff(&changes))?;
                Ok(None)
            }
            _ => {
                println_all("not understood: nothing is written before you type `write`")?;
                Ok(None)
            }
        }
    }

    /// What to type next.
    fn next_lines(&self) -> anyhow::Result<()> {
        if self.quiet {
            return Ok(());
        }
        print::next(&words::next_lines(&self.dir, self.session.stage())).iter().try_for_each(|line| println_all(line))
    }

    /// Which step this is, and of how many.
    fn place(&self, step: Option<&str>) -> (usize, usize) {
        let asked: Vec<&str> = self
            .session
            .steps()
            .iter()
            .filter(|known| !known.quiet || Some(known.id.as_str()) == step)
            .map(|step| step.id.as_str())
            .collect();
        let total = asked.len() + 3;
        let at = step.and_then(|step| asked.iter().position(|known| *known == step)).map_or(total - 1, |place| place + 2);
        (at, total)
    }

    fn intend(&mut self, intent: Intent) -> anyhow::Result<Option<Exit>> {
        let effects = self.session.handle(intent);
        if let Some(refusal) = self.session.refusal() {
            println_all(&format!("not taken: {refusal}"))?;
        }
        for changed in self.session.changed() {
            println_all(&format!("changed: {changed}"))?;
        }
        Ok(self.perform(effects))
    }

    fn perform(&mut self, effects: Vec<Effect>) -> Option<Exit> {
        for effect in effects {
            if let Effect::Quit(exit) = effect {
                return Some(exit);
            }
            let send = self.send.clone();
            let tell = Box::new(move |event| send.send(Message::World(event)).is_ok());
            self.world.perform(effect, self.git.unwrap_or(false), None, tell);
        }
        None
    }

    /// The next line that is typed, or the end; events of the world are taken meanwhile.
    fn read(&mut self) -> anyhow::Result<Result<String, Exit>> {
        loop {
            match self.next()? {
                Next::Line(line) => return Ok(Ok(line)),
                Next::End(exit) => return Ok(Err(exit)),
                Next::Nothing => {}
            }
        }
    }

    /// Takes one thing that happens, a typed line aside.
    fn listen(&mut self) -> anyhow::Result<Option<Exit>> {
        match self.next()? {
            Next::End(exit) => Ok(Some(exit)),
            Next::Line(_) | Next::Nothing => Ok(None),
        }
    }

    fn next(&mut self) -> anyhow::Result<Next> {
        if let Some(number) = self.interrupt.asked() {
            return Ok(Next::End(Exit::Signal(number)));
        }
        match self.line.recv_timeout(LOOK) {
            Ok(Message::Line(line)) => Ok(Next::Line(line)),
            // What runs is awaited; nobody can answer a question any more.
            Ok(Message::Closed) if matches!(self.session.stage(), Stage::Writing { .. } | Stage::Validating { .. }) => {
                Ok(Next::Nothing)
            }
            Ok(Message::Closed) => Err(Failure::usage("go on: the input has ended, and an answer is missing")
                .next("answer on the command line: `nixml init --answers FILE --yes`")
                .into()),
            Ok(Message::Broken(said)) => Err(anyhow!(said)),
            Ok(Message::World(event)) => {
                self.tell(&event)?;
                let effects = self.session.report(event);
                Ok(self.perform(effects).map_or(Next::Nothing, Next::End))
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Ok(Next::Nothing),
        }
    }

    /// What is worth a line of its own; nothing is drawn over.
    fn tell(&self, event: &Event) -> anyhow::Result<()> {
        match event {
            Event::Wrote { .. } if self.quiet => Ok(()),
            Event::Wrote { notes } => {
                println_all("The files are written.")?;
                notes.iter().try_for_each(|note| println_all(&format!("note: {note}")))
            }
            Event::Validating(event) => match &**event {
                ValidationEvent::Ended(phase) if !self.quiet || phase.status == PhaseStatus::Failed => {
                    println_all(&print::validation::phase(phase))
                }
                ValidationEvent::Started { phase, what } if !self.quiet => {
                    println_all(&format!("{}: started, {what}", phase.word()))
                }
                ValidationEvent::Silent { phase, seconds } => {
                    println_all(&format!("{}: nothing was heard for {} minutes; Ctrl-C stops it", phase.word(), seconds / 60))
                }
                ValidationEvent::Line { text, .. } if self.verbose => println_all(&sanitise(text)),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

enum Next {
    Line(String),
    End(Exit),
    Nothing,
}

fn println_all(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", text.trim_end_matches('\n'))?;
    Ok(out.flush()?)
}
