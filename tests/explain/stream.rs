//! Any bytes, in any pieces, in bounded memory.

use proptest::prelude::*;

use super::{codes, explain, knowledge};
use nixml::core::explain::{Batch, Explained, Explainer};

fn in_pieces(bytes: &[u8], sizes: &[usize]) -> Vec<Explained> {
    let mut explainer = Explainer::with(knowledge());
    // The same, cut and judged apart, as two threads do it.
    let mut judge = Explainer::with(knowledge());
    let (mut cutter, mut batch) = (judge.cutter(), Batch::default());
    let mut rest = bytes;
    for size in sizes.iter().cycle() {
        let (now, later) = rest.split_at((*size).clamp(1, rest.len().max(1)).min(rest.len()));
        explainer.feed(now);
        cutter.cut(now, &mut batch);
        judge.take(&batch);
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    cutter.end(&mut batch);
    judge.take(&batch);
    let found = explainer.finish(None);
    assert_eq!(found, judge.finish(None));
    found
}

const LINES: &[&str] = &[
    "ImportError: libz.so.1: cannot open shared object file: No such file or directory",
    "\u{1b}[31mlibc.so.6: version `GLIBC_2.38' not found\u{1b}[0m",
    "  0%|          | 0/100 [00:00<?, ?it/s]\r 50%|#####     | 50/100",
    "RuntimeError: Failed to find C compiler. Please specify via CC environment variable.",
    "Collecting numpy",
    "",
    "ok\r",
    "\u{2018}x\u{2019}",
    "@nix {\"action\":\"msg\",\"msg\":\"error: hash mismatch\"}",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
        in_pieces(&bytes, &[64]);
    }

    #[test]
    fn where_the_stream_is_cut_changes_nothing(
        lines in proptest::collection::vec((0..LINES.len(), 0_usize..6000), 1..12),
        sizes in proptest::collection::vec(1_usize..5000, 1..8),
    ) {
        let mut text = String::new();
        for (line, pad) in &lines {
            text.push_str(&"x".repeat(pad % 4500));
            text.push_str(LINES[*line]);
            text.push('\n');
        }
        prop_assert_eq!(explain(&text, None), in_pieces(text.as_bytes(), &sizes));
    }
}

#[test]
fn two_independent_faults_are_both_named() {
    let text = format!("{}\n{}\n{}\n", LINES[0], "x\n".repeat(50), LINES[3]);
    let found = explain(&text, None);
    let mut named = codes(&found);
    named.sort_unstable();
    assert_eq!(named, ["c-compiler-missing", "missing-libz"]);
    let line = |code: &str| found.iter().find(|one| one.finding.code.as_deref() == Some(code)).unwrap().line;
    assert_eq!((line("missing-libz"), line("c-compiler-missing")), (1, 53));
}

#[test]
fn a_fault_in_a_line_without_end_is_found() {
    let text = format!("{}{}{}", "\u{2588}x".repeat(90_000), LINES[0], "y".repeat(90_000));
    let found = explain(&text, None);
    assert_eq!(codes(&found), ["missing-libz"]);
    assert!(found[0].text.chars().count() < 300, "the line is cut");
}
