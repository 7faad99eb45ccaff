//! Runs a remedy's command in the project's folder: an argument list, never a shell, never root.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::child::{self, Environment, Heard, Interrupt, Order};
use crate::core::failure::{Exit, Failure};

/// Programs that a remedy may run: what a check says can never start anything else.
const PROGRAMS: &[&str] = &["git", "nixml"];

/// Runs `argv` and shows what it says on standard error.
///
/// # Errors
/// Exit 1: it is not a program for remedies, cannot be started, or fails; 128+N when nixml is told to end meanwhile.
pub fn run(argv: &[String], dir: &Path) -> Result<(), Failure> {
    let line = argv.join(" ");
    let failure = |why: String| Failure::new(Exit::Failed, format!("run `{line}`")).why(why);
    let (name, rest) = argv.split_first().ok_or_else(|| failure("it is empty".to_owned()))?;
    if !PROGRAMS.contains(&name.as_str()) {
        return Err(failure("remedies run only git and nixml".to_owned()));
    }
    let program: PathBuf = if name == "nixml" {
        std::env::current_exe().map_err(|error| failure(error.to_string()))?
    } else {
        child::find(name, &[]).ok_or_else(|| failure(format!("`{name}` is not installed")))?
    };
    let interrupt = Interrupt::from_signals();
    let order = Order::new(program, dir, Environment::cleaned()).args(rest);
    let ended = child::run(&order, &interrupt, &mut |heard| {
        if let Heard::Out(bytes) | Heard::Err(bytes) = heard {
            let text = String::from_utf8_lossy(bytes);
            let _ = std::io::stderr().lock().write_all(crate::core::text::sanitise(&text).as_bytes());
        }
    })
    .map_err(|error| failure(error.to_string()))?;
    match ended.end {
        child::End::Exit(0) => Ok(()),
        child::End::Exit(code) => Err(failure(format!("it ended with {code}"))),
        child::End::Signal(number) => Err(failure(format!("it died of signal {number}"))),
        child::End::TimedOut => Err(Failure::new(Exit::TimedOut, format!("run `{line}`"))),
        child::End::Interrupted(number) => Err(Failure::new(Exit::Signal(number), format!("run `{line}`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_programs_run() {
        let dir = tempfile::tempdir().unwrap();
        for argv in [vec!["sudo", "true"], vec!["sh", "-c", "true"], vec![]] {
            let argv: Vec<String> = argv.into_iter().map(str::to_owned).collect();
            assert_eq!(run(&argv, dir.path()).unwrap_err().exit, Exit::Failed, "{argv:?}");
        }
        run(&["git".to_owned(), "--version".to_owned()], dir.path()).unwrap();
    }
}
