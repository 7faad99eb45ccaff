//! A card that a framework can compute on.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CUDA, fails, notes, passes, skips};
use crate::core::doctor::remedies::say;
use crate::core::facts::{Gpu, Vendor};
use crate::core::text::label;

pub const CHECK: Check = Check {
    id: "gpu",
    title: "there is a card to compute on",
    codes: &["no-gpu", "no-cuda-device"],
    facts: &["gpus"],
    run,
    #[cfg(test)]
    examples: &[
        notes("no-gpu", "gpus = []"),
        fails("no-cuda-device", "gpus = []").inside(CUDA).required(true),
        passes(r#"gpus = [{ index = 0, name = "NVIDIA GeForce RTX 4090", vendor = "nvidia", compute = "8.9" }]"#),
        passes(r#"gpus = [{ index = 0, name = "Apple M3", vendor = "apple" }]"#),
        skips("gpus = []\ndriver = { nvml_error = 999 }"),
        skips(r#"unknown = { gpus = "the probe was stopped" }"#),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(gpus) = &case.facts.gpus else {
        return Judged::skipped(case.not_known("which cards there are", "gpus"));
    };
    let useful: Vec<_> =
        gpus.iter().filter(|gpu| matches!(gpu.vendor, Some(Vendor::Nvidia | Vendor::Apple) | None)).map(describe).collect();
    if !useful.is_empty() {
        return Judged::pass(useful.join("; "));
    }
    if case.driver().is_some_and(|driver| driver.kernel_module.is_some() || driver.nvml_error.is_some()) {
        return Judged::skipped("there is an NVIDIA driver that lists no card: see `gpu-answers`");
    }
    let seen = if gpus.is_empty() { "no graphics card was found" } else { "no card of NVIDIA's was found" };
    if case.only_cuda() {
        return Judged::fail("no-cuda-device", "the project computes on an NVIDIA card and there is none")
            .seen(seen)
            .cause("the only target of this project is `cuda`")
            .remedy(say("Add the target `cpu` to `targets` in nixml.toml and run `nixml init --answers nixml.toml`, or use a machine with a card."))
            .required(true);
    }
    Judged::note("no-gpu", "no NVIDIA card: frameworks run on the processor").seen(seen)
}

/// `NVIDIA GeForce RTX 4090 (compute capability 8.9, 25.8 GB)`.
fn describe(gpu: &Gpu) -> String {
    let name =
        gpu.name.as_deref().map(label).or_else(|| gpu.pci_id.clone()).unwrap_or_else(|| "a card without a name".to_owned());
    let compute = gpu.compute.as_ref().map(|compute| format!("compute capability {compute}"));
    let memory = gpu.memory_bytes.map(crate::core::doctor::space::bytes);
    let inner: Vec<_> = compute.into_iter().chain(memory).collect();
    if inner.is_empty() { name } else { format!("{name} ({})", inner.join(", ")) }
}
