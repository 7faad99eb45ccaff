//! The project's Python loads the libraries that its environment brings, and the driver's own libcuda.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{fails, passes, skips, warns};
use crate::core::doctor::remedies::{known, type_in};
use crate::core::facts::Loaded;

pub const CHECK: Check = Check {
    id: "loader",
    title: "the project's Python loads the right libraries",
    codes: &["libcuda-stub", "cuda-libs-shadowed", "cuda-runtime-lib-not-found", "missing-libstdcxx"],
    facts: &["project.loader"],
    run,
    #[cfg(test)]
    examples: &[
        fails(
            "libcuda-stub",
            "[[project.loader]]\nname = \"libcuda.so.1\"\npath = \"/usr/local/cuda/lib64/stubs/libcuda.so.1\"\nby = \"LD_LIBRARY_PATH\"\nstub = true",
        )
        .required(true),
        warns(
            "cuda-libs-shadowed",
            "[[project.loader]]\nname = \"libcudart.so.13\"\npath = \"/usr/local/cuda/lib64/libcudart.so.13\"\nby = \"LD_LIBRARY_PATH\"\nshadows = [\".venv/x\"]\nforeign = true",
        ),
        fails("cuda-runtime-lib-not-found", "[[project.loader]]\nname = \"libcudnn.so.9\"\nasked_by = \"torch/lib/libtorch_cuda.so\"")
            .required(true),
        fails("missing-libstdcxx", "[[project.loader]]\nname = \"libstdc++.so.6\"\nasked_by = \"torch/lib/libtorch.so\"").required(true),
        passes("[[project.loader]]\nname = \"libcudart.so.13\"\npath = \"/v/libcudart.so.13\"\nversion = \"13.0.96\"\nby = \"RUNPATH of x\""),
        passes("[[project.loader]]\nname = \"libcuda.so.1\""),
        skips("project = { dir = \"~/x\" }"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let traced = case.project().map(|project| project.loader.as_slice()).unwrap_or_default();
    if traced.is_empty() {
        return Judged::skipped("there is no environment with a framework to trace");
    }
    let seen = traced.iter().map(line).collect::<Vec<_>>().join("; ");
    if traced.iter().any(|loaded| loaded.stub) {
        return Judged::fail("libcuda-stub", "Python would load a placeholder of libcuda")
            .seen(seen)
            .cause("a toolkit's `stubs` folder comes before the driver's library; every call into it fails")
            .remedy(known("libcuda-stub", case))
            .required(case.gpu_matters());
    }
    // Without libcuda there is no card, which is told elsewhere.
    let missing = traced.iter().find(|loaded| loaded.path.is_none() && loaded.asked_by.is_some());
    if let Some(missing) = missing {
        let asked = missing.asked_by.as_deref().unwrap_or_default();
        if missing.name.starts_with("libstdc++") {
            return Judged::fail("missing-libstdcxx", "nobody has the C++ runtime that a wheel asks for")
                .seen(format!("{asked} asks for {}; {seen}", missing.name))
                .cause("wheels take the C++ runtime from the host; a Python of Nix does not look there, and this one has no launcher that brings it")
                .remedy(type_in("Make the environment anew in the project's shell, whose Python brings it.", "nixml validate"))
                .required(true);
        }
        return Judged::fail("cuda-runtime-lib-not-found", "nobody has a CUDA library that a wheel asks for")
            .seen(format!("{asked} asks for {}; {seen}", missing.name))
            .cause("the wheel expects NVIDIA's wheels beside it, and one is missing or of another CUDA")
            .remedy(type_in("Install what the lock file says.", "nixml validate"))
            .required(case.gpu_matters());
    }
    if traced.iter().any(|loaded| loaded.foreign) {
        return Judged::warn("cuda-libs-shadowed", "a library from outside comes before the environment's own")
            .seen(seen)
            .cause("wheels bring the CUDA they were built with; another version that is found first breaks them")
            .remedy(type_in(
                "Unset LD_LIBRARY_PATH in this shell, and take it out of the file that sets it.",
                "unset LD_LIBRARY_PATH",
            ));
    }
    Judged::pass(seen)
}

/// `libcudart.so.13: .venv/.../libcudart.so.13 (13.0.96; RUNPATH of torch/lib/libtorch_cuda.so), before /usr/...`.
fn line(loaded: &Loaded) -> String {
    let Some(path) = &loaded.path else { return format!("{}: not found", loaded.name) };
    let mut inner: Vec<&str> = loaded.version.as_deref().into_iter().chain(loaded.by.as_deref()).collect();
    if loaded.stub {
        inner.push("a placeholder");
    }
    let about = if inner.is_empty() { String::new() } else { format!(" ({})", inner.join("; ")) };
    let before = if loaded.shadows.is_empty() { String::new() } else { format!(", before {}", loaded.shadows.join(", ")) };
    format!("{}: {path}{about}{before}", loaded.name)
}
