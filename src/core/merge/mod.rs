//! Brings what nixml changes and what the person changed into one file: what nixml wrote last, what it would write now, what lies there.

mod answers;
mod table;
mod text;

use toml_edit::DocumentMut;

pub use answers::answers;
pub use text::{Merged, text};

/// Merges `pyproject.toml`: every key that nixml changes between `base` and `ours` is changed in `theirs`, the rest of it (tables, comments,
/// what `uv add` wrote) stays as it is. `names`: the packages whose requirements are nixml's, wherever the person put them.
///
/// Gives the text and, in sentences, where nixml's change won over the person's.
///
/// # Errors
/// Which of the three is not TOML; `theirs` is the one that can be.
pub fn pyproject(base: &str, ours: &str, theirs: &str, names: &[String]) -> Result<(String, Vec<String>), String> {
    let read = |what: &str, text: &str| {
        text.parse::<DocumentMut>().map_err(|error| format!("{what} is not TOML: {}", error.message().trim_end()))
    };
    let (base, ours) = (read("what nixml wrote before", base)?, read("what nixml would write", ours)?);
    let mut merged = read("it", theirs)?;
    let mut won = Vec::new();
    table::merge(base.as_table(), ours.as_table(), merged.as_table_mut(), names, "", &mut won);
    Ok((merged.to_string(), won))
}

#[cfg(test)]
mod tests;
