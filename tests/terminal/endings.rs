//! Every way to end on every screen: the terminal is as it was found at once, nobody is left, and the code says why.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::Room;
use crate::support::pty::Terminal;

/// A screen: its name, the keys that lead there, one after another when what stands beside them is seen, and what is then seen.
pub struct Screen {
    pub name: &'static str,
    pub way: &'static [(&'static str, &'static str)],
    pub seen: &'static str,
}

const NAME: &[(&str, &str)] = &[("Python 3", "j\r")];
const FRAMEWORK: &[(&str, &str)] = &[("Python 3", "j\r"), ("What is the project called?", "\r")];
const TARGETS: &[(&str, &str)] = &[("Python 3", "j\r"), ("What is the project called?", "\r"), ("Which framework", "/jax\r")];
const REVIEW: &[(&str, &str)] = &[("Python 3", "\r")];
const RUNNING: &[(&str, &str)] = &[("Python 3", "\r"), ("new files", "\r")];

/// Every screen and every box over one.
pub const SCREENS: &[Screen] = &[
    Screen { name: "machine", way: &[], seen: "Step by step" },
    Screen { name: "machine: why", way: &[("Python 3", "w")], seen: "Esc" },
    Screen { name: "machine: help", way: &[("Python 3", "?")], seen: "The keys here" },
    Screen { name: "machine: preview", way: &[("Python 3", "p")], seen: "flake.nix" },
    Screen { name: "name", way: NAME, seen: "What is the project called?" },
    Screen { name: "framework", way: FRAMEWORK, seen: "Which framework" },
    Screen {
        name: "framework: search",
        way: &[("Python 3", "j\r"), ("What is the project called?", "\r"), ("Which framework", "/ja")],
        seen: "ja",
    },
    Screen { name: "targets", way: TARGETS, seen: "Where should the code run?" },
    Screen {
        name: "python",
        way: &[
            ("Python 3", "j\r"),
            ("What is the project called?", "\r"),
            ("Which framework", "/jax\r"),
            ("Where should the code run?", "\r"),
        ],
        seen: "Which Python?",
    },
    Screen {
        name: "extras",
        way: &[
            ("Python 3", "j\r"),
            ("What is the project called?", "\r"),
            ("Which framework", "/jax\r"),
            ("Where should the code run?", "\r"),
            ("Which Python?", "\r"),
        ],
        seen: "Anything else?",
    },
    Screen { name: "review", way: REVIEW, seen: "new files" },
    Screen { name: "review: leave?", way: &[("Python 3", "\r"), ("new files", "\x03")], seen: "Leave nixml?" },
    Screen { name: "running", way: RUNNING, seen: "hanging here" },
    Screen {
        name: "running: pane",
        way: &[("Python 3", "\r"), ("new files", "\r"), ("hanging here", "\x1bOQ")],
        seen: "leave the pane",
    },
    Screen {
        name: "running: leave?",
        way: &[("Python 3", "\r"), ("new files", "\r"), ("hanging here", "\x03")],
        seen: "s stops",
    },
];

/// A machine whose Nix starts, says so and hangs with a child that left its session.
pub fn hanging() -> Room {
    let room = Room::new();
    fs::create_dir(room.folder("bin")).unwrap();
    let script = "#!/bin/sh\ncase \" $* \" in *\" --version \"*) echo 'nix (Nix) 2.34.8'; exit 0 ;; esac\n\
                  setsid sleep 86394 &\necho 'hanging here' >&2\nexec sleep 86393\n";
    fs::write(room.folder("bin/nix"), script).unwrap();
    fs::set_permissions(room.folder("bin/nix"), fs::Permissions::from_mode(0o755)).unwrap();
    room
}

