//! The full screen: everything that is heard goes through one line, a person's keys first; a frame follows when something changed, and
//! at once when it was a key. What programs print goes past the line, straight onto their pane.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::anyhow;
use nixml::core::failure::Exit;
use nixml::core::session;
use nixml::core::session::Event;
use nixml::edge::child::{End, Program, Told};
use nixml::edge::clock::Clock;
use nixml::edge::fault;
use nixml::edge::terminal::{Heard, Screen, keys, on_broken, signals, thread};
use nixml::front::print;
use nixml::front::tui::screens::end::verdict;
use nixml::front::tui::trial::show;
use nixml::front::tui::{Effect, Input, Model, Opening, Theme, prepare, start, update, view};

use super::Joined;
use super::line::{Lane, Receiver, Sender, line};
use super::world::{Tell, World};

/// Frames are at least this far apart; what comes meanwhile is drawn together.
const PACE: Duration = Duration::from_millis(16);
/// With output flowing the eye needs no more.
const FLOW: Duration = Duration::from_millis(33);
/// News is taken for so long before the frame that is due.
const TURN: Duration = Duration::from_millis(4);

/// What the loop takes.
enum Message {
    Heard(Heard),
    Input(Input),
    /// Another thread has panicked, and this is what it said.
    Broken(String),
}

pub fn run(mut joined: Joined) -> anyhow::Result<Exit> {
    let theme = Theme::load(&joined.data, joined.mono, joined.ascii)?;
    let (sender, line) = line();
    let (send, first) = (sender(Lane::Then), sender(Lane::First));
    let (of_signals, of_threads) = (first.clone(), first.clone());
    on_broken(move |said| of_threads.put(Message::Broken(said)));
    signals(move |heard| of_signals.send(Message::Heard(heard)))?;
    let mut screen = Screen::open(joined.mouse)?;
    let size = screen.size();
    let outside_git = joined.outside_git();
    let (world, dir, shown) = (joined.world(), joined.dir.clone(), joined.shown());
    let opening = Opening { session: joined.session, theme, size: (size.width, size.height), git: None, dir: shown };
    let mut stage = Stage {
        model: Model::new(opening),
        world,
        shell: None,
        send,
        began: Clock::start(),
        flowing: Arc::default(),
        suspended: false,
    };
    let played = catch_unwind(AssertUnwindSafe(|| play(&mut stage, &mut screen, (first, &line), &dir, outside_git)));
    let Stage { model, world, shell, .. } = stage;
    // The person has the terminal back before anything that may take its time.
    screen.close();
    drop(line);
    let exit = played.unwrap_or_else(|_| Err(anyhow!("draw the screen: {}", fault::said())));
    let number = if let Ok(Exit::Signal(number)) = &exit { *number } else { 15 };
    // The shell and a validation end beside each other: each may take its seconds.
    let closing = std::thread::spawn(move || drop(shell));
    world.end(number);
    let _ = closing.join();
    if let Ok(Exit::Done | Exit::Failed | Exit::Precondition) = &exit
        && !joined.quiet
    {
        farewell(&model);
    }
    exit
}

struct Stage {
    model: Model,
    world: World,
    shell: Option<Program>,
    send: Sender<Message>,
    began: Clock,
    /// New output was told and not drawn yet: telling again would only fill the line.
    flowing: Arc<AtomicBool>,
    /// We stopped ourselves and have taken the terminal again.
    suspended: bool,
}

fn play(
    stage: &mut Stage,
    screen: &mut Screen,
    (first, line): (Sender<Message>, &Receiver<Message>),
    dir: &Path,
    outside_git: impl FnOnce() -> bool + Send + 'static,
) -> anyhow::Result<Exit> {
    screen.draw(|frame| view(&stage.model, frame))?;
    keys(move |heard| first.send(Message::Heard(heard)))?;
    let asks_git = stage.send.clone();
    thread("git", move || {
        if outside_git() {
            asks_git.send(Message::Input(Input::OutsideGit));
        }
    })?;
    let effects = start(&mut stage.model);
    if let Some(exit) = stage.perform(effects, screen, dir)? {
        return Ok(exit);
    }
    let mut drawn = Clock::start();
    loop {
        let patience = if stage.model.dirty {
            let pace = if stage.flowing.load(Ordering::Relaxed) { FLOW } else { PACE };
            Some(pace.saturating_sub(drawn.elapsed()))
        } else {
            stage.model.wants_tick().map(Duration::from_millis)
        };
        let mut next = line.next(patience);
        if next.is_none() && !stage.model.dirty {
            stage.input(Input::Tick, screen, dir)?;
        }
        let (turn, mut keyed) = (Clock::start(), false);
        while let Some(message) = next {
            let key = matches!(message, Message::Heard(_));
            if let Some(exit) = stage.take(message, screen, dir)? {
                return Ok(exit);
            }
            keyed |= key;
            next = if turn.elapsed() < TURN { line.next(Some(Duration::ZERO)) } else { None };
        }
        fault::point("screen");
        if stage.model.dirty && (keyed || drawn.elapsed() >= PACE) {
            stage.model.dirty = false;
            stage.flowing.store(false, Ordering::Relaxed);
            prepare(&mut stage.model);
            screen.draw(|frame| view(&stage.model, frame))?;
            drawn = Clock::start();
        }
    }
}

