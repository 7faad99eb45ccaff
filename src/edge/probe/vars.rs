//! The environment variables as they were when the probe began.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// A copy of the environment: the probes run at once, and tests bring their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vars(BTreeMap<OsString, OsString>);

impl Vars {
    /// This process's environment.
    #[must_use]
    pub fn here() -> Self {
        Self(env::vars_os().collect())
    }

    /// The text of a variable; `None` when it is not set or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        self.even_empty(name).filter(|text| !text.is_empty())
    }

    /// The text of a variable that is set, perhaps to nothing.
    #[must_use]
    pub fn even_empty(&self, name: &str) -> Option<String> {
        self.0.get(&OsString::from(name)).map(|value| value.to_string_lossy().into_owned())
    }

    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.get(&OsString::from(name)).is_some_and(|value| !value.is_empty())
    }

    /// An absolute path; relative ones are ignored, as the XDG rules ask.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.0.get(&OsString::from(name)).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    /// The folders of a list such as `PATH`, without empty and relative ones.
    #[must_use]
    pub fn folders(&self, name: &str) -> Vec<PathBuf> {
        let Some(value) = self.0.get(&OsString::from(name)) else { return Vec::new() };
        env::split_paths(value).filter(|path| path.is_absolute()).collect()
    }
}

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for Vars {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}
