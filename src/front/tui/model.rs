//! Everything the screen knows: the conversation, and where the person is in it.

use std::cell::Cell;
use std::collections::BTreeMap;

use ratatui::layout::Rect;

use super::keys::Place;
use super::pane::Pane;
use super::theme::Theme;
use super::trial::Trial;
use super::widgets::choices::Row;
use super::widgets::field::Field;
use super::widgets::table::Fact;
use crate::core::answers::Answers;
use crate::core::data::Data;
use crate::core::facts::Facts;
use crate::core::files::Files;
use crate::core::init_report;
use crate::core::plan::Plan;
use crate::core::session::{Intent, Session, Stage};
use crate::core::step::{Kind, Step};

/// From this width on the preview stands beside the question.
pub const WIDE: u16 = 110;
/// Below these columns and rows one line says what is needed.
pub const SMALLEST: (u16, u16) = (60, 16);

/// The whole state of the screen.
#[derive(Debug)]
pub struct Model {
    pub session: Session,
    pub data: Data,
    pub theme: Theme,
    /// Columns and rows.
    pub size: (u16, u16),
    /// Milliseconds since the start.
    pub now: u64,
    /// Something changed since the last frame.
    pub dirty: bool,
    /// What is only looked at has to be worked out again.
    pub stale: bool,
    /// What the person did at each step, kept whatever happens to the step.
    pub drafts: BTreeMap<String, Draft>,
    pub focus: Focus,
    /// The person's wish; by default the preview is shown where it has room.
    pub preview: Option<bool>,
    pub side: Side,
    pub popup: Option<Popup>,
    /// A line above the hints, until the next key.
    pub notice: Option<String>,
    /// When Ctrl-C was pressed last.
    pub interrupted: Option<u64>,
    /// The question was opened from the review: its answer leads back there.
    pub returns: bool,
    /// What the person wants as soon as the machine is known.
    pub waiting: Option<Intent>,
    /// Make a git repository; `None`: the project lies in one already.
    pub git: Option<bool>,
    /// The project's folder as a command line names it.
    pub dir: String,
    pub trial: Trial,
    pub output: Pane,
    pub shell: Shell,
    /// The output has the whole screen.
    pub zoom: bool,
    /// What follows from the rest, kept between frames.
    pub seen: Seen,
    /// The first line shown of a text that is longer than its room.
    pub first: usize,
    pub shown: Shown,
}

/// What the last frame could show of texts that are longer than their room; the next key counts from there.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    pub side: Cell<usize>,
    pub popup: Cell<usize>,
    pub first: Cell<usize>,
    /// Rows of the longest text on the screen.
    pub page: Cell<u16>,
    /// Where the list stands, and which of its rows is the first.
    pub list: Cell<(Rect, usize)>,
    /// Where the preview or the diff stands, and the terminal pane within its frame.
    pub beside: Cell<Rect>,
    pub pane: Cell<Rect>,
}

/// What a person did at one step and has not given as the answer yet.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The offer under the cursor, by its id: lists may change under it.
    pub at: Option<String>,
    pub cursor: usize,
    /// Chosen of many, in order.
    pub chosen: Vec<String>,
    /// Space was pressed: what is marked is meant, wherever the cursor stands.
    pub marked: bool,
    pub field: Field,
    /// The letters looked for.
    pub search: Option<String>,
}

/// Which pane the keys go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Focus {
    #[default]
    Main,
    Side,
    Pane,
}

/// The preview and the diff: which file, from which line on.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// The file's path; `None`: the first that changed.
    pub file: Option<String>,
    pub first: usize,
}

/// A text over the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Popup {
    pub kind: PopupKind,
    pub title: String,
    pub text: String,
    pub first: usize,
}

/// What a popup asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PopupKind {
    Read,
    /// `true`: Ctrl-C asked.
    Leave(bool),
    /// Choose this offer although this machine cannot run it.
    Foreign(String),
    /// Looking for letters in the output.
    Search(String),
}

/// The shell in the pane.
#[derive(Debug, Clone, Default)]
pub struct Shell {
    pub running: bool,
    pub pane: Pane,
    /// It was started at least once.
    pub used: bool,
}

/// What follows from the conversation and the cursor.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Every screen in order: its step's id, when it is a question, and its title.
    pub outline: Vec<(Option<String>, String)>,
    pub at: usize,
    pub rows: Vec<Row>,
    /// The id behind each row.
    pub ids: Vec<String>,
    /// What speaks for or against the row under the cursor.
    pub why: String,
    pub facts: Vec<Fact>,
    /// What to mend, with the commands.
    pub troubles: Vec<Fact>,
    /// The plan that suits this machine best, or why there is none.
    pub able: Option<Result<Plan, String>>,
    /// The same with the answers that are there already.
    pub quick: Option<(Answers, Result<Plan, String>)>,
    /// The conversation and the intent that the plan below belongs to.
    pub imagined: Option<(String, Answers, Intent)>,
    /// The machine that the facts above tell of, and whether every probe had answered.
    pub looked: Option<(Facts, bool)>,
    /// The screen and the answers that the outline belongs to.
    pub asked: Option<(String, Answers, bool)>,
    /// What would be made, the row under the cursor taken.
    pub plan: Option<Plan>,
    pub files: Option<Files>,
    /// The files before the last move of the cursor.
    pub before: Option<Files>,
    /// Why there is no plan.
    pub conflict: Option<String>,
}

