//! `nixml explain` as it is run: what a name means, what is no log, who decides between causes, what it hides.

use crate::run::Bench;

const KERNELS: &str = "torch.AcceleratorError: CUDA error: no kernel image is available for execution on the device\n";

fn host(name: &str) -> String {
    format!("{}/tests/hosts/{name}.toml", env!("CARGO_MANIFEST_DIR"))
}

fn first(bench: &Bench, args: &[&str]) -> String {
    let ran = bench.nixml(args);
    ran.exits(0);
    ran.json()["findings"][0]["code"].as_str().unwrap().to_owned()
}

#[test]
fn the_machine_decides_between_causes_that_look_alike() {
    let bench = Bench::new().file("project/log", KERNELS);
    for (machine, code) in [("blackwell-rtx5080-580", "gpu-too-new-for-wheel"), ("pascal-gtx1080ti-580", "gpu-too-old-for-wheel")]
    {
        assert_eq!(first(&bench, &["explain", "log", "--json", "--host", &host(machine)]), code);
    }
    let wsl = Bench::new()
        .recorded()
        .file("root/proc/sys/kernel/osrelease", "5.15.153.1-microsoft-standard-WSL2\n")
        .file("root/proc/version", "Linux version 5.15.153.1-microsoft-standard-WSL2\n")
        .file("root/dev/dxg", "")
        .file("project/log", ">>> torch.cuda.is_available()\nFalse\n");
    assert_eq!(wsl.nixml(&["explain", "log"]).code(), Some(1), "without the machine the log says nothing");
    assert_eq!(first(&wsl, &["explain", "--facts", "log", "--json"]), "wsl-libcuda-not-found");
}

#[test]
fn the_wheels_of_the_project_decide_too() {
    let bench = Bench::new()
        .recorded()
        .file("project/.venv/pyvenv.cfg", "version_info = 3.13.1\n")
        .file(
            "project/.venv/lib/python3.13/site-packages/torch-2.9.1+cpu.dist-info/METADATA",
            "Name: torch\nVersion: 2.9.1+cpu\n",
        )
        .file("project/nixml.toml", "schema = 1\nname = \"x\"\nframework = \"pytorch\"\ntargets = [\"cuda\"]\n")
        .file("project/log", "RuntimeError: No CUDA GPUs are available\n");
    assert_eq!(first(&bench, &["explain", "--facts", "log", "--json"]), "cpu-wheel-installed");
}

#[test]
fn a_file_wins_over_a_code_and_a_wrong_word_is_guessed() {
    let bench = Bench::new().file("project/libcuda-stub", "ImportError: libz.so.1: cannot open shared object file\n");
    assert_eq!(first(&bench, &["explain", "libcuda-stub", "--json"]), "missing-libz");
    let page = bench.nixml(&["explain", "missing-libz"]);
    assert!(page.code() == Some(0) && page.out().starts_with("# missing-libz\n"), "{}", page.out());
    for (args, words) in [
        (&["explain", "missing-libzz"][..], "did you mean `nixml explain missing-libz`"),
        (&["explain", "qqqq"], "docs/codes"),
        (&["explain", "."], "read the log"),
    ] {
        let ran = bench.nixml(args);
        assert_eq!((ran.code(), ran.out().as_str()), (Some(2), ""), "{args:?}: {}", ran.err());
        assert!(ran.err().contains(words), "{args:?}: {}", ran.err());
    }
}

#[test]
fn what_is_no_log_is_unrecognised_and_breaks_nothing() {
    let noise: Vec<u8> = (0..200_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect();
    let bench = Bench::new().file("project/empty", "").file("project/noise", noise);
    for args in [
        &["explain", "empty", "--json"][..],
        &["explain", "noise", "--json"],
        &["explain", "-", "--json"],
        &["explain", "--json"],
    ] {
        let ran = bench.nixml(args);
        ran.exits(1);
        assert_eq!(ran.json(), serde_json::json!({ "schema_version": 1, "findings": [] }), "{args:?}");
        assert!(ran.err().contains("nixml report"), "{args:?}: where to ask: {}", ran.err());
    }
}

#[test]
fn names_and_secrets_of_a_log_are_hidden_unless_asked_for() {
    let line = "error: unable to download 'https://canarytoken:canarypass@cache.example/x': SSL peer certificate or SSH remote key was not OK (60)\n";
    let bench = Bench::new().file("project/log", line).var("USER", "canaryuser");
    for args in [&["explain", "log"][..], &["explain", "log", "--json"]] {
        let ran = bench.nixml(args);
        assert!(ran.code() == Some(0) && !format!("{}{}", ran.out(), ran.err()).contains("canary"), "{args:?}: {}", ran.out());
    }
    assert!(bench.nixml(&["explain", "log", "--no-redact"]).out().contains("canarypass"));
}
