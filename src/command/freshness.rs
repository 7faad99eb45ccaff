//! `nixml outdated` and `nixml upgrade`: a generated project against today's catalog.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args as ClapArgs;
use nixml::core::catalog::Catalog;
use nixml::core::changes::{Action, Change};
use nixml::core::data::Data;
use nixml::core::failure::{Exit, Failure};
use nixml::core::files::Files;
use nixml::core::freshness::{self, Freshness};
use nixml::core::plan::{self, Plan};
use nixml::core::wizard::Wizard;
use nixml::core::{answers, machinery, project, render, step};
use nixml::edge::files::Folder;
use nixml::edge::project_writer::{self, Consent, Force};
use nixml::front::print;

use crate::cli::Shared;
use crate::command::{machine, shared_data};

/// Say what is newer than what a project has
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml outdated          what is newer, and why
  nixml outdated --json   the same for a script

Exit codes: 0 nothing newer, 6 something newer.")]
pub struct OutdatedArgs {
    /// The project's folder
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

/// Bring a project up to today's catalog; what you wrote stays
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml upgrade --dry-run   the change as a diff
  nixml upgrade             write it; `nixml undo` takes it back")]
pub struct UpgradeArgs {
    /// The project's folder
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Do not ask on a terminal
    #[arg(short = 'y', long)]
    yes: bool,
    /// Show what would be written; write nothing
    #[arg(long)]
    dry_run: bool,
    /// Replace files whose lines both you and nixml changed; a copy of each stays beside it
    #[arg(long)]
    force: bool,
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

/// The project, its record, and the same answers decided today.
struct Today {
    folder: Folder,
    data: Data,
    plan: Plan,
    files: Files,
    fresh: Freshness,
}

fn today(dir: &Path, shared: &Shared) -> anyhow::Result<Today> {
    let data = shared_data(shared)?;
    let folder = Folder::look_only(dir)?.ok_or_else(|| no_project(dir))?;
    let text = folder.text("nixml.toml").ok_or_else(|| no_project(dir))?;
    let (has, expected) = project::expected(&text, &data)?;
    let steps = step::load(&data)?;
    let answers = answers::file::read("nixml.toml", &text, &steps)?;
    let wizard = Wizard {
        steps: Arc::new(steps),
        catalog: Catalog::of(&data)?,
        facts: Arc::new(machine(shared)?),
        folder: String::new(),
        resolved: None,
    };
    let choices = wizard.choices(&wizard.filled(&answers)?).ok_or_else(|| no_project(dir))?;
    let plan = plan::decide(&choices, &wizard.facts, &wizard.catalog).map_err(Failure::from)?;
    let files = render::render(&plan, &data)?;
    let free = nixml::core::choices::Choices { python: None, ..choices.clone() };
    let best = plan::decide(&free, &wizard.facts, &wizard.catalog).map(|plan| plan.python).ok();
    let word = |key: &str| record(&text, key);
    // A part that differs is a person's when nixml wrote then what it writes now.
    let then = machinery::recorded(&text).unwrap_or_default();
    let now = machinery::record(expected.0.iter().map(|(path, file)| (path.as_str(), file.text.as_str())));
    let differs = |path: &str| folder.text(path).is_some_and(|there| expected.text(path) != Some(&there));
    let stale: Vec<String> =
        now.iter().filter(|(path, word)| then.get(*path) != Some(word) && differs(path)).map(|(path, _)| path.clone()).collect();
    let mut fresh =
        freshness::compare(&dir.display().to_string(), word("catalog_date"), &has, word("nixpkgs_rev").as_deref(), &plan, &stale);
    if let Some(best) = best.filter(|best| *best != plan.python) {
        fresh.notes.push(format!(
            "a new project would get Python {best}; the answers say {}: `nixml init --answers nixml.toml --python {best}` changes it",
            plan.python
        ));
    }
    Ok(Today { folder, data, plan, files, fresh })
}

/// One word of `[resolved]`.
fn record(text: &str, key: &str) -> Option<String> {
    let table: toml::Table = text.parse().ok()?;
    table.get("resolved")?.get(key)?.as_str().map(str::to_owned)
}

/// Names as a sentence has them.
fn ticked<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn no_project(dir: &Path) -> Failure {
    Failure::usage(format!("look at `{}`", dir.display()))
        .why("there is no nixml.toml in it: nixml did not make a project there")
        .next("name the project's folder, or make one with `nixml init`")
}

/// Runs `nixml outdated`.
pub fn outdated(args: &OutdatedArgs, shared: &Shared) -> anyhow::Result<Exit> {
    let today = today(&args.dir, shared)?;
    if args.json {
        print::json(&today.fresh)?;
    } else {
        show(&today.fresh)?;
    }
    Ok(if today.fresh.outdated { Exit::Outdated } else { Exit::Done })
}

fn show(fresh: &Freshness) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for newer in &fresh.newer {
        writeln!(out, "{:<10} {} -> {}", newer.what, newer.now, newer.then)?;
        writeln!(out, "           {}", newer.why)?;
    }
    if !fresh.outdated {
        writeln!(out, "Nothing is newer in the catalog of {}.", fresh.catalog_date)?;
    }
    for note in &fresh.notes {
        print::say(&format!("note: {note}"));
    }
    Ok(())
}

/// Runs `nixml upgrade`.
pub fn upgrade(args: &UpgradeArgs, shared: &Shared) -> anyhow::Result<Exit> {
    let today = today(&args.dir, shared)?;
    let consent = Consent { force: Force::of_upgrade(args.force), adopt: false, git: false };
    let changes = project_writer::compare(&today.folder, &today.plan, &today.files, &today.data, consent);
    let conflicts: Vec<&Change> = changes.iter().filter(|change| change.action == Action::Conflict).collect();
    if let Some(first) = conflicts.first() {
        return Err(Failure::refused(format!("upgrade {}", ticked(conflicts.iter().map(|change| change.path.as_str()))))
            .why(first.why.clone().unwrap_or_default())
            .next(first.way_out())
            .into());
    }
    let mut notes = today.fresh.notes.clone();
    let edited = machinery::edited(&changes);
    if !edited.is_empty() {
        let which = ticked(edited.into_iter());
        notes.push(format!("what you changed in {which} stays; `nixml validate --trust` shows whether it still fits"));
    }
    let asks = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if asks && !args.yes && !args.dry_run && !args.json && changes.iter().any(Change::writes) {
        print::init::report(&today.plan, &changes, &[], true)?;
        if super::asks("write these changes? `nixml undo` takes them back", false)? != Some(true) {
            return Ok(Exit::Done);
        }
    }
    if !args.dry_run {
        super::warn_of_root(shared);
        notes.extend(project_writer::carry_out(&today.folder, &changes, consent)?);
    }
    let next = ["nixml validate".to_owned()];
    if args.json {
        let files: Vec<_> = changes.iter().map(nixml::core::init_report::FileReport::of).collect();
        print::json(&serde_json::json!({
            "schema_version": 1,
            "dir": today.fresh.dir,
            "newer": today.fresh.newer,
            "files": files,
            "notes": notes,
            "next": next,
        }))?;
        return Ok(Exit::Done);
    }
    if shared.quiet {
        return Ok(Exit::Done);
    }
    print::init::report(&today.plan, &changes, &next, args.dry_run)?;
    for note in &notes {
        print::say(&format!("note: {note}"));
    }
    Ok(Exit::Done)
}
