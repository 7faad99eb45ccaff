//! Every recorded machine: what is found on it, and what no remedy may say.

use std::fs;
use std::path::{Path, PathBuf};

use nixml::core::doctor;
use nixml::core::finding::{Finding, Verdict};
use nixml::edge::facts_file;

use crate::run::{Bench, loud};

pub fn hosts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts");
    let mut hosts: Vec<_> = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
    hosts.sort();
    hosts
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

fn findings(path: &Path) -> Vec<Finding> {
    doctor::run(&facts_file::read(path).unwrap().0, None, &[])
}

/// The machine, the exit code outside a project, and what must be among the findings.
const EXPECTED: &[(&str, i32, &[&str])] = &[
    ("ada-rtx4090-550", 0, &["driver-version:driver-too-old-for-cuda"]),
    ("amd-rx7900xtx", 0, &["gpu:no-gpu", "other-gpus:amd-gpu"]),
    ("blackwell-rtx5080-580", 0, &[]),
    ("conda-shell", 0, &["ld-library-path:glibc-mismatch", "python-path:pythonpath-leak", "conda:conda-active"]),
    ("container-no-toolkit", 1, &["container-gpu:container-toolkit-missing", "shared-memory:shm-too-small"]),
    ("driver-hangs", 1, &["gpu-answers:driver-hung"]),
    ("intel-arc-a770", 0, &["other-gpus:intel-gpu"]),
    ("jetson-orin", 0, &["jetson:jetson-unsupported"]),
    ("laptop-no-gpu", 0, &["gpu:no-gpu", "nix:nix-missing"]),
    ("lost-card", 1, &["gpu-answers:gpu-fell-off-bus"]),
    ("mac-m2", 0, &["other-gpus:apple-gpu"]),
    ("mig-a100", 0, &["mig:mig-visibility"]),
    ("module-not-loaded", 1, &["secure-boot:secure-boot-blocks-module"]),
    ("nix-daemon-down", 1, &["nix-daemon:nix-daemon-down"]),
    ("nix-not-on-path", 0, &["nix-path:nix-not-on-path"]),
    ("nixos-rtx3060", 0, &["trusted-user:trusted-user"]),
    ("nouveau-gtx1650", 1, &["nouveau:nouveau-loaded"]),
    ("tiny-tmp", 0, &["space-temp:tmpdir-full"]),
    ("upgraded-not-rebooted", 1, &["driver-match:driver-library-mismatch"]),
    ("wsl1", 0, &["wsl-version:wsl-1"]),
    ("wsl2-linux-driver", 1, &["wsl-driver:wsl-driver-conflict"]),
    ("wsl2-rtx4060", 0, &[]),
];

#[test]
fn what_is_wrong_is_found_and_decides_the_exit_code() {
    let bench = Bench::new();
    for (name, code, expected) in EXPECTED {
        let host = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/hosts/{name}.toml"));
        let ran = bench.nixml(&["doctor", "--json", "--host", host.to_str().unwrap()]);
        let report = ran.json();
        assert_eq!(ran.code(), Some(*code), "{name}: {:?}", loud(&report));
        assert_eq!(report["ok"], *code == 0, "{name}");
        for wanted in *expected {
            assert!(loud(&report).iter().any(|found| found == wanted), "{name}: no {wanted} in {:?}", loud(&report));
        }
        assert_eq!(
            bench.nixml(&["doctor", "--strict", "--host", host.to_str().unwrap()]).code() == Some(0),
            strict(&host),
            "{name}"
        );
    }
}

/// With `--strict` only a machine without warnings ends with 0.
fn strict(host: &Path) -> bool {
    !findings(host).iter().any(|finding| matches!(finding.verdict, Verdict::Warn | Verdict::Fail | Verdict::Broken))
}

#[test]
fn every_machine_is_judged_by_every_check() {
    let known: Vec<String> = hosts().iter().map(|host| name(host)).collect();
    assert!(EXPECTED.iter().all(|(name, ..)| known.iter().any(|host| host == name)), "a machine was renamed");
    for host in hosts() {
        let findings = findings(&host);
        assert_eq!(findings.len(), doctor::ALL.len(), "{}", name(&host));
        for finding in findings {
            let place = format!("{}: {}", name(&host), finding.check);
            assert_ne!(finding.verdict, Verdict::Broken, "{place}: {}", finding.seen);
            assert!(!finding.seen.is_empty(), "{place}");
            let silent = matches!(finding.verdict, Verdict::Pass | Verdict::Skipped);
            assert_eq!(finding.code.is_none(), silent, "{place}");
            assert_eq!(finding.link.is_none(), silent, "{place}");
        }
    }
}

#[test]
fn no_remedy_recommends_what_it_must_not() {
    let banned =
        ["trusted-users", "accept-flake-config", "sudo pip", "--break-system-packages", "| sh", "|sh", "| bash", "chmod 777"];
    for host in hosts() {
        for finding in findings(&host) {
            let Some(remedy) = &finding.remedy else { continue };
            let text = format!(
                "{} {}",
                remedy.say,
                remedy.commands.iter().map(|command| command.shell.clone()).collect::<Vec<_>>().join("\n")
            );
            for word in banned {
                assert!(!text.contains(word), "{}: {} says `{word}`: {text}", name(&host), finding.check);
            }
            if facts_file::read(&host).unwrap().0.is_nixos() {
                assert!(!text.contains("apt ") && !text.contains("dnf "), "{}: {text}", name(&host));
            }
        }
    }
}

#[test]
fn the_text_fits_eighty_columns_and_needs_no_colour() {
    let bench = Bench::new();
    for host in hosts() {
        let host = host.to_str().unwrap();
        let plain = bench.nixml(&["doctor", "-v", "--host", host]).out();
        assert!(!plain.contains('\x1b'), "{host}");
        // Commands, paths and other single words are kept whole to be copied.
        let long: Vec<_> = plain
            .lines()
            .filter(|line| line.chars().count() > 80 && line.trim_start().contains(' ') && !line.trim_start().starts_with("$ "))
            .collect();
        assert!(long.is_empty(), "{host}: {long:#?}");
        let coloured = bench.nixml(&["doctor", "-v", "--color", "always", "--host", host]).out();
        assert!(coloured.contains("\x1b["), "{host}");
    }
}
