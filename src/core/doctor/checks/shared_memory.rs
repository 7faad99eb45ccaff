//! /dev/shm is large enough for the workers of a data loader.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{passes, skips, warns};
use crate::core::doctor::limits::limits;
use crate::core::doctor::remedies::known;
use crate::core::doctor::space::bytes;

pub const CHECK: Check = Check {
    id: "shared-memory",
    title: "/dev/shm is large enough",
    codes: &["shm-too-small"],
    facts: &["os.shm_bytes"],
    run,
    #[cfg(test)]
    examples: &[
        warns("shm-too-small", "os = { shm_bytes = 67108864, container = true }"),
        warns("shm-too-small", "os = { shm_bytes = 67108864 }"),
        passes("os = { shm_bytes = 16000000000 }"),
        skips("os = {}"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(size) = case.os().and_then(|os| os.shm_bytes) else {
        return Judged::skipped(case.not_known("the size of /dev/shm", "os.shm_bytes"));
    };
    let enough = limits().shared_memory_bytes.value;
    if size >= enough {
        return Judged::pass(bytes(size));
    }
    Judged::warn("shm-too-small", "/dev/shm is small")
        .seen(format!("{} of shared memory; {} or more is good", bytes(size), bytes(enough)))
        .cause("workers of a data loader and NCCL hand data over through it; when it is full they die with `Bus error`")
        .remedy(known("shm-too-small", case))
}
