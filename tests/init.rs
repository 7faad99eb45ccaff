//! `nixml init` without a terminal, to the letter of the contract, through the built program.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, reason = "tests touch the world")]

mod support;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use nixml::core::difference::{Fate, whole};
use serde_json::Value;
use support::need;

/// A home and a place for projects, apart from everything else.
struct Room {
    dir: tempfile::TempDir,
}

impl Room {
    fn new() -> Self {
        let room = Self { dir: tempfile::tempdir().unwrap() };
        fs::create_dir(room.path("home")).unwrap();
        room
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn nixml(&self, arguments: &[&str]) -> Command {
        let mut command = support::ran::command(self.dir.path(), arguments);
        command.env("HOME", self.path("home"));
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.nixml(arguments).output().unwrap()
    }

    fn jax(&self, more: &[&str]) -> Output {
        let mut arguments = vec!["init", "demo", "--framework", "jax", "--targets", "cpu", "--yes", "--no-validate"];
        arguments.extend(more);
        self.run(&arguments)
    }
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
fn exits(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}\n{}", String::from_utf8_lossy(&output.stdout), error(output));
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|wrong| panic!("{wrong}: {}", String::from_utf8_lossy(&output.stdout)))
}

fn actions(report: &Value) -> Vec<(String, String)> {
    let word = |file: &Value, key: &str| file[key].as_str().unwrap().to_owned();
    report["files"].as_array().unwrap().iter().map(|file| (word(file, "path"), word(file, "action"))).collect()
}

