//! Every key of the contract on the real program.

use crate::Room;

#[test]
fn each_key_does_what_it_is_said_to_do() {
    let room = Room::new();
    let mut terminal = room.nixml("laptop-rtx3050-535", &[], &[], 80, 24);
    let gone = |terminal: &crate::support::pty::Terminal, text: &str| {
        terminal.wait_until(&format!("no `{text}`"), |screen| !screen.contains(text));
    };
    terminal.wait_for("PyTorch");
    terminal.send("?");
    terminal.wait_for("The keys here");
    terminal.send("\x1b");
    gone(&terminal, "The keys here");
    terminal.send("w");
    terminal.wait_for("Why look at the machine");
    terminal.send("\x1b[D");
    gone(&terminal, "Why look at the machine");
    terminal.send("p");
    terminal.wait_for("Preview: nothing is written yet");
    terminal.send("\t");
    terminal.wait_for("How do you want to go on?");
    terminal.send("r");
    terminal.wait_for("PyTorch");
    // Down, j and the arrow of application mode; up and k.
    terminal.send("jk\x1b[B\x1b[A\x1bOB\r");
    terminal.wait_for("step 2/8");
    // Letters are letters in a text field, and Left moves within it.
    terminal.send("\x15qwpr/?j\x1b[Dx");
    terminal.wait_for("qwpr/?xj");
    terminal.send("\x15lab\r");
    terminal.wait_for("step 3/8");
    terminal.send("/LEARN");
    terminal
        .wait_until("only what holds the letters", |screen| screen.contains("scikit-learn") && !screen.contains("TensorFlow"));
    terminal.send("\x1b");
    terminal.wait_for("TensorFlow");
    terminal.send("\r");
    terminal.wait_for("step 4/8");
    terminal.send("\x1b[D");
    terminal.wait_for("step 3/8");
    terminal.send("\r");
    terminal.wait_for("step 4/8");
    terminal.send("\r\r");
    terminal.wait_for("step 6/8");
    terminal.send(" ");
    terminal.wait_for("[x]");
    terminal.send("\x1b");
    terminal.wait_for("step 5/8");
    terminal.send("\r");
    terminal.wait_for("[x]");
    terminal.send("\r");
    terminal.wait_for("new files");
    terminal.send("\t");
    terminal.wait_for("+ [project]");
    terminal.send("\x1b[C");
    terminal.wait_until("the next file", |screen| screen.contains("2/") && !screen.contains("+ [project]"));
    terminal.send("\t");
    terminal.wait_for("Enter on a row changes it");
    // The name was typed, and nothing was written.
    terminal.wait_for("lab");
    assert!(room.files().is_empty());
    terminal.send("q");
    terminal.wait_for("Leave nixml?");
    terminal.send("\r");
    assert_eq!(terminal.end(), 0);
    terminal.assert_clean();
}

#[test]
fn f2_goes_into_the_pane_and_out_of_it() {
    let room = Room::new();
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 80, 24);
    terminal.wait_for("Python 3");
    terminal.send("\r");
    terminal.wait_for("new files");
    terminal.send("\r");
    terminal.wait_for("Written, not validated");
    // There is no Nix to open a shell with: that is said, and the keys are nixml's again.
    terminal.send("\x1bOQ");
    terminal.wait_for("the shell could not be started");
    terminal.send("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_clean();
}

#[test]
fn the_second_ctrl_c_counts_for_two_seconds_only() {
    let room = Room::new();
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 80, 24);
    terminal.wait_for("Python 3");
    terminal.send("\x03");
    terminal.wait_for("Leave nixml?");
    std::thread::sleep(std::time::Duration::from_millis(2300));
    terminal.send("\x03");
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(terminal.screen().contains("Leave nixml?"), "it asks again");
    terminal.send("\x03");
    assert_eq!(terminal.end(), 130);
    terminal.assert_clean();
}

#[test]
fn the_flags_of_every_command_are_obeyed() {
    let room = Room::new();
    // Quiet: nothing is said after the screen; ASCII and colours as told.
    let mut terminal = room.nixml("laptop-no-gpu", &["-q", "--ascii", "--color", "never"], &[], 80, 24);
    terminal.wait_for("Python 3");
    terminal.send("\r");
    terminal.wait_for("new files");
    terminal.send("\r");
    terminal.wait_for("Written, not validated");
    terminal.send("q");
    assert_eq!(terminal.end(), 0);
    let text = String::from_utf8(terminal.bytes()).unwrap();
    assert!(text.is_ascii() && !text.contains(";34m"), "ASCII without colours");
    assert!(!terminal.screen().contains("What to type next"), "{}", terminal.screen());
    // A recorded machine that cannot be read is named, and the terminal comes back.
    let room = Room::new();
    let mut terminal = room.nixml("laptop-no-gpu", &["--host", "/nowhere.toml"], &[], 80, 24);
    terminal.wait_for("/nowhere.toml");
    terminal.send("q");
    assert_eq!(terminal.end(), 2);
    terminal.assert_clean();
}

#[test]
fn what_was_installed_meanwhile_is_found_by_looking_again() {
    let room = Room::new();
    let host = room.folder("host.toml");
    let bare = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hosts/laptop-no-gpu.toml")).unwrap();
    std::fs::write(&host, &bare).unwrap();
    let mut terminal = room.nixml("laptop-no-gpu", &["--host", host.to_str().unwrap()], &[], 80, 24);
    terminal.wait_for("Nix is missing");
    let nixos = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hosts/nixos-rtx3060.toml")).unwrap();
    std::fs::write(&host, nixos).unwrap();
    terminal.send("r");
    terminal.wait_for("Ready: this machine can train on its GPU.");
    terminal.wait_until("Nix found", |screen| !screen.contains("Nix is missing") && screen.contains("NixOS"));
    terminal.send("\x03\x03");
    assert_eq!(terminal.end(), 130);
    terminal.assert_clean();
}
