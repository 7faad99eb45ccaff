//! The doctor inside a project: its own targets decide, and `--fix` mends what is safe.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::run::{Bench, loud, of};
use crate::support::need;

/// A PyTorch project in `project/demo`.
fn made(targets: &str) -> Bench {
    let bench = Bench::new().with_programs();
    let args = ["init", "demo", "--framework", "pytorch", "--targets", targets, "--python", "3.13", "--yes", "--no-validate"];
    let ran = bench.nixml(&args);
    ran.exits(0);
    bench
}

fn host(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/hosts/{name}.toml")).display().to_string()
}

#[test]
fn the_projects_own_targets_decide_what_is_required() {
    let (cuda, cpu) = (made("cuda"), made("cpu"));
    for (name, wanted) in [
        ("ada-rtx4090-550", "driver-version:driver-too-old-for-cuda"),
        ("pascal-gtx1080ti-580", "gpu-too-old:gpu-too-old-for-wheel"),
        ("laptop-no-gpu", "gpu:no-cuda-device"),
    ] {
        let args = ["doctor", "--dir", "demo", "--json", "--host", &host(name)];
        let ran = cuda.nixml(&args);
        assert!(loud(&ran.json()).iter().any(|found| found == wanted), "{name}: {:?}", loud(&ran.json()));
        ran.exits(1);
        let (check, _) = wanted.split_once(':').unwrap();
        assert_eq!(of(&ran.json(), check)["required"], true, "{name}");
        let same = of(&cpu.nixml(&args).json(), check).clone();
        assert!(["pass", "note", "skipped"].contains(&same["verdict"].as_str().unwrap()), "{name} for the processor: {same}");
    }
    // A broken card is no obstacle to a project for the processor.
    let ran = cpu.nixml(&["doctor", "--dir", "demo", "--json", "nouveau", "--host", &host("nouveau-gtx1650")]);
    assert_eq!((of(&ran.json(), "nouveau")["required"].as_bool(), ran.code()), (Some(false), Some(0)));
}

#[test]
fn untracked_and_edited_files_are_found_and_the_safe_part_is_mended() {
    let bench = made("cpu");
    let git = |args: &[&str]| {
        let all: Vec<&str> = ["-C", "demo"].iter().chain(args).copied().collect();
        bench.command(Path::new("/usr/bin/git"), &all)
    };
    let known = |report: &serde_json::Value| of(report, "git-tracked")["code"].as_str() == Some("flake-not-git-tracked");
    assert!(git(&["rm", "-r", "--cached", "-q", "."]).status.success());
    fs::remove_file(bench.project().join("demo/flake.lock")).unwrap();
    let before = bench.nixml(&["doctor", "--dir", "demo", "--json"]);
    assert!(known(&before.json()) && before.code() == Some(1), "{:?}", loud(&before.json()));
    assert!(loud(&before.json()).iter().any(|found| found == "flake-lock:flake-lock-missing"));

    let asked = bench.nixml(&["doctor", "--dir", "demo", "--fix", "git-tracked"]);
    assert_eq!(asked.code(), Some(2), "it asks, and nobody is there: {}", asked.err());
    let shown = bench.nixml(&["doctor", "--dir", "demo", "--fix", "--dry-run", "--json"]);
    assert!(shown.err().contains("git add --intent-to-add") && known(&shown.json()), "{}", shown.err());

    let mended = bench.nixml(&["doctor", "--dir", "demo", "--fix", "--yes", "--json"]);
    assert!(mended.err().contains("git add --intent-to-add"), "{}", mended.err());
    assert!(!known(&mended.json()), "{}", mended.err());
    assert!(bench.project().join("demo/flake.lock").exists(), "{}", mended.err());
    assert_eq!(of(&mended.json(), "flake-lock")["verdict"], "pass");

    fs::write(bench.project().join("demo/flake.nix"), "{ }\n").unwrap();
    let edited = bench.nixml(&["doctor", "--dir", "demo", "--json", "generated-files"]);
    let finding = of(&edited.json(), "generated-files").clone();
    assert_eq!((finding["code"].as_str(), finding["seen"].as_str()), (Some("generated-files-edited"), Some("flake.nix")));
}

