//! What to look at and how long it may take.

use std::env;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::{getegid, geteuid, getgid, getuid};

use super::root::Root;
use super::vars::Vars;
use crate::edge::identity;

/// Patience with a driver or a program that does not answer.
const TIMEOUT: Duration = Duration::from_secs(3);

/// What a probe looks at.
#[derive(Debug, Clone)]
pub struct ProbeOptions {
    pub root: Root,
    pub vars: Vars,
    /// The user's home folder, shown as `~`.
    pub home: Option<PathBuf>,
    /// The folder that a project is, or would be, in.
    pub project: Option<PathBuf>,
    /// For every driver and program that is asked; the whole answer comes at most half a second later.
    pub timeout: Duration,
    /// The program that asks NVML when it is started with [`super::HELPER`].
    pub helper: PathBuf,
}

impl ProbeOptions {
    /// This machine and the current folder, as the environment says.
    #[must_use]
    pub fn here() -> Self {
        Self::new(Vars::here(), env::current_dir().ok())
    }

    /// The machine that `vars` speak of, and a project's folder.
    #[must_use]
    pub fn new(vars: Vars, project: Option<PathBuf>) -> Self {
        let timeout = vars.get("NIXML_PROBE_TIMEOUT_MS").and_then(|text| text.trim().parse().ok()).filter(|ms| *ms > 0);
        // The link to ourselves stays right when the file is replaced while we run.
        let helper = if cfg!(target_os = "linux") { Some("/proc/self/exe".into()) } else { env::current_exe().ok() };
        Self {
            root: vars.get("NIXML_PROBE_ROOT").and_then(|dir| std::path::absolute(dir).ok()).map_or_else(Root::real, Root::below),
            home: vars
                .path("HOME")
                .or_else(|| identity::private().homes.into_iter().map(PathBuf::from).find(|home| home.is_absolute())),
            project,
            timeout: timeout.map_or(TIMEOUT, |ms: u64| Duration::from_millis(ms.min(600_000))),
            helper: helper.unwrap_or_else(|| "nixml".into()),
            vars,
        }
    }

    /// The NVML library that the environment names; never from a file, never when nixml runs with more rights than its caller.
    #[must_use]
    pub fn nvml_library(&self) -> Option<PathBuf> {
        if getuid() != geteuid() || getgid() != getegid() {
            return None;
        }
        // Whole, or the loader would look for a bare name where it likes.
        self.vars.get("NIXML_NVML_LIB").and_then(|path| std::path::absolute(path).ok())
    }

    #[must_use]
    pub fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// A path as it is shown: the home folder is `~`.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        if let Some(home) = &self.home
            && home.parent().is_some()
            && let Ok(inside) = path.strip_prefix(home)
        {
            return if inside.as_os_str().is_empty() { "~".to_owned() } else { format!("~/{}", inside.display()) };
        }
        path.display().to_string()
    }

    /// The same for a list of folders with `:` between them, or any text that holds paths.
    #[must_use]
    pub fn shown_list(&self, list: &str) -> String {
        list.split(':').map(|item| self.shown(Path::new(item))).collect::<Vec<_>>().join(":")
    }

    #[must_use]
    pub fn is_root(&self) -> bool {
        geteuid().is_root()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_decides() {
        let options = ProbeOptions::new(
            [("NIXML_PROBE_ROOT", "/tmp/machine"), ("NIXML_PROBE_TIMEOUT_MS", "250"), ("HOME", "/home/ada")]
                .into_iter()
                .collect(),
            None,
        );
        assert_eq!(options.root, Root::below("/tmp/machine".into()));
        assert_eq!(options.timeout, Duration::from_millis(250));
        assert_eq!(options.shown(Path::new("/home/ada/x")), "~/x");
        assert_eq!(options.shown_list("/home/ada/lib:/usr/lib:/home/adams"), "~/lib:/usr/lib:/home/adams");
        for text in ["", "soon", "-1", "0"] {
            assert_eq!(ProbeOptions::new([("NIXML_PROBE_TIMEOUT_MS", text)].into_iter().collect(), None).timeout, TIMEOUT);
        }
    }
}
