//! Merges a generated file that the person edited, line by line.

/// How a merge of lines ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged {
    /// Both changes are in.
    Clean(String),
    /// Both changed the same lines; the text shows both between markers and is not written.
    Conflict(String),
}

/// Merges what the person and nixml changed since `base`.
#[must_use]
pub fn text(base: &str, ours: &str, theirs: &str) -> Merged {
    match diffy::merge(base, theirs, ours) {
        Ok(text) => Merged::Clean(text),
        Err(text) => Merged::Conflict(text),
    }
}
