//! NVIDIA's own library, as Debian packages it: without its kernel module it refuses, and nixml says so. In a private /dev, because
//! as root it would create device nodes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::lab::Lab;
use super::support::ran::nixml;
use super::support::{need, skip};

/// The library, fetched once into the build folder; `None` where Debian's non-free packages cannot be had.
fn genuine() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("debian-nvml");
    let find = |folder: &Path| {
        let found = Command::new("find").arg(folder).args(["-name", "libnvidia-ml.so.1", "-path", "*current*"]).output().ok()?;
        String::from_utf8(found.stdout).ok()?.lines().next().map(PathBuf::from)
    };
    if let Some(library) = find(&folder) {
        return Some(library);
    }
    let address = mirror()?;
    let release = fs::read_to_string("/etc/os-release").ok()?;
    let codename = release.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="))?.to_owned();
    // A list and a state of its own: the machine's package lists stay as they are.
    for inner in ["lists/partial", "cache/archives/partial"] {
        fs::create_dir_all(folder.join(inner)).ok()?;
    }
    fs::write(folder.join("sources.list"), format!("deb {address} {codename} non-free\n")).ok()?;
    let option = |name: &str, value: &Path| format!("-o{name}={}", value.display());
    let options = [
        option("Dir::Etc::SourceList", &folder.join("sources.list")),
        "-oDir::Etc::SourceParts=/dev/null".to_owned(),
        option("Dir::State::Lists", &folder.join("lists")),
        option("Dir::Cache", &folder.join("cache")),
        "-oAPT::Sandbox::User=root".to_owned(),
    ];
    let apt = |arguments: &[&str]| {
        Command::new("apt-get")
            .args(&options)
            .args(arguments)
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    if !apt(&["update"]) || !apt(&["download", "libnvidia-ml1"]) {
        return None;
    }
    let package = fs::read_dir(&folder)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|end| end == "deb"))?;
    let unpacked =
        Command::new("dpkg").arg("-x").arg(package).arg(folder.join("root")).status().is_ok_and(|status| status.success());
    unpacked.then(|| find(&folder)).flatten()
}

/// The mirror that this machine's own package lists name, in either of their two formats.
fn mirror() -> Option<String> {
    let files = ["/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"];
    files.iter().filter_map(|file| fs::read_to_string(file).ok()).find_map(|text| {
        text.lines().filter(|line| line.starts_with("URIs:") || line.starts_with("deb ")).find_map(|line| {
            line.split_whitespace().find(|word| word.contains("://")).map(|word| word.trim_end_matches('/').to_owned())
        })
    })
}

#[test]
fn the_genuine_library_without_a_driver_is_told_in_words() {
    let library = need!(genuine(), "Debian's libnvidia-ml1 cannot be had here");
    let lab = Lab::new("");
    let script = r#"
        mount -t tmpfs none /dev || exit 77
        mknod -m 666 /dev/null c 1 3 && mknod -m 666 /dev/urandom c 1 9 || exit 77
        "$1" probe --json >"$2" || exit 1
        ls /dev >"$3"
    "#;
    let (answer, nodes) = (lab.folder.path().join("answer"), lab.folder.path().join("nodes"));
    let status = Command::new("unshare")
        .args(["-m", "sh", "-c", script, "sh", env!("CARGO_BIN_EXE_nixml")])
        .args([&answer, &nodes])
        .env("NIXML_NVML_LIB", &library)
        .env("NIXML_PROBE_ROOT", lab.folder.path().join("root"))
        .env("NIXML_PROBE_TIMEOUT_MS", "60000")
        .stdin(Stdio::null())
        .status();
    if !status.as_ref().is_ok_and(|status| status.code() != Some(77) && status.code() != Some(1)) {
        skip!("a private /dev cannot be made here: {status:?}");
    }
    let facts: serde_json::Value = serde_json::from_slice(&fs::read(answer).unwrap()).unwrap();
    assert_eq!(facts["unknown"]["gpus"], "the driver is installed and its kernel module is not loaded", "{facts:#}");
    assert_eq!(facts["driver"]["nvml_error"], 9);
    let left = fs::read_to_string(nodes).unwrap();
    assert!(!left.contains("nvidia"), "looking created device nodes: {left}");
}

#[test]
fn without_a_driver_the_library_is_not_even_loaded() {
    // On this machine as it is: no kernel module, so nothing new may appear under /dev, whoever runs it.
    if Path::new("/proc/driver/nvidia/version").exists() {
        skip!("this machine has an NVIDIA driver");
    }
    let before: Vec<_> = fs::read_dir("/dev").unwrap().flatten().map(|entry| entry.file_name()).collect();
    let ran = nixml(Path::new(env!("CARGO_TARGET_TMPDIR")), &["probe", "--json"]);
    let facts: serde_json::Value = serde_json::from_slice(&ran.exits(0).stdout).unwrap();
    assert!(facts["driver"]["nvml_error"].is_null());
    let new: Vec<_> = fs::read_dir("/dev")
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name())
        .filter(|name| name.to_string_lossy().starts_with("nvidia") && !before.contains(name))
        .collect();
    assert!(new.is_empty(), "{new:?}");
}
