//! From a decided plan to the text of every file of the project; touches nothing.

mod answers;
mod check;
mod lock;
mod pyproject;
mod template;

use std::collections::BTreeMap;

use crate::core::data::Data;
use crate::core::failure::Failure;
use crate::core::files::{Files, Ownership, ProjectFile};
use crate::core::machinery;
use crate::core::plan::Plan;
use crate::core::step;

/// Every file of the project: the templates of `data` filled from `plan`, and the files that are built as values
/// (`pyproject.toml`, `nixml.toml`, `flake.lock`).
///
/// The same plan and data give the same bytes everywhere.
///
/// # Errors
/// Something in the plan that no file may carry (a name that is not a name, a control character), or a template
/// of an overlay that cannot be filled.
pub fn render(plan: &Plan, data: &Data) -> Result<Files, Failure> {
    check::plan(plan)?;
    let mut texts =
        BTreeMap::from([("flake.lock".to_owned(), lock::text(&plan.pin)), ("pyproject.toml".to_owned(), pyproject::text(plan))]);
    texts.extend(template::fill(plan, data)?);
    let record = machinery::record(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    texts.insert("nixml.toml".to_owned(), answers::text(plan, &step::load(data)?, &record));
    Ok(Files(texts.into_iter().map(|(path, text)| (path.clone(), ProjectFile { text, ownership: ownership(&path) })).collect()))
}

/// Whose a file is once it is written: the machinery is nixml's, everything to begin from is the person's.
fn ownership(path: &str) -> Ownership {
    match path {
        "flake.nix" | "flake.lock" | "pyproject.toml" | "nixml.toml" => Ownership::Owned,
        ".gitignore" => Ownership::Lines,
        _ if path.starts_with("nix/") => Ownership::Owned,
        _ => Ownership::Seed,
    }
}