/// How a conversation is begun on the screen.
#[derive(Debug)]
pub struct Opening {
    pub session: Session,
    pub theme: Theme,
    pub size: (u16, u16),
    /// `None`: the project lies in a git repository already.
    pub git: Option<bool>,
    /// The project's folder as a command line names it.
    pub dir: String,
}

impl Model {
    /// The screen before its first frame. Nothing is read or computed that a frame could wait for.
    #[must_use]
    pub fn new(opening: Opening) -> Self {
        let Opening { session, theme, size, git, dir } = opening;
        let mut model = Self {
            data: session.data().clone(),
            session,
            theme,
            size,
            now: 0,
            dirty: true,
            stale: true,
            drafts: BTreeMap::new(),
            focus: Focus::Main,
            preview: None,
            side: Side::default(),
            popup: None,
            notice: None,
            interrupted: None,
            returns: false,
            waiting: None,
            git,
            dir,
            trial: Trial::default(),
            output: Pane::default(),
            shell: Shell::default(),
            zoom: false,
            seen: Seen::default(),
            first: 0,
            shown: Shown::default(),
        };
        super::seen::refresh(&mut model);
        super::seen::prepare(&mut model);
        model
    }

    /// The step that is asked now.
    #[must_use]
    pub fn step(&self) -> Option<&Step> {
        match self.session.stage() {
            Stage::Asking(question) => Some(&question.step),
            _ => None,
        }
    }

    /// The name under which the draft of this screen is kept.
    #[must_use]
    pub fn screen(&self) -> &str {
        match self.session.stage() {
            Stage::Machine => "<machine>",
            Stage::Asking(question) => &question.step.id,
            Stage::Review(_) => "<review>",
            Stage::Writing { .. } | Stage::Validating { .. } => "<running>",
            Stage::Done { .. } | Stage::Stopped { .. } => "<end>",
        }
    }

    /// What the person did on this screen.
    #[must_use]
    pub fn draft(&self) -> Option<&Draft> {
        self.drafts.get(self.screen())
    }

    /// The same, to change.
    pub fn draft_mut(&mut self) -> &mut Draft {
        let screen = self.screen().to_owned();
        self.drafts.entry(screen).or_default()
    }

    /// The row under the cursor.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.draft().map_or(0, |draft| draft.cursor).min(self.seen.rows.len().saturating_sub(1))
    }

    /// The id of the row under the cursor.
    #[must_use]
    pub fn here(&self) -> Option<&str> {
        self.seen.ids.get(self.cursor()).map(String::as_str)
    }

    /// Where the keys go.
    #[must_use]
    pub fn place(&self) -> Place {
        if let Some(popup) = &self.popup {
            return match popup.kind {
                PopupKind::Read => Place::Popup,
                PopupKind::Leave(_) => Place::Leave,
                PopupKind::Foreign(_) => Place::Foreign,
                PopupKind::Search(_) => Place::Find,
            };
        }
        match self.focus {
            Focus::Pane if self.shell.running && self.over() => return Place::Shell,
            Focus::Pane => return Place::Log,
            Focus::Side => return Place::Side,
            Focus::Main => {}
        }
        match self.session.stage() {
            Stage::Machine => Place::Machine,
            Stage::Asking(_) if self.draft().is_some_and(|draft| draft.search.is_some()) => Place::Search,
            Stage::Asking(question) => match question.step.kind {
                Kind::Choice | Kind::Confirm => Place::List,
                Kind::Many => Place::Many,
                Kind::Text | Kind::List => Place::Text,
                Kind::Note => Place::Card,
            },
            Stage::Review(_) => Place::Review,
            Stage::Writing { .. } | Stage::Validating { .. } => Place::Running,
            Stage::Done { .. } | Stage::Stopped { .. } => Place::End,
        }
    }

    /// Nothing runs any more.
    #[must_use]
    pub fn over(&self) -> bool {
        matches!(self.session.stage(), Stage::Done { .. } | Stage::Stopped { .. })
    }

    /// The pane that is on the screen: the shell's once it was opened, else the output.
    #[must_use]
    pub fn pane(&self) -> &Pane {
        if self.shell.used && self.over() { &self.shell.pane } else { &self.output }
    }

    /// The preview is on the screen.
    #[must_use]
    pub fn shows_preview(&self) -> bool {
        let has = matches!(self.session.stage(), Stage::Machine | Stage::Asking(_)) && self.seen.files.is_some();
        has && self.preview.unwrap_or(self.size.0 >= WIDE)
    }

    /// The command that does the same without questions.
    #[must_use]
    pub fn command(&self) -> String {
        init_report::command(&self.dir, self.session.answers())
    }

    /// What to type next, and what each does.
    #[must_use]
    pub fn next_lines(&self) -> Vec<(String, &'static str)> {
        super::words::next_lines(&self.dir, self.session.stage())
    }

    /// When the screen wants to be told the time again, in milliseconds from now; `None`: it can wait for ever.
    #[must_use]
    pub fn wants_tick(&self) -> Option<u64> {
        let asked = self.interrupted.map(|at| (at + super::update::TWICE).saturating_sub(self.now) + 1);
        let runs = matches!(self.session.stage(), Stage::Writing { .. } | Stage::Validating { .. }) || self.waiting.is_some();
        let spins = runs.then_some(500);
        [asked, spins].into_iter().flatten().min()
    }
}
