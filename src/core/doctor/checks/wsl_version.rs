//! WSL 2, not 1: only it has a kernel and a card.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CUDA, fails, passes, skips, warns};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "wsl-version",
    title: "WSL is version 2",
    codes: &["wsl-1"],
    facts: &["os.wsl"],
    run,
    #[cfg(test)]
    examples: &[
        warns("wsl-1", "os = { wsl = 1 }"),
        fails("wsl-1", "os = { wsl = 1 }").inside(CUDA).required(true),
        passes("os = { wsl = 2 }"),
        skips("os = { wsl = 0 }"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    match case.os().and_then(|os| os.wsl) {
        None | Some(0) => Judged::skipped("not under WSL"),
        Some(1) => {
            let title = "WSL 1 has no GPU and cannot run Nix well";
            let judged =
                if case.plan.is_some() { Judged::fail("wsl-1", title).required(true) } else { Judged::warn("wsl-1", title) };
            judged
                .seen("the kernel is the imitation of WSL 1")
                .cause("WSL 1 translates system calls; there is no Linux kernel, no sandbox and no way to the card")
                .remedy(known("wsl-1", case))
        }
        Some(version) => Judged::pass(format!("WSL {version}")),
    }
}
