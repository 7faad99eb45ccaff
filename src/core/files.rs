//! The files of a project as text, before anything touches the disk.

use std::collections::BTreeMap;

/// Whose a file is once it is written; decides what happens when one of that name is already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// nixml's: a different one that nixml did not write is refused, `--force` keeps a copy.
    Owned,
    /// The person's from the first moment (`main.py`, `README.md`, editor settings): an existing one is kept.
    Seed,
    /// Lines that must be in the file (`.gitignore`): what is missing is appended.
    Lines,
}

/// One file of the project: UTF-8 text with `\n` line ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectFile {
    pub text: String,
    pub ownership: Ownership,
}

/// Every file by its path from the project's folder, with `/`, sorted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Files(pub BTreeMap<String, ProjectFile>);

impl Files {
    /// The text of one file.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(|file| file.text.as_str())
    }
}
