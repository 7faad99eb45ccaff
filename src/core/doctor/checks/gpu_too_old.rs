//! No card is older than the project's build, or the driver, serves.

use crate::core::doctor::Case;
use crate::core::doctor::build::Judging;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CUDA, CUDA_12, fails, passes, skips};
use crate::core::doctor::remedies::{known, on, say};
use crate::core::facts::Facts;
use crate::core::verdict::Obstacle;

pub const CHECK: Check = Check {
    id: "gpu-too-old",
    title: "no card is too old for the project's build",
    codes: &["gpu-too-old-for-wheel", "no-cuda-device", "jetson-unsupported"],
    facts: &["gpus", "driver.version"],
    run,
    #[cfg(test)]
    examples: &[
        fails(
            "gpu-too-old-for-wheel",
            "gpus = [{ vendor = \"nvidia\", name = \"NVIDIA GeForce GTX 1080\", compute = \"6.1\" }]\ndriver = { version = \"580.95.05\" }",
        )
        .inside(CUDA)
        .required(true),
        fails("no-cuda-device", "gpus = [{ vendor = \"nvidia\", compute = \"6.1\" }]\ndriver = { version = \"595.71.05\" }").inside(CUDA_12),
        fails(
            "jetson-unsupported",
            "os = { kind = \"linux\", arch = \"aarch64\" }\ngpus = [{ vendor = \"nvidia\", compute = \"8.7\" }]\ndriver = { version = \"540.4.0\" }",
        )
        .inside(CUDA_12),
        passes("gpus = [{ vendor = \"nvidia\", compute = \"6.1\" }]\ndriver = { version = \"580.95.05\" }").inside(CUDA_12),
        skips("gpus = [{ vendor = \"nvidia\", compute = \"6.1\" }]\ndriver = { version = \"580.95.05\" }"),
        skips("gpus = []").inside(CUDA),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let judging = match Judging::of(case) {
        Ok(judging) => judging,
        Err(why) => return Judged::skipped(why),
    };
    let machine = &judging.machine;
    let lowest = judging.candidate.build.sm.get(&machine.system).and_then(|codes| codes.iter().min().copied());
    let old = |compute: u64| lowest.is_none_or(|lowest| compute < u64::from(lowest));
    let number = |card: &crate::core::verdict::Card| card.compute.as_ref().map(|compute| compute.major() * 10 + compute.minor());
    let all_old = machine.nvidia().filter_map(number).any(old);
    let found = judging.first(|obstacle| match obstacle {
        Obstacle::DriverTooNew { .. } | Obstacle::Jetson => true,
        Obstacle::NoKernels => all_old,
        _ => false,
    });
    match found {
        None => Judged::pass(format!("{} serves every card, or its checks say more", judging.title())),
        Some((Obstacle::Jetson, seen)) => Judged::fail("jetson-unsupported", "the project's build does not run on a Jetson")
            .seen(seen)
            .cause("the wheels for aarch64 are built for servers; boards of before share no code with them")
            .remedy(known("jetson-unsupported", case))
            .required(true),
        Some((Obstacle::DriverTooNew { .. }, seen)) => Judged::fail("no-cuda-device", "the driver is too new for a card")
            .seen(seen)
            .cause("newer branches of the driver ignore old generations of cards")
            .remedy(on("no-cuda-device", &ignored(case)))
            .required(true),
        Some((_, seen)) => Judged::fail("gpu-too-old-for-wheel", "a card is too old for the project's build")
            .seen(seen)
            .cause("each release drops the oldest generations of cards: the wheel holds no code for them")
            .remedy(say(format!("Take an older release: {}.", judging.instead())))
            .required(true),
    }
}

/// The machine as it would be if the driver had said so itself: it lists no card (28).
fn ignored(case: &Case<'_>) -> Facts {
    let mut facts = case.facts.clone();
    facts.driver.get_or_insert_default().nvml_error = Some(28);
    facts
}
