//! The whole program on a terminal: the first frame, a key, a flood.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nixml::edge::child::{Environment, Order, Program, Told};
use nixml::front::tui::pane::Pane;

use crate::minimal;
use crate::sample::{Goal, Row, ms, pairs};
use crate::terminal::Terminal;

const NIXML: &str = env!("CARGO_BIN_EXE_nixml");
const SMALL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (200, 60);

/// A private home with a `bin` of its own before the system's programs.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        for inner in ["bin", "demo", "fake"] {
            std::fs::create_dir(home.path().join(inner)).unwrap();
        }
        Self(home)
    }

    fn at(&self, inner: &str) -> PathBuf {
        self.0.path().join(inner)
    }

    fn env(&self) -> Vec<(String, String)> {
        let path = format!("{}:/usr/bin:/bin", self.at("bin").display());
        let here = self.0.path().display().to_string();
        [
            ("HOME", here.as_str()),
            ("PATH", &path),
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
            ("SHELL", "/bin/sh"),
            ("FAKE_DIR", self.at("fake").to_str().unwrap()),
            ("FAKE_NIX", "flood-without-end"),
            ("GIT_CEILING_DIRECTORIES", &here),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    fn nixml(&self, (columns, rows): (u16, u16)) -> Terminal {
        Terminal::start(Path::new(NIXML), &[], &self.at("demo"), &self.env(), columns, rows)
    }

    fn floor(&self, (columns, rows): (u16, u16)) -> Terminal {
        let own = std::env::current_exe().unwrap();
        Terminal::start(&own, &[minimal::NAME], &self.at("demo"), &self.env(), columns, rows)
    }
}

/// The first frame, and a key without anything else going on.
pub fn start() -> Vec<Row> {
    let home = Home::new();
    let first = |mut terminal: Terminal, text: &str, keys: &str| {
        terminal.until_says(text);
        let time = ms(terminal.elapsed());
        terminal.settle();
        terminal.leave(keys);
        time
    };
    let frames = pairs(15, || first(home.nixml(LARGE), "step 1/", "\x03\x03"), || first(home.floor(LARGE), "row 1 of", "q"));
    let mut rows = vec![Row::beside("First frame at 200x60", "ms", "a bare ratatui program", &frames).goal(Goal::AtMost(5.0))];
    for (what, size) in [("Key to frame at 80x24", SMALL), ("Key to frame at 200x60", LARGE)] {
        let (mut ours, mut theirs) = (home.nixml(size), home.floor(size));
        ours.until_says("Python 3");
        theirs.until_says("row 1 of");
        ours.settle();
        theirs.settle();
        let mut down = [false, false];
        let mut key = |terminal: &mut Terminal, who: usize| {
            down[who] = !down[who];
            let start = terminal.send(if down[who] { "j" } else { "k" });
            assert!(terminal.take(Duration::from_secs(5)), "a key that nobody answers");
            let time = ms(start.elapsed());
            // As fast as a held key repeats.
            while terminal.take(Duration::from_millis(35)) {}
            time
        };
        let mut measured = Vec::new();
        for turn in 0..100 {
            let pair = (key(&mut ours, 0), key(&mut theirs, 1));
            if turn > 0 {
                measured.push(pair);
            }
        }
        rows.push(Row::beside(what, "ms", "a bare ratatui program", &measured).goal(Goal::AtMost(2.0)));
        if size == LARGE {
            rows.push(Row::alone("Memory of the wizard, waiting", "MB", vec![mega(ours.memory())]).goal(Goal::AtMost(15.0)));
        }
        ours.leave("\x03\x03");
        theirs.leave("q");
    }
    rows
}

/// Keys and memory while a child floods the screen, beside tmux.
pub fn flood() -> Vec<Row> {
    let home = Home::new();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::copy(here.join("tests/validate_fake/nix"), home.at("bin/nix")).unwrap();
    std::fs::copy(here.join("tests/validate_fake/uv"), home.at("bin/uv")).unwrap();
    let mut ours = home.nixml(LARGE);
    ours.until_says("Python 3");
    ours.send("\r");
    ours.until_says("new files");
    ours.send("\r");
    ours.until_says("of the flood");
    let mut theirs = tmux(&home);
    let help = |terminal: &mut Terminal| {
        let start = terminal.send("?");
        terminal.until_says("Esc closes");
        let time = ms(start.elapsed());
        terminal.send("\x1b");
        terminal.until(|screen| !screen.contains("Esc closes"));
        time
    };
    let mut typed = 0;
    let mut echo = |terminal: &mut Terminal| {
        typed += 1;
        let start = terminal.send("x");
        let wanted = "x".repeat(typed);
        terminal.until(|screen| screen.contains(&wanted));
        ms(start.elapsed())
    };
    let mut rows = Vec::new();
    if let Some(tmux) = &mut theirs {
        let measured = pairs(40, || help(&mut ours), || echo(tmux));
        rows.push(
            Row::beside("Key to frame at 200x60 while a child floods", "ms", "tmux, a key beside a flooded pane", &measured)
                .goal(Goal::AtMost(10.0)),
        );
    } else {
        let values = (0..40).map(|_| help(&mut ours)).collect();
        rows.push(Row::alone("Key to frame at 200x60 while a child floods", "ms", values).goal(Goal::AtMost(10.0)));
    }
    rows.push(
        Row::alone("Memory with a full scrollback at 200x60, in a flood", "MB", vec![mega(ours.memory())])
            .goal(Goal::AtMost(60.0)),
    );
    ours.leave("\x03\x03");
    if theirs.is_some() {
        // Its server is nobody's child: it ends when it is told to.
        let _ = Command::new("tmux").arg("-S").arg(home.at("tmux")).arg("kill-server").status();
    }
    rows
}

/// tmux with `yes` in one pane and `cat` in the other.
fn tmux(home: &Home) -> Option<Terminal> {
    which::which("tmux").ok()?;
    let socket = home.at("tmux");
    let args = [
        "-S",
        socket.to_str().unwrap(),
        "-f",
        "/dev/null",
        "new-session",
        "yes a line of the other flood",
        ";",
        "split-window",
        "cat",
    ];
    let mut terminal = Terminal::start(Path::new("/usr/bin/tmux"), &args, &home.at("demo"), &home.env(), LARGE.0, LARGE.1);
    terminal.until_says("of the other flood");
    std::thread::sleep(Duration::from_millis(300));
    Some(terminal)
}

#[expect(clippy::cast_precision_loss, reason = "a size for people")]
fn mega(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// How long `cat FILE` on a terminal takes when every read goes to `take`; in seconds.
pub fn through_a_terminal(file: &Path, mut take: impl FnMut(&[u8])) -> f64 {
    use std::io::Read as _;
    let (mut pty, pts) = pty_process::blocking::open().unwrap();
    pty.resize(pty_process::Size::new(60, 200)).unwrap();
    let start = Instant::now();
    let mut child = pty_process::blocking::Command::new("cat").arg(file).spawn(pts).unwrap();
    let mut buffer = vec![0; 65536];
    while let Ok(read) = pty.read(&mut buffer) {
        if read == 0 {
            break;
        }
        take(&buffer[..read]);
    }
    child.wait().unwrap();
    start.elapsed().as_secs_f64()
}

/// The same as the wizard does it: read on one thread, drawn into the pane on another.
pub fn through_a_pane(file: &Path, pane: &Pane) -> f64 {
    let (over, ended) = std::sync::mpsc::channel();
    let order = Order::new("cat", "/", Environment::inherited()).args([file]);
    let pane = pane.clone();
    let start = Instant::now();
    let _program = Program::start(order, (60, 200), move |told| match told {
        Told::Output(bytes) => pane.feed(bytes),
        Told::Ended(_) => over.send(start.elapsed()).unwrap(),
    })
    .unwrap();
    ended.recv().unwrap().as_secs_f64()
}

/// The same through tmux's own screen, nobody attached; `None` without tmux.
pub fn through_tmux(file: &Path) -> Option<f64> {
    which::which("tmux").ok()?;
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("s");
    let tmux = |args: &[&str]| {
        let mut command = Command::new("tmux");
        command.arg("-S").arg(&socket).args(["-f", "/dev/null"]).args(args).stdin(Stdio::null()).stdout(Stdio::null());
        assert!(command.status().unwrap().success());
    };
    let start = Instant::now();
    let work = format!("cat {}; tmux -S {} wait-for -S done; sleep 1", file.display(), socket.display());
    tmux(&["new-session", "-d", "-x", "200", "-y", "60", &work]);
    tmux(&["wait-for", "done"]);
    let time = start.elapsed().as_secs_f64();
    tmux(&["kill-server"]);
    Some(time)
}
