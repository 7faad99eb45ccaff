//! What was broken off is gone on with: after a lost connection, after Ctrl-C, and never after what cannot be read.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use rustix::process::Signal;

use crate::Room;
use crate::support::ran::{Ran, command};

impl Room {
    /// The one conversation that is kept.
    fn session(&self) -> Option<PathBuf> {
        let folder = self.folder("home").join(".local/state/nixml/sessions");
        let mut files = std::fs::read_dir(folder).ok()?.map(|entry| entry.unwrap().path());
        let file = files.next();
        assert_eq!(files.next(), None, "one folder, one conversation");
        file
    }
}

/// Answers the first two questions with the name and JAX.
fn begun(room: &Room) -> crate::support::pty::Terminal {
    let terminal = room.nixml("laptop-no-gpu", &[], &[], 80, 24);
    terminal.wait_for("Python 3");
    terminal.send("j\r");
    terminal.wait_for("What is the project called?");
    terminal.send("\x15lab\r");
    terminal.wait_for("Which framework");
    terminal.send("/jax\r");
    terminal.wait_for("Where should the code run?");
    terminal
}

#[test]
fn after_a_lost_connection_it_goes_on_where_it_was() {
    let room = Room::new();
    let mut terminal = begun(&room);
    terminal.signal(Signal::HUP);
    assert_eq!(terminal.end(), 129);
    let file = room.session().expect("it is kept");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700), "nobody else reads it");

    let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 80, 24);
    terminal.wait_for("Continue");
    terminal.wait_for("you were at Target: jax");
    terminal.send("\r");
    terminal.wait_for("Where should the code run?");
    terminal.send("\r\r\r");
    terminal.wait_for("new files");
    terminal.send("\r");
    terminal.wait_for("Written, not validated");
    let answers = std::fs::read_to_string(room.project().join("nixml.toml")).unwrap();
    assert!(answers.contains("name = \"lab\"") && answers.contains("framework = \"jax\""), "{answers}");
    terminal.send("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_clean();

    // It is written and waits for its proof: that is what the next one offers.
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 80, 24);
    terminal.wait_for("written, not proved yet");
    terminal.wait_for("Python 3");
    terminal.send("\r");
    terminal.wait_for("nothing to write");
    terminal.send("\x03\x03");
    assert_eq!(terminal.end(), 130);
}

#[test]
fn after_ctrl_c_it_goes_on_at_the_review_line_by_line_too() {
    let room = Room::new();
    let mut terminal = begun(&room);
    terminal.send("\r\r\r");
    terminal.wait_for("new files");
    terminal.send("\x03\x03");
    assert_eq!(terminal.end(), 130);
    assert!(room.files().is_empty());

    let mut terminal = room.nixml("laptop-no-gpu", &["--plain"], &[], 100, 100);
    terminal.wait_for("1. Continue: you were at the review: jax, cpu");
    terminal.send("\r");
    terminal.wait_for("Nothing is written yet");
    terminal.send("write\r");
    assert_eq!(terminal.end(), 0, "{}", terminal.screen());
    let answers = std::fs::read_to_string(room.project().join("nixml.toml")).unwrap();
    assert!(answers.contains("framework = \"jax\""), "{answers}");
}

#[test]
fn who_begins_anew_is_asked_anew() {
    let room = Room::new();
    let mut terminal = begun(&room);
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.end(), 143);
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 80, 24);
    terminal.wait_for("Step by step, anew");
    terminal.send("jj\r");
    terminal.wait_for("What is the project called?");
    terminal.wait_until("the folder's own name", |screen| screen.contains("demo") && !screen.contains("lab"));
    terminal.send("\x03\x03");
    assert_eq!(terminal.end(), 130);
}

#[test]
fn what_cannot_be_read_or_fits_no_more_is_no_hindrance() {
    let room = Room::new();
    let mut terminal = begun(&room);
    terminal.signal(Signal::TERM);
    terminal.end();
    let file = room.session().unwrap();
    let good = std::fs::read_to_string(&file).unwrap();
    for bad in [
        "",
        "{",
        "[]",
        &good.replace("\"schema\":1", "\"schema\":2"),
        &"x".repeat(1_000_000),
        &good.replace("\"at\"", "\"where\""),
    ] {
        std::fs::write(&file, bad).unwrap();
        let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 80, 24);
        let screen = terminal.wait_for("Python 3");
        assert!(!screen.contains("Continue"), "{bad:.60}: {screen}");
        terminal.send("\x03\x03");
        assert_eq!(terminal.end(), 130);
        assert!(!file.exists(), "thrown away: {bad:.60}");
    }
    // A framework that this release does not have: the rest still counts, and it is told.
    std::fs::write(&file, good.replace("\"jax\"", "\"caffe\"")).unwrap();
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 80, 24);
    terminal.wait_for("Continue");
    terminal.wait_for("Python 3");
    terminal.send("\r");
    terminal.wait_for("caffe");
    terminal.wait_for("Which framework");
    terminal.send("\x03\x03");
    assert_eq!(terminal.end(), 130);
}

#[test]
fn a_project_in_the_folder_can_be_gone_on_with() {
    let room = Room::new();
    let init = ["init", "--framework", "scikit-learn", "--yes", "--no-validate", "--no-git"];
    let made: Ran = command(&room.project(), init)
        .env("HOME", room.folder("home"))
        .env("NIXML_HOST", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hosts/laptop-no-gpu.toml"))
        .output()
        .unwrap()
        .into();
    made.exits(0);
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 80, 24);
    terminal.wait_for("this folder's project: scikit-learn");
    terminal.wait_for("Python 3");
    terminal.send("\r");
    let review = terminal.wait_for("nothing to write");
    assert!(review.contains("scikit-learn"), "{review}");
    terminal.send("\x03\x03");
    assert_eq!(terminal.end(), 130);
}