impl Stage {
    fn take(&mut self, message: Message, screen: &mut Screen, dir: &Path) -> anyhow::Result<Option<Exit>> {
        let input = match message {
            Message::Input(input) => input,
            Message::Heard(Heard::Key(key)) => Input::Key(key),
            Message::Heard(Heard::Paste(text)) => Input::Paste(text),
            Message::Heard(Heard::Mouse(event)) => Input::Mouse(event),
            Message::Heard(Heard::End(number)) => return Ok(Some(Exit::Signal(number))),
            Message::Broken(said) => return Err(anyhow!(said)),
            Message::Heard(Heard::Stop) => return self.suspend(screen, dir),
            Message::Heard(heard @ (Heard::Resized | Heard::Continued)) => {
                if heard == Heard::Continued && std::mem::take(&mut self.suspended) {
                    return Ok(None);
                }
                if heard == Heard::Continued {
                    screen.take_again()?;
                } else {
                    screen.refresh()?;
                }
                let size = screen.size();
                Input::Resize(size.width, size.height)
            }
        };
        self.input(input, screen, dir)
    }

    fn input(&mut self, input: Input, screen: &mut Screen, dir: &Path) -> anyhow::Result<Option<Exit>> {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let effects = update(&mut self.model, input, now);
        self.perform(effects, screen, dir)
    }

    fn suspend(&mut self, screen: &mut Screen, dir: &Path) -> anyhow::Result<Option<Exit>> {
        let input = if screen.suspend()? {
            // The news that we go on is on its way: the screen is ours already.
            self.suspended = true;
            let size = screen.size();
            Input::Resize(size.width, size.height)
        } else {
            Input::NoSuspend
        };
        self.input(input, screen, dir)
    }

    fn perform(&mut self, effects: Vec<Effect>, screen: &mut Screen, dir: &Path) -> anyhow::Result<Option<Exit>> {
        for effect in effects {
            match effect {
                Effect::World(session::Effect::Quit(exit)) => return Ok(Some(exit)),
                Effect::World(effect) => {
                    let size = nixml::front::tui::layout::pane_size(&self.model);
                    let tell = self.tell();
                    self.world.perform(effect, self.model.git.unwrap_or(false), Some(size), tell);
                }
                Effect::Copy(text) => screen.copy(&text)?,
                Effect::Suspend => {
                    if let Some(exit) = self.suspend(screen, dir)? {
                        return Ok(Some(exit));
                    }
                }
                Effect::OpenShell { rows, columns } => self.open_shell(rows, columns, dir),
                Effect::Type(bytes) => {
                    if !self.shell.as_ref().is_some_and(|shell| shell.send(&bytes)) {
                        self.model.notice = Some("the shell does not take more keys just now".to_owned());
                    }
                }
                Effect::ResizeShell { rows, columns } => {
                    if let Some(shell) = &self.shell {
                        shell.resize(rows, columns);
                    }
                }
            }
        }
        Ok(None)
    }

    fn tell(&self) -> Tell {
        let (send, pane, flow) = (self.send.clone(), self.model.output.clone(), self.flow());
        Box::new(move |event: Event| match &event {
            Event::Validating(event) if show(event, &pane) => {
                flow();
                send.is_open()
            }
            _ => send.send(Message::Input(Input::World(Box::new(event)))),
        })
    }

    /// Says that there is new output, unless that was said and nothing was drawn since.
    fn flow(&self) -> impl Fn() + Send + 'static {
        let (send, flowing) = (self.send.clone(), Arc::clone(&self.flowing));
        move || {
            if !flowing.swap(true, Ordering::Relaxed) {
                send.send(Message::Input(Input::Output));
            }
        }
    }

    fn open_shell(&mut self, rows: u16, columns: u16, dir: &Path) {
        let (pane, send, flow) = (self.model.shell.pane.clone(), self.send.clone(), self.flow());
        let hear = move |told: Told<'_>| match told {
            Told::Output(bytes) => {
                pane.feed(bytes);
                flow();
            }
            Told::Ended(how) => {
                let why = match how {
                    End::Exit(0) => "the shell has ended; F2 opens another".to_owned(),
                    End::Exit(code) => format!("the shell has ended with code {code}; F2 opens another"),
                    End::Signal(number) => format!("the shell was ended by signal {number}"),
                    End::Interrupted(_) | End::TimedOut => "the shell was ended".to_owned(),
                };
                send.send(Message::Input(Input::ShellEnded(why)));
            }
        };
        match nixml::edge::project_shell::command(dir).and_then(|order| Program::start(order, (rows, columns), hear)) {
            Ok(program) => self.shell = Some(program),
            Err(error) => {
                let why = format!("the shell could not be started: {error}");
                self.send.put(Message::Input(Input::ShellEnded(why)));
            }
        }
    }
}

/// On the person's own screen: where the project is and what to type next.
fn farewell(model: &Model) {
    if !model.session.stage().wrote() {
        return;
    }
    if let Some(verdict) = verdict(model) {
        print::say(&verdict);
    }
    for line in print::next(&model.next_lines()) {
        print::say(&line);
    }
}
