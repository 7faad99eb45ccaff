//! What nixml says: every error has what, why and what next; no advice would open a door.

use nixml::core::data::Data;

use crate::room::{INIT, Room};

/// Commands that fail, each in its own way, and the code they end with.
const FAILING: &[(&[&str], i32)] = &[
    (&[], 3),
    (&["init", "demo"], 2),
    (&["init", "demo", "--yes"], 2),
    (&["init", "demo", "--framework", "nope", "--yes"], 2),
    (&["init", "demo", "--framework", "jax", "--targets", "gpu", "--yes"], 2),
    (&["init", "demo", "--framework", "jax", "--name", "a b", "--yes"], 2),
    (&["init", "no/such/folder/demo", "--framework", "jax", "--targets", "cpu", "--yes"], 3),
    (&["init", "demo", "--answers", "missing.toml", "--yes"], 2),
    (&["init", "demo", "--set", "x", "--yes"], 2),
    (&["validate", "nowhere"], 3),
    (&["validate", "home"], 3),
    (&["undo", "home"], 2),
    (&["outdated", "home"], 2),
    (&["explain", "no-such-code"], 2),
    (&["explain", "missing/file.log"], 2),
    (&["doctor", "no-such-check"], 2),
    (&["doctor", "--dir", "nowhere"], 2),
    (&["matrix", "--framework", "nope"], 2),
    (&["matrix", "--driver", "x"], 2),
    (&["probe", "--host", "missing.toml"], 2),
    (&["schema", "nope"], 2),
    (&["join", "missing.toml"], 2),
    (&["class", "check", "missing.toml", "--hosts", "."], 2),
    (&["--data", "missing", "doctor"], 2),
];

#[test]
fn every_error_is_three_short_parts() {
    let room = Room::new();
    for (arguments, code) in FAILING {
        let mut command = room.nixml(arguments);
        if arguments.contains(&"--host") {
            command.env_remove("NIXML_HOST");
        }
        let ran: crate::support::ran::Ran = command.output().unwrap().into();
        assert_eq!(ran.code(), Some(*code), "{arguments:?}: {}", ran.told());
        let err = ran.err();
        let lines: Vec<&str> = err.lines().filter(|line| !line.starts_with("warning: ") && !line.is_empty()).collect();
        assert!(lines.first().is_some_and(|first| first.starts_with("error: ")), "{arguments:?}: {err}");
        assert!(err.matches("error: ").count() == 1 && lines.len() <= 6 && err.len() < 1500, "{arguments:?}: {err}");
        for wrong in ["os error", "panicked", "RUST_BACKTRACE", "Error {", "Some(", "None", "\u{1b}", "unwrap", "stack"] {
            assert!(!err.contains(wrong), "{arguments:?}: {wrong:?} in {err}");
        }
        assert!(ran.out().is_empty(), "{arguments:?}: {}", ran.out());
    }
    // A refusal of a file names it and the way out.
    std::fs::create_dir(room.path("demo")).unwrap();
    std::fs::write(room.path("demo/flake.nix"), "{ }").unwrap();
    room.run(&INIT).exits(4).says("`flake.nix`").says("hint: ").says("--force");
}

/// Where an advice or a page stands, in nixml's own data.
fn advices() -> Vec<(String, String)> {
    let data = Data::embedded();
    let spoken = |path: &str| {
        ["assets/remedies", "assets/diagnoses/", "assets/glossary/", "templates/", "wizard-steps/"]
            .iter()
            .any(|begin| path.starts_with(begin))
    };
    data.paths().filter(|path| spoken(path)).map(|path| (path.to_owned(), data.text(path).unwrap().to_owned())).collect()
}

#[test]
fn no_advice_opens_a_door() {
    let all = advices();
    assert!(all.len() > 60, "{}", all.len());
    for (path, text) in all {
        for (number, line) in text.lines().enumerate() {
            // What a pattern or an example of an error looks like is not said to anybody, nor is a comment.
            let quoted =
                ["pattern", "any", "all", "none", "text", "#", "'"].iter().any(|word| line.trim_start().starts_with(word));
            let place = format!("{path}:{}: {line}", number + 1);
            let line = line.to_lowercase();
            let pipes = line.contains("curl") && (line.contains("| sh") || line.contains("| bash") || line.contains("|sh"));
            assert!(!pipes, "{place}");
            for wrong in
                ["sudo pip", "pip install --break-system-packages", "chmod 777", "chmod -r 777", "--no-sandbox", "--privileged"]
            {
                assert!(quoted || !line.contains(wrong), "{place}");
            }
            // Named only to warn of it.
            for door in ["accept-flake-config", "trusted-users"] {
                let opens = line.contains(&format!("{door} = true"))
                    || line.contains(&format!("--{door}"))
                    || line.contains(&format!("extra-{door}"));
                assert!(quoted || !opens, "{place}");
            }
        }
    }
}

#[test]
fn a_machine_whose_doors_are_open_is_warned() {
    let room = Room::new();
    let open = "schema = 1\n[nix]\ninstalled = true\n[nix.settings]\naccept-flake-config = \"true\"\n";
    std::fs::write(room.path("open.toml"), open).unwrap();
    let mut command = room.nixml(&["doctor", "accept-flake-config", "--json", "--host", "open.toml"]);
    let ran: crate::support::ran::Ran = command.env_remove("NIXML_HOST").output().unwrap().into();
    let finding = &ran.json()["findings"][0];
    assert_eq!(
        (finding["verdict"].as_str(), finding["code"].as_str()),
        (Some("warn"), Some("accept-flake-config")),
        "{}",
        ran.told()
    );
}

#[test]
fn a_full_disk_under_the_output_is_no_bug() {
    if !std::path::Path::new("/dev/full").exists() {
        crate::support::skip!("there is no /dev/full");
    }
    let room = Room::new();
    for arguments in
        [&["doctor"][..], &["matrix", "--json"], &["probe", "--json"], &["report"], &["man"], &["completions", "bash"]]
    {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ran: crate::support::ran::Ran = room.nixml(arguments).stdout(full).output().unwrap().into();
        assert_eq!(ran.code(), Some(3), "{arguments:?}: {}", ran.told());
        ran.says("No space left").never_says("bug");
    }
}
