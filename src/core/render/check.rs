//! What a plan may carry into files: allow-lists, so that nothing has to be escaped that should not be there.

use std::str::FromStr as _;

use pep440_rs::Version;

use crate::core::failure::Failure;
use crate::core::plan::{Pin, Plan, TargetPlan};
use crate::core::requirement::{self, Marker};

/// Refuses a plan that could not be written faithfully.
pub fn plan(plan: &Plan) -> Result<(), Failure> {
    let framework = &plan.framework;
    need(is_name(&plan.name), "project name", &plan.name)?;
    need(is_id(framework), "framework", framework)?;
    need(is_id(&plan.strategy), "strategy", &plan.strategy)?;
    need(is_text(&plan.title), "framework title", &plan.title)?;
    need(Version::from_str(&plan.version).is_ok() && is_text(&plan.version), "framework version", &plan.version)?;
    need(is_id(&plan.build), "build", &plan.build)?;
    need(is_id(&plan.index), "index name", &plan.index)?;
    need(is_minor(&plan.python), "Python version", &plan.python)?;
    need(plan.import.split('.').all(is_identifier), "module to import", &plan.import)?;
    need(is_id(&plan.proof.replace('_', "-")), "proof", &plan.proof)?;
    need(is_id(&plan.catalog_date), "catalog date", &plan.catalog_date)?;
    need(!plan.targets.is_empty(), "list of targets", "")?;
    for (position, one) in plan.targets.iter().enumerate() {
        let twice = plan.targets[..position].iter().any(|other| other.target == one.target || other.venv == one.venv);
        need(!twice, "list of targets", one.target.word())?;
        target(one, plan)?;
    }
    for text in plan.packages.iter().chain(&plan.dev) {
        package(text)?;
    }
    for index in &plan.indexes {
        need(is_id(&index.name), "index name", &index.name)?;
        need(is_address(&index.url), "index address", &index.url)?;
    }
    for extra in &plan.extras {
        need(is_id(extra), "extra", extra)?;
    }
    for library in &plan.native {
        need(is_attribute(library), "name of a native library", library)?;
    }
    for (name, text) in &plan.shell_env {
        need(is_identifier(name), "name of a variable", name)?;
        need(is_text(text), "value of a variable", text)?;
    }
    for (key, answers) in &plan.custom {
        need(is_attribute(key), "answer's key", key)?;
        for answer in answers {
            need(is_text(answer), "answer", answer)?;
        }
    }
    for text in plan.reasons.iter().chain(&plan.notes).chain(&plan.not_here).chain(&plan.hosts) {
        need(is_text(text), "line of text", text)?;
    }
    pin(&plan.pin)
}

fn target(target: &TargetPlan, plan: &Plan) -> Result<(), Failure> {
    need(is_id(&target.build), "build", &target.build)?;
    let venv = target.venv.strip_prefix(".venv").unwrap_or("/");
    need(venv.is_empty() || venv.strip_prefix('-').is_some_and(is_id), "environment folder", &target.venv)?;
    for text in &target.requirements {
        package(text)?;
    }
    for source in &target.sources {
        need(is_name(&source.package), "package name", &source.package)?;
        let known = plan.indexes.iter().any(|index| index.name == source.index);
        need(known, "index of a source", &source.index)?;
        if let Some(marker) = &source.marker {
            need(is_text(marker) && Marker::from_str(marker).is_ok(), "marker", marker)?;
        }
    }
    Ok(())
}

fn package(text: &str) -> Result<(), Failure> {
    let read = requirement::read(text);
    need(read.is_ok() && text.trim() == text, "requirement by name and version", text)
}

fn pin(pin: &Pin) -> Result<(), Failure> {
    need(is_name(&pin.branch), "nixpkgs branch", &pin.branch)?;
    need(pin.rev.len() == 40 && pin.rev.bytes().all(|byte| byte.is_ascii_hexdigit()), "nixpkgs revision", &pin.rev)?;
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    let hash = pin.nar_hash.strip_prefix("sha256-").unwrap_or_default();
    need(hash.len() == 44 && hash.bytes().all(base64), "hash of nixpkgs", &pin.nar_hash)
}

fn need(holds: bool, what: &str, found: &str) -> Result<(), Failure> {
    if holds {
        return Ok(());
    }
    let shown: String = found.chars().take(60).flat_map(char::escape_debug).collect();
    Err(Failure::usage(format!("`{shown}` is not a valid {what}")).why("it would go into the project's files as it stands"))
}

/// `[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?`, byte by byte: a regular expression would let `ſ` or a last newline through.
fn is_name(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 64 && bytes.iter().copied().all(inner) && ends(bytes.first()) && ends(bytes.last())
}

/// A word of the catalog: `scikit-learn`, `cu126`, `pytorch-cpu`, `2026-11-21`.
fn is_id(text: &str) -> bool {
    is_name(text) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// `3.13`.
fn is_minor(text: &str) -> bool {
    let minor = text.strip_prefix("3.").unwrap_or_default();
    (1..=2).contains(&minor.len()) && minor.bytes().all(|byte| byte.is_ascii_digit())
}

/// A name of Python or of the environment.
fn is_identifier(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && text.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

/// A name of nixpkgs: `libGL`, `gtk3-x11`.
fn is_attribute(text: &str) -> bool {
    is_identifier(&text.replace('-', "_")) && !text.starts_with('-')
}

fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'`<>\\{}|^".contains(&byte))
}

/// Text that may stand in a file: no control characters, nothing that turns the direction of writing.
fn is_text(text: &str) -> bool {
    !text
        .chars()
        .any(|one| one.is_control() || matches!(one, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}'))
}
