//! The little that nixml asks of git: is there a repository, make one, mark new files as meant to be added.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::edge::child::brief::{self, Ended};

/// A repository may name programs in its own settings, and bring hooks, where it was not cloned but handed over as a folder: none of
/// them is wanted for what nixml asks.
pub const INERT: [&str; 4] = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];

/// git with the variables of a surrounding git removed (a hook that calls nixml must not redirect it).
fn git(dir: &Path) -> Command {
    let mut command = Command::new("git");
    command.args(INERT).arg("-C").arg(dir);
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0");
    command
}

/// git answers in milliseconds; only a repository that is prepared to hang it (a pipe for its settings), or a disk that does not answer,
/// takes this long, and then it is not asked again.
const PATIENCE: Duration = Duration::from_secs(30);
static DEAF: AtomicBool = AtomicBool::new(false);

/// git's answers are short: a list of the files of one project, or one of them.
const MOST_BYTES: usize = 4 << 20;

/// What git answers. When it has to be stopped it may take its locks away first.
fn run(command: Command) -> Result<String, String> {
    let deaf = || format!("git did not answer within {} s", PATIENCE.as_secs());
    if DEAF.load(Ordering::Relaxed) {
        return Err(deaf());
    }
    let ran = brief::run_gently(command, Instant::now() + PATIENCE, MOST_BYTES, Duration::from_secs(2));
    match ran.ended {
        Ended::Exited(0) => Ok(String::from_utf8_lossy(&ran.stdout).into_owned()),
        Ended::TimedOut => {
            DEAF.store(true, Ordering::Relaxed);
            Err(deaf())
        }
        Ended::Missing => Err("git is not installed".to_owned()),
        Ended::NotStarted(why) => Err(why),
        Ended::TooMuch => Err("git printed too much".to_owned()),
        Ended::Exited(_) | Ended::Signal(_) | Ended::Stopped => {
            let text = String::from_utf8_lossy(&ran.stderr).trim().to_owned();
            Err(text.lines().last().unwrap_or("git failed").to_owned())
        }
    }
}

/// True when `dir` lies in a git work tree.
#[must_use]
pub fn inside(dir: &Path) -> bool {
    let mut command = git(dir);
    command.args(["rev-parse", "--is-inside-work-tree"]);
    run(command).is_ok_and(|answer| answer.trim() == "true")
}

/// The text of a file as the last commit has it; `None` where there is no commit, no such file, or no git.
#[must_use]
pub fn committed(dir: &Path, path: &str) -> Option<String> {
    let mut command = git(dir);
    command.args(["show", &format!("HEAD:./{path}")]);
    run(command).ok()
}

/// True when git tracks something at or below `path`: it came with a clone.
#[must_use]
pub fn tracks(dir: &Path, path: &str) -> bool {
    let mut command = git(dir);
    command.args(["ls-files", "--", path]);
    run(command).is_ok_and(|answer| !answer.trim().is_empty())
}

/// Those of `paths`, and what lies below them, whose changes git was told to overlook: what it shows then is not what lies there.
#[must_use]
pub fn overlooked(dir: &Path, paths: &[&str]) -> Vec<String> {
    let mut command = git(dir);
    command.args(["ls-files", "-v", "-z", "--"]).args(paths);
    let told = run(command).unwrap_or_default();
    let entries = told.split('\0').filter_map(|entry| entry.split_once(' '));
    entries
        .filter(|(tag, _)| tag.starts_with(|c: char| c.is_ascii_lowercase() || c == 'S'))
        .map(|(_, path)| path.to_owned())
        .collect()
}

/// Makes a repository.
///
/// # Errors
/// git's last line, or that there is no git.
pub fn init(dir: &Path) -> Result<(), String> {
    // git would make one at the other end of a link, or of the file that stands for one.
    if dir.join(".git").symlink_metadata().is_ok_and(|status| !status.is_dir()) {
        return Err("`.git` is there already and leads to no repository".to_owned());
    }
    let mut command = git(dir);
    command.args(["init", "--quiet"]);
    run(command).map(drop)
}

/// Marks `paths` as meant to be added, so that a flake sees them; a file that git ignores is left out.
///
/// # Errors
/// git's last line, or that there is no git.
pub fn intend_to_add(dir: &Path, paths: &[String]) -> Result<(), String> {
    let mut check = git(dir);
    check.args(["check-ignore", "--"]).args(paths);
    let ignored = run(check).unwrap_or_default();
    let ignored: Vec<&str> = ignored.lines().collect();
    let wanted: Vec<&String> = paths.iter().filter(|path| !ignored.contains(&path.as_str())).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let mut command = git(dir);
    command.args(["add", "--intent-to-add", "--"]).args(wanted);
    run(command).map(drop)
}

/// Takes `paths` out of the index where no commit holds them, so that git does not miss them.
pub fn forget(dir: &Path, paths: &[String]) {
    for path in paths {
        let mut committed = git(dir);
        committed.args(["cat-file", "-e", &format!("HEAD:./{path}")]);
        if run(committed).is_err() {
            let mut command = git(dir);
            command.args(["rm", "--cached", "--quiet", "--ignore-unmatch", "--", path]);
            let _ = run(command);
        }
    }
}

/// Removes the repository at `dir` when git says that it holds no commit and tracks nothing; false when it stays.
#[must_use]
pub fn remove_if_unused(dir: &Path) -> bool {
    // Renamed first: half a repository, left by a kill, would be nobody's.
    let (repository, going) = (dir.join(".git"), dir.join(".git.nixml-going"));
    let _ = std::fs::remove_dir_all(&going);
    if repository.symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
        return true;
    }
    // A git that cannot answer has not said that there is nothing to lose.
    let nothing = |arguments: &[&str]| {
        let mut command = git(dir);
        command.args(arguments);
        run(command).is_ok_and(|answer| answer.trim().is_empty())
    };
    nothing(&["rev-list", "--all", "--max-count=1"])
        && nothing(&["ls-files"])
        && std::fs::rename(&repository, &going).is_ok()
        && std::fs::remove_dir_all(&going).is_ok()
}
