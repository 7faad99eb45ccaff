//! A machine made of files below one folder, and nixml run on it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::support::ran;

pub struct Machine {
    pub folder: tempfile::TempDir,
    vars: Vec<(String, String)>,
}

pub struct Seen {
    pub facts: Value,
    pub text: String,
    pub took: Duration,
}

impl Machine {
    /// Linux with nothing in it: /proc, /sys and /dev are there.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("machine").tempdir().unwrap();
        let machine = Self { folder, vars: Vec::new() };
        for dir in [
            "root/proc",
            "root/sys/bus/pci/devices",
            "root/sys/module",
            "root/sys/firmware",
            "root/dev",
            "root/bin",
            "home",
            "project",
        ] {
            fs::create_dir_all(machine.at(dir)).unwrap();
        }
        machine.file("/proc/sys/kernel/osrelease", "6.8.0-45-generic\n").file("/proc/sys/kernel/arch", "x86_64\n")
    }

    pub fn at(&self, inner: &str) -> PathBuf {
        self.folder.path().join(inner)
    }

    pub fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.at("root").join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// A file of the user's, below the home folder.
    pub fn home_file(self, path: &str, text: &str) -> Self {
        let path = self.at("home").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    pub fn dir(self, path: &str) -> Self {
        fs::create_dir_all(self.at("root").join(path.trim_start_matches('/'))).unwrap();
        self
    }

    pub fn link(self, path: &str, target: &str) -> Self {
        let path = self.at("root").join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(target, path).unwrap();
        self
    }

    /// A program of the machine: a shell script.
    pub fn program(self, path: &str, script: &str) -> Self {
        let machine = self.file(path, format!("#!/bin/sh\n{script}\n"));
        let file = machine.at("root").join(path.trim_start_matches('/'));
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
        machine
    }

    /// A card on the PCI bus: address, class, vendor, device, the driver that holds it.
    pub fn card(self, address: &str, class: &str, id: &str, driver: &str) -> Self {
        let (vendor, device) = id.split_once(':').unwrap();
        let dir = format!("/sys/bus/pci/devices/{address}");
        let machine = self
            .file(&format!("{dir}/class"), format!("0x{class}00\n"))
            .file(&format!("{dir}/vendor"), format!("0x{vendor}\n"))
            .file(&format!("{dir}/device"), format!("0x{device}\n"));
        if driver.is_empty() {
            machine
        } else {
            machine.link(&format!("{dir}/driver"), &format!("../../../bus/pci/drivers/{driver}"))
        }
    }

    pub fn var(mut self, name: &str, value: &str) -> Self {
        self.vars.push((name.to_owned(), value.to_owned()));
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = ran::command(&self.at("project"), arguments);
        command.env("HOME", self.at("home")).env("PATH", "/usr/bin").env("NIXML_PROBE_ROOT", self.at("root"));
        command.env("NIXML_PROBE_TIMEOUT_MS", "60000").envs(self.vars.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs `nixml probe --json`.
    pub fn probe(&self) -> Seen {
        let began = Instant::now();
        let output = self.command(&["probe", "--json"]).output().unwrap();
        let took = began.elapsed();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        let text = String::from_utf8(output.stdout).unwrap();
        Seen { facts: serde_json::from_str(&text).unwrap(), text, took }
    }

    /// Runs `nixml probe` and gives the table.
    pub fn table(&self) -> String {
        String::from_utf8(self.command(&["probe"]).output().unwrap().stdout).unwrap()
    }
}

impl Seen {
    pub fn fact(&self, path: &str) -> &Value {
        self.facts.pointer(&format!("/{}", path.replace('.', "/"))).unwrap_or(&Value::Null)
    }

    pub fn text(&self, path: &str) -> &str {
        self.fact(path).as_str().unwrap_or_default()
    }

    pub fn yes(&self, path: &str) -> Option<bool> {
        self.fact(path).as_bool()
    }

    pub fn source(&self, path: &str) -> &str {
        self.facts["sources"][path].as_str().unwrap_or_default()
    }

    pub fn unknown(&self, path: &str) -> &str {
        self.facts["unknown"][path].as_str().unwrap_or_default()
    }
}

/// Nothing that a program started is left in `folder`'s processes.
pub fn processes_of(folder: &Path) -> Vec<String> {
    let mark = folder.to_str().unwrap();
    fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter(|entry| String::from_utf8_lossy(&fs::read(entry.path().join("environ")).unwrap_or_default()).contains(mark))
        .map(|entry| String::from_utf8_lossy(&fs::read(entry.path().join("cmdline")).unwrap_or_default()).replace('\0', " "))
        .collect()
}
