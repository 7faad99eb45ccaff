//! `nixml clean`: what a project costs on the disk, and room for what is chosen.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::Args as ClapArgs;
use nixml::core::clean::{CleanReport, Group, Item};
use nixml::core::failure::{Exit, Failure};
use nixml::core::text;
use nixml::edge::cleaning::{self, Found};
use nixml::front::print;

use crate::cli::Shared;

/// Show what a project costs on the disk, and free what is chosen
#[derive(Debug, ClapArgs)]
#[expect(clippy::struct_excessive_bools, reason = "each one is a flag of the command line")]
#[command(after_help = "\
Examples:
  nixml clean                            what this project costs; on a terminal, asks what to free
  nixml clean demo --venvs --yes         remove its environments; `nixml-sync` makes them again
  nixml clean --all --dry-run            what would go: environments, store links, logs
  nixml clean --venvs --uv-cache --yes   the downloads of its packages as well

Nothing outside the project's folder goes unless it is named: --uv-cache, --driver-links, --store.")]
pub struct Args {
    /// The project's folder
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Its environments (.venv, .venv-cpu)
    #[arg(long, env = "NIXML_VENVS")]
    venvs: bool,
    /// Its links that keep paths of the Nix store
    #[arg(long, env = "NIXML_ROOTS")]
    roots: bool,
    /// The logs of its validations
    #[arg(long, env = "NIXML_LOGS")]
    logs: bool,
    /// All three
    #[arg(long, env = "NIXML_ALL")]
    all: bool,
    /// Outside: what uv's cache holds of its packages
    #[arg(long, env = "NIXML_UV_CACHE")]
    uv_cache: bool,
    /// Outside: links to drivers that this machine had before
    #[arg(long, env = "NIXML_DRIVER_LINKS")]
    driver_links: bool,
    /// Outside: everything in the Nix store that nothing holds, of every project
    #[arg(long, env = "NIXML_STORE")]
    store: bool,
    /// Show what would go; remove nothing
    #[arg(long, env = "NIXML_DRY_RUN")]
    dry_run: bool,
    /// Do not ask: remove what the flags choose
    #[arg(short = 'y', long)]
    yes: bool,
    /// Print one JSON object on standard output
    #[arg(long, env = "NIXML_JSON")]
    json: bool,
}

impl Args {
    fn chosen(&self) -> Vec<Group> {
        let wanted = |group: &Group| match group {
            Group::Venvs => self.venvs || self.all,
            Group::Roots => self.roots || self.all,
            Group::Logs => self.logs || self.all,
            Group::UvCache => self.uv_cache,
            Group::DriverLinks => self.driver_links,
            Group::Store => self.store,
        };
        Group::ALL.into_iter().filter(wanted).collect()
    }
}

/// Runs `nixml clean`.
pub fn run(args: &Args, shared: &Shared) -> anyhow::Result<Exit> {
    let chosen = args.chosen();
    let asks = std::io::stdin().is_terminal() && std::io::stderr().is_terminal() && !args.json;
    if args.yes && chosen.is_empty() {
        return Err(Failure::usage("free nothing: no flag says what")
            .next("choose with --venvs, --roots, --logs, --all, --uv-cache, --driver-links, --store")
            .into());
    }
    let found = cleaning::look(&args.dir, args.store)?;
    let dir = args.dir.display().to_string();
    let report = |dry: bool, chosen: &[Group]| CleanReport::new(&dir, dry, found.items.clone(), chosen);
    if args.dry_run || !args.yes && !asks && chosen.is_empty() {
        show(&report(true, &chosen), args, shared)?;
        return Ok(Exit::Done);
    }
    if !args.yes && !asks {
        return Err(Failure::usage("free what was chosen: there is no terminal to ask on")
            .next("add `--yes`, or `--dry-run` to see what would go")
            .into());
    }
    let chosen = if args.yes { chosen } else { agreed(&report(true, &[]), &chosen)? };
    if let Some(kept) = needed(&found.items, &chosen) {
        return Err(kept.into());
    }
    let mut done = report(false, &chosen);
    if chosen.is_empty() {
        print::say("nothing was removed");
        return Ok(Exit::Done);
    }
    done.notes.extend(freed(&found, &done)?);
    show(&done, args, shared)?;
    Ok(Exit::Done)
}

fn freed(found: &Found, report: &CleanReport) -> Result<Vec<String>, Failure> {
    found.free(&report.items).map_err(|failure| match failure.next {
        Some(_) => failure,
        None => failure.next("what was removed before that stays removed; `nixml clean` shows what is left"),
    })
}

/// Something was chosen by name that needs a program which is not here.
fn needed(items: &[Item], chosen: &[Group]) -> Option<Failure> {
    let kept = |group: &Group| items.iter().find(|item| item.group == *group && item.kept.is_some());
    let item = chosen.iter().filter(|group| matches!(group, Group::UvCache | Group::Store)).find_map(kept)?;
    let why = item.kept.clone().unwrap_or_default();
    Some(Failure::precondition(format!("free {}", item.group.title())).why(why).next("nothing was removed"))
}

/// Asks group by group; without choices on the command line every group of the project and what lies outside for it.
fn agreed(report: &CleanReport, chosen: &[Group]) -> anyhow::Result<Vec<Group>> {
    std::io::stderr().lock().write_all(print::clean::table(report).as_bytes())?;
    let mut agreed = Vec::new();
    for group in report.groups().into_iter().filter(|group| chosen.is_empty() || chosen.contains(group)) {
        let gives: u64 = report.items.iter().filter(|item| item.group == group).filter_map(Item::gives).sum();
        let size = if gives > 0 { format!(" ({})", text::bytes(gives)) } else { String::new() };
        match super::asks(&format!("remove {}{size}? {}", group.title(), group.again()), false)? {
            Some(true) => agreed.push(group),
            Some(false) => {}
            None => break,
        }
    }
    Ok(agreed)
}

fn show(report: &CleanReport, args: &Args, shared: &Shared) -> anyhow::Result<()> {
    if args.json {
        print::json(report)?;
        return Ok(());
    }
    let mut out = std::io::stdout().lock();
    if !shared.quiet {
        out.write_all(print::clean::table(report).as_bytes())?;
    }
    if report.items.iter().any(|item| item.freed) {
        let verb = if report.dry_run { "would give back" } else { "gave back" };
        writeln!(out, "That {verb} {}.", text::bytes(report.freed_bytes))?;
    } else if !report.items.is_empty() && !shared.quiet {
        writeln!(out, "Nothing is removed unless you choose it: --venvs, --roots, --logs, --all, --uv-cache, --driver-links.")?;
    }
    drop(out);
    for note in &report.notes {
        print::say(&format!("note: {note}"));
    }
    for next in report.next.iter().filter(|_| !report.dry_run) {
        print::say(&format!("next: {next}"));
    }
    Ok(())
}
