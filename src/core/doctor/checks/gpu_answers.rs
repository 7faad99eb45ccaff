//! The driver answers for every card.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{fails, passes, skips};
use crate::core::doctor::remedies::known;
use crate::core::text::label;

pub const CHECK: Check = Check {
    id: "gpu-answers",
    title: "the driver answers for every card",
    codes: &["driver-hung", "driver-crashed", "gpu-fell-off-bus", "gpu-init-failed", "no-cuda-device"],
    facts: &["gpus", "driver.nvml_error"],
    run,
    #[cfg(test)]
    examples: &[
        fails(
            "driver-hung",
            "driver = { kernel_module = \"580.95.05\" }\nunknown = { gpus = \"NVML did not answer within 3000 ms\" }",
        )
        .required(true),
        fails(
            "driver-crashed",
            "driver = { kernel_module = \"580.95.05\" }\nunknown = { gpus = \"the probe crashed (SIGSEGV)\" }",
        )
        .required(true),
        fails("gpu-fell-off-bus", "gpus = [{ vendor = \"nvidia\", index = 1, error = \"GPU is lost\" }]").required(true),
        fails("gpu-fell-off-bus", "driver = { kernel_module = \"580.95.05\", nvml_error = 15 }"),
        fails("gpu-init-failed", "gpus = [{ vendor = \"nvidia\", error = \"Unknown Error\" }]"),
        fails("gpu-init-failed", "driver = { kernel_module = \"580.95.05\", nvml_error = 999 }"),
        fails("no-cuda-device", "gpus = [{ vendor = \"nvidia\" }]\ndriver = { kernel_module = \"595.71.05\", nvml_error = 28 }"),
        passes("gpus = [{ vendor = \"nvidia\", index = 0, compute = \"8.9\" }]\ndriver = { kernel_module = \"580.95.05\" }"),
        skips("gpus = [{ vendor = \"nvidia\" }]\ndriver = { nvml_error = 9 }"),
        skips("gpus = []"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    if let Some((code, reason)) = trouble(case) {
        let judged = if code == "driver-hung" {
            Judged::fail(code, "the driver does not answer")
                .cause("a program or the card hangs inside the kernel's driver; nothing can end that but a restart")
        } else {
            Judged::fail(code, "the driver's library crashes").cause("the library is damaged or does not belong to this driver")
        };
        return judged.seen(reason).remedy(known(code, case)).required(case.gpu_matters());
    }
    if !case.has_nvidia() && case.driver().and_then(|driver| driver.nvml_error).is_none() {
        return Judged::skipped("no NVIDIA card was found");
    }
    let sick: Vec<_> = case
        .nvidia()
        .into_iter()
        .filter_map(|gpu| {
            Some((gpu.error.as_deref()?, gpu.index.map_or_else(|| "a card".to_owned(), |index| format!("card {index}"))))
        })
        .map(|(error, which)| format!("{which}: {}", label(error)))
        .collect();
    if !sick.is_empty() {
        let lost = ["lost", "fallen off", "fell off", "must be reset"]
            .iter()
            .any(|word| sick.iter().any(|text| text.to_lowercase().contains(word)));
        return failed(case, if lost { Fault::Lost } else { Fault::Start }, sick.join("; "));
    }
    match case.driver().and_then(|driver| driver.nvml_error) {
        None if case.nvidia().iter().any(|gpu| gpu.index.is_some() || gpu.compute.is_some()) => {
            Judged::pass("every card answered")
        }
        None => Judged::skipped("the driver was not asked"),
        Some(4) => Judged::skipped("this user may not ask the driver: see `device-nodes`"),
        Some(9) => Judged::skipped("the driver is not loaded: see `kernel-module`"),
        Some(12 | 13) => Judged::skipped("the driver's library cannot be used: see `libcuda`"),
        Some(18) => Judged::skipped("the versions differ: see `driver-match`"),
        Some(number @ (15 | 16)) => failed(case, Fault::Lost, format!("NVML error {number}")),
        Some(28) => failed(case, Fault::Ignored, "NVML says `No supported GPUs were found` (28)".to_owned()),
        Some(number) => failed(case, Fault::Start, format!("NVML error {number}")),
    }
}

#[derive(Clone, Copy)]
enum Fault {
    Lost,
    Ignored,
    Start,
}

fn failed(case: &Case<'_>, fault: Fault, seen: String) -> Judged {
    let judged = match fault {
        Fault::Lost => Judged::fail("gpu-fell-off-bus", "a card was lost")
            .cause("the card stopped answering: heat, power, a loose card or cable, or a crash inside it; the kernel log names it with an Xid")
            .remedy(known("gpu-fell-off-bus", case)),
        Fault::Ignored => Judged::fail("no-cuda-device", "the driver knows no card of this machine")
            .cause("the card is older than this branch of the driver serves, or so new that only the open module does")
            .remedy(known("no-cuda-device", case)),
        Fault::Start => Judged::fail("gpu-init-failed", "the driver cannot start a card")
            .cause("the module is loaded and the card does not come up: RTX 50 needs the open module; else the BIOS (Above 4G Decoding), a virtual machine's passthrough or the power supply")
            .remedy(known("gpu-init-failed", case)),
    };
    judged.seen(seen).required(case.gpu_matters())
}

/// A probe of the driver that hung or crashed.
fn trouble<'a>(case: &Case<'a>) -> Option<(&'static str, &'a str)> {
    case.facts.unknown.iter().filter(|(path, _)| path.starts_with("gpus") || path.starts_with("driver")).find_map(
        |(_, reason)| {
            let low = reason.to_lowercase();
            let says = |words: &[&str]| words.iter().any(|word| low.contains(word));
            if says(&["did not answer", "timed out", "state d", "hung"]) {
                Some(("driver-hung", reason.as_str()))
            } else if says(&[
                "crash",
                "sigsegv",
                "sigabrt",
                "sigbus",
                "ended the helper",
                "library stopped",
                "library printed more",
            ]) {
                Some(("driver-crashed", reason.as_str()))
            } else {
                None
            }
        },
    )
}
