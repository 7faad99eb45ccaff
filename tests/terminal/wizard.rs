//! The wizard from the first frame to written files.

use crate::Room;

#[test]
fn enter_enter_writes_a_project_and_says_what_is_missing_for_the_proof() {
    let room = Room::new();
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 80, 24);
    let first = terminal.wait_for("step 1/");
    assert!(first.lines().next().unwrap().trim_start().starts_with("nixml"), "{first}");
    terminal.wait_for("Python 3");
    terminal.send("\r");
    terminal.wait_for("new files");
    assert!(room.files().is_empty(), "nothing is written before it is confirmed");
    terminal.send("\r");
    // There is no Nix on this machine: no failure of the project.
    terminal.wait_for("Written, not validated");
    assert!(room.files().contains(&"flake.nix".to_owned()), "{:?}", room.files());
    assert!(room.project().join(".git").is_dir(), "a repository was made");
    terminal.send("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_clean();
    terminal.assert_harmless();
    assert!(terminal.screen().contains("nixml validate"), "{}", terminal.screen());
}

/// Twenty files and a repository straight into the home folder are seldom meant.
#[test]
fn the_review_says_when_it_would_write_into_the_home_folder_itself() {
    let room = Room::new();
    let home = room.project();
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[("HOME", home.to_str().unwrap())], 80, 24);
    terminal.wait_for("Python 3");
    terminal.send("\r");
    terminal.wait_for("new files");
    terminal.wait_for("your home folder;");
    terminal.wait_for("takes one of its own");
    terminal.send("\x03\x03");
    assert_eq!(terminal.end(), 130);
    assert!(!room.files().contains(&"flake.nix".to_owned()), "{:?}", room.files());
    terminal.assert_clean();
}

#[test]
fn what_was_answered_guided_is_what_is_written() {
    let room = Room::new();
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 120, 36);
    terminal.wait_for("Python 3");
    terminal.send("j\r");
    terminal.wait_for("What is the project called?");
    terminal.send("\x15lab\r");
    terminal.wait_for("Which framework");
    terminal.send("/scikit\r");
    terminal.wait_for("Where should the code run?");
    terminal.send("\r");
    terminal.wait_for("Which Python?");
    terminal.send("\r");
    terminal.wait_for("Anything else?");
    terminal.send(" \r");
    terminal.wait_for("new files");
    terminal.send("\r");
    terminal.wait_for("Written, not validated");
    let answers = std::fs::read_to_string(room.project().join("nixml.toml")).unwrap();
    for part in ["name = \"lab\"", "framework = \"scikit-learn\"", "jupyter"] {
        assert!(answers.contains(part), "{answers}");
    }
    terminal.send("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_clean();
}

#[test]
fn a_file_of_somebody_else_is_not_touched() {
    let room = Room::new();
    let file = room.project().join("flake.nix");
    std::fs::write(&file, "{ }\n").unwrap();
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 80, 24);
    terminal.wait_for("Python 3");
    terminal.send("\r");
    terminal.wait_for("in the way: flake.nix");
    terminal.send("\r");
    terminal.wait_for("cannot write");
    terminal.send("\x1b\x03\x03");
    assert_eq!(terminal.end(), 130);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{ }\n");
    assert_eq!(room.files(), ["flake.nix"]);
    terminal.assert_clean();
}

#[test]
fn a_project_that_was_there_is_taken_over_and_what_cannot_be_is_said() {
    let room = Room::new();
    let wishes = "torch>=2.4\nnumpy<3\ngit+https://example.org/x.git\n-e .\n";
    std::fs::write(room.project().join("requirements.txt"), wishes).unwrap();
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[], 80, 24);
    terminal.wait_for("Python 3");
    terminal.wait_for("What your project's files ask for is taken over");
    terminal.send("\r");
    let review = terminal.wait_for("new files");
    assert!(review.contains("numpy<3"), "{review}");
    assert!(review.contains("2 lines of your project's files are not taken over: w says which and why."), "{review}");
    terminal.send("w");
    let why = terminal.wait_for("Why this plan");
    assert!(why.contains("requirements.txt:3"), "{why}");
    terminal.send("\x1b");
    terminal.wait_for("Enter on a row changes it");
    terminal.send("\r");
    terminal.wait_for("Written, not validated");
    assert_eq!(std::fs::read_to_string(room.project().join("requirements.txt")).unwrap(), wishes, "their file is theirs");
    terminal.send("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_clean();
}
