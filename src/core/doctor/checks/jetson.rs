//! Jetson boards have a driver and a CUDA of their own.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CUDA, fails, passes, skips};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "jetson",
    title: "not a Jetson board",
    codes: &["jetson-unsupported"],
    facts: &["os.jetson"],
    run,
    #[cfg(test)]
    examples: &[
        fails("jetson-unsupported", "os = { jetson = true, arch = \"aarch64\" }").required(false),
        fails("jetson-unsupported", "os = { jetson = true, arch = \"aarch64\" }").inside(CUDA).required(true),
        passes("os = { jetson = false, arch = \"aarch64\" }"),
        skips("os = { arch = \"x86_64\" }"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    match case.os().and_then(|os| os.jetson) {
        None => Judged::skipped("only aarch64 Linux machines can be one"),
        Some(false) => Judged::pass("no /etc/nv_tegra_release"),
        Some(true) => Judged::fail("jetson-unsupported", "a Jetson: the CUDA wheels of PyPI do not run on its GPU")
            .seen("/etc/nv_tegra_release is there")
            .cause("the wheels for aarch64 are built for servers (SBSA); Orin's GPU and its driver interface differ")
            .remedy(known("jetson-unsupported", case))
            .required(case.plan.is_some() && case.only_cuda()),
    }
}
