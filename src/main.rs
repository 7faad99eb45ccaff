//! Parse arguments, choose a front, join it to the edge; nothing else.

mod cli;
mod command;

use std::io::Write as _;
use std::panic::catch_unwind;
use std::process::ExitCode;

use nixml::core::failure::{Exit, Failure};
use nixml::core::text::sanitise;
use nixml::edge::{ending, fault};

fn main() -> ExitCode {
    if let Some(code) = nixml::edge::probe::run_helper_if_asked() {
        return code;
    }
    fault::keep_panics();
    ending::survive_limits();
    let run = || {
        fault::point("main");
        cli::Cli::read().and_then(cli::Cli::run)
    };
    let ran = catch_unwind(run).unwrap_or_else(|_| Err(anyhow::anyhow!("{}", fault::said())));
    let exit = ran.unwrap_or_else(|error| complain(&error));
    ExitCode::from(exit.code())
}

/// Says what failed on standard error and picks the exit code: a [`Failure`] carries its own, anything else is a bug.
fn complain(error: &anyhow::Error) -> Exit {
    if error
        .chain()
        .any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe))
    {
        return Exit::Done; // The reader of our output has gone: nobody is left to tell.
    }
    let mut err = std::io::stderr().lock();
    if let Some(failure) = error.downcast_ref::<Failure>() {
        let _ = writeln!(err, "error: {}", sanitise(&failure.to_string()));
        return failure.exit;
    }
    if let Some(cause) = error.downcast_ref::<std::io::Error>() {
        let _ = writeln!(err, "error: {}", Failure::precondition("print the result").why(cause.to_string()));
        return Exit::Precondition;
    }
    let _ = writeln!(err, "error: {}", sanitise(&format!("{error:#}")));
    let _ = writeln!(err, "hint: this is a bug in nixml; report it with the output of `nixml report`");
    Exit::Bug
}
