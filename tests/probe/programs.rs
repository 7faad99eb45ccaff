//! Nix, uv, git and nvidia-smi: real ones, and ones that hang, flood, crash and lie.

use std::time::Duration;

use super::machine::{Machine, processes_of};
use super::support::place::Place;
use super::support::{need, tools};

#[test]
fn real_nix_of_every_version_and_real_uv_are_found() {
    let nixes = tools::nixes();
    if nixes.is_empty() {
        super::support::skip!("no Nix was brought");
    }
    for nix in nixes {
        let mut place = Place::new().with_nix(&nix);
        if let Some(uv) = tools::uv() {
            place = place.with_program(&uv);
        }
        let output = place.nixml(["probe", "--json"]);
        let facts: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let version = facts["nix"]["version"].as_str().unwrap_or_default();
        assert!(version.starts_with(&nix.version), "{}: {:#}", nix.version, facts["nix"]);
        assert_eq!((facts["nix"]["on_path"].as_bool(), facts["nix"]["flavour"].as_str()), (Some(true), Some("nix")));
        assert_eq!(facts["uv"]["installed"].as_bool(), Some(tools::uv().is_some()));
        assert_eq!(facts["uv"]["version"].is_string(), tools::uv().is_some());
        assert!(facts["git"]["version"].is_string());
    }
}

#[test]
fn nix_that_is_installed_and_not_on_path_is_found() {
    let seen = Machine::new()
        .program("/nix/var/nix/profiles/default/bin/nix", "echo 'nix (Determinate Nix 3.22.2) 2.35.2'")
        .dir("/nix/store")
        .probe();
    assert_eq!((seen.yes("nix.installed"), seen.yes("nix.on_path")), (Some(true), Some(false)));
    assert_eq!(
        (seen.text("nix.version"), seen.text("nix.flavour"), seen.yes("nix.flakes")),
        ("2.35.2", "determinate", Some(true))
    );
    assert_eq!(seen.text("nix.path"), "/nix/var/nix/profiles/default/bin/nix", "as the machine calls it");
    assert_eq!(Machine::new().probe().yes("nix.installed"), Some(false));
}

#[test]
fn settings_of_nix_are_read_from_every_place_and_never_a_token() {
    let seen = Machine::new()
        .program("/usr/bin/nix", "echo 'nix (Nix) 2.28.3'")
        .file("/etc/nix/nix.conf", "accept-flake-config = true\nsubstituters = https://ada:hunter2@cache.example/x?key=1 https://cache.nixos.org\n!include nix.custom.conf\n")
        .file("/etc/nix/nix.custom.conf", "extra-experimental-features = nix-command\naccess-tokens = github.com=ghp_0123456789abcdef\n")
        .home_file(".config/nix/nix.conf", "extra-experimental-features = flakes\n")
        .var("NIX_CONFIG", "sandbox = relaxed\nnetrc-file = /secret")
        .probe();
    assert_eq!((seen.yes("nix.flakes"), seen.source("nix.flakes")), (Some(true), "settings"));
    assert_eq!(
        (&seen.facts["nix"]["settings"]["accept-flake-config"], &seen.facts["nix"]["settings"]["sandbox"]),
        (&"true".into(), &"relaxed".into())
    );
    assert_eq!(seen.facts["nix"]["settings"]["substituters"], "https://cache.example/x https://cache.nixos.org");
    for secret in ["hunter2", "ghp_", "ada", "/secret"] {
        assert!(!seen.text.contains(secret), "{secret}");
    }
    let seen = Machine::new().program("/usr/bin/nix", "echo 'nix (Nix) 2.28.3'").probe();
    assert_eq!(seen.yes("nix.flakes"), Some(false));
}

#[test]
fn a_daemon_that_is_down_is_told_from_one_that_answers() {
    let machine = Machine::new().program("/usr/bin/nix", "echo 'nix (Nix) 2.28.3'").dir("/nix/var/nix/daemon-socket");
    let socket = machine.at("s");
    let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let machine = machine.var("NIX_DAEMON_SOCKET_PATH", socket.to_str().unwrap());
    let seen = machine.probe();
    assert_eq!((seen.yes("nix.multi_user"), seen.yes("nix.daemon")), (Some(true), Some(true)));
    drop(listener);
    let seen = machine.probe();
    assert_eq!((seen.yes("nix.multi_user"), seen.yes("nix.daemon")), (Some(true), Some(false)));
}

