//! `CUDA_VISIBLE_DEVICES` does not hide the cards.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CPU, fails, notes, passes, skips};
use crate::core::doctor::remedies::type_in;

pub const CHECK: Check = Check {
    id: "visible-devices",
    title: "CUDA_VISIBLE_DEVICES hides no card",
    codes: &["cuda-visible-devices"],
    facts: &["env.cuda_visible_devices", "gpus"],
    run,
    #[cfg(test)]
    examples: &[
        fails("cuda-visible-devices", "env = { cuda_visible_devices = \"-1\" }\ngpus = [{ vendor = \"nvidia\" }]").required(true),
        fails("cuda-visible-devices", "env = { cuda_visible_devices = \"\" }\ngpus = [{ vendor = \"nvidia\" }]")
            .inside(CPU)
            .required(false),
        fails(
            "cuda-visible-devices",
            "env = { cuda_visible_devices = \"4\" }\ngpus = [{ vendor = \"nvidia\" }, { vendor = \"nvidia\" }]",
        ),
        fails("cuda-visible-devices", "env = { cuda_visible_devices = \"cuda:0\" }\ngpus = [{ vendor = \"nvidia\" }]"),
        notes(
            "cuda-visible-devices",
            "env = { cuda_visible_devices = \"1\" }\ngpus = [{ vendor = \"nvidia\" }, { vendor = \"nvidia\" }]",
        ),
        notes("cuda-visible-devices", "env = { cuda_visible_devices = \"GPU-1234\" }\ngpus = [{ vendor = \"nvidia\" }]"),
        passes("env = { cuda_visible_devices = \"0\" }\ngpus = [{ vendor = \"nvidia\" }]"),
        passes("env = {}\ngpus = [{ vendor = \"nvidia\" }]"),
        skips("env = { cuda_visible_devices = \"-1\" }\ngpus = []"),
        skips("gpus = [{ vendor = \"nvidia\" }]"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(env) = case.env() else { return Judged::skipped("the environment is not known") };
    let count = case.nvidia().len();
    if count == 0 {
        return Judged::skipped("no NVIDIA card was found");
    }
    let Some(value) = &env.cuda_visible_devices else { return Judged::pass("the variable is not set") };
    let seen = format!(
        "CUDA_VISIBLE_DEVICES=`{value}`, {count} card{}{}",
        if count == 1 { "" } else { "s" },
        case.set_by("CUDA_VISIBLE_DEVICES")
    );
    match visible(value, count) {
        Seen::All => Judged::pass(seen),
        Seen::Some => Judged::note("cuda-visible-devices", "CUDA_VISIBLE_DEVICES chooses among the cards").seen(seen),
        Seen::None => Judged::fail("cuda-visible-devices", "CUDA_VISIBLE_DEVICES hides every card")
            .seen(seen)
            .cause("programs see only the cards this variable lists, and it lists none that is there")
            .remedy(type_in("Unset it in this shell, and take it out of the file that sets it.", "unset CUDA_VISIBLE_DEVICES"))
            .required(case.gpu_matters()),
    }
}

enum Seen {
    All,
    Some,
    None,
}

/// What CUDA makes of the list: it stops at the first entry that is no card.
fn visible(value: &str, count: usize) -> Seen {
    let mut shown = 0;
    for entry in value.split(',').map(str::trim) {
        if ["GPU", "MIG"].iter().any(|start| entry.starts_with(start)) {
            return Seen::Some;
        }
        if entry.parse::<usize>().map_or(true, |index| index >= count) {
            break;
        }
        shown += 1;
    }
    match shown {
        0 => Seen::None,
        shown if shown >= count => Seen::All,
        _ => Seen::Some,
    }
}
