//! The command line as people meet it: help, completions, the manual page, variables, near misses, errors in three parts.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests touch the world"
)]

mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn nixml(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("command-line-home");
    std::fs::create_dir_all(&home).unwrap();
    support::ran::command(&home, arguments).envs(variables.iter().copied()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The names of the commands, as the help of `path` lists them.
fn commands(path: &[&str]) -> Vec<String> {
    let help = text(&nixml(&[path, &["--help"]].concat(), &[]).stdout);
    let Some((_, list)) = help.split_once("Commands:\n") else { return Vec::new() };
    let names = list.lines().take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// `docs/commands.md` is the help of every command, word for word: it is read in every change of a flag, and never out of date.
#[test]
fn the_page_of_commands_is_what_the_help_says() {
    let mut page = String::from(
        "# The commands\n\nWhat `nixml COMMAND --help` prints, word for word; a test holds it. The options of every command stand once, at the top.\n",
    );
    let shared = "\nOptions of every command:\n";
    let mut open: Vec<Vec<String>> = vec![Vec::new()];
    while let Some(path) = (!open.is_empty()).then(|| open.remove(0)) {
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        let help = nixml(&[&words[..], &["--help"]].concat(), &[]);
        assert!(help.status.success() && help.stderr.is_empty(), "{path:?}");
        let mut help = text(&help.stdout);
        assert!(help.contains("Examples:\n"), "{path:?} has no examples");
        assert!(!help.contains('\x1b'));
        if !path.is_empty() {
            let start = help.find(shared).unwrap_or_else(|| panic!("{path:?} lacks the shared options"));
            let end = help[start + 1..].find("\n\n").map_or(help.len(), |length| start + 1 + length + 1);
            help.replace_range(start..end, "");
        }
        write!(page, "\n## nixml {}\n\n```text\n{}\n```\n", path.join(" "), help.trim_end()).unwrap();
        let inner = commands(&words).into_iter().map(|name| [path.clone(), vec![name]].concat()).collect::<Vec<_>>();
        open.splice(0..0, inner);
    }
    let page = page.replace("## nixml \n", "## nixml\n");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands.md");
    if std::env::var_os("NIXML_WRITE_DOCS").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(written == page, "docs/commands.md is not what the help says: NIXML_WRITE_DOCS=1 cargo test --test command_line");
}

#[test]
fn help_is_one_screen_and_says_the_same_however_it_is_asked() {
    for name in commands(&[]) {
        let (short, long) = (nixml(&[&name, "-h"], &[]), nixml(&[&name, "--help"], &[]));
        let (short, long) = (text(&short.stdout), text(&long.stdout));
        assert_eq!(short, long, "{name}");
        assert!(long.lines().count() <= 56, "{name}: {} lines\n{long}", long.lines().count());
    }
}

#[test]
fn a_variable_says_what_its_flag_says() {
    for (value, json) in [("1", true), ("true", true), ("yes", true), ("0", false), ("false", false), ("", false)] {
        let output = nixml(&["matrix", "--cpu", "--framework", "jax"], &[("NIXML_JSON", value)]);
        assert!(output.status.success(), "NIXML_JSON={value}: {}", text(&output.stderr));
        assert_eq!(output.stdout.starts_with(b"{"), json, "NIXML_JSON={value}");
    }
    let set = [("NIXML_SET", "framework=jax\ntargets=cpu"), ("NIXML_DRY_RUN", "1"), ("NIXML_JSON", "1")];
    let told: serde_json::Value = serde_json::from_slice(&nixml(&["init", "x", "--yes"], &set).stdout).unwrap();
    assert_eq!(told["plan"]["framework"], "jax");
    let told = nixml(&["init", "x", "--yes", "--framework", "scikit-learn"], &set);
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(told["plan"]["framework"], "scikit-learn", "a flag is stronger than a variable");
    let room = tempfile::tempdir().unwrap();
    let class = room.path().join("class.toml");
    let made = nixml(&["class", "new", "--title", "A day"], &[("NIXML_SET", "framework=jax\npython=3.13")]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    std::fs::write(&class, &made.stdout).unwrap();
    let written = text(&made.stdout);
    assert!(written.contains("jax") && written.contains("3.13"), "{written}");
    let told = nixml(&["join", class.to_str().unwrap(), "--check-only"], &[("NIXML_SET", "python=3.13\nframwork=jax")]);
    assert!(text(&told.stderr).contains("did you mean `framework`?"), "every line is an answer: {}", text(&told.stderr));
}

#[test]
fn no_variable_consents() {
    let home = tempfile::tempdir().unwrap();
    let project = home.path().join("p");
    std::fs::create_dir(&project).unwrap();
    std::fs::write(project.join("flake.nix"), "{ }\n").unwrap();
    let said = [("NIXML_FORCE", "1"), ("NIXML_YES", "1"), ("NIXML_ADOPT", "1"), ("NIXML_TRUST", "1")];
    let arguments = ["init", project.to_str().unwrap(), "--framework", "jax", "--targets", "cpu", "--yes", "--no-validate"];
    assert_eq!(nixml(&arguments, &said).status.code(), Some(4), "NIXML_FORCE must not replace a file");
    assert_eq!(std::fs::read_to_string(project.join("flake.nix")).unwrap(), "{ }\n");
}

/// What was typed, the exit code, and a part of what is said.
const NEAR_MISSES: [(&[&str], i32, &str); 14] = [
    (&["inti"], 2, "a similar subcommand exists: 'init'"),
    (&["init", "--framwork", "jax"], 2, "a similar argument exists: '--framework'"),
    (&["init", "x", "--yes", "--framework", "jaxx"], 2, "did you mean `jax`?"),
    (&["init", "x", "--yes", "--framework", "torch"], 2, "did you mean `pytorch`?"),
    (&["init", "x", "--yes", "--framework", "jax", "--targets", "gpu"], 2, "did you mean `cuda`?"),
    (&["init", "x", "--yes", "--set", "framwork=jax"], 2, "did you mean `framework`?"),
    (&["matrix", "--framework", "torch"], 2, "did you mean `pytorch`?"),
    (&["doctor", "driver-verison"], 2, "did you mean `driver-version`?"),
    (&["explain", "libcuda-notfound"], 2, "did you mean `nixml explain libcuda-not-found`?"),
    (&["schema", "doctr"], 2, "did you mean `doctor`?"),
    (&["completions", "bsh"], 2, "a similar value exists: 'bash'"),
    (&["init", "--answers", "/nonexistent", "--yes"], 2, "`/nonexistent`: No such file or directory\n"),
    (&["probe", "--host", "/nonexistent"], 2, "`/nonexistent`: No such file or directory\n"),
    (&["undo", "/"], 2, "no `nixml init` of this user wrote here"),
];

#[test]
fn a_near_miss_is_told_what_was_meant() {
    for (typed, code, part) in NEAR_MISSES {
        let output = nixml(typed, &[]);
        let said = text(&output.stderr);
        assert!(said.contains(part), "{typed:?} said:\n{said}");
        assert_eq!(output.status.code(), Some(code), "{typed:?}");
        assert!(said.starts_with("error: "), "{said}");
        assert!(output.stdout.is_empty(), "{typed:?} talks on standard output");
        assert!(!said.contains('\x1b') && !said.contains("os error") && !said.contains("stack backtrace"), "{said}");
    }
}

#[test]
fn bash_completes_commands_and_flags() {
    let script = nixml(&["completions", "bash"], &[]).stdout;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("nixml.bash");
    std::fs::write(&file, script).unwrap();
    let complete = |line: &str| {
        let ask = format!(
            "source {}; COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _nixml nixml \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD - 1]}}\"; echo \"${{COMPREPLY[*]}}\"",
            file.display()
        );
        text(&Command::new("bash").args(["--norc", "-c", &ask]).output().unwrap().stdout)
    };
    assert_eq!(complete("nixml val").trim(), "validate");
    assert!(complete("nixml init --fram").contains("--framework"));
    assert!(complete("nixml validate --runner u").contains("uv"));
}

/// A shell that `scripts/install-tools` brings from Debian's packages, or the machine's own.
fn shell(name: &str) -> Option<PathBuf> {
    let brought = support::tools::root().map(|root| root.join("bin").join(name));
    brought.into_iter().chain([PathBuf::from("/usr/bin").join(name)]).find(|path| path.is_file())
}

#[test]
fn zsh_and_fish_read_their_completions() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["zsh", "fish"] {
        let program = support::need!(shell(name), "no {name} on this machine");
        let file = folder.path().join(format!("nixml.{name}"));
        std::fs::write(&file, nixml(&["completions", name], &[]).stdout).unwrap();
        let read = Command::new(program).arg("-n").arg(&file).env("HOME", folder.path()).output().unwrap();
        assert!(read.status.success() && read.stderr.is_empty(), "{name}: {}", text(&read.stderr));
    }
}

#[test]
fn the_manual_page_has_every_command() {
    let page = text(&nixml(&["man"], &[]).stdout);
    assert!(page.contains(".TH nixml 1"));
    for name in commands(&[]) {
        assert!(
            page.contains(&format!(".SH \"NIXML {}\"", name.to_uppercase()))
                || page.contains(&format!(".SH NIXML {}", name.to_uppercase())),
            "{name}"
        );
    }
}

#[test]
fn a_closed_pipe_is_no_bug() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_nixml"))
        .args(["matrix", "--cpu", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert!(!text(&ended.stderr).contains("panicked"), "{}", text(&ended.stderr));
    assert_ne!(ended.status.code(), Some(70), "a closed pipe is told as a bug");
}