#[test]
fn programs_that_misbehave_cost_one_fact() {
    for (script, words) in [
        ("echo garbage", "garbage"),
        ("", "said ``"),
        ("exit 3", "exit code 3"),
        ("kill -SEGV $$", "signal 11"),
        ("yes", "more than 64 KiB"),
        ("printf '\\033]52;c;x\\007nix (Nix) 2.0'; exit 1", "exit code 1"),
    ] {
        let seen = Machine::new().program("/usr/bin/nix", script).program("/usr/bin/uv", script).probe();
        assert!(seen.text("nix.error").contains(words), "{script}: {}", seen.text("nix.error"));
        assert!(seen.unknown("nix.version").contains(words) && !seen.unknown("uv.version").is_empty(), "{script}");
        assert_eq!((seen.yes("nix.installed"), seen.yes("uv.installed")), (Some(true), Some(true)));
        assert!(seen.fact("nix.version").is_null() && !seen.text.contains('\u{1b}'));
    }
}

#[test]
fn programs_that_hang_are_stopped_together() {
    let hang = "trap '' TERM INT; sleep 1000 & while :; do sleep 1000; done";
    let machine = Machine::new()
        .program("/usr/bin/nix", hang)
        .program("/usr/bin/uv", hang)
        .program("/usr/bin/git", hang)
        .var("NIXML_PROBE_TIMEOUT_MS", "2000");
    let seen = machine.probe();
    println!("{} ms", seen.took.as_millis());
    assert!(seen.took < Duration::from_secs(30));
    assert!(seen.unknown("uv.version").contains("did not answer within 2000 ms"));
    assert!(seen.text("nix.error").contains("did not answer within 2000 ms"));
    assert_eq!(seen.text("os.kind"), "linux");
    let gone = (0..500).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        processes_of(machine.folder.path()).is_empty()
    });
    assert!(gone, "{:?}", processes_of(machine.folder.path()));
}

fn driver() -> Machine {
    Machine::new().file("/proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  x\n").card(
        "0000:81:00.0",
        "0300",
        "10de:2504",
        "nvidia",
    )
}

#[test]
fn nvidia_smi_tells_what_files_do_not() {
    for header in
        ["Driver Version: 550.54.14      CUDA Version: 12.4     |", "KMD Version: 550.54.14      CUDA UMD Version: 12.4     |"]
    {
        let script = format!(
            "case $1 in --query-gpu=*compute_cap*) echo '0, 00000000:81:00.0, 550.54.14, 12288, NVIDIA GeForce RTX 3060, 8.6, [N/A]' ;;\n *) echo '| NVIDIA-SMI 550.54.14    {header}' ;; esac"
        );
        let seen = driver().program("/usr/bin/nvidia-smi", &script).probe();
        assert_eq!((seen.text("gpus.0.name"), seen.text("gpus.0.compute")), ("NVIDIA GeForce RTX 3060", "8.6"));
        assert_eq!((seen.fact("gpus.0.memory_bytes").as_u64(), seen.source("gpus.0.compute")), (Some(12288 << 20), "nvidia-smi"));
        assert_eq!(
            (seen.text("driver.cuda"), seen.source("driver.cuda"), seen.source("driver.version")),
            ("12.4", "nvidia-smi", "procfs")
        );
        assert_eq!(seen.fact("gpus").as_array().map(Vec::len), Some(1));
    }
}

#[test]
fn an_nvidia_smi_that_fails_is_quoted_and_one_that_hangs_is_stopped() {
    let seen = driver()
        .program(
            "/usr/bin/nvidia-smi",
            "echo 'NVIDIA-SMI has failed because it couldn'\\''t communicate with the NVIDIA driver.'; exit 9",
        )
        .probe();
    assert!(seen.unknown("gpus.0.compute").contains("NVIDIA-SMI has failed"), "{}", seen.unknown("gpus.0.compute"));
    assert_eq!(seen.fact("gpus").as_array().map(Vec::len), Some(1));
    let machine = driver().program("/usr/bin/nvidia-smi", "exec sleep 1000").var("NIXML_PROBE_TIMEOUT_MS", "2000");
    let seen = machine.probe();
    assert!(seen.unknown("gpus.0.compute").contains("did not answer in time") && seen.took < Duration::from_secs(30));
    let seen =
        Machine::new().program("/usr/bin/nvidia-smi", "echo '0, 00000000:81:00.0, 550.54.14, 12288, X, 8.6, [N/A]'").probe();
    assert_eq!(seen.fact("gpus").as_array().map(Vec::len), Some(0), "without a driver it is not asked");
}

#[test]
fn nothing_is_run_that_could_change_the_machine() {
    let tripwire = "touch \"$CANARY\"";
    let mut machine = driver().program("/usr/bin/nvidia-smi", "exit 1");
    for name in ["sudo", "su", "pkexec", "nvidia-modprobe", "modprobe", "lspci", "rocm-smi"] {
        machine = machine.program(&format!("/usr/bin/{name}"), tripwire);
    }
    let canary = machine.at("canary");
    let machine = machine.var("CANARY", canary.to_str().unwrap());
    machine.probe();
    assert!(!canary.exists());
    let uv = need!(tools::uv(), "no uv was brought");
    assert!(uv.exists());
}
