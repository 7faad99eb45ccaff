//! A card cut into slices is used one slice at a time.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{notes, passes, skips};

pub const CHECK: Check = Check {
    id: "mig",
    title: "no card is cut into slices",
    codes: &["mig-visibility"],
    facts: &["gpus"],
    run,
    #[cfg(test)]
    examples: &[
        notes("mig-visibility", "gpus = [{ vendor = \"nvidia\", index = 0, mig = true }]"),
        passes("gpus = [{ vendor = \"nvidia\", index = 0, mig = false }]"),
        skips("gpus = []"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let cards = case.nvidia();
    if cards.is_empty() {
        return Judged::skipped("no NVIDIA card was found");
    }
    let cut: Vec<_> = cards.iter().filter(|gpu| gpu.mig == Some(true)).map(|gpu| gpu.index.unwrap_or(0).to_string()).collect();
    if cut.is_empty() {
        return Judged::pass("multi-instance mode is off");
    }
    Judged::note("mig-visibility", "a card is cut into slices: a process sees one of them")
        .seen(format!("multi-instance mode is on: card {}", cut.join(", ")))
        .cause("with multi-instance mode on, CUDA gives a process one slice, whatever the card's size")
}
