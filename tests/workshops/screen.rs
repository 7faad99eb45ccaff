//! What an instructor sees on a terminal: the board while codes come in, and the questions of `class new`.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use nixml::core::class::Unmet;
use nixml::core::class::code::{Readiness, State, encode};
use nixml::core::plan::Target;

use crate::support::pty::Terminal;

fn code(state: State, unmet: Option<Unmet>) -> String {
    encode(&Readiness { class: 7, state, target: Target::Cpu, card: 0, unmet })
}

fn start(room: &Path, arguments: &[&str]) -> Terminal {
    let home = room.to_str().unwrap();
    let env = [("HOME", home), ("PATH", "/usr/bin:/bin"), ("TERM", "xterm-256color"), ("LANG", "C.UTF-8")];
    Terminal::start(Path::new(env!("CARGO_BIN_EXE_nixml")), arguments, room, &env, 80, 24)
}

#[test]
fn the_board_follows_the_file_and_gives_the_terminal_back() {
    let room = tempfile::tempdir().unwrap();
    let codes = room.path().join("codes.txt");
    fs::write(&codes, format!("Ada {}\n", code(State::Ready, None))).unwrap();
    let mut board = start(room.path(), &["class", "board", "codes.txt"]);
    board.wait_for("1 of 1 ready");
    let mut file = fs::OpenOptions::new().append(true).open(&codes).unwrap();
    for name in ["Alan", "Grace", "Kurt"] {
        writeln!(file, "{name} {}", code(State::NotReady, Some(Unmet::Nix))).unwrap();
    }
    board.wait_for("3 wait for Nix: Alan, Grace, Kurt");
    board.wait_for("1 of 4 ready");
    fs::remove_file(&codes).unwrap();
    board.wait_for("No such file");
    board.send("q");
    assert_eq!(board.end(), 0);
    assert!(board.restored());
}

#[test]
fn a_class_file_comes_from_questions() {
    let room = tempfile::tempdir().unwrap();
    let mut asked = start(room.path(), &["class", "new", "--set", "python=3.13", "--set", "extras=jupyter"]);
    asked.wait_for("title of the course [ML course]:");
    asked.send("ML 101\r");
    asked.wait_for("when is it");
    asked.send("1 December\r");
    asked.wait_for("whom do students ask");
    asked.send("Ada\r");
    asked.wait_for("scikit-learn");
    asked.send("nothing-like-it\r");
    asked.wait_for("none of the choices");
    asked.send("jax\r");
    asked.wait_until("the targets", |screen| screen.contains("cuda") && screen.trim_end().ends_with(':'));
    asked.send("cuda\r");
    asked.wait_until("the packages", |screen| screen.to_lowercase().contains("packages"));
    asked.send("einops\r");
    asked.wait_for("which other Pythons");
    asked.send("3.12\r");
    asked.wait_for("must every machine have an NVIDIA GPU?");
    asked.send("y\r");
    asked.wait_for("the oldest NVIDIA driver");
    asked.send("580\r");
    asked.wait_for("work on its CPU");
    asked.send("\r");
    asked.wait_for("free disk space");
    asked.send("20\r");
    asked.wait_for("write this to `class.toml`?");
    asked.send("\r");
    assert_eq!(asked.end(), 0);
    let text = fs::read_to_string(room.path().join("class.toml")).unwrap();
    for line in [
        "title = \"ML 101\"",
        "framework = \"jax\"",
        "targets = [\"cuda\"]",
        "packages = [\"einops\"]",
        "python = [\"3.13\", \"3.12\"]",
        "disk_bytes = 20000000000",
        "driver = \"580\"",
        "gpu = \"required\"",
        "fallback = \"cpu\"",
    ] {
        assert!(text.contains(line), "`{line}` is not in\n{text}");
    }
    // Again: what is there is not overwritten.
    crate::support::ran::nixml(
        room.path(),
        &["class", "new", "--title", "x", "--set", "framework=jax", "--output", "class.toml"],
    )
    .exits(4)
    .says("there is such a file already");
}
