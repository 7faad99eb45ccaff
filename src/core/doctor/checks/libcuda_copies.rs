//! One version of the driver's library, not several.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{passes, skips, warns};
use crate::core::doctor::remedies::say;

pub const CHECK: Check = Check {
    id: "libcuda-copies",
    title: "there is one version of the driver's library",
    codes: &["driver-library-mismatch"],
    facts: &["driver.libcuda"],
    run,
    #[cfg(test)]
    examples: &[
        warns(
            "driver-library-mismatch",
            "driver = { libcuda = [{ path = \"/usr/lib/libcuda.so.1\", version = \"580.95.05\" }, { path = \"/usr/local/cuda/compat/libcuda.so.1\", version = \"575.51\" }] }",
        ),
        passes(
            "driver = { libcuda = [{ path = \"/usr/lib/libcuda.so.1\", version = \"580.95.05\" }, { path = \"/usr/lib64/libcuda.so.1\", version = \"580.95.05\" }] }",
        ),
        skips("driver = { libcuda = [{ path = \"/x/stubs/libcuda.so.1\", stub = true }] }"),
        skips("gpus = []"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let real: Vec<_> = case.driver().iter().flat_map(|driver| &driver.libcuda).filter(|file| !file.stub).collect();
    let Some(first) = real.first() else { return Judged::skipped("no libcuda.so.1 was found") };
    let others: Vec<_> = real.iter().filter(|file| file.version.is_some() && file.version != first.version).collect();
    if others.is_empty() || first.version.is_none() {
        return Judged::pass(format!(
            "{} in {} place{}",
            first.version.as_deref().unwrap_or("of unknown version"),
            real.len(),
            if real.len() == 1 { "" } else { "s" }
        ));
    }
    let list: Vec<_> =
        real.iter().map(|file| format!("{} ({})", file.path, file.version.as_deref().unwrap_or("unknown"))).collect();
    Judged::warn("driver-library-mismatch", "there are several versions of the driver's library")
        .seen(format!("{}; the first one wins", list.join(", ")))
        .cause("a rest of an older driver, or a `cuda-compat` package, lies beside the driver")
        .remedy(say("Remove the copies whose version is not the kernel module's; nixml's own projects link each library from where the search finds it first."))
}
