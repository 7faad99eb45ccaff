//! The wizard: picks the screen or the plain prompts and joins either to the world.

mod line;
mod plain;
mod screen;
mod world;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use nixml::core::answers::{Answers, file};
use nixml::core::choices::Resolved;
use nixml::core::data::Data;
use nixml::core::failure::{Exit, Failure};
use nixml::core::project;
use nixml::core::session::{At, Kept, Session};
use nixml::core::step::Step;

use nixml::edge;
use nixml::edge::files::{Folder, git};
use nixml::edge::project_writer::Consent;
use nixml::edge::terminal::Surroundings;

use crate::cli::{Color, Shared};
use world::World;

/// What a wizard starts from.
#[derive(Debug)]
pub struct Start {
    /// The project's folder as it was given.
    pub dir: PathBuf,
    pub steps: Vec<Step>,
    pub data: Data,
    /// What flags, variables and files have answered.
    pub answers: Answers,
    pub resolved: Option<Resolved>,
    pub consent: Consent,
    /// Prove the project after it was written.
    pub validates: bool,
    /// What the review must say besides, in sentences.
    pub told: Vec<String>,
}

/// Runs the wizard to its end.
pub fn run(start: Start, shared: &Shared) -> anyhow::Result<Exit> {
    let surroundings = Surroundings::look();
    if !surroundings.terminal {
        return Err(no_terminal().into());
    }
    let name = super::init::folder_name(&start.dir)?;
    let folder = open(&start.dir)?;
    let kept = kept(&start.dir, &start.steps);
    let place = (kept.is_none() && edge::identity::is_home(&start.dir))
        .then(|| "this is your home folder; `nixml init my-project` takes one of its own".to_owned());
    let session = Session::new(Arc::new(start.data.clone()), Arc::new(start.steps), &name, start.answers, start.validates)
        .resolved(start.resolved)
        .telling(start.told)
        .warning(place)
        .offering(kept);
    let joined = Joined {
        session,
        data: start.data,
        dir: start.dir.clone(),
        mono: surroundings.no_color && shared.color != Color::Always || shared.color == Color::Never,
        ascii: shared.ascii || !surroundings.utf8,
        plain: shared.plain || !surroundings.full_screen(),
        mouse: shared.mouse,
        quiet: shared.quiet,
        verbose: shared.verbose,
        host: shared.host.clone(),
        consent: start.consent,
        folder,
    };
    if joined.plain { plain::run(joined) } else { screen::run(joined) }
}

/// What there is to go on with: a conversation that was broken off, or else the project that lies in the folder.
fn kept(dir: &Path, steps: &[Step]) -> Option<Kept> {
    let most = u64::try_from(file::MOST_BYTES).unwrap_or(u64::MAX);
    let text = edge::read_capped(&dir.join("nixml.toml"), most).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    match (edge::sessions::load(dir), text) {
        // What was written has been taken away since.
        (Some(kept), None) if kept.at == At::Written => Some(Kept { at: At::Review, ..kept }),
        (Some(kept), _) => Some(kept),
        (None, Some(text)) => {
            let answers = file::read("nixml.toml", &text, steps).ok()?;
            Some(Kept { resolved: project::resolved(&text), ..Kept::new(At::Project, answers) })
        }
        (None, None) => None,
    }
}

/// Everything the two ways of asking need.
#[expect(clippy::struct_excessive_bools, reason = "each one is a flag of the command line")]
struct Joined {
    session: Session,
    data: Data,
    dir: PathBuf,
    mono: bool,
    ascii: bool,
    plain: bool,
    mouse: bool,
    quiet: bool,
    verbose: bool,
    host: Option<PathBuf>,
    consent: Consent,
    folder: Option<Folder>,
}

impl Joined {
    fn world(&mut self) -> World {
        World::new(self.dir.clone(), self.data.clone(), self.host.clone(), self.consent, self.folder.take())
    }

    /// True when a repository would have to be made; asks git, so not before the first frame.
    fn outside_git(&self) -> impl FnOnce() -> bool + Send + 'static {
        let (dir, wanted) = (self.dir.clone(), self.consent.git);
        move || wanted && !git::inside(nearest(&dir))
    }

    /// The folder as a command line names it.
    fn shown(&self) -> String {
        self.dir.display().to_string()
    }
}

/// Nothing to ask on.
#[must_use]
pub fn no_terminal() -> Failure {
    // One line, as the contract has it.
    Failure::precondition("start the wizard: there is no terminal; answer with `nixml init --answers FILE --yes`")
}

/// Opens and locks the folder when it is there, so that whatever stands in the way is said before the first question.
fn open(dir: &Path) -> Result<Option<Folder>, Failure> {
    let folder = Folder::look_only(dir)?;
    if let Some(folder) = &folder {
        folder.probe_writable()?;
    }
    Ok(folder)
}

/// The folder itself, or the nearest one above it that is there.
fn nearest(dir: &Path) -> &Path {
    dir.ancestors()
        .find(|path| path.as_os_str().is_empty() || edge::is_folder(path))
        .filter(|path| !path.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}
