//! Input files that are bombs, broken, or ask for more than answers: refused at their line, quickly and in little memory.

use std::fs;
use std::process::Stdio;

use crate::limits::watch_memory;
use crate::room::Room;
use crate::support::ran::Ran;

fn with_answers(room: &Room, bytes: &[u8]) -> (Ran, u64) {
    fs::write(room.path("answers.toml"), bytes).unwrap();
    let mut command = room.nixml(&["init", "demo", "--answers", "answers.toml", "--yes", "--no-validate", "--no-git"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let most = watch_memory(&child);
    (child.wait_with_output().unwrap().into(), most)
}

const GOOD: &str = "schema = 1\nname = \"lab\"\nframework = \"jax\"\ntargets = [\"cpu\"]\n";

#[test]
fn what_is_no_answer_is_refused_at_its_line() {
    let room = Room::new();
    for (bytes, says) in [
        (format!("{GOOD}yes = true\n"), "5:1"),
        (format!("{GOOD}force = true\n"), "5:1"),
        (format!("{GOOD}trust = true\n"), "5:1"),
        (format!("{GOOD}telemetry = true\n"), "5:1"),
        (format!("{GOOD}shellHook = \"id\"\n"), "5:1"),
        (format!("{GOOD}nixpkgs = \"github:evil/nixpkgs\"\n"), "5:1"),
        (format!("{GOOD}python = 3.13\n"), "5:1"),
        (format!("{GOOD}name = \"twice\"\n"), "5:1"),
        (format!("{GOOD}packages = [\"torch @ file:///etc\"]\n"), "5:1"),
        (format!("{GOOD}packages = [\"-e .\"]\n"), "5:1"),
        (format!("{GOOD}packages = [\"--index-url=http://x\"]\n"), "5:1"),
        (GOOD.replace("lab", "x${builtins.readFile \\\"/etc/hostname\\\"}"), "2:1"),
        (GOOD.replace("lab", "a\\n"), "2:1"),
        (GOOD.replace("lab", "\u{17f}"), "2:1"),
        (GOOD.replace("lab", "\u{212a}"), "2:1"),
        (GOOD.replace("lab", "-a"), "2:1"),
        (GOOD.replace("lab", ".."), "2:1"),
        (GOOD.replace("lab", "a\0b"), "2:"),
        (GOOD.replace('=', ""), "1:"),
        (format!("{GOOD}\0"), "5:"),
    ] {
        let (ran, _) = with_answers(&room, bytes.as_bytes());
        ran.exits(2);
        assert!(ran.err().contains(&format!("answers.toml:{says}")), "{bytes:?}: {}", ran.err());
        assert!(room.tree("demo").is_empty(), "{bytes:?}");
    }
    with_answers(&room, &[0xff, 0xfe, b'a']).0.exits(2).says("not UTF-8");
    // What editors of other systems write is fine.
    let (ran, _) = with_answers(&room, format!("\u{feff}{}", GOOD.replace('\n', "\r\n")).as_bytes());
    ran.exits(0);
}

#[test]
fn bombs_cost_nothing() {
    let room = Room::new();
    let deep = |open: &str, count: usize| format!("{GOOD}packages = {}", open.repeat(count)).into_bytes();
    let mut keys = GOOD.to_owned();
    keys.extend((0..200_000).map(|number| format!("k{number} = 1\n")));
    for bytes in [
        deep("[", 100_000),
        deep("[", 60_000),
        deep("{b=", 20_000),
        format!("a{}", ".a".repeat(30_000)).into_bytes(),
        keys.into_bytes(),
        vec![b'#'; 50 << 20],
    ] {
        let (ran, most) = with_answers(&room, &bytes);
        ran.exits(2);
        assert!(ran.err().len() < 2000 && most < 100 << 10, "{} bytes: {most} KiB, {}", bytes.len(), ran.err());
        assert!(room.tree("demo").is_empty());
    }
    // Neither do a pipe without end, a device or a folder.
    for path in ["/dev/zero", "/", "/proc/self/mem"] {
        room.run(&["init", "demo", "--answers", path, "--yes"]).exits(2);
    }
}
