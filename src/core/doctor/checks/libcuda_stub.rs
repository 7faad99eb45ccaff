//! No placeholder of a CUDA toolkit stands before the driver's library.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{fails, passes, skips};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "libcuda-stub",
    title: "no toolkit's placeholder hides the driver's library",
    codes: &["libcuda-stub"],
    facts: &["driver.libcuda", "env.ld_library_path"],
    run,
    #[cfg(test)]
    examples: &[
        fails("libcuda-stub", "driver = { libcuda = [{ path = \"/usr/local/cuda/lib64/stubs/libcuda.so.1\", stub = true }] }")
            .required(true),
        fails("libcuda-stub", "env = { ld_library_path = \"/usr/local/cuda/lib64/stubs:/opt/x\" }").required(true),
        passes(
            "driver = { libcuda = [{ path = \"/usr/lib/libcuda.so.1\" }, { path = \"/opt/cuda/lib64/stubs/libcuda.so.1\", stub = true }] }",
        ),
        passes("env = { ld_library_path = \"/opt/x\" }\ndriver = { libcuda = [{ path = \"/usr/lib/libcuda.so.1\" }] }"),
        skips("gpus = []"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let path = case.env().and_then(|env| env.ld_library_path.as_deref()).unwrap_or_default();
    let on_path = path.split(':').find(|dir| dir.trim_end_matches('/').ends_with("/stubs"));
    let files = case.driver().map(|driver| driver.libcuda.as_slice()).unwrap_or_default();
    let first = files.first().filter(|file| file.stub);
    let seen = match (on_path, first) {
        (Some(dir), _) => format!("LD_LIBRARY_PATH names {dir}"),
        (None, Some(file)) => format!("the first libcuda.so.1 is {}, a placeholder", file.path),
        (None, None) if files.is_empty() => return Judged::skipped("no libcuda.so.1 was found"),
        (None, None) => return Judged::pass(format!("the first is {}", files[0].path)),
    };
    Judged::fail("libcuda-stub", "a placeholder of libcuda is loaded instead of the driver")
        .seen(seen)
        .cause("a toolkit's `stubs` folder is for linking on machines without a card; at run time every call into it fails")
        .remedy(known("libcuda-stub", case))
        .required(case.gpu_matters())
}
