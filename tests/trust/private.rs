//! What is printed to be pasted names nobody: canaries planted everywhere occur in no output and no log.

use std::fs;
use std::process::Command;

use crate::room::Room;
use crate::support::ran::Ran;

#[test]
fn planted_names_and_secrets_are_in_no_output_and_no_file() {
    let room = Room::new();
    room.init(&[]).exits(0);
    let home = room.path("home/canaryname");
    fs::create_dir_all(home.join(".config/nix")).unwrap();
    fs::write(home.join(".config/nix/nix.conf"), "access-tokens = github.com=ghp_CANARY0123456789abcdef0123456789abcdef\n")
        .unwrap();
    fs::write(home.join(".netrc"), "machine x login canaryname password canarypass\n").unwrap();
    fs::write(home.join(".bashrc"), "export HF_TOKEN=hf_CANARY0123456789\nexport LD_LIBRARY_PATH=/home/canaryname/lib\n")
        .unwrap();
    Command::new("git")
        .arg("-C")
        .arg(room.path("demo"))
        .args(["remote", "add", "origin", "https://canaryname:canarypass@git.example/canary-private.git"])
        .status()
        .unwrap();
    fs::create_dir_all(room.path("demo/.nixml/logs")).unwrap();
    let log = "/home/canaryname/x hf_CANARY0123456789 sk-canary-0123456789abcdef AKIACANARY0123456789 192.168.77.99 \
               de:ad:be:ef:77:99 GPU-77777777-06c0-7d70-1a51-e59b25b2c16c canaryname@mail.example Bearer canarybearer0123\n";
    fs::write(room.path("demo/.nixml/logs/validate-1-1.log"), log).unwrap();
    fs::write(room.path("a.log"), format!("{log}ImportError: libz.so.1: cannot open shared object file (/home/canaryname/x)\n"))
        .unwrap();
    // The host's name as well, where it can be changed.
    let named = rustix::process::geteuid().is_root()
        && Command::new("unshare").args(["-u", "true"]).status().is_ok_and(|status| status.success());
    for arguments in [
        &["report", "demo"][..],
        &["report", "demo", "--json"],
        &["doctor", "--dir", "demo"],
        &["doctor", "--dir", "demo", "--json"],
        &["probe"],
        &["probe", "--json"],
    ] {
        let mut command = Command::new(if named { "unshare" } else { "env" });
        if named {
            command.args([
                "-u",
                "sh",
                "-c",
                "hostname canaryhost || echo canaryhost > /proc/sys/kernel/hostname; exec \"$0\" \"$@\"",
            ]);
        }
        command.arg(env!("CARGO_BIN_EXE_nixml"));
        let mut command = room.dressed(command, arguments);
        command.env("HOME", &home).env("USER", "canaryname").env("LOGNAME", "canaryname").env("HOSTNAME", "canaryhost");
        command.env("HF_TOKEN", "hf_CANARY0123456789").env("UV_INDEX", "https://canarytoken@index.example/simple");
        command.env("HTTPS_PROXY", "http://canaryname:canarypass@proxy.example:3128");
        command.env("PYTHONPATH", home.join("lib")).env_remove("NIXML_HOST");
        let ran: Ran = command.output().unwrap().into();
        assert!(matches!(ran.code(), Some(0 | 1)), "{arguments:?}: {}", ran.told());
        let told = ran.told().to_lowercase();
        assert!(told.len() > 200, "{told}");
        for secret in ["canary", "192.168.77.99", "de:ad:be:ef", "77777777-06c0"] {
            let at = told.find(secret);
            assert_eq!(at, None, "{arguments:?}: ...{}...", &told[at.unwrap_or(0).saturating_sub(80)..][..160]);
        }
    }
}

#[test]
fn state_and_logs_are_the_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let room = Room::new();
    room.init(&[]).exits(0);
    for (path, _) in room.tree("home").iter().filter(|(path, _)| path.contains("nixml")) {
        let mode = fs::metadata(room.path("home").join(path)).unwrap().permissions().mode() & 0o077;
        assert_eq!(mode, 0, "{path}");
    }
}

#[test]
fn a_doctor_looks_and_writes_nothing_and_says_the_same_twice() {
    let room = Room::new();
    room.init(&[]).exits(0);
    let strip = |ran: Ran| {
        let mut report = ran.json();
        let times = |finding: &mut serde_json::Value| drop(finding.as_object_mut().unwrap().remove("duration_ms"));
        report["findings"].as_array_mut().unwrap().iter_mut().for_each(times);
        report
    };
    let look = || strip(room.run(&["doctor", "--dir", "demo", "--json"]));
    let (before, home) = (room.tree("demo"), room.tree("home"));
    let first = look();
    assert_eq!(first, look());
    for arguments in [&["probe"][..], &["matrix"], &["report", "demo"], &["outdated", "demo"], &["doctor", "--fix", "--dry-run"]]
    {
        room.run(arguments);
    }
    assert!(room.tree("demo") == before && room.tree("home") == home);
}
