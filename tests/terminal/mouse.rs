//! The mouse: taken only from whoever asks for it, and given back at every end.

use crate::Room;
use crate::support::pty::Terminal;

/// A press and a release of the left button, columns and rows from one.
fn click(terminal: &Terminal, column: usize, row: usize) {
    terminal.send(&format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m"));
}

/// The row of the screen, from one, that holds these letters.
fn row_of(screen: &str, letters: &str) -> usize {
    screen.lines().position(|line| line.contains(letters)).unwrap_or_else(|| panic!("no {letters:?} in\n{screen}")) + 1
}

#[test]
fn nobody_loses_the_selection_of_the_terminal_unasked() {
    let room = Room::new();
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 80, 24);
    terminal.wait_for("Python 3");
    terminal.send("\x03\x03");
    assert_eq!(terminal.end(), 130);
    assert!(!String::from_utf8_lossy(&terminal.bytes()).contains("\x1b[?100"));
}

#[test]
fn a_click_moves_a_second_one_chooses_and_none_of_them_writes() {
    for (args, more) in [(&["--mouse"][..], &[][..]), (&[], &[("NIXML_MOUSE", "1")])] {
        let room = Room::new();
        let mut terminal = room.nixml("laptop-no-gpu", args, more, 80, 24);
        let screen = terminal.wait_for("Python 3");
        assert_eq!(terminal.emulated().mouse_protocol_mode(), vt100::MouseProtocolMode::PressRelease);
        let guided = row_of(&screen, "Step by step");
        click(&terminal, 20, guided);
        terminal.wait_for("› Step by step");
        click(&terminal, 20, guided);
        terminal.wait_for("What is the project called?");
        terminal.send("\r");
        let screen = terminal.wait_for("Which framework");
        click(&terminal, 20, row_of(&screen, "JAX"));
        terminal.wait_for("› ○ JAX");
        terminal.send("\x1b[<65;20;6M");
        terminal.wait_for("› ○ TensorFlow");
        terminal.send("\x1b\x1b");
        terminal.wait_for("Step by step");
        terminal.send("k\r");
        let screen = terminal.wait_for("new files");
        click(&terminal, 20, row_of(&screen, "validated later"));
        terminal.wait_for("the mouse never does");
        assert!(room.files().is_empty());
        terminal.send("\x03\x03");
        assert_eq!(terminal.end(), 130);
        terminal.assert_clean();
    }
}

#[test]
fn ctrl_z_gives_the_mouse_back_and_fg_takes_it_again() {
    let room = Room::new();
    let inputrc = room.folder("inputrc");
    std::fs::write(&inputrc, "set enable-bracketed-paste off\n").unwrap();
    let env = [("PS1", "prompt> "), ("INPUTRC", inputrc.to_str().unwrap()), ("NIXML_MOUSE", "1")];
    let mut shell = room.program(std::path::Path::new("/bin/bash"), &["--norc", "-i"], "laptop-no-gpu", &env, 80, 24);
    shell.wait_for("prompt>");
    shell.send("\"$NIXML\"\r");
    shell.wait_for("Quick");
    shell.send("\x1a");
    shell.wait_for("Stopped");
    assert_eq!(shell.emulated().mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    shell.send("clear; fg\r");
    shell.wait_for("Step by step");
    assert_eq!(shell.emulated().mouse_protocol_mode(), vt100::MouseProtocolMode::PressRelease);
    shell.send("\x03\x03");
    shell.wait_for("prompt>");
    shell.send("exit\r");
    shell.end();
    shell.assert_clean();
}
