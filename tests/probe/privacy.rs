//! What `nixml probe` prints can be pasted in public, and looking leaves no trace.

use std::fs;
use std::time::SystemTime;

use super::machine::Machine;

#[test]
fn planted_secrets_are_nowhere() {
    let machine = Machine::new()
        .program("/usr/bin/nix", "echo 'nix (Nix) 2.28.3'")
        .file(
            "/etc/nix/nix.conf",
            "trusted-users = root\naccess-tokens = github.com=ghp_canary0123456789\nnetrc-file = /canary/netrc\n",
        )
        .home_file(".bashrc", "export LD_LIBRARY_PATH=/x\nexport HF_TOKEN=hf_canary0123456789\n")
        .home_file("lib/libcuda.so.1", "x");
    let home = machine.at("home").display().to_string();
    let machine = machine
        .var("USER", "canaryuser")
        .var("HOSTNAME", "canaryhost")
        .var("HF_TOKEN", "hf_canary0123456789")
        .var("HTTPS_PROXY", "http://canaryname:canarypass@proxy.example:3128")
        .var("UV_INDEX", "https://canarytoken@index.example/simple")
        .var("LD_LIBRARY_PATH", &format!("{home}/lib:/data/canaryuser/lib"))
        .var("CONDA_DEFAULT_ENV", &format!("{home}/envs/x"))
        .var("CUDA_VISIBLE_DEVICES", "GPU-4cf8db2d-06c0-7d70-1a51-e59b25b2c16c")
        .var("SSL_CERT_FILE", &format!("{home}/ca.pem"));
    for text in [machine.probe().text, machine.table()] {
        assert!(!text.contains("canary"), "{text}");
        assert!(!text.contains(&home) && !text.contains("4cf8db2d"), "{text}");
        assert!(text.contains("~/lib") && text.contains("proxy.example:3128") && text.contains("~/.bashrc"), "{text}");
    }
    let seen = machine.probe();
    assert_eq!(
        (seen.text("env.set_by.LD_LIBRARY_PATH.file"), seen.fact("env.set_by.LD_LIBRARY_PATH.line").as_u64()),
        ("~/.bashrc", Some(1))
    );
    assert_eq!((seen.yes("env.uv_index"), seen.text("env.missing_cert_files.0")), (Some(true), "~/ca.pem"));
    assert_eq!(seen.text("driver.libcuda.0.path"), "~/lib/libcuda.so.1", "the loader finds that one first");
    assert!(seen.fact("driver.library_dir").is_null(), "and it is not where a driver is");
}

#[test]
fn looking_writes_nothing() {
    let machine = Machine::new().program("/usr/bin/nix", "echo 'nix (Nix) 2.28.3'").home_file(".config/x", "");
    fs::write(machine.at("project/pyproject.toml"), "[project]\n").unwrap();
    let before = SystemTime::now();
    std::thread::sleep(std::time::Duration::from_millis(20));
    machine.probe();
    let mut open = vec![machine.folder.path().to_owned()];
    while let Some(folder) = open.pop() {
        assert!(fs::metadata(&folder).unwrap().modified().unwrap() < before, "{} was written to", folder.display());
        for entry in fs::read_dir(&folder).unwrap().flatten() {
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            } else {
                assert!(entry.metadata().unwrap().modified().unwrap() < before, "{}", entry.path().display());
            }
        }
    }
}

#[test]
fn a_user_named_like_a_word_of_the_facts_breaks_nothing() {
    for user in ["linux", "driver", "nvml", "sysfs", "debian", "docker"] {
        let seen = Machine::new().file("/etc/os-release", "ID=debian\n").file("/.dockerenv", "").var("USER", user).probe();
        assert_eq!(
            (seen.text("os.kind"), seen.text("os.distro"), seen.text("os.container_kind")),
            ("linux", "debian", "docker"),
            "{user}"
        );
        assert_eq!(seen.source("gpus"), "sysfs");
    }
}
