//! `nixml undo`: takes back what the last `init` wrote.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args as ClapArgs;
use nixml::core::failure::Exit;
use nixml::core::undo::Back;
use nixml::edge::undoing;
use nixml::front::print;

use crate::cli::Shared;

/// Take back what the last `init` wrote
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml undo demo             remove what `init` wrote, restore what it replaced
  nixml undo demo --dry-run   show what that would be")]
pub struct Args {
    /// The project's folder
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Show what would be taken back; change nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

/// Runs `nixml undo`.
pub fn run(args: &Args, shared: &Shared) -> anyhow::Result<Exit> {
    let undone = undoing::undo(&args.dir, args.dry_run)?;
    if !args.dry_run {
        super::warn_of_root(shared);
    }
    if args.json {
        let files: Vec<_> = undone.files.iter().map(|(path, back)| serde_json::json!({ "path": path, "action": back })).collect();
        print::json(&serde_json::json!({
            "schema_version": 1,
            "dir": args.dir.display().to_string(),
            "files": files,
            "notes": undone.notes,
        }))?;
        return Ok(Exit::Done);
    }
    if shared.quiet {
        return Ok(Exit::Done);
    }
    let mut out = std::io::stdout().lock();
    for (path, back) in &undone.files {
        let word = match (back, args.dry_run) {
            (Back::Removed, false) => "removed",
            (Back::Removed, true) => "remove",
            (Back::Restored, false) => "restored",
            (Back::Restored, true) => "restore",
            (Back::Left | Back::Edited, _) => continue,
        };
        writeln!(out, "  {word:<8}  {path}")?;
    }
    for note in &undone.notes {
        print::say(&format!("note: {note}"));
    }
    Ok(Exit::Done)
}
