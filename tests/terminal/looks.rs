//! What reaches the terminal on simple, colourless and foreign terminals.

use crate::Room;

/// The parameters of every SGR sequence in the bytes.
fn colours(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    text.split("\x1b[")
        .skip(1)
        .filter_map(|rest| rest.split_once('m').map(|(codes, _)| codes.to_owned()))
        .filter(|codes| codes.chars().all(|letter| letter.is_ascii_digit() || letter == ';'))
        .flat_map(|codes| codes.split(';').map(str::to_owned).collect::<Vec<_>>())
        .filter(|code| code.parse::<u32>().is_ok_and(|code| (30..=49).contains(&code) || (90..=107).contains(&code)))
        .collect()
}

fn tour(more: &[(&str, &str)]) -> (String, Vec<u8>) {
    let room = Room::new();
    let mut terminal = room.nixml("laptop-rtx3050-535", &[], more, 80, 24);
    terminal.wait_for("Python 3");
    terminal.send("j\r\r");
    let screen = terminal.wait_for("Which framework");
    terminal.send("\x03\x03");
    terminal.end();
    terminal.assert_clean();
    terminal.assert_harmless();
    (screen, terminal.bytes())
}

#[test]
fn no_color_sends_none_and_keeps_the_bar() {
    let (_, bytes) = tour(&[("NO_COLOR", "1")]);
    assert_eq!(colours(&bytes), Vec::<String>::new());
    assert!(String::from_utf8_lossy(&bytes).contains("\x1b[0;7m"), "the row under the cursor is reversed");
    let (_, bytes) = tour(&[("NO_COLOR", "")]);
    assert!(!colours(&bytes).is_empty());
}

#[test]
fn a_locale_without_utf_8_gets_ascii() {
    for locale in ["C", "de_DE.ISO-8859-1", ""] {
        let (screen, bytes) = tour(&[("LANG", locale), ("LC_ALL", "")]);
        assert!(bytes.is_ascii(), "{screen}");
        assert!(screen.contains("(*) "), "{screen}");
    }
}

#[test]
fn a_dumb_terminal_and_plain_never_start_the_full_screen() {
    for more in [&[("TERM", "dumb")][..], &[("NIXML_PLAIN", "true")]] {
        let room = Room::new();
        let mut terminal = room.nixml("laptop-no-gpu", &[], more, 80, 80);
        terminal.wait_for("Number, Enter for 1");
        terminal.send("2\r");
        terminal.wait_for("What is the project called?");
        terminal.send("lab\r");
        terminal.wait_for("Which framework");
        terminal.send("jax\r\r\r\r");
        terminal.wait_for("Nothing is written yet");
        terminal.wait_for("`write`");
        assert!(room.files().is_empty());
        terminal.send("write\r");
        assert_eq!(terminal.end(), 0, "{}", terminal.screen());
        assert!(room.files().contains(&"flake.nix".to_owned()));
        assert!(!terminal.bytes().contains(&0x1b), "an escape sequence on a simple terminal");
    }
}
