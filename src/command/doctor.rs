//! `nixml doctor`: diagnoses this machine and, inside a project, the project.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args as ClapArgs;
use nixml::core::catalog::Catalog;
use nixml::core::doctor::{self, ALL, Check};
use nixml::core::failure::{Exit, Failure};
use nixml::core::files::Files;
use nixml::core::finding::{Finding, Summary, Verdict};
use nixml::core::text::Redactor;
use nixml::core::{names, project};
use nixml::edge::doctor::{DEADLINE, Patient, run as examine};
use nixml::edge::{identity, loading, read_capped};
use nixml::front::print;
use serde_json::{Value, json};

use super::doctor_fix;
use crate::cli::Shared;

/// Find out what is wrong with this machine and, inside a project, with the project
#[derive(Debug, ClapArgs)]
#[expect(clippy::struct_excessive_bools, reason = "each one is a flag of the command line")]
#[command(after_help = "\
Examples:
  nixml doctor                        everything
  nixml doctor driver-version -v      one check, with its values
  nixml doctor --fix --dry-run        what could be mended without root
  nixml doctor --json --host FILE     judge a machine that `nixml probe --json` recorded")]
pub struct Args {
    /// Only these checks (`--list` names them)
    #[arg(value_name = "CHECK")]
    checks: Vec<String>,
    /// The project's folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Name the checks and end
    #[arg(long)]
    list: bool,
    /// Mend what can be mended without root and without loss, asking before each
    #[arg(long)]
    fix: bool,
    /// With `--fix`: show what would be done, do nothing
    #[arg(long)]
    dry_run: bool,
    /// With `--fix`: do not ask
    #[arg(long)]
    yes: bool,
    /// Advisory findings fail too
    #[arg(long)]
    strict: bool,
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
    /// Show names of people and machines, serial numbers and secrets as they are
    #[arg(long)]
    no_redact: bool,
}

/// Runs `nixml doctor`.
pub fn run(args: &Args, shared: &Shared) -> anyhow::Result<Exit> {
    let selected: Vec<&str> = args.checks.iter().map(String::as_str).collect();
    if let Some((name, near)) = doctor::unknown(&selected) {
        return Err(unknown(name, near).into());
    }
    if args.list {
        return list(args.json);
    }
    let redactor = redactor(args.no_redact);
    let checks: Vec<&'static Check> =
        ALL.iter().copied().filter(|check| selected.is_empty() || selected.contains(&check.id)).collect();
    let dir = super::folder(args.dir.as_deref())?;
    if args.fix && !args.dry_run {
        super::warn_of_root(shared);
    }
    let look = || -> anyhow::Result<(Arc<Patient>, Vec<Finding>)> {
        let patient = Arc::new(patient(&dir, shared)?);
        let findings = examine(&checks, &patient, DEADLINE);
        Ok((patient, findings))
    };
    let (mut patient, mut findings) = look()?;
    if args.fix && doctor_fix::mend(&findings, &dir, args.dry_run, args.yes, &redactor)? {
        (patient, findings) = look()?;
    }
    if args.json {
        print::json(&report(&findings, &patient, &redactor)?)?;
    } else {
        let shown = redacted(&findings, &redactor);
        let all = shared.verbose || !selected.is_empty();
        let text = print::findings(&shown, &super::look(shared), all, shared.quiet);
        std::io::stdout().lock().write_all(text.as_bytes())?;
    }
    Ok(exit(&findings, args.strict))
}

/// Hides names of people and machines, unless that was asked for.
pub fn redactor(off: bool) -> Redactor {
    if !off {
        return Redactor::new(&identity::private());
    }
    print::say("warning: this is not redacted; read it before you show it to anybody");
    Redactor::off()
}

