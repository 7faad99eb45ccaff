//! Several nixmls at once: in one folder one works and the others say who it is, and none waits.

use std::process::Stdio;

use rustix::process::Signal;

use crate::room::{INIT, Room, host, litter};
use crate::support::pty::Terminal;

fn wizard(room: &Room) -> Terminal {
    let (home, host) = (room.path("home"), host());
    let env = [
        ("HOME", home.to_str().unwrap()),
        ("PATH", "/usr/bin:/bin"),
        ("TERM", "xterm-256color"),
        ("LANG", "C.UTF-8"),
        ("NIXML_HOST", host.to_str().unwrap()),
    ];
    let nixml = std::path::Path::new(env!("CARGO_BIN_EXE_nixml"));
    Terminal::start(nixml, &["init", "demo"], &room.path(""), &env, 80, 24)
}

#[test]
fn a_second_wizard_in_a_folder_says_who_is_first() {
    let room = Room::new();
    std::fs::create_dir(room.path("demo")).unwrap();
    let mut first = wizard(&room);
    first.wait_for("Step by step");
    let mut second = wizard(&room);
    assert_eq!(second.end(), 4);
    let said = second.screen();
    assert!(said.contains("another nixml") && said.contains(&first.pid().as_raw_nonzero().to_string()), "{said}");
    second.assert_clean();
    // The scripted one as well, and nobody waits.
    room.init(&[]).exits(4).says("another nixml works in it");
    first.send("\x03\x03");
    assert_eq!(first.end(), 130);
    let mut third = wizard(&room);
    third.wait_for("Step by step");
    // Who is killed holds nothing.
    third.signal(Signal::KILL);
    assert_eq!(third.end(), 137);
    room.init(&[]).exits(0);
}

#[test]
fn forty_at_once_on_one_home_all_succeed() {
    let room = Room::new();
    let start = |number: usize| {
        let dir = format!("p{number}");
        let words: Vec<&str> = INIT.iter().map(|word| if *word == "demo" { &dir } else { *word }).collect();
        room.nixml(&words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let all: Vec<_> = (0..40).map(start).collect();
    for child in all {
        let ended = child.wait_with_output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
    let home = room.tree("home");
    assert_eq!(litter(&home), Vec::<&String>::new());
    assert_eq!(home.keys().filter(|path| path.contains("receipts/") && path.ends_with(".json")).count(), 40);
    let first = room.tree("p0");
    for number in 1..40 {
        let other = room.tree(&format!("p{number}"));
        assert!(first.keys().eq(other.keys()) && first["flake.lock"] == other["flake.lock"], "p{number}");
    }
}
