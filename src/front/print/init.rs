//! What `init` did, for a person.

use std::io::{self, Write};

use crate::core::changes::{Action, Change};
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
    for change in changes {
        writeln!(out, "  {:<9}  {}", word(change.action, dry), change.path)?;
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
    }
}

/// The change as a unified diff.
fn diff(out: &mut impl Write, change: &Change) -> io::Result<()> {
    let before = change.before.as_deref().unwrap_or("");
    let diff = similar::TextDiff::from_lines(before, &change.after);
    let old = if change.before.is_some() { format!("a/{}", change.path) } else { "/dev/null".to_owned() };
    write!(out, "{}", diff.unified_diff().context_radius(3).header(&old, &format!("b/{}", change.path)))
}
