//! The driver is new enough for what the project, or a framework of today, brings.

use crate::core::doctor::Case;
use crate::core::doctor::build::{Judging, driver};
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CPU, CUDA, CUDA_12, fails, notes, passes, skips, warns};
use crate::core::doctor::remedies::known;
use crate::core::verdict::{Card, Obstacle, say};

pub const CHECK: Check = Check {
    id: "driver-version",
    title: "the driver is new enough",
    codes: &["driver-too-old-for-cuda"],
    facts: &["driver.version", "driver.cuda", "gpus"],
    run,
    #[cfg(test)]
    examples: &[
        fails(
            "driver-too-old-for-cuda",
            "gpus = [{ vendor = \"nvidia\", compute = \"8.9\" }]\ndriver = { version = \"550.163.01\" }",
        )
        .inside(CUDA)
        .required(true),
        fails("driver-too-old-for-cuda", "gpus = [{ vendor = \"nvidia\" }]\ndriver = { version = \"470.256.02\" }")
            .inside(CUDA_12),
        warns(
            "driver-too-old-for-cuda",
            "gpus = [{ vendor = \"nvidia\", compute = \"8.9\" }]\ndriver = { version = \"390.157\" }",
        ),
        notes(
            "driver-too-old-for-cuda",
            "gpus = [{ vendor = \"nvidia\", compute = \"8.9\" }]\ndriver = { version = \"550.163.01\" }",
        ),
        passes("gpus = [{ vendor = \"nvidia\", compute = \"8.9\" }]\ndriver = { version = \"550.163.01\" }").inside(CUDA_12),
        passes("gpus = [{ vendor = \"nvidia\", compute = \"8.9\" }]\ndriver = { version = \"580.95.05\" }").inside(CUDA),
        passes("gpus = [{ vendor = \"nvidia\", compute = \"8.9\" }]\ndriver = { version = \"580.95.05\" }"),
        passes("os = { wsl = 2 }\ngpus = [{ vendor = \"nvidia\", compute = \"8.9\" }]\ndriver = { version = \"581.15\" }")
            .inside(CPU),
        skips("gpus = [{ vendor = \"nvidia\" }]\ndriver = { version = \"580.1\", kernel_module = \"570.1\" }"),
        skips("gpus = [{ vendor = \"nvidia\" }]"),
        skips("gpus = []"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let (catalog, machine) = match driver(case) {
        Ok(known) => known,
        Err(why) => return Judged::skipped(why),
    };
    let version = machine.driver.version().cloned().unwrap_or_default();
    let has = say::driver(&version, &machine, catalog);
    let code = "driver-too-old-for-cuda";
    if let Ok(judging) = Judging::of(case) {
        let too_old = judging.first(|obstacle| matches!(obstacle, Obstacle::DriverTooOld(_))).map(|(_, sentence)| sentence);
        let floor = judging.candidate.build.cuda.as_ref().and_then(|cuda| catalog.floor(cuda, machine.wsl));
        let below =
            floor.filter(|floor| version < **floor).map(|floor| format!("{has}; {} needs {floor} or newer", judging.title()));
        // Of a card whose compute capability is not known, the driver can still be judged by its floor.
        let blind = judging.first(|obstacle| matches!(obstacle, Obstacle::ComputeUnknown)).is_some();
        if let (None, Some(seen), false) = (&too_old, &below, blind) {
            return Judged::skipped(format!(
                "{seen}, but a newer driver alone would not do: see `gpu-too-old` and `gpu-too-new`"
            ));
        }
        if let Some(seen) = too_old.or(below) {
            let mut todo = known(code, case);
            todo.say = format!("{} {}.", todo.say, judging.instead());
            return Judged::fail(code, format!("the driver is too old for {}", judging.title()))
                .seen(seen)
                .cause("a driver runs programs of its own CUDA major release and of older ones; newer ones end with `driver version is insufficient`")
                .remedy(todo)
                .required(true);
        }
        return Judged::pass(format!("{has}; {} is content with that", judging.title()));
    }
    let newest = catalog.floors.iter().max_by_key(|floor| floor.major);
    match (say::cuda_of(&version, &machine, catalog), newest) {
        (None, _) => Judged::warn(code, "the driver is older than every CUDA build of today needs")
            .seen(has)
            .cause("frameworks bring the CUDA they were built with, and that needs a driver of its time")
            .remedy(known(code, case)),
        (Some(major), Some(newest)) if case.plan.is_none() && major < newest.major => {
            let floor = if machine.wsl { &newest.windows } else { &newest.linux };
            // Of a card that such a driver leaves out, the driver of today is the best there is.
            let served = |card: &Card| {
                card.compute.as_ref().is_none_or(|compute| {
                    let generation = catalog.generations.iter().find(|generation| generation.compute.contains(compute));
                    generation.is_none_or(|generation| generation.first_without > *floor)
                })
            };
            if !machine.nvidia().any(served) {
                return Judged::pass(format!("{has}; no newer driver serves the cards here"));
            }
            Judged::note(code, format!("the newest CUDA {} builds need driver {floor}", newest.major))
                .seen(has)
                .remedy(known(code, case))
        }
        _ => Judged::pass(has),
    }
}
