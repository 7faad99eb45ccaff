//! uv's two phases: uv.lock fits pyproject.toml, and what it names is installed.

use std::path::Path;

use crate::core::failure::Exit;
use crate::core::plan::{Target, TargetPlan};
use crate::core::validation::PhaseId;
use crate::edge::child::Order;

use super::Runner;
use super::project::Project;
use super::shell::Entered;
use super::trial::{Fault, Trial, judge};

/// What uv says of a lock that does not fit, in every version so far.
const STALE: &str = "needs to be updated";

/// Creates uv.lock, checks it, or refreshes it.
pub fn lock(trial: &mut Trial<'_>, project: &Project, entered: &Entered) -> Result<(), Fault> {
    let there = project.dir.join("uv.lock").exists();
    let what = if there { "uv lock --check" } else { "uv lock" };
    trial.phase(PhaseId::Lock, what, |trial| {
        if !there {
            uv(trial, PhaseId::Lock, project, entered, &["lock"])?;
            return Ok(((), format!("uv.lock was created{}", resolved(&trial.text()))));
        }
        let checked = uv(trial, PhaseId::Lock, project, entered, &["lock", "--check"]);
        match checked {
            Ok(()) => Ok(((), "uv.lock fits pyproject.toml".to_owned())),
            Err(_) if trial.text().contains(STALE) && trial.options.ci => {
                Err(Fault::failed("uv.lock does not fit pyproject.toml, and CI is set")
                    .next("run `uv lock` in the project and commit uv.lock"))
            }
            Err(_) if trial.text().contains(STALE) => {
                uv(trial, PhaseId::Lock, project, entered, &["lock"])?;
                Ok(((), format!("uv.lock did not fit pyproject.toml any more and was refreshed{}", resolved(&trial.text()))))
            }
            Err(fault) => Err(fault),
        }
    })
}

/// Installs what is locked for this target, and nothing else.
pub fn sync(trial: &mut Trial<'_>, project: &Project, entered: &Entered) -> Result<(), Fault> {
    // In the shell, `uv` knows its target; without it we say so.
    let group = project.target().target.word();
    let mut args = vec!["sync", "--locked"];
    if trial.options.runner == Runner::Uv && !project.is_first() {
        args.extend(["--group", group]);
    }
    trial.phase(PhaseId::Sync, &args.join(" ").replace("sync", "uv sync"), |trial| {
        if let Some(wheels) = trial.options.wheels.clone() {
            from_kit(trial, project, entered, &wheels)?;
        }
        uv(trial, PhaseId::Sync, project, entered, &args)?;
        let text = trial.text();
        let installed = text.lines().filter(|line| line.starts_with(" + ")).count();
        let detail = match installed {
            0 => format!("{} holds what is locked", project.target().venv),
            1 => format!("1 package installed into {}", project.target().venv),
            many => format!("{many} packages installed into {}", project.target().venv),
        };
        Ok(((), detail))
    })
}

/// Installs from the wheels of a kit what uv.lock names, each by its hash. `uv sync` itself takes wheels from nowhere but the lock's
/// addresses and its own cache; afterwards it finds everything in place.
fn from_kit(trial: &mut Trial<'_>, project: &Project, entered: &Entered, wheels: &Path) -> Result<(), Fault> {
    let cannot = |error: std::io::Error| Fault::failed(format!("the list of packages cannot be kept: {error}"));
    let venv = project.venv();
    if !venv.join("bin/python").exists() {
        let venv = venv.to_string_lossy();
        uv(trial, PhaseId::Sync, project, entered, &["venv", "--quiet", "--allow-existing", &venv])?;
    }
    let list = trial.temp.path().join("requirements.txt");
    std::fs::write(&list, "").map_err(cannot)?;
    let list = list.to_string_lossy().into_owned();
    let group = project.target().target.word();
    let mut export = vec!["export", "--quiet", "--frozen", "--no-emit-project", "--no-header", "--output-file", &list];
    if trial.options.runner == Runner::Uv && !project.is_first() {
        export.extend(["--group", group]);
    }
    uv(trial, PhaseId::Sync, project, entered, &export)?;
    let (python, wheels) = (venv.join("bin/python"), wheels.to_string_lossy().into_owned());
    let install = ["pip", "install", "--no-index", "--no-deps", "--require-hashes", "--python", &python.to_string_lossy()]
        .map(str::to_owned)
        .into_iter()
        .chain(["--find-links", &wheels, "--requirements", &list].map(str::to_owned))
        .collect::<Vec<_>>();
    uv(trial, PhaseId::Sync, project, entered, &install.iter().map(String::as_str).collect::<Vec<_>>())
}

fn uv(trial: &mut Trial<'_>, phase: PhaseId, project: &Project, entered: &Entered, args: &[&str]) -> Result<(), Fault> {
    let mut env = entered.env.clone();
    if trial.options.wheels.is_some() {
        env = env.with("UV_OFFLINE", "1");
    }
    let mut order = Order::new(&entered.uv, &project.dir, env).args(args);
    let installs = !matches!(args.first(), Some(&("venv" | "export")));
    if !trial.options.allow_build && installs {
        // A package built from source runs its author's code, and wants compilers that beginners do not have.
        order = order.args(["--no-build"]);
    }
    let name = format!("`uv {}`", args.join(" "));
    let played = trial.play(phase, order)?;
    let text = trial.text();
    judge(&played.ended, &name, &text, trial.options.timeout).map_err(|mut fault| {
        if let Some(without) = without_index(project, &fault) {
            fault.next = Some(without);
        }
        let needs_build = text.contains("--no-build") || text.contains("no-build");
        if needs_build && fault.next.is_none() {
            fault.next("a package has no wheel for this machine: choose another release, or let uv build it with `nixml validate --allow-build`")
        } else {
            fault
        }
    })
}

/// When an index of the project is out of reach: the targets that do without it.
fn without_index(project: &Project, fault: &Fault) -> Option<String> {
    let plan = &project.plan;
    let index = plan.indexes.iter().find(|index| fault.exit == Exit::Network && names_host(&fault.detail, &index.url))?;
    let uses = |target: &&TargetPlan| target.sources.iter().any(|source| source.index == index.name);
    let others: Vec<&str> = plan.targets.iter().filter(|target| !uses(target)).map(|target| target.target.word()).collect();
    let say = format!("check the connection to the index `{}` ({})", index.name, index.url);
    Some(match (others.as_slice(), plan.targets.as_slice()) {
        ([], [only]) if only.target == Target::Cpu => {
            format!(
                "{say}; or take the larger build of PyPI, which computes on the processor as well: `nixml init --targets cuda`"
            )
        }
        ([], _) => say,
        _ => format!("{say}; or do without it: `nixml init --targets {}`", others.join(",")),
    })
}

fn names_host(detail: &str, url: &str) -> bool {
    let host = url.split("://").nth(1).and_then(|rest| rest.split('/').next());
    host.is_some_and(|host| !host.is_empty() && detail.contains(host))
}

/// `Resolved 12 packages in 3ms`, as uv says it.
fn resolved(text: &str) -> String {
    let line = text.lines().rev().find_map(|line| line.strip_prefix("Resolved "));
    let count = line.and_then(|rest| rest.split(' ').next());
    count.map_or_else(String::new, |count| format!(" ({count} packages)"))
}