/// Every file of a project by its path, git's own left out.
fn bytes(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_path_buf()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at).unwrap().flatten() {
            let path = entry.path();
            if path.file_name().unwrap() == ".git" {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                found.push((path.strip_prefix(dir).unwrap().display().to_string(), fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn json_is_the_contract_s_object() {
    let room = Room::new();
    let output = room.jax(&["--json"]);
    exits(&output, 0);
    let report = json(&output);
    for key in ["schema_version", "dir", "files", "plan", "command", "next", "validation"] {
        assert!(report.get(key).is_some(), "no `{key}`");
    }
    for key in [
        "framework",
        "version",
        "build",
        "index",
        "url",
        "python",
        "targets",
        "nixpkgs_rev",
        "download_bytes",
        "installed_bytes",
        "reasons",
    ] {
        assert!(report["plan"].get(key).is_some(), "no `plan.{key}`");
    }
    assert_eq!(report["schema_version"], 1);
    assert_eq!(report["plan"]["targets"], serde_json::json!(["cpu"]));
    for file in report["files"].as_array().unwrap() {
        let path = room.path("demo").join(file["path"].as_str().unwrap());
        assert_eq!(nixml::core::changes::sha256(&fs::read(path).unwrap()), file["sha256"].as_str().unwrap());
    }
    for wanted in ["flake.nix", "flake.lock", "pyproject.toml", "nixml.toml", ".gitignore", "main.py", "README.md"] {
        assert!(actions(&report).contains(&(wanted.to_owned(), "created".to_owned())), "{wanted}");
    }
    assert!(room.path("demo/.git").is_dir());
    // The printed command repeats it: nothing changes.
    let command = report["command"].as_str().unwrap();
    let words: Vec<&str> = command.split(' ').skip(1).chain(["--no-validate", "--json"]).collect();
    let again = json(&room.run(&words));
    assert!(actions(&again).iter().all(|(_, action)| action == "unchanged"), "{again}");
}

#[test]
fn the_answers_file_repeats_the_project_byte_for_byte_and_leaves_it_alone() {
    let room = Room::new();
    exits(&room.jax(&["--packages", "einops>=0.8,<1", "--extras", "vscode"]), 0);
    let before = fs::metadata(room.path("demo/flake.nix")).unwrap();
    exits(&room.run(&["init", "other", "--answers", "demo/nixml.toml", "--no-validate"]), 0);
    assert_eq!(bytes(&room.path("demo")), bytes(&room.path("other")));
    exits(&room.run(&["init", "demo", "--answers", "demo/nixml.toml", "--no-validate"]), 0);
    let after = fs::metadata(room.path("demo/flake.nix")).unwrap();
    assert_eq!((before.mtime(), before.mtime_nsec(), before.ino()), (after.mtime(), after.mtime_nsec(), after.ino()));
}

#[test]
fn answers_come_by_standard_input_variables_set_and_configuration_in_their_order() {
    let room = Room::new();
    fs::create_dir_all(room.path("home/.config/nixml")).unwrap();
    fs::write(room.path("home/.config/nixml/config.toml"), "[answers]\nframework = \"scikit-learn\"\npython = \"3.12\"\n")
        .unwrap();
    let python = |more: &[&str], variable: Option<&str>, stdin: &str| {
        let mut command = room.nixml(&["init", "demo", "--dry-run", "--json", "--targets", "cpu", "--answers", "-"]);
        command.args(more).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(variable) = variable {
            command.env("NIXML_PYTHON", variable);
        }
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        exits(&output, 0);
        let report = json(&output);
        (report["plan"]["framework"].as_str().unwrap().to_owned(), report["plan"]["python"].as_str().unwrap().to_owned())
    };
    let pair = |framework: &str, python: &str| (framework.to_owned(), python.to_owned());
    assert_eq!(python(&[], None, ""), pair("scikit-learn", "3.12"));
    assert_eq!(python(&[], None, "framework = \"jax\"\npython = \"3.13\"\n"), pair("jax", "3.13"));
    assert_eq!(python(&[], Some("3.14"), "framework = \"jax\"\npython = \"3.13\"\n"), pair("jax", "3.14"));
    assert_eq!(python(&["--python", "3.12"], Some("3.14"), "framework = \"jax\"\n"), pair("jax", "3.12"));
    assert_eq!(python(&["--set", "python=3.12"], Some("3.14"), "framework = \"jax\"\n"), pair("jax", "3.12"));
    assert!(!room.path("demo").exists(), "a dry run wrote");
}

#[test]
fn a_bad_or_missing_answer_is_exit_2_and_writes_nothing() {
    let room = Room::new();
    fs::write(room.path("wrong.toml"), "schema = 1\nframwork = \"jax\"\n").unwrap();
    fs::write(room.path("big.toml"), "#".repeat(70_000)).unwrap();
    for (arguments, says) in [
        (&["init", "demo", "--targets", "cpu"][..], "--framework"),
        (&["init", "demo", "--yes"], "framework"),
        (&["init", "demo", "--framework", "scikit-lern", "--yes"], "did you mean `scikit-learn`"),
        (&["init", "demo", "--framework", "jax", "--targets", "gpu", "--yes"], "cuda"),
        (&["init", "demo", "--framework", "jax", "--targets", "cpu,cpu", "--yes"], "twice"),
        (&["init", "demo", "--framework", "jax", "--python", "3.9", "--yes"], "3.13"),
        (&["init", "demo", "--framework", "jax", "--name", "a b", "--yes"], "a-b"),
        (&["init", "demo", "--framework", "jax", "--name", "jax", "--targets", "cpu", "--yes"], "name"),
        (&["init", "demo", "--framework", "jax", "--packages", "torch @ file:///etc", "--yes"], "not allowed"),
        (&["init", "demo", "--framework", "jax", "--strategy", "nixpkgs", "--yes"], "reserved"),
        (&["init", "demo", "--framework", "jax", "--extras", "jupiter", "--yes"], "jupyter"),
        (&["init", "demo", "--set", "frmework=jax", "--yes"], "unknown key"),
        (&["init", "demo", "--answers", "wrong.toml"], "wrong.toml:2:1"),
        (&["init", "demo", "--answers", "big.toml"], "65536"),
        (&["init", "demo", "--answers", "absent.toml"], "absent.toml"),
        (&["init", "demo", "--answers", "/dev/null"], "--framework"),
        (&["init", "demo", "--no-such-flag"], "--no-such-flag"),
    ] {
        let output = room.run(arguments);
        exits(&output, 2);
        assert!(error(&output).contains(says), "{arguments:?}: {}", error(&output));
        assert!(output.stdout.is_empty() && !error(&output).contains('\u{1b}'));
        assert!(!room.path("demo").exists(), "{arguments:?} wrote");
    }
}

#[test]
fn nixml_alone_without_a_terminal_is_exit_3_and_one_line() {
    let output = Room::new().run(&[]);
    exits(&output, 3);
    assert!(error(&output).contains("nixml init --answers"), "{}", error(&output));
    assert!(output.stdout.is_empty());
}

#[test]
fn what_somebody_else_wrote_is_refused_and_force_keeps_a_copy() {
    let room = Room::new();
    fs::create_dir(room.path("demo")).unwrap();
    fs::write(room.path("demo/pyproject.toml"), "[project]\nname = \"mine\"\n").unwrap();
    fs::write(room.path("demo/README.md"), "mine\n").unwrap();
    fs::write(room.path("demo/.gitignore"), "data/\n").unwrap();
    let before = bytes(&room.path("demo"));
    for more in [&["--json"][..], &["--json", "--dry-run"]] {
        let output = room.jax(more);
        exits(&output, 4);
        assert!(error(&output).contains("pyproject.toml"));
        assert!(actions(&json(&output)).contains(&("pyproject.toml".to_owned(), "conflict".to_owned())));
        assert_eq!(bytes(&room.path("demo")), before);
    }
    let output = room.jax(&["--force", "--json"]);
    exits(&output, 0);
    let actions = actions(&json(&output));
    for (path, action) in
        [("pyproject.toml", "replaced"), ("README.md", "kept"), (".gitignore", "appended"), ("flake.nix", "created")]
    {
        assert!(actions.contains(&(path.to_owned(), action.to_owned())), "{path}: {actions:?}");
    }
    assert_eq!(fs::read_to_string(room.path("demo/pyproject.toml.nixml-bak.1")).unwrap(), "[project]\nname = \"mine\"\n");
    assert!(fs::read_to_string(room.path("demo/.gitignore")).unwrap().starts_with("data/\n"));
    assert_eq!(fs::read_to_string(room.path("demo/README.md")).unwrap(), "mine\n");
}

#[test]
fn a_link_folder_or_pipe_in_the_way_is_refused_even_with_force() {
    let room = Room::new();
    fs::create_dir(room.path("demo")).unwrap();
    fs::write(room.path("victim"), "precious\n").unwrap();
    symlink(room.path("victim"), room.path("demo/flake.nix")).unwrap();
    for more in [&[][..], &["--force"]] {
        let output = room.jax(more);
        exits(&output, 4);
        assert!(error(&output).contains("flake.nix") && error(&output).contains("link"), "{}", error(&output));
    }
    assert_eq!(fs::read_to_string(room.path("victim")).unwrap(), "precious\n");
    assert_eq!(fs::read_dir(room.path("demo")).unwrap().count(), 1);
}

#[test]
fn no_git_makes_no_repository_and_a_repository_above_is_used() {
    let room = Room::new();
    exits(&room.jax(&["--no-git"]), 0);
    assert!(!room.path("demo/.git").exists());
    let git = |arguments: &[&str]| Command::new("git").current_dir(room.dir.path()).args(arguments).output().unwrap();
    git(&["init", "-q", "outer"]);
    exits(&room.run(&["init", "outer/inner", "--framework", "jax", "--targets", "cpu", "--yes", "--no-validate"]), 0);
    assert!(!room.path("outer/inner/.git").exists());
    let tracked = git(&["-C", "outer", "ls-files"]);
    assert!(String::from_utf8_lossy(&tracked.stdout).contains("inner/flake.nix"), "not marked for git");
}

#[test]
fn the_same_answers_give_the_same_bytes_whatever_surrounds_them() {
    let room = Room::new();
    let mut first = None;
    for (number, (umask, zone, locale)) in
        [("022", "UTC", "C"), ("077", "Pacific/Auckland", "tr_TR.UTF-8"), ("000", "America/St_Johns", "de_DE.UTF-8")]
            .iter()
            .enumerate()
    {
        let dir = format!("run-{number}");
        let script =
            format!("umask {umask}; exec \"$0\" init {dir} --name demo --framework jax --targets cpu --yes --no-validate");
        let output = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_nixml")])
            .current_dir(room.dir.path())
            .env("HOME", room.path("home"))
            .env("TZ", zone)
            .env("LC_ALL", locale)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        exits(&output, 0);
        let mode = fs::metadata(room.path(&dir).join("flake.nix")).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o666 & !u32::from_str_radix(umask, 8).unwrap());
        let now = bytes(&room.path(&dir));
        assert_eq!(first.get_or_insert(now.clone()), &now);
    }
}

#[test]
fn undo_takes_back_exactly_what_was_written() {
    let room = Room::new();
    fs::create_dir(room.path("demo")).unwrap();
    fs::write(room.path("demo/pyproject.toml"), "mine\n").unwrap();
    fs::write(room.path("demo/.gitignore"), "data/\n").unwrap();
    let before = bytes(&room.path("demo"));
    exits(&room.jax(&["--force"]), 0);
    exits(&room.run(&["undo", "demo"]), 0);
    assert_eq!(bytes(&room.path("demo")), before);
    assert!(!room.path("demo/.git").exists());
    exits(&room.run(&["undo", "demo"]), 2);
    // A folder that nixml made goes as well; one that the person edited stays whole.
    exits(&room.run(&["init", "fresh", "--framework", "jax", "--targets", "cpu", "--yes", "--no-validate"]), 0);
    fs::write(room.path("fresh/flake.nix"), "edited\n").unwrap();
    let edited = bytes(&room.path("fresh"));
    let output = room.run(&["undo", "fresh"]);
    exits(&output, 4);
    assert!(error(&output).contains("flake.nix"));
    assert_eq!(bytes(&room.path("fresh")), edited);
    exits(&room.run(&["init", "whole", "--framework", "jax", "--targets", "cpu", "--yes", "--no-validate"]), 0);
    exits(&room.run(&["undo", "whole"]), 0);
    assert!(!room.path("whole").exists());
}

#[test]
fn forty_at_once_on_one_home_and_twenty_in_one_folder() {
    let room = Room::new();
    let start = |dir: String| {
        room.nixml(&["init", &dir, "--framework", "jax", "--targets", "cpu", "--yes", "--no-validate", "--no-git"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let apart: Vec<_> = (0..40).map(|number| start(format!("p{number}"))).collect();
    for mut child in apart {
        assert!(child.wait().unwrap().success());
    }
    let together: Vec<_> = (0..20).map(|_| start("one".to_owned())).collect();
    let codes: Vec<i32> = together.into_iter().map(|mut child| child.wait().unwrap().code().unwrap()).collect();
    assert!(codes.contains(&0) && codes.iter().all(|code| [0, 4].contains(code)), "{codes:?}");
    exits(
        &room.run(&[
            "init",
            "same",
            "--name",
            "one",
            "--framework",
            "jax",
            "--targets",
            "cpu",
            "--yes",
            "--no-validate",
            "--no-git",
        ]),
        0,
    );
    assert_eq!(bytes(&room.path("one")), bytes(&room.path("same")));
}

#[test]
fn what_the_person_wrote_survives_other_answers() {
    let room = Room::new();
    exits(&room.jax(&[]), 0);
    let pyproject = room.path("demo/pyproject.toml");
    let edited = fs::read_to_string(&pyproject).unwrap().replace("\"jax==", "\"rich>=14\", # pretty\n    \"jax==")
        + "\n[tool.ruff]\nline-length = 99\n";
    fs::write(&pyproject, &edited).unwrap();
    let flake = room.path("demo/flake.nix");
    fs::write(&flake, fs::read_to_string(&flake).unwrap().replace("programs = [ ];", "programs = [ \"ffmpeg\" ];")).unwrap();
    for clone in [false, true] {
        if clone {
            // A colleague has no receipt.
            fs::remove_dir_all(room.path("home/.local")).unwrap();
        }
        let python = if clone { "3.14" } else { "3.12" };
        let output = room.jax(&["--python", python, "--json"]);
        exits(&output, 0);
        let now = fs::read_to_string(&pyproject).unwrap();
        for kept in ["\"rich>=14\", # pretty", "[tool.ruff]\nline-length = 99\n", &format!(">={python},<3.")] {
            assert!(now.contains(kept), "{kept}: {now}");
        }
        assert!(fs::read_to_string(&flake).unwrap().contains("programs = [ \"ffmpeg\" ];"));
        assert!(fs::read_to_string(&flake).unwrap().contains(&format!("\"{python}\"")));
        // Only the lines that nixml changes differ.
        let changed = edited.lines().zip(now.lines()).filter(|(old, new)| old != new).count();
        assert!(changed <= 1, "{now}");
    }
    // The same line changed by both: refused, with nothing lost.
    let before = fs::read_to_string(&flake).unwrap().replace("python = \"3.14\"", "python = \"3.11\"");
    fs::write(&flake, &before).unwrap();
    let output = room.jax(&["--python", "3.13"]);
    exits(&output, 4);
    assert!(error(&output).contains("flake.nix") && error(&output).contains("same lines"), "{}", error(&output));
    assert_eq!(fs::read_to_string(&flake).unwrap(), before);
}

#[test]
fn adopt_works_around_a_pyproject_that_nixml_never_saw() {
    let room = Room::new();
    fs::create_dir(room.path("demo")).unwrap();
    let theirs = "[project]\nname = \"lab\" # ours\nversion = \"3.1\"\ndependencies = [\"jax>=0.4\", \"pandas\"]\n\n[tool.black]\nline-length = 100\n";
    fs::write(room.path("demo/pyproject.toml"), theirs).unwrap();
    exits(&room.jax(&[]), 4);
    exits(&room.jax(&["--adopt"]), 0);
    let now = fs::read_to_string(room.path("demo/pyproject.toml")).unwrap();
    for part in ["name = \"lab\" # ours", "[tool.black]", "\"pandas\"", "requires-python", "[tool.uv]"] {
        assert!(now.contains(part), "{part}: {now}");
    }
    assert!(!now.contains("jax>=0.4"), "{now}");
    assert_eq!(fs::read_to_string(room.path("demo/pyproject.toml.nixml-bak.1")).unwrap(), theirs);
}

/// Ten edits as people make them, and `uv add`'s own; every one is looked for after each change.
fn ten_edits(room: &Room) -> Vec<(&'static str, &'static str)> {
    let edit = |file: &str, change: &dyn Fn(String) -> String| {
        let path = room.path("demo").join(file);
        fs::write(&path, change(fs::read_to_string(&path).unwrap())).unwrap();
    };
    edit("pyproject.toml", &|text| {
        let text =
            text.replacen("dependencies = [\n", "dependencies = [\n    # plots of the lab\n    \"matplotlib>=3.9\", # keep\n", 1);
        let text = text.replacen(
            "version = \"0.1.0\"",
            "version = \"0.2.0\"\ndescription = \"of the lab\"\nauthors = [{ name = \"A. Person\" }]",
            1,
        );
        let text = text.replacen("package = false", "package = false # for ever\nlink-mode = \"copy\"", 1);
        text + "\n[tool.ruff]\nline-length = 99 # wide\n\n[tool.ruff.lint]\nselect = [\"E\", \"F\"]\n\n[tool.pytest.ini_options]\naddopts = \"-q\"\n\n[[tool.uv.index]]\nname = \"lab\"\nurl = \"https://lab.example/simple\"\nexplicit = true\n"
    });
    edit("flake.nix", &|text| text.replacen("programs = [ ];", "programs = [ \"ffmpeg\" ]; # video", 1));
    edit("nixml.toml", &|text| text.replacen("strategy = \"uv\"", "strategy = \"uv\" # as agreed", 1));
    edit(".gitignore", &|text| text + "/runs/\n");
    edit("main.py", &|text| text + "\nprint(\"mine\")\n");
    edit("README.md", &|text| text.replacen("# demo", "# Demo of the lab", 1));
    vec![
        ("pyproject.toml", "\n    # plots of the lab\n    \"matplotlib>=3.9\", # keep\n"),
        ("pyproject.toml", "version = \"0.2.0\"\ndescription = \"of the lab\"\nauthors = [{ name = \"A. Person\" }]\n"),
        ("pyproject.toml", "package = false # for ever\nlink-mode = \"copy\"\n"),
        ("pyproject.toml", "[tool.ruff]\nline-length = 99 # wide\n\n[tool.ruff.lint]\nselect = [\"E\", \"F\"]\n"),
        ("pyproject.toml", "[tool.pytest.ini_options]\naddopts = \"-q\"\n"),
        ("pyproject.toml", "name = \"lab\"\nurl = \"https://lab.example/simple\"\nexplicit = true\n"),
        ("flake.nix", "programs = [ \"ffmpeg\" ]; # video"),
        ("nixml.toml", "strategy = \"uv\" # as agreed"),
        (".gitignore", "\n/runs/\n"),
        ("main.py", "print(\"mine\")"),
        ("README.md", "# Demo of the lab"),
    ]
}

/// The real uv, and the newest Python here that JAX has wheels for: its minor release and the program.
fn tools() -> Option<(PathBuf, &'static str, PathBuf)> {
    let uv = support::tools::uv()?;
    let standin = support::standin::Standin::of(&uv);
    let minor = standin.newest_python(&["3.11", "3.12", "3.13"])?;
    Some((uv, minor, standin.pythons[minor].clone()))
}

/// What the real uv adds to the edited project: its lines, each looked for after every change.
fn uv_adds(room: &Room, uv: &Path, python: &Path) -> Vec<(&'static str, &'static str)> {
    for words in [&["add", "iniconfig>=2,<3"][..], &["add", "--dev", "toolz"], &["lock", "--check"]] {
        let only_lock: &[&str] = if words[0] == "add" { &["--no-sync"] } else { &[] };
        let mut command = Command::new(uv);
        command.args(words).args(only_lock).current_dir(room.path("demo")).env("UV_CACHE_DIR", support::tools::wheel_cache());
        let output = command.env("UV_PYTHON", python).env("UV_PYTHON_DOWNLOADS", "never").output().unwrap();
        assert!(output.status.success(), "uv {words:?}: {}", error(&output));
    }
    let text = fs::read_to_string(room.path("demo/pyproject.toml")).unwrap();
    assert!(text.contains("\n    \"toolz>="), "{text}");
    vec![
        ("pyproject.toml", "\n    \"iniconfig>=2,<3\",\n"),
        ("pyproject.toml", "\n    \"toolz>="),
        ("uv.lock", "name = \"toolz\""),
    ]
}

/// Lines of `now` that `before` does not have.
fn new_lines(before: &str, now: &str) -> Vec<String> {
    let added = whole(before, now).into_iter().filter(|(fate, _)| *fate == Fate::Comes);
    added.map(|(_, line)| line.trim_end().to_owned()).collect()
}

#[test]
fn ten_edits_survive_one_change_after_the_other_and_nothing_else_moves() {
    let (uv, minor, python) = need!(tools(), "no uv, or no Python from 3.11 to 3.13: run scripts/install-tools");
    for clone in [false, true] {
        let room = Room::new();
        let made = ["--framework", "jax", "--targets", "cpu", "--python", minor];
        let init = |more: &[&str]| room.run(&[&["init", "demo", "--yes", "--no-validate", "--json"], more].concat());
        exits(&init(&made), 0);
        let mut edits = ten_edits(&room);
        edits.extend(uv_adds(&room, &uv, &python));
        let read = |file: &str| fs::read_to_string(room.path("demo").join(file)).unwrap();
        let start = bytes(&room.path("demo"));
        let older = nixml::core::catalog::Catalog::load(&nixml::core::data::Data::embedded()).unwrap();
        let older = older.framework("jax").unwrap().releases[1].version.to_string();
        let release = format!("jax=={older}");
        for (answers, files) in [
            (
                &["--framework", "jax", "--targets", "cpu", "--python", "3.14"][..],
                &["pyproject.toml", "flake.nix", "nixml.toml"][..],
            ),
            (
                &["--framework", "jax", "--targets", "cuda,cpu", "--python", "3.14"],
                &["pyproject.toml", "flake.nix", "nixml.toml"],
            ),
            (
                &["--framework", "jax", "--targets", "cuda,cpu", "--python", "3.14", "--packages", &release],
                &["pyproject.toml", "flake.nix", "nixml.toml"],
            ),
            (
                &["--framework", "scikit-learn", "--targets", "cpu", "--python", minor],
                &["pyproject.toml", "flake.nix", "nixml.toml"],
            ),
            (&made, &["pyproject.toml", "flake.nix", "nixml.toml"]),
        ] {
            if clone {
                let _ = fs::remove_dir_all(room.path("home/.local"));
            }
            let before: Vec<String> = files.iter().map(|file| read(file)).collect();
            let output = init(answers);
            exits(&output, 0);
            for (file, part) in &edits {
                assert!(read(file).contains(part), "{answers:?} clone={clone}: `{part}` is lost:\n{}", read(file));
            }
            // What is new is what nixml writes; the person's lines did not move.
            for (file, before) in files.iter().zip(&before) {
                for line in new_lines(before, &read(file)) {
                    let ours = ["matplotlib", "ruff", "lab.example", "link-mode", "ffmpeg", "addopts", "iniconfig", "toolz"]
                        .iter()
                        .all(|word| !line.contains(word));
                    assert!(ours, "{answers:?}: `{line}` of {file} moved:\n{}", read(file));
                }
            }
            let read: toml::Table = read("pyproject.toml").parse().unwrap();
            assert_eq!(read["project"]["name"].as_str(), Some("demo"));
            let has = |list: &toml::Value, name: &str| {
                list.as_array().unwrap().iter().any(|text| text.as_str().is_some_and(|text| text.starts_with(name)))
            };
            let added = has(&read["project"]["dependencies"], "iniconfig") && has(&read["dependency-groups"]["dev"], "toolz");
            assert!(added, "{answers:?}: {read}");
        }
        // Back at the first answers, everything is as the person had it; nixml's own line may stand elsewhere among the dependencies,
        // which it had left in between.
        let now = bytes(&room.path("demo"));
        for ((path, was), (_, is)) in start.iter().zip(&now) {
            let (mut was, mut is): (Vec<_>, Vec<_>) =
                (was.split(|byte| *byte == b'\n').collect(), is.split(|byte| *byte == b'\n').collect());
            if path == "pyproject.toml" {
                was.sort_unstable();
                is.sort_unstable();
            }
            let text = |lines: &[&[u8]]| String::from_utf8(lines.join(&b'\n')).unwrap();
            assert_eq!(text(&is), text(&was), "{path}, clone={clone}");
        }
    }
}

#[test]
fn undo_after_a_change_gives_back_the_bytes_and_refuses_after_an_edit() {
    let room = Room::new();
    exits(&room.jax(&[]), 0);
    let _ = ten_edits(&room);
    let before = bytes(&room.path("demo"));
    exits(&room.jax(&["--python", "3.12"]), 0);
    assert_ne!(bytes(&room.path("demo")), before);
    exits(&room.run(&["undo", "demo"]), 0);
    assert_eq!(bytes(&room.path("demo")), before);
    // The edits are known as such afterwards, too: another change keeps them.
    exits(&room.jax(&["--python", "3.14"]), 0);
    let pyproject = room.path("demo/pyproject.toml");
    assert!(fs::read_to_string(&pyproject).unwrap().contains("[tool.ruff]"));
    fs::write(&pyproject, fs::read_to_string(&pyproject).unwrap() + "# later\n").unwrap();
    let edited = bytes(&room.path("demo"));
    let output = room.run(&["undo", "demo"]);
    exits(&output, 4);
    assert!(error(&output).contains("pyproject.toml"), "{}", error(&output));
    assert_eq!(bytes(&room.path("demo")), edited);
}

#[test]
fn answers_edited_in_a_clone_reach_the_other_files() {
    let room = Room::new();
    exits(&room.jax(&["--python", "3.13"]), 0);
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .current_dir(room.path("demo"))
            .args(["-c", "user.name=a", "-c", "user.email=a@b"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", error(&output));
    };
    git(&["add", "-A"]);
    git(&["commit", "-qm", "made"]);
    fs::remove_dir_all(room.path("home/.local")).unwrap();
    let file = room.path("demo/nixml.toml");
    fs::write(&file, fs::read_to_string(&file).unwrap().replace("python = \"3.13\"", "python = \"3.12\" # the cluster")).unwrap();
    let pyproject = room.path("demo/pyproject.toml");
    fs::write(&pyproject, fs::read_to_string(&pyproject).unwrap() + "\n[tool.ruff]\n").unwrap();
    exits(&room.run(&["init", "demo", "--answers", "demo/nixml.toml", "--no-validate"]), 0);
    let read = |file: &str| fs::read_to_string(room.path("demo").join(file)).unwrap();
    assert!(
        read("pyproject.toml").contains(">=3.12,<3.13") && read("pyproject.toml").contains("[tool.ruff]"),
        "{}",
        read("pyproject.toml")
    );
    assert!(read("flake.nix").contains("python = \"3.12\"") && read("nixml.toml").contains("# the cluster"));
}

#[test]
fn a_clash_is_shown_whole_and_nothing_is_written() {
    let room = Room::new();
    exits(&room.jax(&["--python", "3.13"]), 0);
    let flake = room.path("demo/flake.nix");
    fs::write(&flake, fs::read_to_string(&flake).unwrap().replace("python = \"3.13\";", "python = \"3.11\"; # mine")).unwrap();
    let before = bytes(&room.path("demo"));
    let output = room.jax(&["--python", "3.14"]);
    exits(&output, 4);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    for part in ["<<<<<<<", "python = \"3.11\"; # mine", "python = \"3.14\";", ">>>>>>>"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let report = json(&room.jax(&["--python", "3.14", "--json"]));
    let clash = report["files"].as_array().unwrap().iter().find(|file| file["path"] == "flake.nix").unwrap();
    assert!(clash["action"] == "conflict" && clash["both"].as_str().unwrap().contains("# mine"), "{clash}");
    assert_eq!(bytes(&room.path("demo")), before);
    // Forced, it is replaced with a copy; taken back, it is the person's again to the byte.
    exits(&room.jax(&["--python", "3.14", "--force"]), 0);
    assert!(
        fs::read_to_string(&flake).unwrap().contains("python = \"3.14\";") && room.path("demo/flake.nix.nixml-bak.1").exists()
    );
    exits(&room.run(&["undo", "demo"]), 0);
    assert_eq!(bytes(&room.path("demo")), before);
    // Forced and edited after that, it stays, and so does the copy.
    exits(&room.jax(&["--python", "3.14", "--force"]), 0);
    fs::write(&flake, fs::read_to_string(&flake).unwrap() + "# later\n").unwrap();
    let edited = bytes(&room.path("demo"));
    let output = room.run(&["undo", "demo"]);
    exits(&output, 4);
    assert!(error(&output).contains("flake.nix"), "{}", error(&output));
    assert_eq!(bytes(&room.path("demo")), edited);
}

#[test]
fn machinery_that_other_answers_do_without_goes_and_undo_brings_it_back() {
    let room = Room::new();
    exits(&room.run(&["init", "demo", "--framework", "jax", "--targets", "cuda,cpu", "--yes", "--no-validate"]), 0);
    let before = bytes(&room.path("demo"));
    let report = json(&room.jax(&["--json"]));
    assert_eq!(report["removed"], serde_json::json!(["nix/uv-group.sh"]));
    assert!(!room.path("demo/nix/uv-group.sh").exists());
    let missing = Command::new("git").current_dir(room.path("demo")).args(["ls-files", "--deleted"]).output().unwrap();
    assert!(missing.stdout.is_empty(), "git misses a file");
    exits(&room.run(&["undo", "demo"]), 0);
    assert_eq!(bytes(&room.path("demo")), before);
    // What the person changed in it stays.
    exits(&room.run(&["init", "demo", "--framework", "jax", "--targets", "cuda,cpu", "--yes", "--no-validate"]), 0);
    let path = room.path("demo/nix/uv-group.sh");
    fs::write(&path, fs::read_to_string(&path).unwrap() + "# mine\n").unwrap();
    exits(&room.jax(&[]), 0);
    assert!(path.exists());
}
