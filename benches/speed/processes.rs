//! Whole commands, from the start of the process to its end, beside what people use for the same.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::lab;
use crate::sample::{Goal, Row, pairs, timed};
use crate::support::tools;

const NIXML: &str = env!("CARGO_BIN_EXE_nixml");

/// A folder with a home in it.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("home")).unwrap();
        Self(home)
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(args).current_dir(self.0.path()).env_clear().env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8");
        command.env("HOME", self.0.path().join("home")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn run(&self, program: impl AsRef<std::ffi::OsStr>, args: &[&str]) -> f64 {
        let mut command = self.command(program, args);
        let mut code = None;
        // What is printed is read: grep ends at the first match when nobody reads.
        let time = timed(|| code = command.stdout(Stdio::piped()).output().unwrap().status.code());
        assert!(matches!(code, Some(0 | 1)), "{command:?} ended with {code:?}");
        time
    }
}

/// The reading commands and `init`, without Nix and a network.
pub fn commands() -> Vec<Row> {
    let home = Home::new();
    let floor = || home.run("/bin/true", &[]);
    let mut rows = Vec::new();
    for (what, args, goal) in [
        ("nixml --version", vec!["--version"], None),
        ("nixml probe --json", vec!["probe", "--json"], None),
        ("nixml doctor, a machine without Nix", vec!["doctor"], Some(Goal::AtMost(50.0))),
        ("nixml matrix --json", vec!["matrix", "--json"], None),
        ("nixml explain libcuda-not-found", vec!["explain", "libcuda-not-found"], None),
    ] {
        let row = Row::beside(what, "ms", "/bin/true", &pairs(15, || home.run(NIXML, &args), floor));
        rows.push(match goal {
            Some(goal) => row.goal(goal),
            None => row,
        });
    }
    rows.extend(looking(&home));
    rows.extend(hung(&home));
    rows.extend(writing(&home));
    rows
}

/// What it costs to look at a machine, without Nix, and what asking the driver costs on top.
fn looking(home: &Home) -> Vec<Row> {
    let root = home.0.path().join("bare");
    std::fs::create_dir(&root).unwrap();
    std::fs::write(home.0.path().join("scenario"), "count = 1\n").unwrap();
    let command = |library: Option<&Path>| {
        let mut command = home.command(NIXML, &["probe", "--json"]);
        command.env("NIXML_PROBE_ROOT", &root).env("NVML_STANDIN", home.0.path().join("scenario"));
        command.envs(library.map(|library| ("NIXML_NVML_LIB", library)));
        command
    };
    let probe = |library: Option<&Path>| {
        let mut command = command(library);
        timed(|| assert!(command.status().unwrap().success()))
    };
    let started = pairs(25, || probe(None), || home.run(NIXML, &["--version"]));
    let mut rows =
        vec![Row::beside("nixml probe --json, but for Nix and NVML", "ms", "nixml --version", &started).goal(Goal::AtMost(10.0))];
    if let Some(library) = lab::library(lab::Variant::Whole) {
        let told = command(Some(&library)).stdout(Stdio::piped()).output().unwrap().stdout;
        assert!(String::from_utf8_lossy(&told).contains("\"nvml\""), "the library was not asked");
        let more = pairs(25, || probe(Some(&library)), || probe(None));
        rows.push(Row::more("What asking NVML in a helper adds to that", "ms", &more).goal(Goal::AtMost(10.0)));
    }
    rows
}

/// The doctor beside a driver that never answers, with a deadline of two seconds; `None` without a C compiler.
fn hung(home: &Home) -> Option<Row> {
    let at = |inner: &str| home.0.path().join(inner);
    for folder in ["proc", "sys/bus/pci/devices", "sys/module", "dev"] {
        std::fs::create_dir_all(at("root").join(folder)).unwrap();
    }
    std::fs::write(at("scenario"), "hang.init = 1\n").unwrap();
    let library = lab::library(lab::Variant::Whole)?;
    let ours = || {
        let mut command = home.command(NIXML, &["doctor"]);
        command.env("NIXML_PROBE_ROOT", at("root")).env("NIXML_NVML_LIB", &library).env("NVML_STANDIN", at("scenario"));
        command.env("NIXML_PROBE_TIMEOUT_MS", "2000");
        timed(|| assert_eq!(command.status().unwrap().code(), Some(1), "a silent driver is told"))
    };
    let rounds = pairs(3, ours, || home.run("/bin/sleep", &["2"]));
    Some(Row::beside("nixml doctor, a driver that hangs", "ms", "sleep 2, the deadline", &rounds).goal(Goal::AtMost(2500.0)))
}

