//! The `uv` of the shells, word by word: what it hands to the real uv, and what it puts back when that fails.
//!
//! The real uv runs in tests/shells; here a recorder stands in its place, because only it can tell each word and each step.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, reason = "tests touch the world")]

mod support;

use std::os::unix::fs::PermissionsExt as _;

use support::place::{Place, told};

/// Writes down what it is called with; `add` and `remove` change both files as uv does; `FAIL=sync` ends the sync with 7.
const RECORDER: &str = r#"#!/bin/bash
{ printf '%s' "${UV_NO_GROUP-}|${UV_PYTHON-}|"; [ $# = 0 ] || printf ' %q' "$@"; echo; } >> "$LOG"
case " $* " in *" add "* | *" remove "*) echo changed | tee -a "$ROOT/uv.lock" >> "$ROOT/pyproject.toml" ;; esac
case " $* " in *" ${FAIL-none} "*) [ "${SLOW-}" ] && sleep 100; exit 7 ;; esac
exit 0
"#;

struct Shim {
    place: Place,
    script: &'static str,
}

impl Shim {
    /// The shim of the second target's shell (`uv-group.sh`) or of any other (`uv.sh`).
    fn new(script: &'static str) -> Self {
        let place = Place::new();
        place.write("real", RECORDER);
        std::fs::set_permissions(place.at("real"), std::fs::Permissions::from_mode(0o755)).unwrap();
        let text = std::fs::read_to_string(format!("{}/templates/nix/{script}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let body = text.strip_prefix("{# when: plan.targets | length > 1 #}\n").unwrap_or(&text);
        place.write("uv.sh", &format!("real={} group=cpu\n{body}", place.at("real").display()));
        place.write("project/pyproject.toml", "[project]\n");
        place.write("project/uv.lock", "lock\n");
        place.write("project/deep/er/x", "");
        Self { place, script }
    }

    fn command(&self, words: &str) -> std::process::Command {
        let mut command = self.place.command("bash");
        command.args(["-c", &format!("exec bash {} {words}", self.place.at("uv.sh").display())]);
        command
            .env("LOG", self.place.at("log"))
            .env("ROOT", self.place.project())
            .env("UV_NO_GROUP", "cuda")
            .env("UV_PYTHON", "launcher");
        command
    }

    /// What the real uv heard, one line a call: `UV_NO_GROUP|UV_PYTHON| words`.
    fn heard(&self, words: &str) -> Vec<String> {
        let output = self.command(words).output().unwrap();
        assert!(output.status.success(), "{}: uv {words}: {}", self.script, told(&output));
        self.log()
    }

    fn log(&self) -> Vec<String> {
        let log = self.place.read("log");
        std::fs::remove_file(self.place.at("log")).unwrap();
        log.lines().map(str::to_owned).collect()
    }
}

#[test]
fn every_command_gets_its_group() {
    let shim = Shim::new("uv-group.sh");
    let same = |words: &str| vec![format!("cuda|launcher| {words}")];
    for (typed, heard) in [
        ("sync", "sync --group cpu"),
        ("sync --locked -q", "sync --group cpu --locked -q"),
        ("--quiet sync", "--quiet sync --group cpu"),
        ("--project . --color never sync", "--project . --color never sync --group cpu"),
        ("--directory=deep run x", "--directory=deep run --group cpu x"),
        ("run python -c 'print(1)'", "run --group cpu python -c print\\(1\\)"),
        ("run --with rich -- prog --only-group x", "run --group cpu --with rich -- prog --only-group x"),
        ("run prog --only-group x --script y", "run --group cpu prog --only-group x --script y"),
        ("run -p 3.13 --with-requirements r.txt sync", "run --group cpu -p 3.13 --with-requirements r.txt sync"),
        ("tree --universal", "tree --group cpu --universal"),
        ("export --no-hashes", "export --group cpu --no-hashes"),
        ("check", "check --group cpu"),
        ("version --bump patch", "version --no-sync --bump patch"),
        // a person's own choice, and what has nothing to do with groups
        ("run --only-group dev x", "run --only-group dev x"),
        ("sync --only-group=dev", "sync --only-group=dev"),
        ("sync --only-dev", "sync --only-dev"),
        ("sync --help", "sync --help"),
        ("lock --check", "lock --check"),
        ("tool run ruff", "tool run ruff"),
        ("--version", "--version"),
        ("venv 'with space'", "venv with\\ space"),
        ("add --no-sync rich", "add --no-sync rich"),
        ("add --frozen rich", "add --frozen rich"),
        ("remove -h", "remove -h"),
        ("help add", "help add"),
    ] {
        assert_eq!(shim.heard(typed), same(heard), "uv {typed}");
    }
    assert_eq!(shim.heard("pip install rich"), ["cuda|| pip install rich"]);
    assert_eq!(shim.heard("--color never pip list"), ["cuda|| --color never pip list"]);
    assert_eq!(shim.heard(""), ["cuda|launcher|"]);
}

#[test]
fn without_a_project_there_is_no_group_to_exclude() {
    let shim = Shim::new("uv-group.sh");
    for words in ["run --no-project x", "run --script x.py", "run -s x.py", "add --script x.py rich", "--project /nowhere sync"] {
        assert_eq!(shim.heard(words), [format!("|launcher| {words}")]);
    }
    let outside = shim.command("run x").current_dir("/").output().unwrap();
    assert!(outside.status.success(), "{}", told(&outside));
    assert_eq!(shim.log(), ["|launcher| run x"]);
    // from a subfolder the project is still there
    let deep = shim.command("run x").current_dir(shim.place.at("project/deep/er")).output().unwrap();
    assert!(deep.status.success(), "{}", told(&deep));
    assert_eq!(shim.log(), ["cuda|launcher| run --group cpu x"]);
}

#[test]
fn both_steps_of_add_and_remove_hear_the_options() {
    let shim = Shim::new("uv-group.sh");
    for (typed, add, sync) in [
        ("add rich", "add --no-sync rich", "sync --frozen --group cpu --inexact"),
        ("remove rich", "remove --no-sync rich", "sync --frozen --group cpu"),
        ("add --dev -q rich", "add --no-sync --dev -q rich", "sync --frozen --group cpu --inexact -q"),
        (
            "add --offline --no-cache --link-mode copy rich",
            "add --no-sync --offline --no-cache --link-mode copy rich",
            "sync --frozen --group cpu --inexact --offline --no-cache --link-mode copy",
        ),
        (
            "-v add --optional quiet --extra offline --group dev 'rich[a]>=1' --no-build-package=x",
            "-v add --no-sync --optional quiet --extra offline --group dev rich\\[a\\]\\>=1 --no-build-package=x",
            "-v sync --frozen --group cpu --inexact --no-build-package=x",
        ),
        (
            "add --index mine=https://x/simple --index-strategy first-index -U rich",
            "add --no-sync --index mine=https://x/simple --index-strategy first-index -U rich",
            "sync --frozen --group cpu --inexact --index mine=https://x/simple",
        ),
        (
            "add -r requirements.txt -p 3.13",
            "add --no-sync -r requirements.txt -p 3.13",
            "sync --frozen --group cpu --inexact -p 3.13",
        ),
    ] {
        assert_eq!(shim.heard(typed), [format!("cuda|launcher| {add}"), format!("cuda|launcher| {sync}")], "uv {typed}");
    }
    // UV_NO_SYNC and UV_FROZEN say it without a flag
    for name in ["UV_NO_SYNC", "UV_FROZEN"] {
        assert!(shim.command("add rich").env(name, "1").status().unwrap().success());
        assert_eq!(shim.log(), ["cuda|launcher| add rich"]);
    }
}

#[test]
fn a_failed_add_leaves_both_files_as_they_were() {
    let shim = Shim::new("uv-group.sh");
    for (fail, words) in [("sync", "add rich"), ("sync", "remove rich"), ("add", "add rich"), ("sync", "--project .. add rich")] {
        let folder = if words.starts_with("--project") { "project/deep" } else { "project" };
        let output = shim.command(words).env("FAIL", fail).current_dir(shim.place.at(folder)).output().unwrap();
        assert_eq!(output.status.code(), Some(7), "{words}: {}", told(&output));
        assert!(told(&output).contains("pyproject.toml and uv.lock are as they were"), "{}", told(&output));
        assert_eq!(shim.place.read("project/pyproject.toml"), "[project]\n", "{words}");
        assert_eq!(shim.place.read("project/uv.lock"), "lock\n", "{words}");
    }
    // a lock that was not there is not there again
    std::fs::remove_file(shim.place.at("project/uv.lock")).unwrap();
    assert_eq!(shim.command("add rich").env("FAIL", "sync").status().unwrap().code(), Some(7));
    assert!(!shim.place.at("project/uv.lock").exists());
    assert_eq!(std::fs::read_dir(shim.place.at("tmp")).unwrap().count(), 0, "copies are left behind");
}

/// Ctrl-C reaches the whole group of processes: uv ends, the files are put back, nothing is left.
#[test]
fn an_interrupted_add_leaves_both_files_as_they_were() {
    use std::os::unix::process::CommandExt as _;
    let shim = Shim::new("uv-group.sh");
    let mut child = shim.command("add rich").env("FAIL", "sync").env("SLOW", "1").process_group(0).spawn().unwrap();
    while !std::fs::read_to_string(shim.place.at("log")).unwrap_or_default().contains("sync --frozen") {
        std::thread::yield_now();
    }
    assert!(shim.place.read("project/pyproject.toml").contains("changed"));
    let group = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process_group(group, rustix::process::Signal::INT).unwrap();
    let status = child.wait().unwrap();
    assert!(!status.success(), "{status}");
    assert_eq!(shim.place.read("project/pyproject.toml"), "[project]\n");
    assert_eq!(shim.place.read("project/uv.lock"), "lock\n");
}

#[test]
fn the_plain_one_changes_pip_alone() {
    let shim = Shim::new("uv.sh");
    for words in ["sync", "add rich", "run pip list", "--quiet run --with pip x", "tool run pip", ""] {
        let heard = shim.heard(words);
        assert_eq!(heard, [format!("cuda|launcher| {words}").trim_end().to_owned()], "uv {words}");
    }
    for words in ["pip list", "--quiet pip list", "--directory deep pip install rich", "-v --color never pip tree"] {
        assert_eq!(shim.heard(words), [format!("cuda|| {words}")]);
    }
}
