//! What may go wrong around the doctor: nothing installed, a library that hangs or crashes, secrets lying about, wrong words.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::run::{Bench, loud, of};
use crate::support::need;

#[test]
fn a_bare_machine_is_no_failure() {
    let bench = Bench::new().recorded();
    let ran = bench.nixml(&["doctor", "--json"]);
    assert_eq!((ran.code(), ran.err().as_str()), (Some(0), ""));
    let report = ran.json();
    let loud = loud(&report);
    for wanted in ["gpu:no-gpu", "nix:nix-missing", "git:git-missing"] {
        assert!(loud.iter().any(|found| found == wanted), "no {wanted} in {loud:?}");
        assert_eq!(of(&report, wanted.split(':').next().unwrap())["verdict"], "note");
    }
    bench.nixml(&["doctor"]).exits(0);
}

#[test]
fn the_real_machine_is_judged_without_any_program() {
    let ran = Bench::new().nixml(&["doctor", "--json"]);
    assert!([Some(0), Some(1)].contains(&ran.code()), "{}", ran.err());
    assert_eq!(ran.json()["summary"]["broken"], 0);
}

/// The stand-in for NVIDIA's library; `None` without a C compiler.
fn library(bench: &Bench) -> Option<PathBuf> {
    let library = bench.at("libnvidia-ml.so.1");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nvml/standin.c");
    let args = ["-shared", "-fPIC", "-O1", "-Wl,-soname,libnvidia-ml.so.1", "-DWHOLE", "-o"];
    let built = Command::new("cc").args(args).arg(&library).arg(source).status().ok()?;
    built.success().then_some(library)
}

#[test]
fn a_driver_that_hangs_or_crashes_is_told_and_the_rest_still_runs() {
    let plain = Bench::new();
    let library = need!(library(&plain), "no C compiler");
    for (scenario, code) in [
        ("hang.init = 1", "driver-hung"),
        ("count = 2\nblocked.name.1 = 1", "driver-hung"),
        ("crash.init = segv", "driver-crashed"),
        ("crash.count = abort", "driver-crashed"),
        ("crash.init = exit", "driver-crashed"),
    ] {
        let bench = Bench::new().recorded().file("scenario", format!("{scenario}\n"));
        let scenario_file = bench.at("scenario").display().to_string();
        let bench = bench
            .var("NIXML_NVML_LIB", library.to_str().unwrap())
            .var("NVML_STANDIN", &scenario_file)
            .var("NIXML_PROBE_TIMEOUT_MS", "2000");
        let began = Instant::now();
        let ran = bench.nixml(&["doctor", "--json"]);
        let report = ran.json();
        let found = of(&report, "gpu-answers");
        assert_eq!(
            (found["code"].as_str(), ran.code()),
            (Some(code), Some(1)),
            "{scenario}: {found:#}\n{:#}",
            report["facts"]["unknown"]
        );
        assert_ne!(of(&report, "gpu")["verdict"], "note", "a silent driver is not `no card`: {scenario}");
        assert!(report["findings"].as_array().unwrap().len() > 60, "{scenario}");
        assert!(began.elapsed() < Duration::from_mins(1), "{scenario}");
    }
}

#[test]
fn what_nvml_answers_is_told_by_its_code() {
    let plain = Bench::new();
    let library = need!(library(&plain), "no C compiler");
    for (number, wanted) in [
        (4, "device-nodes:device-permissions"),
        (9, "kernel-module:driver-not-loaded"),
        (15, "gpu-answers:gpu-fell-off-bus"),
        (18, "driver-match:driver-library-mismatch"),
        (28, "gpu-answers:no-cuda-device"),
        (999, "gpu-answers:gpu-init-failed"),
        (1234, "gpu-answers:gpu-init-failed"),
    ] {
        let bench = Bench::new().recorded().file("scenario", format!("code.init = {number}\n"));
        let scenario = bench.at("scenario").display().to_string();
        let bench = bench.var("NIXML_NVML_LIB", library.to_str().unwrap()).var("NVML_STANDIN", &scenario);
        let ran = bench.nixml(&["doctor", "--json"]);
        let found: Vec<_> = loud(&ran.json()).into_iter().filter(|found| !found.ends_with("-missing")).collect();
        assert_eq!((found, ran.code()), (vec![wanted.to_owned()], Some(1)), "{number}");
    }
}

