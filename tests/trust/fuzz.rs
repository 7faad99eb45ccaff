//! The fuzz targets without a fuzzer: every kept input, and seeded mutations of each. `scripts/fuzz` looks for new ones.

#[path = "../../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::room::Dice;

use targets::{TARGETS, Target};

/// The inputs that are kept for a target, found ones and those to begin from, in the order of their names.
fn corpus(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// Another input like this one.
fn mutated(dice: &mut Dice, seeds: &[(PathBuf, Vec<u8>)]) -> Vec<u8> {
    const TOKENS: &[&[u8]] = &[
        b"\x1b[",
        b"\x1b]52;c;",
        b"\x9b",
        b"\xc2\x9b",
        b"\xff",
        b"\0",
        b"\n",
        b"\r",
        b"\"",
        b"'''",
        b"${",
        b"}",
        b"[",
        b"]",
        b"{",
        b"\\",
        b"@nix {",
        b"999999999999",
        b"-1",
        b"\xe2\x80\xae",
        b"\xf0\x9f\x98\x80",
        b"/home/ada/",
        b"=",
        b",",
        b"name",
        b"#",
        b"|",
        b"ada",
    ];
    let mut bytes = dice.pick(seeds).1.clone();
    for _ in 0..=dice.roll(6) {
        let at = dice.roll(bytes.len() + 1);
        match dice.roll(7) {
            0 if !bytes.is_empty() => {
                let at = at.min(bytes.len() - 1);
                bytes[at] ^= 1 << dice.roll(8);
            }
            1 => drop(bytes.splice(at..at, dice.pick(TOKENS).iter().copied())),
            2 => drop(bytes.splice(at..(at + dice.roll(9)).min(bytes.len()), [])),
            3 => {
                let other = &dice.pick(seeds).1;
                let from = dice.roll(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            4 => {
                let part = bytes[at..(at + dice.roll(40)).min(bytes.len())].to_vec();
                bytes.splice(at..at, part);
            }
            5 => bytes.insert(at, u8::try_from(dice.roll(256)).unwrap()),
            _ => bytes.truncate(at.max(bytes.len() / 2)),
        }
        bytes.truncate(64 << 10);
    }
    bytes
}

/// Runs one input; one that breaks the target is kept for a person to look at.
fn run((name, target): Target, bytes: &[u8], what: &str) {
    if catch_unwind(AssertUnwindSafe(|| target(bytes))).is_err() {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}-{}", bytes.len()));
        fs::write(&kept, bytes).unwrap();
        panic!("{name} broke on {what}; the input is kept as {}", kept.display());
    }
}

/// Every kept input, and `count` mutations of them.
fn replay(target: Target, seed: u64, until: impl Fn(usize) -> bool) -> usize {
    let seeds = corpus(target.0);
    assert!(!seeds.is_empty(), "{} has nothing to begin from", target.0);
    for (path, bytes) in &seeds {
        run(target, bytes, &path.display().to_string());
    }
    let mut dice = Dice(seed);
    let mut count = 0;
    while until(count) {
        let bytes = mutated(&mut dice, &seeds);
        run(target, &bytes, &format!("mutation {count} of seed {seed}"));
        count += 1;
    }
    count
}

fn target(name: &str) -> Target {
    TARGETS.iter().copied().find(|(known, _)| *known == name).unwrap()
}

#[test]
fn answers_and_class_files() {
    replay(target("answers"), 11, |count| count < 300);
}

#[test]
fn step_files() {
    replay(target("steps"), 12, |count| count < 40);
}

#[test]
fn names_in_a_flake() {
    replay(target("names"), 13, |count| count < 200);
}

#[test]
fn output_in_the_pane() {
    replay(target("pane"), 14, |count| count < 400);
}

#[test]
fn logs_to_explain() {
    replay(target("explain"), 15, |count| count < 100);
}

#[test]
fn logs_of_nix() {
    replay(target("nix_log"), 16, |count| count < 400);
}

#[test]
fn output_of_the_driver_s_helper() {
    replay(target("nvml"), 17, |count| count < 600);
}

#[test]
fn text_for_screens_and_reports() {
    replay(target("redactor"), 18, |count| count < 300);
}

#[test]
fn somebody_s_pyproject() {
    replay(target("merge"), 19, |count| count < 60);
}

#[test]
fn every_target_has_its_fuzzer_and_its_corpus() {
    for (name, _) in TARGETS {
        let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
        let source = fs::read_to_string(fuzz.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(source.contains("fuzz_target!"), "{name}");
        assert!(fs::read_to_string(fuzz.join("Cargo.toml")).unwrap().contains(&format!("\"{name}\"")), "{name}");
        assert!(!corpus(name).is_empty(), "{name}");
    }
}

/// `NIXML_FUZZ_SECONDS` for each target, two minutes unless told.
#[test]
#[ignore = "long: minutes for each target"]
fn every_target_for_minutes() {
    let seconds = std::env::var("NIXML_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(120);
    let seed = u64::from(std::process::id()) << 20 | 1;
    std::thread::scope(|scope| {
        for lane in 0..2 {
            scope.spawn(move || {
                for one in TARGETS.iter().skip(lane).step_by(2) {
                    let begin = Instant::now();
                    let count = replay(*one, seed, |_| begin.elapsed() < Duration::from_secs(seconds));
                    println!("{}: {count} inputs, seed {seed}", one.0);
                }
            });
        }
    });
}
