//! What one line of somebody's file asks for.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::core::failure::Failure;
use crate::core::plan::Target;
use crate::core::text;

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub file: String,
    /// 1-based.
    pub line: usize,
}

impl Place {
    #[must_use]
    pub fn new(file: &str, line: usize) -> Self {
        Self { file: file.to_owned(), line }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.file, self.line)
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// A requirement of PEP 508 by name and version.
    Package(String),
    /// The same, only for working on the project; the name of its group.
    Dev(String, String),
    /// Releases of Python, as PEP 440 writes them.
    Python(String),
    /// The project's name.
    Name(String),
    /// A word about the machine, and why the line itself is left out.
    Target(Target, String),
    /// A version that holds wherever the package comes from.
    Constraint(String),
    /// It is left out, and why.
    Left(String),
}

/// One line with its wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub place: Place,
    /// As it stands there, for a person.
    pub text: String,
    pub wish: Wish,
}

impl Entry {
    #[must_use]
    pub fn new(place: Place, text: &str, wish: Wish) -> Self {
        Self { place, text: shown(text), wish }
    }
}

/// A file that cannot be read on.
#[must_use]
pub fn unreadable(place: &Place, why: impl Into<String>) -> Failure {
    Failure::usage(format!("read `{place}`")).why(why.into()).next("mend that line, or answer without it; nothing was written")
}

/// One line for a person, without the password of an address.
#[must_use]
pub fn shown(line: &str) -> String {
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = line.as_str();
    let mut out = String::new();
    while let Some((before, after)) = rest.split_once("://") {
        let end = after.find(['/', ' ', '"', '\'']).unwrap_or(after.len());
        let host = after[..end].rsplit_once('@').map_or(&after[..end], |(_, host)| host);
        out.push_str(before);
        out.push_str("://");
        out.push_str(host);
        rest = &after[end..];
    }
    out.push_str(rest);
    let capped: String = out.chars().take(160).collect();
    text::label(&capped)
}

/// What an address says about the machine: PyTorch's and others' indexes name their build.
#[must_use]
pub fn target_of_address(address: &str) -> Option<Target> {
    let last = address.trim_end_matches('/').rsplit('/').find(|part| !part.ends_with(".html"))?;
    let cuda = |word: &str| word.starts_with("cu") && word.len() > 3 && word[2..].bytes().all(|byte| byte.is_ascii_digit());
    if last == "cpu" {
        return Some(Target::Cpu);
    }
    (cuda(last) || last.contains("cuda")).then_some(Target::Cuda)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown_and_indexes_tell_their_build() {
        assert_eq!(shown("-i  https://me:secret@host/simple  x"), "-i https://host/simple x");
        assert_eq!(target_of_address("https://host/whl/cu118"), Some(Target::Cuda));
        assert_eq!(target_of_address("https://host/whl/cpu/"), Some(Target::Cpu));
        assert_eq!(target_of_address("https://host/jax-releases/jax_cuda_releases.html"), None);
        assert_eq!(target_of_address("https://host/curated"), None);
    }
}