fn reach(room: &Room, screen: &Screen, more: &[(&str, &str)]) -> Terminal {
    let path = format!("{}:/usr/bin:/bin", room.folder("bin").display());
    let env: Vec<(&str, &str)> = more.iter().copied().chain([("PATH", path.as_str())]).collect();
    let terminal = room.nixml("laptop-no-gpu", &[], &env, 80, 24);
    for (seen, keys) in screen.way {
        terminal.wait_for(seen);
        terminal.send(keys);
    }
    terminal.wait_for(screen.seen);
    terminal
}

/// How long until the terminal is as it was found, from now on.
fn until_restored(terminal: &Terminal) -> Duration {
    let begin = Instant::now();
    while !(terminal.restored() && !terminal.emulated().alternate_screen() && !terminal.emulated().hide_cursor()) {
        assert!(begin.elapsed() < Duration::from_mins(1), "the terminal does not come back: {}", terminal.screen());
        std::thread::sleep(Duration::from_millis(2));
    }
    begin.elapsed()
}

/// One end of one screen; how long the terminal and the last child took.
///
/// The mouse is taken on every other screen: it goes the same ways.
fn play(screen: &Screen, end: &str) -> (Duration, Duration) {
    let room = hanging();
    let trigger = room.folder("now");
    let place = end.strip_prefix("panic in ").unwrap_or("nowhere");
    let mouse = SCREENS.iter().position(|other| other.name == screen.name).is_some_and(|at| at % 2 == 0);
    let more = [
        ("NIXML_TEST_PANIC", place),
        ("NIXML_TEST_PANIC_WHEN", trigger.to_str().unwrap()),
        ("NIXML_MOUSE", if mouse { "1" } else { "" }),
    ];
    let mut terminal = reach(&room, screen, &more);
    let begin = Instant::now();
    let code = match end {
        "TERM" | "HUP" | "INT" => {
            let (signal, code) = match end {
                "TERM" => (Signal::TERM, 143),
                "HUP" => (Signal::HUP, 129),
                _ => (Signal::INT, 130),
            };
            terminal.signal(signal);
            code
        }
        "Ctrl-C" => {
            terminal.send("\x03\x03");
            130
        }
        "gone" => {
            terminal.vanish();
            129
        }
        _ => {
            fs::write(&trigger, "").unwrap();
            match place {
                "signals" => terminal.signal(Signal::CONT),
                _ => terminal.send("\x1b[5~"),
            }
            70
        }
    };
    let restored = if end == "gone" { Duration::ZERO } else { until_restored(&terminal) };
    assert_eq!(terminal.end(), code, "{end} at `{}`: {}", screen.name, terminal.screen());
    while !room.running().is_empty() {
        assert!(begin.elapsed() < Duration::from_mins(1), "{end} at `{}`: {:?} are left", screen.name, room.running());
        std::thread::sleep(Duration::from_millis(5));
    }
    let alone = begin.elapsed();
    if end != "gone" {
        terminal.assert_clean();
        terminal.assert_harmless();
    }
    if code == 70 {
        let told = terminal.screen();
        assert!(told.contains("asked for by a test") && told.contains("nixml report"), "{end} at `{}`: {told}", screen.name);
    }
    let wrote = screen.name.starts_with("running");
    assert_eq!(room.files().contains(&"flake.nix".to_owned()), wrote, "{end} at `{}`", screen.name);
    let unfinished: Vec<String> = room.files().into_iter().filter(|path| path.contains(".nixml-")).collect();
    assert!(unfinished.is_empty(), "{end} at `{}`: {unfinished:?}", screen.name);
    (restored, alone)
}

const ENDS: [&str; 8] = ["TERM", "HUP", "INT", "Ctrl-C", "gone", "panic in screen", "panic in keys", "panic in signals"];

#[test]
fn an_end_on_every_screen_leaves_the_terminal_as_it_was_found() {
    for (place, screen) in SCREENS.iter().enumerate() {
        // Three passes over the screens meet every end; the long test plays every pair.
        play(screen, ENDS[place % ENDS.len()]);
    }
}

