//! The screen played without a terminal: keys in, cells out, and a world that answers from a recorded machine.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use nixml::core::answers::Answers;
use nixml::core::changes::{self, Allowed, Known};
use nixml::core::data::Data;
use nixml::core::facts::Facts;
use nixml::core::files::Files;
use nixml::core::render;
use nixml::core::session::{self, Event, Kept, Session};
use nixml::core::step;
use nixml::core::validation::{ValidationEvent, ValidationReport};
use nixml::front::tui::trial::show;
use nixml::front::tui::{Effect, Input, Model, Opening, Theme, prepare, start, update, view};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Position;

/// A machine from `tests/hosts`.
pub fn host(name: &str) -> Facts {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/hosts").join(format!("{name}.toml"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every machine of `tests/hosts`.
pub fn hosts() -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/hosts");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .filter_map(|entry| {
            Some(entry.path().file_stem()?.to_str()?.to_owned())
                .filter(|_| entry.path().extension().is_some_and(|end| end == "toml"))
        })
        .collect();
    names.sort();
    names
}

/// What nixml knows, read once.
pub fn data() -> &'static Data {
    static DATA: OnceLock<Data> = OnceLock::new();
    DATA.get_or_init(Data::embedded)
}

/// The screen and the world around it.
pub struct Player {
    pub model: Model,
    pub facts: Facts,
    /// What lies in the project's folder.
    pub disk: BTreeMap<String, String>,
    /// What was written.
    pub written: Option<Vec<changes::Change>>,
    /// What the validation tells, event by event, and in the end.
    pub trial: Vec<ValidationEvent>,
    pub report: Option<ValidationReport>,
    /// Effects that are no business of the conversation's.
    pub asked: Vec<Effect>,
    pub quit: Option<u8>,
    pub now: u64,
    /// The machine has not answered yet: `probe` lets it.
    pub holds: bool,
}

#[derive(Clone, Copy)]
pub enum Look {
    Colour,
    Ascii,
}

impl Player {
    pub fn new(facts: Facts, columns: u16, rows: u16, look: Look) -> Self {
        Self::going_on(facts, columns, rows, look, None)
    }

    /// The same with a conversation that was broken off.
    pub fn going_on(facts: Facts, columns: u16, rows: u16, look: Look, kept: Option<Kept>) -> Self {
        let data = data().clone();
        let steps = Arc::new(step::load(&data).unwrap());
        let theme = Theme::load(&data, !matches!(look, Look::Colour), matches!(look, Look::Ascii)).unwrap();
        let session = Session::new(Arc::new(data), steps, "demo", Answers::default(), true).offering(kept);
        let model = Model::new(Opening { session, theme, size: (columns, rows), git: Some(true), dir: "demo".to_owned() });
        let mut player = Self {
            model,
            facts,
            disk: BTreeMap::new(),
            written: None,
            trial: Vec::new(),
            report: None,
            asked: Vec::new(),
            quit: None,
            now: 0,
            holds: false,
        };
        player.holds = true;
        let effects = start(&mut player.model);
        player.perform(effects);
        player
    }

    /// The machine answers.
    pub fn probe(mut self) -> Self {
        self.answer();
        self
    }

    /// The machine answers.
    pub fn answer(&mut self) {
        self.holds = false;
        let event = Event::Probed { facts: Box::new(self.facts.clone()), complete: true };
        self.input(Input::World(Box::new(event)));
    }

    /// Plays keys: letters as they are, others as `<enter>`, `<ctrl-c>`.
    pub fn keys(mut self, keys: &str) -> Self {
        self.press(keys);
        self
    }

    /// The same.
    pub fn press(&mut self, keys: &str) {
        for key in parse(keys) {
            self.input(Input::Key(key));
        }
    }

    pub fn paste(mut self, text: &str) -> Self {
        self.input(Input::Paste(text.to_owned()));
        self
    }

    pub fn resize(mut self, columns: u16, rows: u16) -> Self {
        self.input(Input::Resize(columns, rows));
        self
    }

    pub fn wait(mut self, milliseconds: u64) -> Self {
        self.now += milliseconds;
        self.input(Input::Tick);
        self
    }

    pub fn input(&mut self, input: Input) {
        self.now += 1;
        let effects = update(&mut self.model, input, self.now);
        prepare(&mut self.model);
        self.perform(effects);
    }

