//! nixml under `strace`: which calls it makes, and one of them made to fail or to be its last.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::sync::OnceLock;

use crate::room::{Room, host};
use crate::support::ran::Ran;
use crate::support::tools;

/// The calls that change something on a disk.
const CHANGING: [&str; 22] = [
    "openat",
    "open",
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "mkdir",
    "mkdirat",
    "rmdir",
    "unlink",
    "unlinkat",
    "link",
    "linkat",
    "symlinkat",
    "chmod",
    "fchmod",
    "ftruncate",
    "flock",
    "execve",
];

/// The other calls about files.
const LOOKING: [&str; 17] = [
    "newfstatat",
    "statx",
    "fstat",
    "getdents64",
    "readlink",
    "readlinkat",
    "access",
    "faccessat",
    "faccessat2",
    "close",
    "read",
    "pread64",
    "fcntl",
    "getcwd",
    "lseek",
    "dup",
    "ioctl",
];

/// One call of nixml's own thread: the `number`th of its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub name: String,
    pub number: usize,
    /// As strace prints it, for messages.
    pub line: String,
}

impl Call {
    /// It changes nothing.
    pub fn is_a_look(&self) -> bool {
        LOOKING.contains(&self.name.as_str())
    }
}

/// True where strace is there and may trace.
pub fn possible() -> bool {
    static POSSIBLE: OnceLock<bool> = OnceLock::new();
    *POSSIBLE.get_or_init(|| {
        Command::new(tools::strace())
            .args(["-o", "/dev/null", "-e", "trace=none", "true"])
            .output()
            .is_ok_and(|run| run.status.success())
    })
}

fn strace(room: &Room, options: &[&str], arguments: &[&str]) -> Ran {
    let mut command = Command::new(tools::strace());
    command.args(options).arg(env!("CARGO_BIN_EXE_nixml"));
    room.dressed(command, arguments).output().unwrap().into()
}

/// Every call about files that nixml makes once it has begun to work; only those that change something without `all`. What it
/// prints on its standard output and error is no file of the person's.
pub fn calls(room: &Room, arguments: &[&str], all: bool) -> Vec<Call> {
    let log = room.path("strace.log");
    let names: Vec<&str> = CHANGING.iter().chain(if all { &LOOKING[..] } else { &[] }).copied().collect();
    let trace = format!("trace={}", names.iter().map(|name| format!("?{name}")).collect::<Vec<_>>().join(","));
    strace(room, &["-o", log.to_str().unwrap(), "-e", &trace], arguments).exits(0);
    let text = fs::read_to_string(&log).unwrap();
    fs::remove_file(&log).unwrap();
    // `init` begins with the recorded machine, everything else with what it remembers.
    let begins = [host().display().to_string(), "/.local/state".to_owned(), "/.config".to_owned()];
    let (mut counts, mut found, mut begun) = (BTreeMap::<&str, usize>::new(), Vec::new(), false);
    for line in text.lines() {
        let Some((name, rest)) = line.split_once('(') else { continue };
        let number = counts.entry(name).or_default();
        *number += 1;
        begun |= begins.iter().any(|begin| line.contains(begin));
        let spoken = name == "write" && (rest.starts_with("1,") || rest.starts_with("2,"));
        let harmless = name == "openat" && !all && !rest.contains("O_CREAT");
        if begun && !spoken && !harmless && name != "execve" {
            found.push(Call { name: name.to_owned(), number: *number, line: line.chars().take(160).collect() });
        }
    }
    found
}

/// Runs nixml so that `call` is its last, or fails: `signal=KILL`, `error=ENOSPC`.
pub fn tamper(room: &Room, call: &Call, how: &str, arguments: &[&str]) -> Ran {
    let (trace, inject) = (format!("trace={}", call.name), format!("inject={}:{how}:when={}", call.name, call.number));
    strace(room, &["-o", "/dev/null", "-e", &trace, "-e", &inject], arguments)
}

/// Runs nixml with all its children traced; the log.
pub fn followed(room: &Room, trace: &str, mut command: Command, arguments: &[&str]) -> (Ran, String) {
    let log = room.path("followed.log");
    let trace = format!("trace={trace}");
    command.args(["-f", "-qq", "-s", "300", "-o", log.to_str().unwrap(), "-e", &trace, env!("CARGO_BIN_EXE_nixml")]);
    let ran = command.args(arguments).output().unwrap().into();
    (ran, fs::read_to_string(&log).unwrap_or_default())
}
