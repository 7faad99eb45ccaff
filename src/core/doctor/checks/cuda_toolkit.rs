//! A CUDA toolkit on the disk is not needed; a variable that points to none is a trap.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{passes, skips, warns};
use crate::core::doctor::remedies::type_in;

pub const CHECK: Check = Check {
    id: "cuda-toolkit",
    title: "no CUDA toolkit is in the way",
    codes: &["cuda-toolkit-not-found"],
    facts: &["toolkits", "env.cuda_home"],
    run,
    #[cfg(test)]
    examples: &[
        warns("cuda-toolkit-not-found", "env = { cuda_home = \"/usr/local/cuda:/usr/local/cuda-11\" }"),
        passes("env = { cuda_home = \"/usr/local/cuda\" }\ntoolkits = [{ path = \"/usr/local/cuda-12.4\", version = \"12.4\" }]"),
        passes("env = {}"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(env) = case.env() else { return Judged::skipped("the environment is not known") };
    if let Some(home) = env.cuda_home.as_deref().filter(|home| home.contains(':') || !home.starts_with('/')) {
        return Judged::warn("cuda-toolkit-not-found", "CUDA_HOME is not one folder")
            .seen(format!("CUDA_HOME=`{home}`{}", case.set_by("CUDA_HOME")))
            .cause("programs that compile CUDA code look for nvcc in exactly this folder; a list or a relative path is none")
            .remedy(type_in(
                "Unset it: wheels bring the CUDA they need. Code that compiles CUDA needs one absolute folder there.",
                "unset CUDA_HOME",
            ));
    }
    let found: Vec<_> = case
        .facts
        .toolkits
        .iter()
        .map(|toolkit| {
            toolkit.version.as_ref().map_or_else(|| toolkit.path.clone(), |version| format!("{} ({version})", toolkit.path))
        })
        .collect();
    if found.is_empty() {
        return Judged::pass("no toolkit on the disk; none is needed");
    }
    Judged::pass(format!("found and not needed: {}", found.join(", ")))
}
