//! What can honestly be said of cards that are not NVIDIA's.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{notes, passes, skips};
use crate::core::facts::Vendor;

pub const CHECK: Check = Check {
    id: "other-gpus",
    title: "cards of other makers",
    codes: &["amd-gpu", "intel-gpu", "apple-gpu"],
    facts: &["gpus"],
    run,
    #[cfg(test)]
    examples: &[
        notes("amd-gpu", "gpus = [{ vendor = \"amd\", name = \"Radeon RX 7900 XTX\" }]"),
        notes("intel-gpu", "gpus = [{ vendor = \"intel\" }]"),
        notes("apple-gpu", "gpus = [{ vendor = \"apple\", name = \"Apple M3\" }]"),
        passes("gpus = [{ vendor = \"intel\" }, { vendor = \"nvidia\" }]"),
        passes("gpus = []"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(gpus) = &case.facts.gpus else {
        return Judged::skipped(case.not_known("which cards there are", "gpus"));
    };
    let of = |vendor| gpus.iter().find(|gpu| gpu.vendor == Some(vendor));
    if of(Vendor::Nvidia).is_some() {
        return Judged::pass("an NVIDIA card does the work");
    }
    let notes = [
        (Vendor::Apple, "apple-gpu", "the Apple GPU works through MPS: no CUDA, no float64, and not every operation"),
        (Vendor::Amd, "amd-gpu", "nixml does not set up ROCm yet: on this AMD card projects run on the processor"),
        (Vendor::Intel, "intel-gpu", "nixml does not set up Intel's XPU builds: projects run on the processor"),
    ];
    for (vendor, code, title) in notes {
        if let Some(gpu) = of(vendor) {
            return Judged::note(code, title)
                .seen(gpu.name.as_deref().or(gpu.pci_id.as_deref()).unwrap_or("a card without a name"));
        }
    }
    Judged::pass("none")
}
