//! Compiles the stand-in library and runs `nixml probe` over it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::support::ran;

/// One variant of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    Whole,
    WithoutMemory,
    WithoutName,
}

/// The compiled library; `None` where there is no C compiler.
pub fn library(variant: Variant) -> Option<PathBuf> {
    static WHOLE: OnceLock<Option<PathBuf>> = OnceLock::new();
    static WITHOUT_MEMORY: OnceLock<Option<PathBuf>> = OnceLock::new();
    static WITHOUT_NAME: OnceLock<Option<PathBuf>> = OnceLock::new();
    let (slot, define) = match variant {
        Variant::Whole => (&WHOLE, "-DWHOLE"),
        Variant::WithoutMemory => (&WITHOUT_MEMORY, "-DWITHOUT_MEMORY"),
        Variant::WithoutName => (&WITHOUT_NAME, "-DWITHOUT_NAME"),
    };
    slot.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("nvml{define}"));
        fs::create_dir_all(&folder).unwrap();
        let (source, library) = (concat!(env!("CARGO_MANIFEST_DIR"), "/tests/nvml/standin.c"), folder.join("libnvidia-ml.so.1"));
        let made = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified()).ok();
        if made(&library) > made(Path::new(source)) {
            return Some(library);
        }
        // Two runs of the tests at once compile beside each other; the rename is atomic.
        let own = folder.join(format!("build-{}.so", std::process::id()));
        let status = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-Wl,-soname,libnvidia-ml.so.1", define, "-o"])
            .arg(&own)
            .arg(source)
            .status()
            .ok()?;
        assert!(status.success(), "standin.c does not compile");
        fs::rename(own, &library).unwrap();
        Some(library)
    })
    .clone()
}

/// A machine without anything but the library.
pub struct Lab {
    pub folder: tempfile::TempDir,
    pub variant: Variant,
    pub timeout_ms: u64,
    vars: Vec<(String, String)>,
}

/// What one run of nixml gave.
pub struct Seen {
    pub facts: Value,
    pub took: Duration,
    /// The helper's process, when it got as far as a call.
    pub pid: String,
}

impl Lab {
    pub fn new(scenario: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("lab").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        fs::create_dir(folder.path().join("root")).unwrap();
        let pid = folder.path().join("pid").display().to_string();
        fs::write(folder.path().join("scenario"), format!("pid = {pid}\n{scenario}\n")).unwrap();
        Self { folder, variant: Variant::Whole, timeout_ms: 60_000, vars: Vec::new() }
    }

    pub fn variant(mut self, variant: Variant) -> Self {
        self.variant = variant;
        self
    }

    pub fn var(mut self, name: &str, value: &str) -> Self {
        self.vars.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A file of the recorded machine.
    pub fn file(self, path: &str, text: &str) -> Self {
        let path = self.folder.path().join("root").join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Runs `nixml probe --json` with the stand-in; `None` where it cannot be compiled.
    pub fn probe(&self) -> Option<Seen> {
        Some(self.probe_with(&library(self.variant)?.display().to_string()))
    }

    /// Over a library that hangs: with a short deadline, and with longer ones while `reached` says that a busy machine did not even
    /// get to the place where it hangs.
    pub fn probe_hanging(mut self, reached: impl Fn(&Seen) -> bool) -> Option<Seen> {
        for timeout_ms in [500, 4000] {
            self.timeout_ms = timeout_ms;
            let seen = self.probe()?;
            if reached(&seen) {
                return Some(seen);
            }
        }
        self.timeout_ms = 20_000;
        self.probe()
    }

    /// The same with any file as the library.
    pub fn probe_with(&self, library: &str) -> Seen {
        let began = Instant::now();
        let output = ran::command(self.folder.path(), ["probe", "--json"])
            .env("PATH", self.folder.path().join("root/bin"))
            .env("NIXML_PROBE_ROOT", self.folder.path().join("root"))
            .env("NIXML_PROBE_TIMEOUT_MS", self.timeout_ms.to_string())
            .env("NIXML_NVML_LIB", library)
            .env("NVML_STANDIN", self.folder.path().join("scenario"))
            .envs(self.vars.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap();
        let took = began.elapsed();
        let text = String::from_utf8(output.stdout).expect("UTF-8 on standard output");
        assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "nothing of the library reaches the terminal");
        assert!(!text.contains('\u{1b}'), "no escape byte in {text}");
        let facts: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        println!("{}: {} ms", thread::current().name().unwrap_or("?"), took.as_millis());
        let pid = fs::read_to_string(self.folder.path().join("pid")).unwrap_or_default().trim().to_owned();
        Seen { facts, took, pid }
    }
}

impl Seen {
    /// A fact by its path, `gpus.0.name`; null when it is not there.
    pub fn fact(&self, path: &str) -> &Value {
        let pointer = format!("/{}", path.replace('.', "/"));
        self.facts.pointer(&pointer).unwrap_or(&Value::Null)
    }

    pub fn text(&self, path: &str) -> &str {
        self.fact(path).as_str().unwrap_or_default()
    }

    /// Why a fact is not known.
    pub fn unknown(&self, path: &str) -> &str {
        self.facts["unknown"][path].as_str().unwrap_or_else(|| panic!("`{path}` is not among the unknown: {:#}", self.facts))
    }

    pub fn source(&self, path: &str) -> &str {
        self.facts["sources"][path].as_str().unwrap_or_default()
    }

    pub fn cards(&self) -> usize {
        self.fact("gpus").as_array().map_or(0, Vec::len)
    }

    /// The helper that loaded the library has gone.
    pub fn assert_no_helper_left(&self) {
        assert!(!self.pid.is_empty(), "the library was not called");
        let stat = format!("/proc/{}/stat", self.pid);
        let gone = (0..500).any(|_| {
            let text = fs::read_to_string(&stat).unwrap_or_default();
            // A zombie that nobody has collected yet is no process any more; another program may have got the number.
            let left = text.contains("(nixml)") || text.contains("(exe)");
            let left = left && !text.contains(") Z");
            if left {
                thread::sleep(Duration::from_millis(10));
            }
            !left
        });
        assert!(gone, "the helper {} is left: {}", self.pid, fs::read_to_string(&stat).unwrap_or_default());
    }
}
