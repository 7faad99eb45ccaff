//! The whole program on a real terminal: what is drawn, what is typed, and what is left behind.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests touch the world"
)]

#[path = "../nvml/lab.rs"]
#[allow(dead_code, reason = "shared with the tests of the driver's library")]
mod lab;
#[path = "../support/mod.rs"]
mod support;

mod driver;
mod endings;
mod job;
mod keys;
mod lifecycle;
mod looks;
mod mouse;
mod proved;
mod resume;
mod wizard;

use std::path::{Path, PathBuf};

use support::pty::Terminal;

/// A private folder with a home, a project and a recorded machine.
struct Room {
    folder: tempfile::TempDir,
}

impl Room {
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("t").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        for inner in ["home", "demo"] {
            std::fs::create_dir(folder.path().join(inner)).unwrap();
        }
        Self { folder }
    }

    fn project(&self) -> PathBuf {
        self.folder.path().join("demo")
    }

    /// Everything that lies in the project, by its path.
    fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut open = vec![self.project()];
        while let Some(dir) = open.pop() {
            for entry in std::fs::read_dir(&dir).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() && path.file_name().is_some_and(|name| name == ".git") {
                    continue;
                }
                if path.is_dir() {
                    open.push(path);
                } else {
                    found.push(path.strip_prefix(self.project()).unwrap().display().to_string());
                }
            }
        }
        found.sort();
        found
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The processes that were started in this room and are alive.
    fn running(&self) -> Vec<u32> {
        let mark = self.folder.path().to_str().unwrap().as_bytes();
        let all = std::fs::read_dir("/proc").unwrap().flatten();
        all.filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let environ = std::fs::read(entry.path().join("environ")).ok()?;
            (pid != std::process::id() && memchr::memmem::find(&environ, mark).is_some()).then_some(pid)
        })
        .collect()
    }

    /// nixml on a terminal, in the project's folder, on the machine `host`.
    fn nixml(&self, host: &str, args: &[&str], more: &[(&str, &str)], columns: u16, rows: u16) -> Terminal {
        self.program(Path::new(env!("CARGO_BIN_EXE_nixml")), args, host, more, columns, rows)
    }

    /// Another program in the same surroundings; it finds nixml by the variable `NIXML`.
    fn program(&self, program: &Path, args: &[&str], host: &str, more: &[(&str, &str)], columns: u16, rows: u16) -> Terminal {
        let host = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/hosts/{host}.toml"));
        let home = self.folder("home");
        let mut env = vec![
            ("HOME", home.to_str().unwrap()),
            // No Nix and no uv, wherever they are on the machine of the test.
            ("PATH", "/usr/bin:/bin"),
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
            ("SHELL", "/bin/sh"),
            // The repository that the tests themselves lie in is none of the project's.
            ("GIT_CEILING_DIRECTORIES", self.folder.path().to_str().unwrap()),
            ("NIXML", env!("CARGO_BIN_EXE_nixml")),
            ("NIXML_HOST", host.to_str().unwrap()),
        ];
        env.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        env.extend(more);
        Terminal::start(program, args, &self.project(), &env, columns, rows)
    }
}