#[test]
fn a_panic_in_any_other_thread_ends_it_as_a_bug() {
    // Asked of git before the first key, of the machine, of the writing, of a validation that speaks.
    let first = Screen { name: "machine", way: &[], seen: "nixml report" };
    for place in ["git", "probe", "world", "job"] {
        let room = hanging();
        let screen = if place == "git" || place == "probe" { &first } else { &Screen { way: REVIEW, ..first } };
        let path = format!("{}:/usr/bin:/bin", room.folder("bin").display());
        let mut terminal = room.nixml("laptop-no-gpu", &[], &[("PATH", path.as_str()), ("NIXML_TEST_PANIC", place)], 80, 24);
        for (seen, keys) in screen.way {
            terminal.wait_for(seen);
            terminal.send(keys);
        }
        assert_eq!(terminal.end(), 70, "{place}: {}", terminal.screen());
        terminal.assert_clean();
        assert!(terminal.screen().contains(&format!("in `{place}`")), "{place}: {}", terminal.screen());
        assert!(room.files().is_empty(), "{place}");
    }
    // In the middle of a validation: its children go, too.
    let room = hanging();
    let running = SCREENS.iter().find(|screen| screen.name == "running").unwrap();
    let mut terminal = reach(&room, running, &[("NIXML_TEST_PANIC", "validation"), ("NIXML_TEST_PANIC_WHEN", "/nonexistent")]);
    assert!(!room.running().is_empty());
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.end(), 143);
    let room = hanging();
    let path = format!("{}:/usr/bin:/bin", room.folder("bin").display());
    let env = [("PATH", path.as_str()), ("NIXML_TEST_PANIC", "validation")];
    let mut terminal = room.nixml("laptop-no-gpu", &[], &env, 80, 24);
    for (seen, keys) in RUNNING {
        terminal.wait_for(seen);
        terminal.send(keys);
    }
    assert_eq!(terminal.end(), 70, "{}", terminal.screen());
    terminal.assert_clean();
    let begin = Instant::now();
    while !room.running().is_empty() {
        assert!(begin.elapsed() < Duration::from_mins(1), "{:?} are left", room.running());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
#[ignore = "long: every end on every screen, with the clock"]
fn every_end_on_every_screen_within_half_a_second() {
    let (mut slowest, mut last) = (Duration::ZERO, Duration::ZERO);
    for screen in SCREENS {
        for end in ENDS {
            let (restored, alone) = play(screen, end);
            println!("{:18} {end:16} {:4} ms, alone after {:5} ms", screen.name, restored.as_millis(), alone.as_millis());
            assert!(restored < Duration::from_millis(500), "{end} at `{}`: {restored:?}", screen.name);
            assert!(alone < Duration::from_secs(8), "{end} at `{}`: {alone:?}", screen.name);
            (slowest, last) = (slowest.max(restored), last.max(alone));
        }
    }
    println!(
        "the slowest terminal came back after {} ms, the last child went after {} ms",
        slowest.as_millis(),
        last.as_millis()
    );
}

#[test]
fn a_person_who_presses_ctrl_c_again_and_again_gets_one_end() {
    for times in [2, 3, 8] {
        let room = hanging();
        let mut terminal = reach(&room, SCREENS.iter().find(|screen| screen.name == "running").unwrap(), &[]);
        (0..times).for_each(|_| terminal.signal(Signal::INT));
        assert_eq!(terminal.end(), 130);
        terminal.assert_clean();
        assert!(room.running().is_empty());
    }
}

#[test]
fn a_terminal_that_takes_no_more_bytes_does_not_hold_the_end() {
    let room = hanging();
    let mut terminal = reach(&room, &SCREENS[0], &[]);
    terminal.pause();
    terminal.signal(Signal::TERM);
    let begin = Instant::now();
    while !terminal.over() {
        assert!(begin.elapsed() < Duration::from_mins(1));
        std::thread::sleep(Duration::from_millis(10));
    }
    terminal.go_on();
    assert_eq!(terminal.end(), 143);
    assert!(terminal.restored());
}

#[test]
fn a_kill_nine_is_the_only_end_that_leaves_something_and_the_next_start_works() {
    let room = hanging();
    let mut terminal = reach(&room, &SCREENS[0], &[]);
    terminal.signal(Signal::KILL);
    assert_eq!(terminal.end(), 137);
    let mut again = reach(&room, &SCREENS[0], &[]);
    again.send("\x03\x03");
    assert_eq!(again.end(), 130);
    again.assert_clean();
}

#[test]
fn a_flood_in_a_validation_holds_up_no_key() {
    let room = hanging();
    let script = "#!/bin/sh\ncase \" $* \" in *\" --version \"*) echo 'nix (Nix) 2.34.8'; exit 0 ;; esac\n\
                  yes 'a line of the flood \x1b]52;c;ZXZpbA==\x07 that never ends' >&2\n";
    fs::write(room.folder("bin/nix"), script).unwrap();
    let path = format!("{}:/usr/bin:/bin", room.folder("bin").display());
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[("PATH", path.as_str())], 80, 24);
    for (seen, keys) in RUNNING {
        terminal.wait_for(seen);
        terminal.send(keys);
    }
    terminal.wait_for("a line of the flood");
    terminal.send("?");
    terminal.wait_for("The keys here");
    terminal.send("\x1b");
    terminal.send("\x03\x03");
    assert_eq!(terminal.end(), 130);
    terminal.assert_clean();
    terminal.assert_harmless();
    assert!(room.running().is_empty());
}