/// Writing a project, beside those who write projects from templates.
fn writing(home: &Home) -> Vec<Row> {
    let mut count = 0;
    let mut fresh = |name: &str| {
        count += 1;
        format!("{name}-{count}")
    };
    let mut init = || {
        let dir = fresh("ours");
        let args = ["init", &dir, "--framework", "jax", "--targets", "cpu", "--yes", "--no-validate", "--no-git"];
        home.run(NIXML, &args)
    };
    let mut rows = Vec::new();
    let goal = Goal::AtMost(30.0);
    let mut count = 0;
    if let Some(uv) = tools::uv() {
        let mut theirs = || {
            count += 1;
            home.run(&uv, &["init", "--offline", "--no-python-downloads", &format!("theirs-{count}")])
        };
        rows.push(Row::beside("nixml init, 15 files", "ms", "uv init, 5 files", &pairs(15, &mut init, &mut theirs)).goal(goal));
    }
    if let Some(bin) = template_engines() {
        let (copier, cutter) = templates(home);
        let mut theirs = || {
            count += 1;
            home.run(bin.join("copier"), &["copy", "--defaults", "--quiet", &copier, &format!("theirs-{count}")])
        };
        rows.push(Row::beside("The same", "ms", "copier copy, the same files", &pairs(7, &mut init, &mut theirs)).goal(goal));
        let mut theirs = || {
            count += 1;
            home.run(bin.join("cookiecutter"), &["--no-input", &cutter, &format!("name=theirs-{count}")])
        };
        rows.push(Row::beside("The same", "ms", "cookiecutter, the same files", &pairs(7, &mut init, &mut theirs)).goal(goal));
    }
    rows
}

/// copier and cookiecutter in an environment of their own, brought once by uv.
fn template_engines() -> Option<PathBuf> {
    let (uv, root) = (tools::uv()?, tools::root()?);
    let venv = root.join("bench-peers");
    if !venv.join("bin/copier").is_file() {
        let venv = venv.to_str()?;
        let made = Command::new(&uv).args(["venv", "--quiet", "--clear", venv]).status().ok()?;
        let brought =
            Command::new(&uv).args(["pip", "install", "--quiet", "--python", venv, "copier", "cookiecutter"]).status().ok()?;
        if !(made.success() && brought.success()) {
            eprintln!("bench: copier and cookiecutter could not be brought: left out");
            return None;
        }
    }
    Some(venv.join("bin"))
}

/// A project of ours as a template of each, with its name as the one question.
fn templates(home: &Home) -> (String, String) {
    let project = home.0.path().join("model");
    let args =
        ["init", project.to_str().unwrap(), "--framework", "jax", "--targets", "cpu", "--yes", "--no-validate", "--no-git"];
    home.run(NIXML, &args);
    let folder = |name: &str| home.0.path().join(name);
    let copy = |to: &Path| assert!(Command::new("cp").arg("-r").arg(&project).arg(to).status().unwrap().success());
    copy(&folder("copier"));
    std::fs::write(folder("copier/copier.yml"), "_templates_suffix: .jinja\nname:\n  type: str\n  default: model\n").unwrap();
    std::fs::rename(folder("copier/README.md"), folder("copier/README.md.jinja")).unwrap();
    std::fs::create_dir(folder("cutter")).unwrap();
    copy(&folder("cutter/{{cookiecutter.name}}"));
    std::fs::write(folder("cutter/cookiecutter.json"), r#"{"name": "model", "_copy_without_render": ["nix/*", "flake.nix"]}"#)
        .unwrap();
    (folder("copier").display().to_string(), folder("cutter").display().to_string())
}

/// `nixml explain` over healthy builds with one failure at the end.
pub fn explain() -> Vec<Row> {
    let home = Home::new();
    let mut healthy = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain/healthy")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                healthy.extend(std::fs::read(entry.path()).unwrap());
                healthy.push(b'\n');
            }
        }
    }
    let mut rows = Vec::new();
    for (what, megabytes, goal) in [
        ("nixml explain, 1 MB", 1, None),
        ("nixml explain, 10 MB", 10, None),
        ("nixml explain, 100 MB", 100, Some(Goal::AtMost(2000.0))),
    ] {
        let mut log = healthy.repeat(megabytes * 1_000_000 / healthy.len() + 1);
        log.truncate(megabytes * 1_000_000);
        log.extend(b"\nImportError: libcuda.so.1: cannot open shared object file: No such file or directory\n");
        let file = home.0.path().join("log");
        std::fs::write(&file, log).unwrap();
        let file = file.to_str().unwrap();
        let grep = ["-c", "-E", "error|cannot|failed", file];
        let measured = pairs(5, || home.run(NIXML, &["explain", file]), || home.run("/bin/grep", &grep));
        let row = Row::beside(what, "ms", "grep -cE 'error|cannot|failed'", &measured);
        rows.push(match goal {
            Some(goal) => row.goal(goal),
            None => row,
        });
    }
    rows
}

/// What the page says of sizes: the binary as it is measured here, in bytes.
pub fn sizes() -> u64 {
    std::fs::metadata(NIXML).unwrap().len()
}
