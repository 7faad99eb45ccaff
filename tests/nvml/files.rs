//! Files that are named as the library and are none.

use std::fs;
use std::os::unix::fs::symlink;

use super::lab::{Lab, Variant, library};
use super::support::ran::nixml;
use super::support::{need, skip};

#[test]
fn a_file_that_is_no_library_is_said_to_be_none() {
    let lab = Lab::new("");
    let at = |name: &str| lab.folder.path().join(name);
    fs::write(at("text.so"), "hello\n").unwrap();
    fs::write(at("empty.so"), "").unwrap();
    fs::create_dir(at("folder.so")).unwrap();
    let fifo = std::process::Command::new("mkfifo").arg(at("fifo.so")).status().unwrap();
    assert!(fifo.success());
    // The first bytes of a library for 32 bits, and of one for 64 that ends too early.
    fs::write(at("small.so"), [b"\x7fELF\x01\x01\x01\0".as_slice(), &[0; 200]].concat()).unwrap();
    fs::write(at("broken.so"), [b"\x7fELF\x02\x01\x01\0".as_slice(), &[0xaa; 200]].concat()).unwrap();
    symlink("nowhere", at("dangling.so")).unwrap();
    for (name, words) in [
        ("text.so", "is not a shared library"),
        ("empty.so", "is not a shared library"),
        ("folder.so", "is a folder, not a library"),
        ("fifo.so", "is not a regular file"),
        ("small.so", "is a 32-bit library"),
        ("broken.so", "could not be loaded"),
        ("dangling.so", "No such file"),
        ("missing.so", "No such file"),
    ] {
        let seen = lab.probe_with(at(name).to_str().unwrap());
        assert!(seen.unknown("gpus").contains(words), "{name}: {}", seen.unknown("gpus"));
        assert!(seen.fact("gpus").is_null() && seen.fact("driver").is_null(), "{name}");
    }
}

#[test]
fn a_library_without_the_calls_is_none() {
    let lab = Lab::new("");
    let Some(libc) = ["/lib/x86_64-linux-gnu/libm.so.6", "/lib/aarch64-linux-gnu/libm.so.6", "/lib64/libm.so.6"]
        .iter()
        .find(|path| fs::metadata(path).is_ok())
    else {
        skip!("no libm.so.6 where it usually is")
    };
    assert!(lab.probe_with(libc).unknown("gpus").contains("does not have this function"));
}

#[test]
fn the_environment_overrides_what_the_driver_says() {
    let lab = Lab::new("count = 2")
        .var("UV_CUDA_DRIVER_VERSION", "580.65")
        .var("CONDA_OVERRIDE_CUDA", "")
        .var("CONDA_OVERRIDE_CUDA_ARCH", "12.0");
    let seen = need!(lab.probe(), "no C compiler");
    assert_eq!((seen.text("driver.version"), seen.source("driver.version")), ("580.65", "override"));
    assert!(seen.fact("driver.cuda").is_null());
    assert_eq!(seen.unknown("driver.cuda"), "CONDA_OVERRIDE_CUDA is set to nothing");
    assert_eq!(
        (seen.text("gpus.1.compute"), seen.source("gpus.1.compute"), seen.source("gpus.1.name")),
        ("12.0", "override", "nvml")
    );
}

#[test]
fn a_library_named_in_a_recorded_machine_is_not_loaded() {
    let library = need!(library(Variant::Whole), "no C compiler");
    let lab = Lab::new("").file("/proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.163.01  x\n");
    let target = lab.folder.path().join("root/usr/lib/x86_64-linux-gnu");
    fs::create_dir_all(&target).unwrap();
    fs::copy(library, target.join("libnvidia-ml.so.1")).unwrap();
    let seen = lab.probe_with("");
    assert!(!lab.folder.path().join("pid").exists(), "the library ran");
    assert_eq!((seen.text("driver.version"), seen.source("driver.version")), ("550.163.01", "procfs"));
}

#[test]
fn the_reader_prints_one_small_file_and_the_helper_is_no_command() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("information");
    fs::write(&file, format!("Model: \t NVIDIA T4\n{}", "x".repeat(1 << 20))).unwrap();
    let nixml = |arguments: &[&str]| nixml(dir.path(), arguments);
    let read = nixml(&["__probe-read", file.to_str().unwrap()]);
    assert!(read.status.success() && read.stdout.starts_with(b"Model: \t NVIDIA T4\n") && read.stdout.len() == 16 << 10);
    nixml(&["__probe-read", "/nonexistent"]).exits(1);
    assert!(!nixml(&["--help"]).out().contains("__probe"));
}