    fn tell(&mut self, event: Event) {
        self.input(Input::World(Box::new(event)));
    }

    /// Lets the world do what was asked, short of writing.
    pub fn feed(&mut self, effect: Effect) {
        self.perform(vec![effect]);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::World(effect) => self.world(effect),
                other => self.asked.push(other),
            }
        }
    }

    fn world(&mut self, effect: session::Effect) {
        match effect {
            session::Effect::Probe if self.holds => {}
            session::Effect::Probe => self.tell(Event::Probed { facts: Box::new(self.facts.clone()), complete: true }),
            session::Effect::Save(_) | session::Effect::Forget => {}
            session::Effect::Compare(plan) => {
                let files: Files = render::render(&plan, data()).unwrap();
                let on_disk = self
                    .disk
                    .iter()
                    .map(|(path, text)| (path.clone(), changes::OnDisk::File(text.clone().into_bytes())))
                    .collect();
                self.tell(Event::Compared(changes::decide(&files, &on_disk, &Known::default(), &Allowed::default())));
            }
            session::Effect::Write(changes) => {
                assert!(self.written.is_none(), "written twice");
                self.written = Some(changes);
                self.tell(Event::Wrote { notes: Vec::new() });
            }
            session::Effect::Validate => {
                for event in self.trial.clone() {
                    self.now += 400;
                    let _ = show(&event, &self.model.output);
                    self.tell(Event::Validating(Box::new(event)));
                }
                if let Some(report) = self.report.clone() {
                    self.now += report.phases.iter().map(|phase| phase.duration_ms).sum::<u64>();
                    self.tell(Event::Validated(Box::new(report)));
                }
            }
            session::Effect::StopValidation => {}
            session::Effect::Quit(exit) => self.quit = Some(exit.code()),
        }
    }

    fn terminal(&self) -> Terminal<TestBackend> {
        let (columns, rows) = self.model.size;
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| view(&self.model, frame)).unwrap();
        terminal
    }

    pub fn buffer(&self) -> Buffer {
        self.terminal().backend().buffer().clone()
    }

    /// The screen and where its cursor stands.
    pub fn drawn(&self) -> (Buffer, Option<Position>) {
        let terminal = self.terminal();
        let backend = terminal.backend();
        (backend.buffer().clone(), backend.cursor_visible().then(|| backend.cursor_position()))
    }

    /// The rows as text.
    pub fn text(&self) -> String {
        rows(&self.buffer()).into_iter().map(|row| row.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }
}

/// The letters of every row.
pub fn rows(buffer: &Buffer) -> Vec<String> {
    (0..buffer.area.height)
        .map(|y| {
            let mut row = String::new();
            let mut skip = 0;
            for x in 0..buffer.area.width {
                let symbol = buffer[(x, y)].symbol();
                if skip == 0 {
                    row.push_str(symbol);
                    skip = unicode_width::UnicodeWidthStr::width(symbol).max(1);
                }
                skip -= 1;
            }
            row
        })
        .collect()
}

fn parse(keys: &str) -> Vec<KeyEvent> {
    let mut parsed = Vec::new();
    let mut rest = keys;
    while let Some(letter) = rest.chars().next() {
        if let Some((name, after)) = rest.strip_prefix('<').and_then(|inner| inner.split_once('>')) {
            parsed.push(named(name));
            rest = after;
        } else {
            parsed.push(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE));
            rest = &rest[letter.len_utf8()..];
        }
    }
    parsed
}

fn named(name: &str) -> KeyEvent {
    let (held, name) = match name.split_once('-') {
        Some(("ctrl", name)) => (KeyModifiers::CONTROL, name),
        Some(("alt", name)) => (KeyModifiers::ALT, name),
        Some(("shift", name)) => (KeyModifiers::SHIFT, name),
        _ => (KeyModifiers::NONE, name),
    };
    let code = match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "pageup" => KeyCode::PageUp,
        "pagedown" => KeyCode::PageDown,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "space" => KeyCode::Char(' '),
        "back" => KeyCode::Backspace,
        "f1" => KeyCode::F(1),
        "f2" => KeyCode::F(2),
        one if one.chars().count() == 1 => KeyCode::Char(one.chars().next().unwrap()),
        other => panic!("no such key: <{other}>"),
    };
    KeyEvent::new(code, held)
}
