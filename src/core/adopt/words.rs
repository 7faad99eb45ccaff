//! Small readings of requirements: what names a build, what a range of Pythons allows.

use pep440_rs::{Version, VersionSpecifiers};

use crate::core::adopt::{Entry, Wish};
use crate::core::plan::Target;
use crate::core::requirement::normalise;

/// What one line says about the machine.
pub fn said(entry: &Entry) -> Option<Target> {
    match &entry.wish {
        Wish::Target(target, _) => Some(*target),
        Wish::Package(text) => {
            let version = text.split_once('+').map(|(_, local)| local.split([' ', ';', ',']).next().unwrap_or_default());
            let extras = text.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("", |(extras, _)| extras);
            let name = text.split(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c))).next().unwrap_or_default();
            if version == Some("cpu") || name.ends_with("-cpu") {
                return Some(Target::Cpu);
            }
            let cuda = version.is_some_and(|local| local.starts_with("cu"))
                || extras.contains("cuda")
                || name.ends_with("-gpu")
                || name.contains("-cuda1");
            cuda.then_some(Target::Cuda)
        }
        _ => None,
    }
}

/// A requirement without what names a build: `torch==2.1.0+cu118` and `jax[cuda12]` are the target's business.
pub fn without_build(text: &str) -> String {
    let local = match text.split_once('+') {
        Some((before, after)) => {
            let end = after.find([' ', ';', ',']).unwrap_or(after.len());
            format!("{before}{}", &after[end..])
        }
        None => text.to_owned(),
    };
    let Some((before, rest)) = local.split_once('[') else { return local };
    let Some((extras, after)) = rest.split_once(']') else { return local };
    let kept: Vec<&str> =
        extras.split(',').map(str::trim).filter(|extra| !extra.contains("cuda") && *extra != "gpu" && *extra != "cpu").collect();
    if kept.is_empty() { format!("{before}{after}") } else { format!("{before}[{}]{after}", kept.join(",")) }
}

/// Extras, version and marker of a requirement.
pub fn after_name(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "._-".contains(c))
}

pub fn plain_name(text: &str) -> String {
    normalise(text.split(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c))).next().unwrap_or_default())
}

/// Some patch release of the minor release is in the range.
pub fn allows(range: &str, minor: &str) -> bool {
    let Ok(range) = range.parse::<VersionSpecifiers>() else { return true };
    (0..40).any(|patch| format!("{minor}.{patch}").parse::<Version>().is_ok_and(|version| range.contains(&version)))
}

pub fn exact_patch(range: &str) -> bool {
    range.strip_prefix("==").is_some_and(|version| version.split('.').count() > 2 && !version.ends_with('*'))
}
