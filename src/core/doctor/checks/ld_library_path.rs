//! `LD_LIBRARY_PATH` leads no program to the wrong libraries.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{CUDA, fails, notes, passes, skips, warns};
use crate::core::doctor::remedies::type_in;

pub const CHECK: Check = Check {
    id: "ld-library-path",
    title: "LD_LIBRARY_PATH mixes no libraries",
    codes: &["glibc-mismatch", "cuda-libs-shadowed", "library-path-set"],
    facts: &["env.ld_library_path", "env.set_by"],
    run,
    #[cfg(test)]
    examples: &[
        fails("glibc-mismatch", "env = { ld_library_path = \"/usr/lib/x86_64-linux-gnu\" }").required(false),
        fails("glibc-mismatch", "env = { ld_library_path = \"/nix/store/abc-glibc-2.40/lib\" }").inside(CUDA).required(true),
        warns(
            "cuda-libs-shadowed",
            "env = { ld_library_path = \"/usr/local/cuda-12.4/lib64\", set_by = { LD_LIBRARY_PATH = { file = \"~/.bashrc\", line = 118 } } }",
        ),
        notes("library-path-set", "env = { ld_library_path = \"/opt/mine/lib\" }"),
        passes("env = { ld_library_path = \"/usr/local/nvidia/lib:/usr/local/nvidia/lib64\" }"),
        passes("env = {}"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(env) = case.env() else { return Judged::skipped("the environment is not known") };
    let Some(value) = env.ld_library_path.as_deref().filter(|value| !value.is_empty()) else {
        return Judged::pass("the variable is not set");
    };
    let of = |kind| value.split(':').find(|dir| judge(dir) == kind);
    let seen = format!("LD_LIBRARY_PATH=`{value}`{}", case.set_by("LD_LIBRARY_PATH"));
    let remedy = type_in(
        "Unset it in this shell, and take it out of the file that sets it; programs that need it can be given it alone.",
        "unset LD_LIBRARY_PATH",
    );
    if let Some(dir) = of(Kind::System) {
        return Judged::fail("glibc-mismatch", "LD_LIBRARY_PATH mixes the system's libraries with those of Nix")
            .seen(seen)
            .cause(format!("`{dir}` holds a C library or C++ runtime: programs of Nix and of the system get each other's and end with `GLIBC_... not found`"))
            .remedy(remedy)
            .required(case.in_project());
    }
    if of(Kind::Cuda).is_some() {
        return Judged::warn("cuda-libs-shadowed", "LD_LIBRARY_PATH puts a CUDA toolkit before the libraries of the wheels")
            .seen(seen)
            .cause("wheels bring the CUDA they were built with; another version that is found first breaks them")
            .remedy(remedy);
    }
    if of(Kind::Other).is_some() {
        return Judged::note("library-path-set", "LD_LIBRARY_PATH is set").seen(seen);
    }
    Judged::pass(seen)
}

#[derive(PartialEq, Eq)]
enum Kind {
    /// The driver alone.
    Harmless,
    System,
    Cuda,
    Other,
}

fn judge(dir: &str) -> Kind {
    let dir = dir.trim_end_matches('/');
    let system = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"];
    let triple = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu"];
    let driver =
        ["/usr/local/nvidia", "/run/opengl-driver", "/usr/lib/wsl", "/usr/lib64-nvidia", "/.singularity.d", "/usr/lib/nvidia"];
    let glibc = dir.starts_with("/nix/store/") && ["-glibc-", "-gcc-", "-libstdc"].iter().any(|part| dir.contains(part));
    if driver.iter().any(|start| dir.starts_with(start)) {
        Kind::Harmless
    } else if system.contains(&dir) || triple.contains(&dir) || glibc || dir.contains("conda") {
        Kind::System
    } else if ["cuda", "cudnn", "tensorrt", "nccl"].iter().any(|word| dir.to_lowercase().contains(word)) {
        Kind::Cuda
    } else {
        Kind::Other
    }
}
