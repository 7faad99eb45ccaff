//! However it ends, the terminal is as it was found.

use rustix::process::Signal;

use crate::Room;
use crate::support::ran::nixml;

#[test]
fn a_signal_before_and_during_the_first_frame_does_no_harm() {
    for wait in [0, 1, 2, 3, 5, 8, 13, 21] {
        let room = Room::new();
        let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 80, 24);
        std::thread::sleep(std::time::Duration::from_millis(wait));
        terminal.signal(Signal::TERM);
        assert_eq!(terminal.end(), 143);
        terminal.assert_clean();
    }
}

#[test]
fn ctrl_c_asks_once_and_leaves_when_pressed_twice() {
    let room = Room::new();
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 80, 24);
    terminal.wait_for("Quick");
    terminal.send("\x03");
    terminal.wait_for("Leave nixml?");
    terminal.send("\x1b");
    terminal.wait_until("the question gone", |screen| !screen.contains("Leave nixml?"));
    terminal.send("\x03\x03");
    assert_eq!(terminal.end(), 130);
    terminal.assert_clean();
    assert!(room.files().is_empty());
}

#[test]
fn any_window_however_small_is_drawn_and_the_answers_stay() {
    let room = Room::new();
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 80, 24);
    terminal.wait_for("Quick");
    terminal.send("j\r");
    terminal.wait_for("What is the project called?");
    terminal.send("-x");
    terminal.wait_for("demo-x");
    for _ in 0..20 {
        for (columns, rows) in [(1, 1), (80, 1), (1, 24), (2, 2), (500, 200), (40, 10)] {
            terminal.resize(columns, rows);
        }
    }
    terminal.wait_for("needs a window of 60x16");
    terminal.resize(80, 24);
    terminal.wait_for("demo-x");
    terminal.send("\x03\x03");
    assert_eq!(terminal.end(), 130);
    terminal.assert_clean();
}

#[test]
fn a_window_of_no_size_is_taken_for_eighty_by_twenty_four() {
    let room = Room::new();
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 0, 0);
    while !String::from_utf8_lossy(&terminal.bytes()).contains("How do you want to go on?") {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    terminal.send("\x03\x03");
    assert_eq!(terminal.end(), 130);
    assert!(terminal.restored());
}

#[test]
fn a_closed_window_ends_it() {
    let room = Room::new();
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 80, 24);
    terminal.wait_for("Quick");
    terminal.vanish();
    assert_eq!(terminal.end(), 129);
}

#[test]
fn floods_of_keys_and_pastes_are_survived() {
    let room = Room::new();
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 80, 24);
    terminal.wait_for("Quick");
    terminal.send("j\r");
    terminal.wait_for("What is the project called?");
    terminal.send(&format!("\x1b[200~{}\r\n\x1b[201~", "x".repeat(1_000_000)));
    terminal.wait_for("xxxxxxxx");
    assert!(terminal.settle().contains("What is the project called?"), "a pasted line break presses no key");
    let mut seed = 0x1234_5678_9abc_def1_u64;
    for _ in 0..50 {
        let mut bytes = Vec::new();
        for _ in 0..200 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            // Neither Ctrl-C, Ctrl-Z nor the keys that would confirm the leaving.
            let byte = seed.to_le_bytes()[0];
            bytes.push(if matches!(byte, 0x03 | 0x1a | b'y' | b'q' | b'\r' | b'\n') { b'.' } else { byte });
        }
        terminal.send_bytes(&bytes);
    }
    terminal.settle();
    // Whatever sequence was begun is ended: a mouse report, an answer, a paste, an escape.
    terminal.send("mMuc~\x1b[201~\x1b\x1b");
    terminal.settle();
    terminal.send("\x03\x03");
    assert_eq!(terminal.end(), 130);
    terminal.assert_clean();
    assert!(room.files().is_empty());
}

#[test]
fn without_a_terminal_there_is_one_line_and_code_three() {
    let room = Room::new();
    let ran = nixml(&room.project(), &[]);
    ran.exits(3).says("nixml init --answers").never_says("\x1b");
    assert_eq!(ran.out(), "");
}