#[test]
fn without_all_its_streams_there_is_one_line_and_code_three() {
    let room = Room::new();
    for (script, code) in [
        ("\"$NIXML\" </dev/null; echo code $?", 3),
        ("\"$NIXML\" | cat; echo code ${PIPESTATUS[0]}", 3),
        ("\"$NIXML\" <&-; echo code $?", 3),
        ("\"$NIXML\" >/dev/null; echo code $?", 3),
        ("\"$NIXML\" <&- >&- 2>&-; echo code $?", 3),
        ("TERM=dumb \"$NIXML\" doctor >/dev/null; echo code $?", 0),
        ("unset TERM; \"$NIXML\" doctor >/dev/null; echo code $?", 0),
    ] {
        let mut terminal = room.program(std::path::Path::new("/bin/bash"), &["-c", script], "laptop-no-gpu", &[], 80, 24);
        terminal.end();
        let screen = terminal.screen();
        assert!(screen.contains(&format!("code {code}")), "{script}: {screen}");
        assert!(!terminal.bytes().contains(&0x1b) && !screen.contains("panicked"), "{script}: {screen}");
        terminal.assert_clean();
    }
}

#[test]
fn a_machine_that_lies_in_its_names_draws_no_picture_of_its_own() {
    let room = Room::new();
    let host = room.folder("host.toml");
    let name = "Evil \\u001b]52;c;ZXZpbA==\\u0007\\u001b[2J\\u202e Card\\nsecond line";
    let text = format!(
        "schema = 1\n[os]\nkind = \"linux\"\narch = \"x86_64\"\ndistro = \"{name}\"\n[[gpus]]\nindex = 0\nname = \"{name}\"\nvendor = \"nvidia\"\n\
         compute = \"8.9\"\n[driver]\nversion = \"550.163.01\"\n"
    );
    fs::write(&host, text).unwrap();
    let mut terminal = room.nixml("laptop-no-gpu", &[], &[("NIXML_HOST", host.to_str().unwrap())], 80, 24);
    terminal.wait_for("Evil");
    terminal.send("\r");
    terminal.wait_for("new files");
    terminal.send("\x03\x03");
    assert_eq!(terminal.end(), 130);
    terminal.assert_clean();
    terminal.assert_harmless();
    assert!(!String::from_utf8_lossy(&terminal.bytes()).contains('\u{202e}'));
}
