//! The parts of a framework in an environment are of one release and one CUDA.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{fails, passes, skips};
use crate::core::doctor::remedies::type_in;
use crate::core::facts::Venv;

pub const CHECK: Check = Check {
    id: "framework-stack",
    title: "the framework's parts are of one release",
    codes: &["framework-stack-mismatch"],
    facts: &["project.venvs"],
    run,
    #[cfg(test)]
    examples: &[
        fails(
            "framework-stack-mismatch",
            "project = { dir = \"~/x\", venvs = [{ path = \".venv\", installed = [{ name = \"torch\", version = \"2.15.0+cu130\" }, { name = \"torchvision\", version = \"0.30.0+cpu\" }] }] }",
        )
        .required(true),
        fails(
            "framework-stack-mismatch",
            "project = { dir = \"~/x\", venvs = [{ path = \".venv\", installed = [{ name = \"jaxlib\", version = \"0.12.0\" }, { name = \"jax-cuda13-plugin\", version = \"0.10.2\" }] }] }",
        ),
        passes(
            "project = { dir = \"~/x\", venvs = [{ path = \".venv\", installed = [{ name = \"torch\", version = \"2.15.0+cpu\" }, { name = \"torchvision\", version = \"0.30.0+cpu\" }] }] }",
        ),
        skips("project = { dir = \"~/x\" }"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let venvs = case.project().map(|project| project.venvs.as_slice()).unwrap_or_default();
    if venvs.iter().all(|venv| venv.installed.is_empty()) {
        return Judged::skipped("no environment holds a framework yet");
    }
    let Some((venv, odd)) = venvs.iter().find_map(|venv| Some((venv, mixed(venv)?))) else {
        return Judged::pass("the parts fit each other");
    };
    Judged::fail("framework-stack-mismatch", "parts of the framework come from different releases")
        .seen(format!("{}: {odd}", venv.path))
        .cause("compiled parts call each other's insides: of different releases or CUDA builds they crash or do not load")
        .remedy(type_in("Install one set: what the lock file says, nothing by hand.", "nixml validate"))
        .required(true)
}

/// The first pair that does not fit.
fn mixed(venv: &Venv) -> Option<String> {
    let version = |name: &str| venv.installed.iter().find(|package| package.name == name).map(|package| package.version.as_str());
    let told = |one: &str, other: &str| Some(format!("{one} {}, {other} {}", version(one)?, version(other)?));
    let flavour = |version: &str| version.split_once('+').map(|(_, local)| local.to_owned());
    for companion in ["torchvision", "torchaudio"] {
        if let (Some(torch), Some(other)) = (version("torch").and_then(flavour), version(companion).and_then(flavour))
            && torch != other
        {
            return told("torch", companion);
        }
    }
    let base = |version: &str| version.split('.').take(3).collect::<Vec<_>>().join(".");
    let jaxlib = version("jaxlib")?;
    let plugin =
        venv.installed.iter().find(|package| package.name.starts_with("jax-cuda") && package.name.ends_with("-plugin"))?;
    (base(jaxlib) != base(&plugin.version)).then(|| format!("jaxlib {jaxlib}, {} {}", plugin.name, plugin.version))
}
