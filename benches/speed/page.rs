//! `docs/performance.md`.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use crate::sample::Row;

/// Titles and their rows, as one round gave them.
type Round = Vec<(&'static str, Vec<Row>)>;

/// Writes the page from both rounds.
pub fn write(rounds: &[Round], binary: u64) {
    let mut page = String::from(
        "# Performance\n\nWritten by `just bench` (`NIXML_WRITE_DOCS=1 cargo bench --bench speed`): everything is measured twice, each time beside a floor or a \
         peer in the same run, in turn. A cell is the median with the middle eight of ten in brackets; the ratio is ours by the peer's, pair by pair, \
         so it holds on a machine that is slower or busy. Where a goal stands, both rounds are held against it.\n\n",
    );
    writeln!(
        page,
        "Machine: {}.\n\nThe binary that was measured: {:.1} MB (goal: at most 8 MB). Cargo builds it for a benchmark with all features that any crate of the tests asks for; \
         what `cargo build --release` makes of the same source is smaller: see below.",
        machine(),
        binary as f64 / 1e6
    )
    .unwrap();
    for (place, (title, first)) in rounds[0].iter().enumerate() {
        write!(page, "\n## {title}\n\n| what | round | ours | beside | theirs | ratio | goal |\n|---|---|---|---|---|---|---|\n")
            .unwrap();
        for (row_place, row) in first.iter().enumerate() {
            for (round, groups) in rounds.iter().enumerate() {
                line(&mut page, if round == 0 { row.what } else { "" }, round + 1, &groups[place].1[row_place]);
            }
        }
    }
    page.push_str(
        &std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/speed/notes.md")).unwrap_or_default(),
    );
    std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/performance.md"), page).unwrap();
}

fn line(page: &mut String, what: &str, round: usize, row: &Row) {
    let (name, theirs, ratio) = match &row.peer {
        Some(peer) => (peer.name, format!("{} {}", peer.sample.words(), row.unit), peer.ratio.words()),
        None => ("", String::new(), String::new()),
    };
    let goal = match row.met() {
        None => String::new(),
        Some(true) => format!("{}: met", row.goal_words()),
        Some(false) => format!("{}: **missed**", row.goal_words()),
    };
    writeln!(page, "| {what} | {round} | {} {} | {name} | {theirs} | {ratio} | {goal} |", row.sample.words(), row.unit).unwrap();
}

/// What was measured on, without names.
fn machine() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .and_then(|rest| rest.split(':').nth(1))
        .unwrap_or("?")
        .trim();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let word = |program: &str, args: &[&str]| {
        let output = Command::new(program).args(args).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let date = word("date", &["-u", "+%Y-%m-%d"]).unwrap_or_default();
    let kernel = word("uname", &["-r"]).unwrap_or_default();
    let rust = word("rustc", &["--version"]).unwrap_or_default();
    format!("{model}, {cores} cores, Linux {kernel}, {rust}, {date}")
}