/// The machine with the project in `dir`, and what the project's Python would load here.
pub fn patient(dir: &Path, shared: &Shared) -> Result<Patient, Failure> {
    let mut facts = super::machine_with(shared, dir)?;
    let first = facts.project.as_ref().and_then(|project| project.venvs.first()).map(|venv| dir.join(&venv.path));
    if let Some(venv) = first.filter(|_| shared.host.is_none()) {
        let loaded = loading::look(&venv, &facts);
        if let Some(project) = &mut facts.project {
            project.loader = loaded;
        }
    }
    let data = super::shared_data(shared)?;
    let catalog = Catalog::load(&data)?;
    let toml = facts.project.as_ref().and_then(|project| project.nixml_toml.clone());
    let mut plan = None;
    if let Some(toml) = toml {
        match project::expected(&toml, &data) {
            Ok((made, files)) => {
                if let Some(found) = &mut facts.project {
                    found.edited = edited(dir, &files);
                }
                plan = Some(made);
            }
            Err(failure) => print::say(&format!("warning: the project's plan is not known: {failure}")),
        }
    }
    Ok(Patient { facts, plan, catalog: Some(catalog) })
}

/// The generated files that are not as the templates give them.
fn edited(dir: &Path, files: &Files) -> Vec<String> {
    let owned =
        files.0.iter().filter(|(path, _)| matches!(path.as_str(), "flake.nix" | "flake.lock") || path.starts_with("nix/"));
    let other =
        |path: &str, text: &str| read_capped(&dir.join(path), 1 << 20).is_ok_and(|found| !names::is_ours(path, text, &found));
    owned.filter(|(path, file)| other(path, &file.text)).map(|(path, _)| path.clone()).collect()
}

/// What the findings mean for the caller.
fn exit(findings: &[Finding], strict: bool) -> Exit {
    let advisory = |finding: &Finding| matches!(finding.verdict, Verdict::Warn | Verdict::Fail | Verdict::Broken);
    if doctor::is_ok(findings) && !(strict && findings.iter().any(advisory)) { Exit::Done } else { Exit::Failed }
}

/// The object of `--json`.
fn report(findings: &[Finding], patient: &Patient, redactor: &Redactor) -> anyhow::Result<Value> {
    Ok(json!({
        "schema_version": 1,
        "ok": doctor::is_ok(findings),
        "summary": Summary::of(findings),
        "findings": redacted(findings, redactor),
        "facts": super::probe::redacted(&patient.facts, redactor)?,
    }))
}

/// The findings with everything hidden that says who and where; the words that are ours stay as they are.
pub fn redacted(findings: &[Finding], redactor: &Redactor) -> Vec<Finding> {
    let hide = |text: &str| redactor.redact(text).into_owned();
    findings
        .iter()
        .map(|finding| {
            let mut shown = finding.clone();
            shown.title = hide(&finding.title);
            shown.seen = hide(&finding.seen);
            shown.cause = finding.cause.as_deref().map(hide);
            if let Some(remedy) = &mut shown.remedy {
                remedy.say = hide(&remedy.say);
                remedy.undo = remedy.undo.as_deref().map(hide);
                for command in &mut remedy.commands {
                    command.shell = hide(&command.shell);
                    command.argv = command.argv.iter().map(|word| hide(word)).collect();
                }
            }
            shown
        })
        .collect()
}

fn list(json: bool) -> anyhow::Result<Exit> {
    if json {
        let checks: Vec<_> =
            ALL.iter().map(|check| json!({ "id": check.id, "title": check.title, "codes": check.codes })).collect();
        print::json(&json!({ "schema_version": 1, "checks": checks }))?;
        return Ok(Exit::Done);
    }
    let mut out = std::io::stdout().lock();
    let width = ALL.iter().map(|check| check.id.len()).max().unwrap_or(0);
    for check in ALL {
        writeln!(out, "{:<width$}  {}", check.id, check.title)?;
    }
    Ok(Exit::Done)
}

fn unknown(name: &str, near: Option<&str>) -> Failure {
    let failure = Failure::usage(format!("there is no check `{}`", nixml::core::text::label(name)));
    match near {
        Some(near) => failure.next(format!("did you mean `{near}`? `nixml doctor --list` names them all")),
        None => failure.next("`nixml doctor --list` names them all"),
    }
}
