//! What `init` did, for a person.

use std::io::{self, Write};

use crate::core::adopt::Adopted;
use crate::core::changes::{Action, Change};
use crate::core::difference;
use crate::core::plan::Plan;
use crate::core::text;

/// Prints the plan, the files and what to do next. `dry`: nothing was written.
///
/// # Errors
/// The reader has gone.
pub fn report(plan: &Plan, changes: &[Change], next: &[String], dry: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let targets: Vec<&str> = plan.targets.iter().map(|target| target.target.word()).collect();
    writeln!(out, "{} {} ({}) for {}, Python {}", plan.title, plan.version, plan.build, targets.join(" and "), plan.python)?;
    if let (Some(download), Some(installed)) = (plan.download_bytes(), plan.installed_bytes()) {
        writeln!(out, "  to download {}, on disk {}", text::bytes(download), text::bytes(installed))?;
    }
    for reason in &plan.reasons {
        writeln!(out, "  {reason}")?;
    }
    for note in plan.notes.iter().chain(&plan.not_here) {
        writeln!(out, "  note: {note}")?;
    }
    writeln!(out)?;
    let (same, others): (Vec<&Change>, Vec<&Change>) = changes.iter().partition(|change| change.action == Action::Unchanged);
    for change in others {
        writeln!(out, "  {:<9}  {}", word(change.action, dry), change.path)?;
    }
    match same.len() {
        0 => {}
        all if all == changes.len() => writeln!(out, "  unchanged  all {all} files")?,
        1 => writeln!(out, "  unchanged  1 file")?,
        many => writeln!(out, "  unchanged  {many} files")?,
    }
    for change in changes {
        clash(&mut out, change)?;
    }
    if dry {
        writeln!(out)?;
        for change in changes.iter().filter(|change| change.writes()) {
            diff(&mut out, change)?;
        }
        return writeln!(out, "Nothing was written.");
    }
    if !next.is_empty() {
        writeln!(out, "\nNext:")?;
        for line in next {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}

/// What was taken over from a project that was there before, and every line that could not be.
///
/// # Errors
/// The reader has gone.
pub fn adopted(adopted: &Adopted) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "read: {}", adopted.from.join(", "))?;
    for taken in adopted.taken.iter().filter(|taken| taken.step != "packages") {
        writeln!(out, "  {}: {} (from {})", taken.step, text::label(&taken.value), taken.place)?;
    }
    let packages = adopted.taken.iter().filter(|taken| taken.step == "packages").count();
    if packages > 0 {
        writeln!(out, "  packages: {packages}")?;
    }
    for left in &adopted.left {
        writeln!(out, "  not carried over: {}: `{}`\n    {}", left.place, text::label(&left.text), left.why)?;
    }
    writeln!(out)
}

fn word(action: Action, dry: bool) -> &'static str {
    match (action, dry) {
        (Action::Created, false) => "created",
        (Action::Created, true) => "create",
        (Action::Unchanged, _) => "unchanged",
        (Action::Updated, false) => "updated",
        (Action::Updated, true) => "update",
        (Action::Replaced, false) => "replaced",
        (Action::Replaced, true) => "replace",
        (Action::Appended, false) => "appended",
        (Action::Appended, true) => "append",
        (Action::Kept, _) => "kept",
        (Action::Conflict, _) => "conflict",
        (Action::Removed, false) => "removed",
        (Action::Removed, true) => "remove",
    }
}

/// The lines that both changed, with a little around them.
fn clash(out: &mut impl Write, change: &Change) -> io::Result<()> {
    const AROUND: usize = 2;
    let Some(both) = &change.both else { return Ok(()) };
    writeln!(out, "\n{}: yours, what it was, and what nixml would write now", change.path)?;
    let lines: Vec<&str> = both.lines().collect();
    let (mut shown, mut inside) = (0, false);
    for (place, line) in lines.iter().enumerate() {
        if line.starts_with("<<<<<<<") {
            inside = true;
            for before in lines.iter().take(place).skip(shown.max(place.saturating_sub(AROUND))) {
                writeln!(out, "  {}", text::sanitise(before))?;
            }
        }
        if inside {
            writeln!(out, "  {}", text::sanitise(line))?;
            shown = place + 1;
        }
        if line.starts_with(">>>>>>>") {
            inside = false;
            for after in lines.iter().skip(shown).take(AROUND).take_while(|line| !line.starts_with("<<<<<<<")) {
                writeln!(out, "  {}", text::sanitise(after))?;
                shown += 1;
            }
        }
    }
    Ok(())
}

/// The change as a unified diff.
fn diff(out: &mut impl Write, change: &Change) -> io::Result<()> {
    write!(out, "{}", difference::unified(&change.path, change.before.as_deref(), &change.after))
}
