//! The variables a child gets: ours, without those that would change what it proves.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// Variables that put libraries or modules of one world into programs of another, or choose another project's environment.
const FOREIGN: &[&str] = &[
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "DYLD_INSERT_LIBRARIES",
    "DYLD_LIBRARY_PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "UV_PYTHON",
    "UV_PROJECT",
    "UV_PROJECT_ENVIRONMENT",
    "UV_NO_GROUP",
    "UV_NO_DEFAULT_GROUPS",
    "UV_NO_SYNC",
    "UV_FROZEN",
    "UV_LOCKED",
    "IN_NIX_SHELL",
    "NIXML_DRIVER_LIBS",
    "NIXML_KEEP_LD_LIBRARY_PATH",
    "BASH_ENV",
    "ENV",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_COMMON_DIR",
    "GIT_PREFIX",
];

/// A whole environment for one child.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// Nothing: as `env -i` gives.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// nixml's own as it is: for a person's own shell.
    #[must_use]
    pub fn inherited() -> Self {
        Self::from_variables(std::env::vars_os())
    }

    /// nixml's own, cleaned, and so that no program waits for an answer.
    #[must_use]
    pub fn cleaned() -> Self {
        Self::inherited().cleared(FOREIGN).unasked()
    }

    #[must_use]
    pub fn from_variables(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        Self(variables.into_iter().collect())
    }

    /// Takes one variable over from nixml's own, if it is set.
    #[must_use]
    pub fn keeping(mut self, names: &[&str]) -> Self {
        self.0.extend(names.iter().filter_map(|name| Some((OsString::from(name), std::env::var_os(name)?))));
        self
    }

    #[must_use]
    pub fn with(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.0.insert(name.as_ref().to_owned(), value.as_ref().to_owned());
        self
    }

    #[must_use]
    pub fn cleared(mut self, names: &[&str]) -> Self {
        self.0.retain(|name, _| !names.iter().any(|unwanted| name == unwanted));
        self
    }

    /// git, ssh and pagers ask nobody, and no git that a child starts runs what a repository names in its own settings.
    fn unasked(self) -> Self {
        let given = self.get("GIT_CONFIG_COUNT").and_then(OsStr::to_str).and_then(|count| count.parse::<u32>().ok()).unwrap_or(0);
        let inert = [("core.fsmonitor", "false"), ("core.hooksPath", "/dev/null")];
        let more = (given..).zip(inert);
        let told = more.fold(self, |env, (number, (key, value))| {
            env.with(format!("GIT_CONFIG_KEY_{number}"), key).with(format!("GIT_CONFIG_VALUE_{number}"), value)
        });
        told.with("GIT_CONFIG_COUNT", (given + 2).to_string())
            .with("GIT_TERMINAL_PROMPT", "0")
            .with("SSH_ASKPASS_REQUIRE", "never")
            .with("PAGER", "cat")
            .with("GIT_PAGER", "cat")
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str)
    }
}

impl From<Environment> for BTreeMap<OsString, OsString> {
    fn from(environment: Environment) -> Self {
        environment.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_variables_go_and_the_rest_stays() {
        let pairs = [("LD_PRELOAD", "/x.so"), ("PYTHONPATH", "/y"), ("HOME", "/home/ada"), ("HF_TOKEN", "t")];
        let all = Environment::from_variables(pairs.map(|(name, value)| (name.into(), value.into())));
        let clean = all.cleared(FOREIGN).unasked();
        assert_eq!(clean.get("LD_PRELOAD"), None);
        assert_eq!(clean.get("PYTHONPATH"), None);
        assert_eq!(clean.get("HOME"), Some(OsStr::new("/home/ada")));
        assert_eq!(clean.get("HF_TOKEN"), Some(OsStr::new("t")));
        assert_eq!(clean.get("GIT_TERMINAL_PROMPT"), Some(OsStr::new("0")));
    }

    #[test]
    fn settings_for_git_that_the_person_gave_stay_and_ours_come_after() {
        let pairs = [("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "http.proxy"), ("GIT_CONFIG_VALUE_0", "http://proxy:1")];
        let env = Environment::from_variables(pairs.map(|(name, value)| (name.into(), value.into()))).unasked();
        assert_eq!(env.get("GIT_CONFIG_KEY_0"), Some(OsStr::new("http.proxy")));
        assert_eq!(env.get("GIT_CONFIG_KEY_1"), Some(OsStr::new("core.fsmonitor")));
        assert_eq!(env.get("GIT_CONFIG_VALUE_2"), Some(OsStr::new("/dev/null")));
        assert_eq!(env.get("GIT_CONFIG_COUNT"), Some(OsStr::new("3")));
    }
}
