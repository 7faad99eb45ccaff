//! The project's folder: a real git repository, environments, locks.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use super::machine::{Machine, Seen};

fn git(machine: &Machine, arguments: &[&str]) {
    let status = Command::new("git")
        .arg("-C")
        .arg(machine.at("project"))
        .args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .env("HOME", machine.at("home"))
        .output()
        .unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
}

fn write(machine: &Machine, path: &str, text: &str) {
    let path = machine.at("project").join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The machine's programs are the real ones of this machine.
fn with_git() -> Machine {
    let git = which::which("git").unwrap();
    Machine::new().link("/usr/bin/git", git.to_str().unwrap())
}

fn probed(machine: &Machine) -> Seen {
    machine.probe()
}

#[test]
fn files_that_git_does_not_know_are_named() {
    let machine = with_git();
    for file in ["flake.nix", "flake.lock", "nix/shell.nix", "nix/deep/x.nix", "pyproject.toml", "nixml.toml"] {
        write(&machine, file, "x = 1\n");
    }
    let seen = probed(&machine);
    assert_eq!(
        (seen.yes("project.ours"), seen.yes("project.flake"), seen.yes("project.flake_lock")),
        (Some(true), Some(true), Some(true))
    );
    assert!(seen.fact("project.untracked").is_null());
    git(&machine, &["init", "-q"]);
    git(&machine, &["add", "-N", "flake.nix", "nix/shell.nix"]);
    let seen = probed(&machine);
    assert_eq!(seen.yes("project.git"), Some(true));
    assert_eq!(seen.fact("project.untracked").to_string(), "[\"flake.lock\",\"nix/deep/x.nix\"]");
    assert_eq!((seen.yes("project.uv_lock"), seen.source("project.untracked")), (Some(false), "git"));
}

#[test]
fn a_repository_cannot_make_a_question_run_its_programs() {
    let machine = with_git();
    write(&machine, "flake.nix", "{}");
    git(&machine, &["init", "-q"]);
    let canary = machine.at("canary");
    let hook = machine.at("hook.sh");
    fs::write(&hook, format!("#!/bin/sh\ntouch {}\n", canary.display())).unwrap();
    fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    git(&machine, &["config", "core.fsmonitor", hook.to_str().unwrap()]);
    assert_eq!(probed(&machine).fact("project.untracked").to_string(), "[\"flake.nix\"]");
    assert!(!canary.exists(), "core.fsmonitor ran");
}

#[test]
fn environments_are_read_without_starting_their_python() {
    let machine = Machine::new();
    write(&machine, "pyproject.toml", "[project]\n");
    write(&machine, ".venv/pyvenv.cfg", "home = /nix/store/x/bin\nimplementation = CPython\nversion_info = 3.13.5\n");
    write(&machine, ".venv/lib/python3.13/site-packages/torch-2.15.0+cu126.dist-info/METADATA", "");
    write(&machine, ".venv/lib/python3.13/site-packages/nvidia_cublas_cu12-12.8.4.1.dist-info/METADATA", "");
    write(&machine, ".venv/lib/python3.13/site-packages/requests-2.0.0.dist-info/METADATA", "");
    fs::create_dir_all(machine.at("project/.venv/bin")).unwrap();
    symlink("/nix/store/00000000000000000000000000000000-python3/bin/python3", machine.at("project/.venv/bin/python")).unwrap();
    write(&machine, ".venv-cpu/pyvenv.cfg", "version = 3.12.1\n");
    let seen = probed(&machine);
    assert_eq!((seen.text("project.venvs.0.path"), seen.text("project.venvs.0.python")), (".venv", "3.13"));
    assert_eq!(seen.yes("project.venvs.0.interpreter_gone"), Some(true));
    let names: Vec<_> = seen
        .fact("project.venvs.0.installed")
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["name"], one["version"]))
        .collect();
    assert_eq!(names, ["\"nvidia-cublas-cu12\" \"12.8.4.1\"", "\"torch\" \"2.15.0+cu126\""]);
    assert_eq!((seen.text("project.venvs.1.path"), seen.text("project.venvs.1.python")), (".venv-cpu", "3.12"));
}

#[test]
fn direnv_files_windows_drives_and_empty_folders_are_told() {
    let machine = Machine::new();
    assert!(probed(&machine).fact("project").is_null(), "an empty folder is no project");
    write(&machine, ".envrc", "use flake\n");
    let seen = probed(&machine);
    assert_eq!(
        (seen.yes("project.envrc"), seen.yes("project.envrc_allowed"), seen.yes("project.ours")),
        (Some(true), Some(false), Some(false))
    );
    let path = machine.at("project").canonicalize().unwrap().join(".envrc");
    let digest = nixml::core::changes::sha256(format!("{}\nuse flake\n", path.display()).as_bytes());
    let machine = machine.home_file(&format!(".local/share/direnv/allow/{digest}"), "");
    assert_eq!(probed(&machine).yes("project.envrc_allowed"), Some(true));
}
