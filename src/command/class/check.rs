//! `nixml class check`: a rehearsal against recorded machines.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;

use clap::Args as ClapArgs;
use nixml::core::class::{Course, Outcome, Unmet};
use nixml::core::facts::Facts;
use nixml::core::failure::{Exit, Failure};
use nixml::core::text::label;
use nixml::edge::{self, facts_file};
use nixml::front::print;

use crate::cli::Shared;
use crate::command::shared_data;

/// Play a class against recorded machines: which laptops will fail, and why
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  nixml class check class.toml                    the file itself
  nixml class check class.toml --hosts laptops/   every file of `nixml probe --json` in that folder

Exit codes: 0 every machine is served or has its fallback, 1 some are not, 2 the class file.")]
pub struct Args {
    /// The class file
    class: PathBuf,
    /// A folder of recorded machines
    #[arg(long, value_name = "DIR")]
    hosts: Option<PathBuf>,
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

/// One machine.
struct Row {
    host: String,
    outcome: Outcome,
    target: &'static str,
    unmet: Vec<(Unmet, String)>,
    /// What its owner has to do beforehand that no machine is refused for.
    to_do: Vec<&'static str>,
}

/// Runs it.
pub fn run(args: &Args, shared: &Shared) -> anyhow::Result<Exit> {
    let (class, answers, _) = super::read(&args.class, shared)?;
    let data = shared_data(shared)?;
    let course = Course::of(class, answers, &data)?;
    let projects = course.projects()?;
    let mut rows = Vec::new();
    if let Some(hosts) = &args.hosts {
        let wrong = |why: String| Failure::usage(format!("read the folder `{}`", hosts.display())).why(why);
        for path in edge::files_in(hosts).map_err(|error| wrong(error.to_string()))? {
            let (facts, _) = facts_file::read(&path)?;
            let host = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            rows.push(row(label(&host), &course, &facts)?);
        }
        if rows.is_empty() {
            return Err(wrong("there is no recorded machine in it".to_owned())
                .next("every student runs `nixml probe --json > NAME.json` and sends the file")
                .into());
        }
    }
    let failing = rows.iter().filter(|row| row.outcome == Outcome::Fails).count();
    let mut groups: BTreeMap<Unmet, Vec<&str>> = BTreeMap::new();
    for row in &rows {
        if let Some((unmet, _)) = row.unmet.first() {
            groups.entry(*unmet).or_default().push(&row.host);
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, hosts)| std::cmp::Reverse(hosts.len()));
    if args.json {
        let rows: Vec<_> = rows
            .iter()
            .map(|row| {
                let reasons: Vec<&String> = row.unmet.iter().map(|(_, say)| say).collect();
                let missing: Vec<&str> = row.unmet.iter().map(|(unmet, _)| unmet.word()).collect();
                serde_json::json!({ "host": row.host, "outcome": row.outcome.word(), "target": row.target, "missing": missing,
                                    "reasons": reasons, "to_do": row.to_do })
            })
            .collect();
        let groups: Vec<_> =
            groups.iter().map(|(unmet, hosts)| serde_json::json!({ "needs": unmet.say(), "hosts": hosts })).collect();
        let title = &course.class.title;
        print::json(
            &serde_json::json!({ "schema_version": 1, "title": title, "fails": failing, "rows": rows, "groups": groups }),
        )?;
        return Ok(if failing == 0 { Exit::Done } else { Exit::Failed });
    }
    let mut out = std::io::stdout().lock();
    for (_, plan) in &projects {
        let targets: Vec<&str> = plan.targets.iter().map(|target| target.target.word()).collect();
        writeln!(
            out,
            "the project for {}: {} {} ({}), Python {}",
            targets.join(" and "),
            plan.title,
            plan.version,
            plan.build,
            plan.python
        )?;
    }
    if rows.is_empty() {
        writeln!(out, "The class file is good. `--hosts DIR` plays it against recorded machines.")?;
        return Ok(Exit::Done);
    }
    writeln!(out)?;
    let width = rows.iter().map(|row| row.host.chars().count()).max().unwrap_or(0);
    for row in &rows {
        let why: Vec<&str> = row.unmet.iter().map(|(_, say)| say.as_str()).chain(row.to_do.iter().copied()).collect();
        writeln!(out, "{:<8}  {:<4}  {:<width$}  {}", row.outcome.word(), row.target, row.host, why.join("; "))?;
    }
    let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count();
    writeln!(
        out,
        "\n{} machines: {} as the course is meant, {} on the planned CPU path, {failing} will fail",
        rows.len(),
        count(Outcome::Served),
        count(Outcome::Fallback)
    )?;
    for (unmet, hosts) in &groups {
        let hosts: Vec<String> = hosts.iter().map(|host| label(host)).collect();
        writeln!(out, "  {} without {}: {}", hosts.len(), unmet.say(), hosts.join(", "))?;
    }
    Ok(if failing == 0 { Exit::Done } else { Exit::Failed })
}

fn row(host: String, course: &Course, facts: &Facts) -> Result<Row, Failure> {
    let standing = course.stand(facts)?;
    let unmet = standing.met.iter().filter_map(|met| Some((met.unmet?, met.say.clone()))).collect();
    let to_do = facts.lacks_nix().then_some("Nix is to be installed");
    Ok(Row { host, outcome: standing.outcome, target: standing.target().word(), unmet, to_do: to_do.into_iter().collect() })
}
