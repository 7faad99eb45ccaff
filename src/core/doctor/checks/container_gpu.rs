//! A container was given the host's card.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CPU, CUDA, fails, passes, skips};
use crate::core::doctor::remedies::known;
use crate::core::plan::Target;

pub const CHECK: Check = Check {
    id: "container-gpu",
    title: "this container was given the card",
    codes: &["container-toolkit-missing"],
    facts: &["os.container", "driver.container_toolkit", "driver.nodes"],
    run,
    #[cfg(test)]
    examples: &[
        fails(
            "container-toolkit-missing",
            "os = { container = true }\ngpus = [{ vendor = \"nvidia\" }]\ndriver = { kernel_module = \"580.95.05\", nodes = [] }",
        )
        .required(true),
        fails("container-toolkit-missing", "os = { container = true }\ngpus = []").inside(CUDA).required(true),
        passes(
            "os = { container = true }\ndriver = { kernel_module = \"580.95.05\", library_dir = \"/usr/lib/x86_64-linux-gnu\", nodes = [{ path = \"/dev/nvidiactl\", usable = true }] }",
        ),
        skips("os = { container = true }\ngpus = []"),
        skips("os = { container = true }\ndriver = { kernel_module = \"580.95.05\" }").inside(CPU),
        skips("os = { container = false }"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    match case.os().and_then(|os| os.container) {
        Some(true) => {}
        Some(false) => return Judged::skipped("not inside a container"),
        None => return Judged::skipped("whether this is a container is not known"),
    }
    if case.plan.is_some() && !case.wants(Target::Cuda) {
        return Judged::skipped("the project does not compute on a card");
    }
    if !case.has_nvidia() && !case.only_cuda() {
        return Judged::skipped("no NVIDIA card was found");
    }
    let nodes = case.nodes();
    let has_nodes = nodes.as_ref().is_none_or(|nodes| !nodes.is_empty());
    if case.has_libcuda() && has_nodes {
        return Judged::pass("the card's device files and the driver's library are inside");
    }
    let missing = [(case.has_libcuda(), "the driver's library"), (has_nodes && nodes.is_some(), "the card's device files")];
    let missing: Vec<_> = missing.iter().filter(|(there, _)| !there).map(|(_, what)| *what).collect();
    let kind = case.os().and_then(|os| os.container_kind.as_deref()).unwrap_or("a container");
    Judged::fail("container-toolkit-missing", "the container was started without the card")
        .seen(format!("{kind}; not inside: {}", missing.join(", ")))
        .cause("a container sees no card unless the NVIDIA runtime hands it in, with the driver's library of the host")
        .remedy(known("container-toolkit-missing", case))
        .required(case.gpu_matters())
}
