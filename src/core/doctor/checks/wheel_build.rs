//! Every environment holds the build its target asks for: CUDA wheels for `cuda`, CPU wheels for `cpu`.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CPU, CUDA, fails, passes, skips, warns};
use crate::core::doctor::remedies::type_in;
use crate::core::facts::{Installed, Venv};
use crate::core::plan::Target;

pub const CHECK: Check = Check {
    id: "wheel-build",
    title: "the environments hold the right build",
    codes: &["cpu-wheel-installed", "framework-stack-mismatch"],
    facts: &["project.venvs"],
    run,
    #[cfg(test)]
    examples: &[
        fails("cpu-wheel-installed", "project = { dir = \"~/x\", venvs = [{ path = \".venv\", installed = [{ name = \"torch\", version = \"2.15.0+cpu\" }] }] }")
            .inside(CUDA)
            .required(true),
        fails("cpu-wheel-installed", "project = { dir = \"~/x\", venvs = [{ path = \".venv\", installed = [{ name = \"torch\", version = \"2.15.0\" }] }] }").inside(CUDA),
        warns(
            "cpu-wheel-installed",
            "gpus = [{ vendor = \"nvidia\", compute = \"8.9\" }]\nproject = { dir = \"~/x\", venvs = [{ path = \".venv\", installed = [{ name = \"torch\", version = \"2.15.0+cpu\" }] }] }",
        ),
        warns(
            "framework-stack-mismatch",
            "project = { dir = \"~/x\", venvs = [{ path = \".venv\", installed = [{ name = \"torch\", version = \"2.14.1+cu126\" }, { name = \"nvidia-cublas-cu12\", version = \"12.6\" }] }] }",
        )
        .inside(CUDA),
        warns(
            "framework-stack-mismatch",
            "project = { dir = \"~/x\", venvs = [{ path = \".venv\", installed = [{ name = \"torch\", version = \"2.15.0\" }, { name = \"nvidia-cublas\", version = \"13\" }] }] }",
        )
        .inside(CPU),
        passes("project = { dir = \"~/x\", venvs = [{ path = \".venv\", installed = [{ name = \"torch\", version = \"2.15.0+cpu\" }] }] }").inside(CPU),
        passes("project = { dir = \"~/x\", venvs = [{ path = \".venv\", installed = [{ name = \"torch\", version = \"2.15.0+cu130\" }] }] }").inside(CUDA),
        skips("project = { dir = \"~/x\", venvs = [{ path = \".venv\" }] }").inside(CUDA),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let venvs = case.project().map(|project| project.venvs.as_slice()).unwrap_or_default();
    let filled: Vec<_> = venvs.iter().filter(|venv| !venv.installed.is_empty()).collect();
    if filled.is_empty() {
        return Judged::skipped("no environment holds a framework yet");
    }
    let Some(plan) = case.plan else { return without_plan(case, &filled) };
    for target in &plan.targets {
        let Some(venv) = filled.iter().find(|venv| venv.path == target.venv) else { continue };
        let cuda = cuda_of(venv);
        let remedy = || type_in("Install what the lock file says.", "nixml validate");
        match (target.target, &cuda) {
            (Target::Cuda, None) => {
                return Judged::fail("cpu-wheel-installed", "the environment for the card holds CPU wheels")
                    .seen(format!("{}: {}", venv.path, list(venv)))
                    .cause("the wheels were installed by something else than this project's lock: pip, another group, or a plain `uv sync` of before")
                    .remedy(remedy())
                    .required(true);
            }
            (Target::Cpu, Some(found)) => {
                return Judged::warn("framework-stack-mismatch", "the environment for the processor holds CUDA wheels")
                    .seen(format!("{}: {} (CUDA {found})", venv.path, list(venv)))
                    .cause("it works, and costs gigabytes; a plain `uv add` outside the project's shell does that")
                    .remedy(remedy());
            }
            (Target::Cuda, Some(found)) if !found.is_empty() && major(found) != major(&target.build) => {
                return Judged::warn(
                    "framework-stack-mismatch",
                    "the environment holds another CUDA build than the project asks for",
                )
                .seen(format!("{}: {}; the project's build is {}", venv.path, list(venv), target.build))
                .cause("the environment was made from an older lock, or changed by hand")
                .remedy(remedy());
            }
            _ => {}
        }
    }
    Judged::pass(filled.iter().map(|venv| format!("{}: {}", venv.path, list(venv))).collect::<Vec<_>>().join("; "))
}

/// Someone else's project: only the plain contradiction is told.
fn without_plan(case: &Case<'_>, filled: &[&Venv]) -> Judged {
    let works = case.nvidia().iter().any(|gpu| gpu.compute.is_some());
    let cpu = filled.iter().find(|venv| venv.installed.iter().any(|package| package.version.ends_with("+cpu")));
    match cpu {
        Some(venv) if works => Judged::warn("cpu-wheel-installed", "a CPU build is installed on a machine with an NVIDIA card")
            .seen(format!("{}: {}", venv.path, list(venv)))
            .cause("the wheel carries no CUDA, so the framework never sees the card")
            .remedy(type_in("If the card should be used, install the CUDA build; `nixml matrix` names it.", "nixml matrix")),
        _ => Judged::pass(filled.iter().map(|venv| format!("{}: {}", venv.path, list(venv))).collect::<Vec<_>>().join("; ")),
    }
}

/// The CUDA of an environment: `130` from `+cu130`, empty when only NVIDIA's packages tell that there is one, `None`: no CUDA.
fn cuda_of(venv: &Venv) -> Option<String> {
    let local = venv.installed.iter().find_map(|package| package.version.split_once("+cu").map(|(_, digits)| digits.to_owned()));
    let nvidia = |package: &&Installed| {
        package.name.starts_with("nvidia-") || package.name.contains("-cuda1") || package.name.starts_with("cuda-toolkit")
    };
    local.or_else(|| {
        venv.installed
            .iter()
            .find(nvidia)
            .map(|package| package.name.rsplit_once("-cu").map_or_else(String::new, |(_, major)| major.to_owned()))
    })
}

/// `13` of `cu130`, `130` and `13`.
fn major(cuda: &str) -> &str {
    let digits = cuda.trim_start_matches("cu");
    digits.get(..2).unwrap_or(digits)
}

fn list(venv: &Venv) -> String {
    let mut frameworks: Vec<_> = venv
        .installed
        .iter()
        .filter(|package| !package.name.starts_with("nvidia-"))
        .map(|package| format!("{} {}", package.name, package.version))
        .collect();
    frameworks.truncate(4);
    frameworks.join(", ")
}
