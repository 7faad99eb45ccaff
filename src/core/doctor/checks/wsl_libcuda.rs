//! Under WSL the library of Windows' driver is the one that programs find.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CPU, CUDA, fails, notes, passes, skips};
use crate::core::doctor::remedies::{known, say};

const FOLDER: &str = "/usr/lib/wsl/lib";

pub const CHECK: Check = Check {
    id: "wsl-libcuda",
    title: "the driver's library of Windows is found",
    codes: &["wsl-libcuda-not-found"],
    facts: &["driver.libcuda", "driver.library_dir", "os.wsl"],
    run,
    #[cfg(test)]
    examples: &[
        fails("wsl-libcuda-not-found", "os = { wsl = 2 }\ngpus = []").inside(CUDA).required(true),
        fails("wsl-libcuda-not-found", "os = { wsl = 2 }\ndriver = { libcuda = [{ path = \"/usr/lib/x86_64-linux-gnu/libcuda.so.1\" }, { path = \"/usr/lib/wsl/lib/libcuda.so.1\" }] }")
            .required(true),
        notes("wsl-libcuda-not-found", "os = { wsl = 2 }\ngpus = []"),
        passes("os = { wsl = 2 }\ndriver = { library_dir = \"/usr/lib/wsl/lib\" }"),
        skips("os = { wsl = 2 }").inside(CPU),
        skips("os = { wsl = 1 }"),
        skips("os = { wsl = 0 }"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    if case.os().and_then(|os| os.wsl) != Some(2) {
        return Judged::skipped("not under WSL 2");
    }
    if !case.gpu_matters() {
        return Judged::skipped("the project does not compute on a card");
    }
    let files: Vec<_> = case.driver().iter().flat_map(|driver| &driver.libcuda).filter(|file| !file.stub).collect();
    let dir = case.driver().and_then(|driver| driver.library_dir.as_deref());
    let first = files.first().map(|file| file.path.as_str()).or(dir);
    match first {
        Some(path) if path.starts_with(FOLDER) => Judged::pass(path),
        Some(path) if files.iter().any(|file| file.path.starts_with(FOLDER)) => {
            Judged::fail("wsl-libcuda-not-found", "another libcuda stands before the one of Windows")
                .seen(format!("{path} comes before {FOLDER}/libcuda.so.1"))
                .cause("only the library in /usr/lib/wsl/lib can reach the card")
                .remedy(say("Remove the other copy (see `wsl-driver`); nixml's own projects take the one of Windows first."))
                .required(true)
        }
        _ => {
            let seen = format!("no libcuda.so.1 in {FOLDER}");
            let origin = "Windows puts it there when it has an NVIDIA card and its driver";
            if case.only_cuda() || case.has_nvidia() {
                return Judged::fail("wsl-libcuda-not-found", "WSL does not see the driver of Windows")
                    .seen(seen)
                    .cause(origin)
                    .remedy(known("wsl-libcuda-not-found", case))
                    .required(true);
            }
            Judged::note("wsl-libcuda-not-found", "WSL sees no NVIDIA driver of Windows")
                .seen(seen)
                .cause(origin)
                .remedy(known("wsl-libcuda-not-found", case))
        }
    }
}
