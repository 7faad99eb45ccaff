//! `nixml doctor --fix`: shows each safe remedy, asks, runs it.

use std::io::IsTerminal as _;
use std::path::Path;

use nixml::core::failure::{Exit, Failure};
use nixml::core::finding::{Finding, Verdict};
use nixml::core::text::Redactor;
use nixml::edge::mending;
use nixml::front::print;

/// Runs the safe remedies among `findings`, each after a yes. True when something was run.
///
/// # Errors
/// Exit 2: it would have to ask and there is no terminal. Exit 1: a remedy failed.
pub fn mend(findings: &[Finding], dir: &Path, dry_run: bool, yes: bool, redactor: &Redactor) -> anyhow::Result<bool> {
    let wrong = |finding: &&Finding| matches!(finding.verdict, Verdict::Fail | Verdict::Warn);
    let safe: Vec<_> = findings
        .iter()
        .filter(wrong)
        .filter_map(|finding| Some((finding, finding.remedy.as_ref().filter(|remedy| remedy.safe)?)))
        .collect();
    if safe.is_empty() {
        print::say("nothing to mend without a person's hand");
        return Ok(false);
    }
    let mut ran = false;
    for (finding, remedy) in safe {
        print::say(&redactor.redact(&format!("{}: {}", finding.check, remedy.say)));
        for command in &remedy.commands {
            print::say(&redactor.redact(&format!("  $ {}", command.shell)));
        }
        if let Some(undo) = &remedy.undo {
            print::say(&redactor.redact(&format!("  to take it back: {undo}")));
        }
        if dry_run || !(yes || agreed()?) {
            continue;
        }
        for command in remedy.commands.iter().filter(|command| !command.needs_root && !command.argv.is_empty()) {
            mending::run(&command.argv, dir)?;
            ran = true;
        }
    }
    Ok(ran)
}

/// Asks on the terminal.
fn agreed() -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::new(Exit::Usage, "`--fix` asks before it changes anything")
            .why("there is no terminal to ask on")
            .next("add `--yes`, or `--dry-run` to see what it would do")
            .into());
    }
    Ok(super::asks("do it?", false)?.unwrap_or(false))
}
