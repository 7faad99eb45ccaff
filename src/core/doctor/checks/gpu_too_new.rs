//! No card is newer than the project's build knows.

use crate::core::doctor::Case;
use crate::core::doctor::build::Judging;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CUDA, CUDA_12, fails, passes, skips};
use crate::core::doctor::remedies::say;
use crate::core::verdict::Obstacle;

pub const CHECK: Check = Check {
    id: "gpu-too-new",
    title: "no card is too new for the project's build",
    codes: &["gpu-too-new-for-wheel"],
    facts: &["gpus", "driver.version"],
    run,
    #[cfg(test)]
    examples: &[
        fails(
            "gpu-too-new-for-wheel",
            "gpus = [{ vendor = \"nvidia\", name = \"NVIDIA GeForce RTX 5090\", compute = \"12.0\" }]\ndriver = { version = \"580.95.05\" }",
        )
        .inside(CUDA_12)
        .required(true),
        passes("gpus = [{ vendor = \"nvidia\", compute = \"12.0\" }]\ndriver = { version = \"580.95.05\" }").inside(CUDA),
        passes("gpus = [{ vendor = \"nvidia\", compute = \"6.1\" }]\ndriver = { version = \"580.95.05\" }").inside(CUDA),
        skips("gpus = [{ vendor = \"nvidia\", compute = \"12.0\" }]"),
        skips("gpus = []").inside(CUDA),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let judging = match Judging::of(case) {
        Ok(judging) => judging,
        Err(why) => return Judged::skipped(why),
    };
    let lowest = judging.candidate.build.sm.get(&judging.machine.system).and_then(|codes| codes.iter().min().copied());
    let number = |card: &crate::core::verdict::Card| card.compute.as_ref().map(|compute| compute.major() * 10 + compute.minor());
    let any_new =
        judging.machine.nvidia().filter_map(number).any(|compute| lowest.is_some_and(|lowest| compute >= u64::from(lowest)));
    let found = judging.first(|obstacle| match obstacle {
        Obstacle::Broken(_) => true,
        Obstacle::NoKernels => any_new,
        _ => false,
    });
    let Some((obstacle, seen)) = found else {
        return Judged::pass(format!("{} holds code for the newest card here", judging.title()));
    };
    let todo = match obstacle {
        Obstacle::Broken(broken) => format!("{}; {}.", broken.instead, judging.instead()),
        _ => format!("Take a release that was built for it: {}.", judging.instead()),
    };
    Judged::fail("gpu-too-new-for-wheel", "a card is too new for the project's build")
        .seen(seen)
        .cause("the wheel was built before this card: it holds no machine code for it, and none the driver could translate")
        .remedy(say(todo))
        .required(true)
}
