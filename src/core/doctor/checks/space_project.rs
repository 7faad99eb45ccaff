//! The project's disk has room for its environments.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CPU, fails, passes, skips, warns};
use crate::core::doctor::limits::limits;
use crate::core::doctor::remedies::say;
use crate::core::doctor::space::room;
use crate::core::facts::DiskRole;

pub const CHECK: Check = Check {
    id: "space-project",
    title: "the project's disk has room",
    codes: &["disk-full"],
    facts: &["disks"],
    run,
    #[cfg(test)]
    examples: &[
        warns("disk-full", "disks = [{ path = \"~/x\", role = \"project\", free_bytes = 2000000000 }]"),
        warns("disk-full", "disks = [{ path = \"~/x\", role = \"project\", free_bytes = 5000000000 }]").inside(CPU),
        fails("disk-full", "disks = [{ path = \"~/x\", role = \"project\", free_bytes = 90000000 }]").inside(CPU).required(true),
        passes("disks = [{ path = \"~/x\", role = \"project\", free_bytes = 9000000000 }]"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let filled = case.project().is_some_and(|project| project.venvs.iter().any(|venv| !venv.installed.is_empty()));
    let need = match case.plan.and_then(crate::core::plan::Plan::installed_bytes) {
        _ if filled => limits().temp_bytes.value,
        Some(bytes) => bytes,
        None => limits().project_bytes.value,
    };
    room(
        case,
        DiskRole::Project,
        need,
        say("Free space there, or make the project on a larger disk; `nixml clean` shows what the project itself costs."),
    )
}
