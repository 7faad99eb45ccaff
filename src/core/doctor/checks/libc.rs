//! The C library is the one that wheels are built for.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{notes, passes, skips};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "libc",
    title: "the C library is glibc",
    codes: &["musl-libc"],
    facts: &["os.libc"],
    run,
    #[cfg(test)]
    examples: &[
        notes("musl-libc", "os = { kind = \"linux\", libc = \"musl\" }"),
        passes("os = { kind = \"linux\", libc = \"glibc 2.36\" }"),
        passes("os = { kind = \"macos\" }"),
        skips("os = { kind = \"linux\" }"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    if case.facts.system().is_some_and(|system| system.ends_with("-darwin"))
        || case.os().is_some_and(|os| os.kind == Some(crate::core::facts::OsKind::Macos))
    {
        return Judged::pass("macOS has its own");
    }
    let Some(libc) = case.os().and_then(|os| os.libc.as_deref()) else {
        return Judged::skipped(case.not_known("the C library", "os.libc"));
    };
    if !libc.starts_with("musl") {
        return Judged::pass(libc);
    }
    Judged::note("musl-libc", "the system's C library is musl: only the Python of Nix works with CUDA wheels")
        .seen(libc)
        .cause("wheels with CUDA, and NVIDIA's driver, are built for glibc; the Python of Nix brings one of its own")
        .remedy(known("musl-libc", case))
}
