//! Under WSL systemd runs, which starts the daemon of Nix.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{passes, skips, warns};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "wsl-systemd",
    title: "systemd runs under WSL",
    codes: &["wsl-systemd-off"],
    facts: &["os.systemd", "os.wsl"],
    run,
    #[cfg(test)]
    examples: &[
        warns("wsl-systemd-off", "os = { wsl = 2, systemd = false }"),
        passes("os = { wsl = 2, systemd = true }"),
        skips("os = { wsl = 2 }"),
        skips("os = { wsl = 0 }"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    if case.os().and_then(|os| os.wsl) != Some(2) {
        return Judged::skipped("not under WSL 2");
    }
    match case.os().and_then(|os| os.systemd) {
        None => Judged::skipped("what process 1 is is not known"),
        Some(true) => Judged::pass("systemd is process 1"),
        Some(false) => Judged::warn("wsl-systemd-off", "systemd is off in WSL")
            .seen("process 1 is not systemd")
            .cause("the usual installation of Nix starts its daemon with systemd")
            .remedy(known("wsl-systemd-off", case)),
    }
}