#[test]
fn a_report_tells_the_project_and_the_last_log() {
    let bench = made("cpu").file("project/demo/.nixml/logs/validate-1-1.log", "the last line\n");
    let text = bench.nixml(&["report", "demo"]).out();
    for words in [
        "# nixml report",
        "## Findings",
        "targets cpu (cpu), Python 3.13",
        "flake.lock: nixpkgs ",
        "| os.kind |",
        "the last line",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

/// Small libraries of the right names, with real ELF headers: which one Python would load.
#[test]
fn the_loader_is_traced_through_real_files() {
    let bench = made("cpu");
    let demo = bench.project().join("demo");
    let site = demo.join(".venv/lib/python3.13/site-packages");
    let cc = |name: &str, out: &Path, more: &[&str]| {
        fs::create_dir_all(out.parent().unwrap()).unwrap();
        let source = bench.at("empty.c");
        fs::write(&source, "int nothing;\n").unwrap();
        let soname = format!("-Wl,-soname,{name}");
        Command::new("cc")
            .args(["-shared", "-fPIC", "-o"])
            .arg(out)
            .arg(&source)
            .arg(soname)
            .args(more)
            .status()
            .ok()
            .filter(std::process::ExitStatus::success)
    };
    let own = site.join("nvidia/cu13/lib/libcudart.so.13");
    let _ = need!(cc("libcudart.so.13", &own, &[]), "no C compiler");
    let toolkit = bench.at("toolkit/lib64/libcudart.so.13");
    cc("libcudart.so.13", &toolkit, &[]).unwrap();
    let torch = site.join("torch/lib/libtorch_cuda.so");
    let needs =
        ["-Wl,--no-as-needed", own.to_str().unwrap(), "-Wl,--enable-new-dtags", "-Wl,-rpath,$ORIGIN/../../nvidia/cu13/lib"];
    cc("libtorch_cuda.so", &torch, &needs).unwrap();
    fs::create_dir_all(demo.join(".venv/bin")).unwrap();
    fs::write(demo.join(".venv/pyvenv.cfg"), "home = /usr/bin\nversion = 3.13.5\n").unwrap();
    std::os::unix::fs::symlink("/bin/sh", demo.join(".venv/bin/python")).unwrap();

    let seen = |bench: &Bench| of(&bench.nixml(&["doctor", "--dir", "demo", "--json", "loader"]).json(), "loader").clone();
    let clean = seen(&bench);
    let text = clean["seen"].as_str().unwrap();
    assert_eq!(clean["verdict"], "pass", "{clean}");
    assert!(text.contains("site-packages/nvidia/cu13/lib/libcudart.so.13 (RUNPATH of torch/lib/libtorch_cuda.so)"), "{text}");

    let shadowed = bench.var("LD_LIBRARY_PATH", toolkit.parent().unwrap().to_str().unwrap());
    let found = seen(&shadowed);
    assert_eq!(found["code"], "cuda-libs-shadowed", "{found}");
    assert!(found["seen"].as_str().unwrap().contains("LD_LIBRARY_PATH"), "{found}");
}

#[test]
fn a_lock_that_no_longer_fits_is_noticed() {
    let bench = made("cpu");
    let lock = |wanted: &str| {
        let text = format!(
            "version = 1\n[[package]]\nname = \"demo\"\nsource = {{ virtual = \".\" }}\n[package.metadata]\nrequires-dist = [{wanted}]\n"
        );
        fs::write(bench.project().join("demo/uv.lock"), text).unwrap();
        of(&bench.nixml(&["doctor", "--dir", "demo", "--json", "uv-lock"]).json(), "uv-lock").clone()
    };
    let stale = lock("{ name = \"einops\" }");
    assert_eq!((stale["verdict"].as_str(), stale["code"].as_str()), (Some("warn"), Some("uv-lock-stale")), "{stale}");
    let text = fs::read_to_string(bench.project().join("demo/pyproject.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let wanted: Vec<String> = table["project"]["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            let item = item.as_str().unwrap().split(';').next().unwrap().trim();
            let end = item.find(|c: char| "=<>~! [".contains(c)).unwrap_or(item.len());
            format!("{{ name = \"{}\", specifier = \"{}\" }}", &item[..end], item[end..].trim())
        })
        .collect();
    assert_eq!(lock(&wanted.join(", "))["verdict"], "pass", "{text}");
}
