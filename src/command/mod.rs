//! One file a command: each joins a front to the edge. A command has `Args` for the command line and `run(&Args, &Shared)`.

pub mod bundle;
pub mod class;
pub mod clean;
pub mod completions;
pub mod doctor;
mod doctor_fix;
pub mod explain;
pub mod freshness;
pub mod init;
mod init_adopt;
mod init_answers;
mod init_course;
mod init_proof;
pub mod join;
pub mod matrix;
mod pace;
pub mod probe;
pub mod report;
pub mod schema;
pub mod undo;
pub mod validate;
pub mod wizard;

use std::io::{self, BufRead as _, Write as _};
use std::path::{Path, PathBuf};

use nixml::core::data::Data;
use nixml::core::facts::Facts;
use nixml::core::failure::Failure;
use nixml::edge::probe::{ProbeOptions, Vars};
use nixml::edge::terminal::Surroundings;
use nixml::edge::{facts_file, probe as machine_probe};
use nixml::front::print::{self, Look};

use crate::cli::{Color, Shared};

/// The facts of this machine, or of the recorded one that `--host` names; keys in that file that nixml does not know are said.
pub fn machine(shared: &Shared) -> Result<Facts, Failure> {
    let Some(file) = &shared.host else { return Ok(machine_probe::probe(&ProbeOptions::here())) };
    recorded(file)
}

/// The same, with what lies in the project's folder `dir`: of a recorded machine that has no project, the folder is looked at here.
pub fn machine_with(shared: &Shared, dir: &Path) -> Result<Facts, Failure> {
    let options = ProbeOptions::new(Vars::here(), Some(dir.to_path_buf()));
    let Some(file) = &shared.host else { return Ok(machine_probe::probe(&options)) };
    let mut facts = recorded(file)?;
    if facts.project.is_none() {
        facts.project = machine_probe::project(&options);
    }
    Ok(facts)
}

fn recorded(file: &Path) -> Result<Facts, Failure> {
    let (facts, ignored) = facts_file::read(file)?;
    for key in ignored {
        print::say(&format!("warning: `{}`: unknown key `{}`", file.display(), nixml::core::text::label(&key)));
    }
    Ok(facts)
}

/// nixml's data with the user's overlay and the one of `--data`.
pub fn shared_data(shared: &Shared) -> Result<Data, Failure> {
    nixml::edge::data(shared.data.as_deref())
}

/// The project's folder, whole: the one that was named, else the current one.
pub fn folder(named: Option<&Path>) -> Result<PathBuf, Failure> {
    let named = named.unwrap_or_else(|| Path::new("."));
    nixml::edge::folder(named).map_err(|why| Failure::usage(format!("look into the folder `{}`", named.display())).why(why))
}

/// Says once, before anything is done, that a plain user would do.
pub fn warn_of_root(shared: &Shared) {
    if nixml::edge::identity::is_root() && !shared.quiet {
        print::say("warning: running as root: what is written will belong to root; a plain user is enough for nixml");
    }
}

/// Asks `question` on standard error and takes a line of standard input: an empty one means `otherwise`; none where the input ended.
///
/// # Errors
/// The terminal cannot be written or read.
pub fn asks(question: &str, otherwise: bool) -> io::Result<Option<bool>> {
    let mut err = io::stderr().lock();
    write!(err, "{question} {} ", if otherwise { "[Y/n]" } else { "[y/N]" })?;
    err.flush()?;
    drop(err);
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line)? == 0 {
        return Ok(None);
    }
    Ok(Some(match line.trim() {
        "" => otherwise,
        answer => matches!(answer, "y" | "Y" | "yes"),
    }))
}

/// How text on standard output is dressed.
pub fn look(shared: &Shared) -> Look {
    let around = Surroundings::look();
    let color = match shared.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => nixml::edge::stdout_is_terminal() && !around.no_color && !around.dumb,
    };
    Look { color, ascii: shared.ascii || !around.utf8, width: 80 }
}
