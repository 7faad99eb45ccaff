//! Locks what the catalog plans with a real uv against the real index: the truth about versions, extras and markers.
//!
//! Ignored by default, since it needs the network: `cargo test --test lock_live -- --ignored --nocapture`. `NIXML_TEST_UV` names
//! the uv where no tools folder has one; `NIXML_LOCK_ONLY=vllm` locks the plans whose name holds that word.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "tests touch the world"
)]

mod support;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nixml::core::catalog::Catalog;
use nixml::core::choices::Choices;
use nixml::core::data::Data;
use nixml::core::facts::Facts;
use nixml::core::plan::{Plan, Target, decide};
use nixml::core::render::render;

/// Machines that bring out each build: driver and compute capability; empty: no card.
const MACHINES: [(&str, &str); 5] =
    [("", ""), ("595.45.04", "8.9"), ("580.95.05", "12.0"), ("550.54.14", "8.6"), ("580.95.05", "6.1")];

fn uv() -> Option<PathBuf> {
    std::env::var_os("NIXML_TEST_UV").map(PathBuf::from).or_else(support::tools::uv)
}

/// The interpreters at hand, in front of PATH: uv finds them there.
fn path(uv: &Path) -> OsString {
    let standin = support::standin::Standin::of(uv);
    let own = std::env::var_os("PATH").unwrap_or_default();
    let folders = standin.pythons.values().filter_map(|python| python.parent().map(Path::to_path_buf));
    std::env::join_paths(folders.chain(std::env::split_paths(&own))).unwrap()
}

fn machine(driver: &str, compute: &str) -> Facts {
    let system = "[os]\nkind = \"linux\"\narch = \"x86_64\"\n";
    let card = format!("[driver]\nversion = \"{driver}\"\n[[gpus]]\nvendor = \"nvidia\"\ncompute = \"{compute}\"\n");
    toml::from_str(&if driver.is_empty() { format!("gpus = []\n{system}") } else { format!("{system}{card}") }).unwrap()
}

fn choices(framework: &str, targets: &[Target], python: &str, packages: &[&str]) -> Choices {
    Choices {
        targets: Some(targets.to_vec()),
        python: Some(python.to_owned()),
        packages: packages.iter().map(|&package| package.to_owned()).collect(),
        ..Choices::of("lock-me", framework)
    }
}

/// Every different plan that needs PyPI alone, by a name that says what it is.
fn plans(catalog: &Catalog, pythons: &[&str]) -> BTreeMap<String, Plan> {
    let mut plans = BTreeMap::new();
    let targets: [&[Target]; 3] = [&[Target::Cpu], &[Target::Cuda], &[Target::Cuda, Target::Cpu]];
    let mixed: [(&str, &[&str]); 6] = [
        ("pytorch", &["torch==2.14.1", "torchaudio"]),
        ("pytorch", &["torch==2.10.0", "torchaudio"]),
        ("pytorch", &["torch==2.7.1", "torchaudio"]),
        ("pytorch", &["jax[cuda13]"]),
        ("jax", &["flax", "optax"]),
        ("pytorch", &["tensorflow"]),
    ];
    let bare = catalog.frameworks.iter().map(|framework| (framework.id.as_str(), [].as_slice()));
    for (framework, packages) in bare.chain(mixed) {
        for targets in targets {
            for python in pythons {
                for (driver, compute) in MACHINES {
                    let Ok(plan) = decide(&choices(framework, targets, python, packages), &machine(driver, compute), catalog)
                    else {
                        continue;
                    };
                    if !plan.indexes.is_empty() {
                        continue; // Other indexes than PyPI are proved through a proxy elsewhere.
                    }
                    let builds: Vec<&str> = plan.targets.iter().map(|target| target.build.as_str()).collect();
                    let pins = if plan.resolved.pins.is_empty() { "" } else { " pinned" };
                    let name =
                        format!("{framework} {} {}{pins} py{python} {}", plan.version, builds.join("+"), packages.join(" "));
                    plans.entry(name.trim().to_owned()).or_insert(plan);
                }
            }
        }
    }
    plans
}

/// Locks the plan's own `pyproject.toml`.
fn lock(uv: &Path, plan: &Plan) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let files = render(plan, &Data::embedded()).map_err(|failure| failure.to_string())?;
    std::fs::write(folder.path().join("pyproject.toml"), files.text("pyproject.toml").unwrap()).unwrap();
    let output = Command::new(uv)
        .args(["lock", "--no-progress"])
        .current_dir(folder.path())
        .env("UV_PYTHON_DOWNLOADS", "never")
        .env("UV_CACHE_DIR", support::tools::wheel_cache())
        .env("PATH", path(uv))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(std::fs::read_to_string(folder.path().join("uv.lock")).unwrap())
}

/// The exact versions of a target's requirements that the lock must hold.
fn missing(plan: &Plan, lock: &str) -> Vec<String> {
    let lock: toml::Table = toml::from_str(lock).unwrap();
    let locked: Vec<(String, String)> = lock["package"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|package| Some((package.get("name")?.as_str()?.to_owned(), package.get("version")?.as_str()?.to_owned())))
        .collect();
    let mut missing = Vec::new();
    for text in plan.targets.iter().flat_map(|target| &target.requirements) {
        let (left, right) = text.split_once("==").unwrap();
        let name = left.split('[').next().unwrap().trim();
        let version = right.split(';').next().unwrap().trim().trim_end_matches('*');
        let fits = |(own, has): &(String, String)| {
            own == name && (has == version || (version.ends_with('.') && has.starts_with(version)))
        };
        if !locked.iter().any(fits) {
            missing.push(text.clone());
        }
    }
    missing
}

#[test]
#[ignore = "needs the network and an interpreter of each Python"]
fn plans_lock_against_the_real_index() {
    let Some(uv) = uv() else {
        eprintln!("SKIP plans_lock_against_the_real_index: no uv");
        return;
    };
    let path = path(&uv);
    let found = |python: &&str| {
        let asked = Command::new(&uv).args(["python", "find", "--no-python-downloads", python]).env("PATH", &path).output();
        asked.is_ok_and(|output| output.status.success())
    };
    let (pythons, absent): (Vec<&str>, Vec<&str>) = ["3.12", "3.13", "3.14"].into_iter().partition(found);
    for python in absent {
        eprintln!("SKIP plans for Python {python}: no interpreter");
    }
    let only = std::env::var("NIXML_LOCK_ONLY").unwrap_or_default();
    let plans = plans(&Catalog::load(&Data::embedded()).unwrap(), &pythons);
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, plan) in plans.iter().filter(|(name, _)| name.contains(&only)) {
        count += 1;
        match lock(&uv, plan) {
            Ok(lock) => {
                let missing = missing(plan, &lock);
                eprintln!("{} {name}", if missing.is_empty() { "ok    " } else { "WRONG " });
                if !missing.is_empty() {
                    wrong.push(format!("{name}: not in the lock: {}", missing.join(", ")));
                }
            }
            Err(said) => {
                eprintln!("FAILED {name}");
                wrong.push(format!("{name}: {}", said.trim()));
            }
        }
    }
    eprintln!("{count} plans locked live, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(!only.is_empty() || count >= 30, "only {count} plans");
}
