//! A private place for one test: a home, a project folder, a temporary folder and a Nix store of its own, gone afterwards.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::ran::Ran;
use super::tools::{self, Nix};

/// Variables of the machine that a test needs to reach PyPI, where they are set.
const KEPT: [&str; 9] = [
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "UV_DEFAULT_INDEX",
    "USER",
    "LOGNAME",
    "LLVM_PROFILE_FILE",
];

pub struct Place {
    folder: tempfile::TempDir,
    env: Vec<(OsString, OsString)>,
    path: Vec<PathBuf>,
}

impl Place {
    /// A place whose PATH has the system's own programs only: no Nix, no uv.
    pub fn new() -> Self {
        Self::below(Path::new(env!("CARGO_TARGET_TMPDIR")))
    }

    /// The same where other users may go too: the folders above the build may be closed to them.
    pub fn in_the_open() -> Self {
        Self::below(&std::env::temp_dir())
    }

    fn below(folder: &Path) -> Self {
        let folder = tempfile::Builder::new().prefix("p").tempdir_in(folder).unwrap();
        for inner in ["home", "tmp", "project"] {
            std::fs::create_dir(folder.path().join(inner)).unwrap();
        }
        let mut place = Self { folder, env: Vec::new(), path: ["/usr/bin", "/bin"].map(PathBuf::from).to_vec() };
        for name in KEPT {
            if let Some(value) = std::env::var_os(name) {
                place.set(name, value);
            }
        }
        place.set("HOME", place.at("home"));
        place.set("TMPDIR", place.at("tmp"));
        place.set("LANG", "C.UTF-8");
        place.set("TERM", "dumb");
        place.set("UV_CACHE_DIR", tools::wheel_cache());
        // git asks for an author and looks upward from the home; neither may come from this machine
        place.set("GIT_CONFIG_NOSYSTEM", "1");
        place.set("GIT_CEILING_DIRECTORIES", place.folder.path().to_owned());
        place
    }

    /// Puts this Nix on PATH, with a store of the place's own: neither root nor /nix is needed, and no test sees another.
    pub fn with_nix(mut self, nix: &Nix) -> Self {
        self.path.insert(0, nix.bin.clone());
        for (name, inner) in [("NIX_STORE_DIR", "nix/store"), ("NIX_STATE_DIR", "nix/var"), ("NIX_LOG_DIR", "nix/log")] {
            self.set(name, self.at(inner));
        }
        self
    }

    /// Puts a program's folder on PATH.
    pub fn with_program(mut self, program: &Path) -> Self {
        self.path.insert(0, program.parent().unwrap().to_owned());
        self
    }

    pub fn set(&mut self, name: impl AsRef<OsStr>, value: impl Into<OsString>) {
        self.env.retain(|(known, _)| known != name.as_ref());
        self.env.push((name.as_ref().to_owned(), value.into()));
    }

    /// A path inside the place.
    pub fn at(&self, inner: &str) -> PathBuf {
        self.folder.path().join(inner)
    }

    pub fn project(&self) -> PathBuf {
        self.at("project")
    }

    pub fn write(&self, inner: &str, text: &str) {
        let path = self.at(inner);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, inner: &str) -> String {
        std::fs::read_to_string(self.at(inner)).unwrap_or_else(|error| panic!("{inner}: {error}"))
    }

    /// A command in the project folder with this place's environment and nothing else, its standard input closed.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.project()).env_clear().envs(self.env.iter().map(|(name, value)| (name, value)));
        command.env("PATH", std::env::join_paths(&self.path).unwrap()).stdin(Stdio::null());
        command
    }

    /// The environment of this place, for a program that is started otherwise.
    pub fn variables(&self) -> Vec<(String, String)> {
        let path = std::env::join_paths(&self.path).unwrap();
        let all = self.env.iter().cloned().chain([("PATH".into(), path)]);
        all.map(|(name, value)| (name.into_string().unwrap(), value.into_string().unwrap())).collect()
    }

    /// Runs nixml.
    pub fn nixml<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ran {
        self.command(env!("CARGO_BIN_EXE_nixml")).args(args).output().unwrap().into()
    }

    /// Runs a program of this place's PATH that must succeed, and gives its standard output.
    pub fn run(&self, program: impl AsRef<OsStr>, args: &[&str]) -> String {
        let program = which::which_in(program.as_ref(), std::env::join_paths(&self.path).ok(), self.project()).unwrap();
        let output = self.command(&program).args(args).output().unwrap();
        assert!(output.status.success(), "{} {args:?}: {}\n{}", program.display(), output.status, told(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The processes alive that were started in this place (its folder stands in their environment).
    pub fn processes(&self) -> Vec<(u32, String)> {
        let mark = self.folder.path().to_str().unwrap();
        let mut found = Vec::new();
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            let environ = std::fs::read(entry.path().join("environ")).unwrap_or_default();
            if String::from_utf8_lossy(&environ).contains(mark) {
                let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
                found.push((pid, String::from_utf8_lossy(&line).replace('\0', " ")));
            }
        }
        found
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // store paths are read-only: without this the folder could not be removed by a plain user
        let _ = Command::new("chmod").args(["-R", "u+w"]).arg(self.folder.path()).stderr(Stdio::null()).status();
    }
}

/// Both streams of a command, for a failed test's message.
pub fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