#[test]
fn planted_secrets_are_in_no_output() {
    let bench = Bench::new().with_programs();
    let home = bench.at("home").display().to_string();
    let bench = bench
        .file("home/.bashrc", "export LD_LIBRARY_PATH=/x\nexport HF_TOKEN=hf_canary0123456789\n")
        .file("home/.config/nix/nix.conf", "access-tokens = github.com=ghp_canary0123456789canary0123456789abcd\n")
        .file(
            "project/.nixml/logs/validate-1-1.log",
            format!("{home}/x canaryuser hf_canary0123456789abcdefghijklmnop ghp_canary0123456789canary0123456789abcd\n"),
        )
        .file("project/nixml.toml", "schema = 1\nname = \"x\"\nframework = \"jax\"\ntargets = [\"cpu\"]\n")
        .file("project/flake.nix", "{ }\n")
        .var("USER", "canaryuser")
        .var("LOGNAME", "canaryuser")
        .var("HOSTNAME", "canaryhost")
        .var("HF_TOKEN", "hf_canary0123456789")
        .var("HTTPS_PROXY", "http://canaryname:canarypass@proxy.example:3128")
        .var("UV_INDEX", "https://canarytoken@index.example/simple")
        .var("LD_LIBRARY_PATH", &format!("{home}/lib:/data/canaryuser/lib"))
        .var("PYTHONPATH", "/home/canaryuser/lib")
        .var("CUDA_VISIBLE_DEVICES", "GPU-4cf8db2d-06c0-7d70-1a51-e59b25b2c16c");
    for args in [
        &["doctor", "-v"][..],
        &["doctor", "--json"],
        &["report"],
        &["report", "--json"],
        &["doctor", "--fix", "--dry-run", "-v"],
        &["probe"],
        &["probe", "--json"],
        &["matrix", "--json"],
        &["explain", ".nixml/logs/validate-1-1.log", "--facts"],
    ] {
        let ran = bench.nixml(args);
        let text = format!("{}{}", ran.out(), ran.err());
        assert!(!text.contains("canary"), "{args:?}: {text}");
        assert!(!text.contains(&home) && !text.contains("4cf8db2d"), "{args:?}: {text}");
    }
    // These name the folder they were given; what is secret they do not say.
    for args in [
        &["init", ".", "--set", "framework=jax", "--dry-run", "--json"][..],
        &["validate", "--json", "--runner", "uv"],
        &["validate", "--runner", "nix"],
        &["outdated", "--json"],
        &["upgrade", "--dry-run", "--json"],
        &["clean", "--dry-run", "--json"],
        &["undo", "--dry-run", "--json"],
        &["join", "nowhere.toml"],
        &["class", "check", "nowhere.toml", "--hosts", "."],
    ] {
        let ran = bench.nixml(args);
        let text = format!("{}{}", ran.out(), ran.err());
        for secret in ["canarypass", "canarytoken", "canaryname", "hf_canary", "ghp_canary"] {
            assert!(!text.contains(secret), "{args:?}: {text}");
        }
    }
    let open = bench.nixml(&["doctor", "--json", "--no-redact"]);
    assert!(open.err().contains("not redacted") && open.out().contains("canaryuser"), "{}", open.err());
}

#[test]
fn wrong_words_are_refused_with_a_way_out() {
    let bench = Bench::new();
    for (args, words) in [
        (&["doctor", "nouvau"][..], "did you mean `nouveau`"),
        (&["doctor", "zzz"], "--list"),
        (&["doctor", "--dir", "nowhere"], "nowhere"),
        (&["doctor", "--host", "nowhere.toml"], "nowhere.toml"),
        (&["schema", "nothing"], "doctor, explain, facts"),
        (&["report", "nowhere"], "nowhere"),
    ] {
        let ran = bench.nixml(args);
        assert_eq!((ran.code(), ran.out().as_str()), (Some(2), ""), "{args:?}: {}", ran.err());
        assert!(ran.err().contains(words), "{args:?}: {}", ran.err());
    }
}

#[test]
fn checks_are_listed_and_chosen() {
    let bench = Bench::new().recorded();
    let list = bench.nixml(&["doctor", "--list"]).out();
    assert!(list.lines().count() > 60 && list.lines().any(|line| line.starts_with("nouveau ")), "{list}");
    let listed = bench.nixml(&["doctor", "--list", "--json"]).json();
    assert_eq!(listed["checks"].as_array().unwrap().len(), list.lines().count());
    let report = bench.nixml(&["doctor", "nix", "git", "--json"]).json();
    let names: Vec<_> = report["findings"].as_array().unwrap().iter().map(|finding| finding["check"].as_str().unwrap()).collect();
    assert_eq!(names, ["nix", "git"]);
}
