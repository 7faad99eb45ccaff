//! Under WSL the project lies on Linux' own disk.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{passes, skips, warns};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "wsl-project",
    title: "the project lies on the Linux disk",
    codes: &["project-on-windows-drive"],
    facts: &["project.on_windows_drive", "os.wsl"],
    run,
    #[cfg(test)]
    examples: &[
        warns("project-on-windows-drive", "os = { wsl = 2 }\nproject = { dir = \"/mnt/c/x\", on_windows_drive = true }"),
        passes("os = { wsl = 2 }\nproject = { dir = \"~/x\", on_windows_drive = false }"),
        skips("os = { wsl = 2 }"),
        skips("os = { wsl = 0 }"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    if !case.is_wsl() {
        return Judged::skipped("not under WSL");
    }
    match case.project().and_then(|project| project.on_windows_drive) {
        None => Judged::skipped("not inside a project"),
        Some(false) => Judged::pass("on the disk of WSL"),
        Some(true) => Judged::warn("project-on-windows-drive", "the project lies on a Windows drive")
            .seen("the folder is on a drive that WSL reaches through 9P")
            .cause("every file goes through Windows: imports and installations take many times as long, and uv cannot link from its cache")
            .remedy(known("project-on-windows-drive", case)),
    }
}
