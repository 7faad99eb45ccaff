//! Real machines from public reports, read where they lie beside the checkout.

use std::path::Path;

use nixml::core::facts::Facts;

use crate::{facts, rows, short};

/// What must be said of PyTorch, JAX and TensorFlow on every card of each report that names a driver and a card.
const EXPECTED: [(&str, [&str; 3]); 13] = [
    ("h01", TOO_OLD),
    ("h03", TOO_OLD),
    ("h05", TOO_OLD),
    ("h07", TOO_OLD),
    ("h09", CUDA_12),
    ("h11", CUDA_11), // a Windows driver, older than CUDA 12 needs under WSL
    ("h21", CUDA_12),
    ("h23", CUDA_12),
    ("h25", CUDA_12),
    ("h27", CUDA_12),
    ("h29", CUDA_11),
    ("h31", TOO_OLD),
    // The newest TensorFlow does not know the card: no driver would help.
    ("h33", ["works 2.15.0 cu132", "works 0.12.0.1 cu13", "no-kernels 2.21.0 cpu"]),
];
const TOO_OLD: [&str; 3] = ["driver-too-old 2.15.0 cpu", "driver-too-old 0.12.0.1 cpu", "driver-too-old 2.21.0 cpu"];
const CUDA_11: [&str; 3] = ["works 2.7.1 cu118", "driver-too-old 0.12.0.1 cpu", "driver-too-old 2.21.0 cpu"];
const CUDA_12: [&str; 3] = ["works 2.14.1 cu126", "works 0.12.0.1 cu12", "works 2.21.0 cu12"];

/// Reports without a driver or without a card, as facts, and the first row of the same three.
const WITHOUT_CARD: [(&str, &str, [&str; 3]); 6] = [
    ("h13", "[os]\nkind = \"linux\"\narch = \"x86_64\"\ndistro = \"nixos\"\n[nix]\nversion = \"2.18.1\"", PROCESSOR),
    ("h15", "[os]\nkind = \"linux\"\narch = \"x86_64\"\ndistro = \"nixos\"\n[nix]\nversion = \"2.18.8\"", PROCESSOR),
    ("h17", "[os]\nkind = \"linux\"\narch = \"x86_64\"\ndistro = \"debian\"\n[nix]\nversion = \"2.17.0\"", PROCESSOR),
    (
        "h19",
        "[os]\nkind = \"macos\"\narch = \"aarch64\"\nversion = \"15.7.7\"\n[[gpus]]\nvendor = \"apple\"",
        ["works 2.15.0 mps", "unsupported-platform 0.12.0.1 cpu", "unsupported-platform 2.21.0 cpu"],
    ),
    ("h35", "[driver]\nversion = \"565.77\"\nopen = true", PROCESSOR),
    (
        "h37",
        "[driver]\nversion = \"525.85.12\"\nkernel_module = \"520.56.06\"\n[[gpus]]\nvendor = \"nvidia\"\ncompute = \"8.6\"",
        ["cpu-only 2.15.0 cpu", "cpu-only 0.12.0.1 cpu", "cpu-only 2.21.0 cpu"],
    ),
];
const PROCESSOR: [&str; 3] = ["works 2.15.0 cpu", "works 0.12.0.1 cpu", "works 2.21.0 cpu"];
const FRAMEWORKS: [&str; 3] = ["pytorch", "jax", "tensorflow"];

/// The summary that a report carries, as facts; `None` where it names no driver or no card.
fn import(report: &serde_json::Value) -> Option<Facts> {
    let driver = report["facts"]["driver"].as_str()?.split([' ', ',']).next()?;
    let gpu = report["facts"]["gpu"].as_str()?;
    let (count, name) = gpu.split_once("x ").filter(|(count, _)| count.len() == 1).unwrap_or(("1", gpu));
    let name = name.split(['+', '(']).next()?.trim();
    let wsl = if report["platform"] == "wsl2" { 2 } else { 0 };
    let card = format!("[[gpus]]\nvendor = \"nvidia\"\nname = \"{name}\"\n");
    Some(facts(&format!(
        "[os]\nkind = \"linux\"\narch = \"x86_64\"\nwsl = {wsl}\n[driver]\nversion = \"{driver}\"\n{}",
        card.repeat(count.parse().ok()?)
    )))
}

/// Each framework's row on every card, or on the processor where there is none, against what it must be.
fn compare(id: &str, machine: &Facts, expected: [&str; 3], wrong: &mut Vec<String>) {
    for (framework, expected) in FRAMEWORKS.iter().zip(expected) {
        let rows = rows(machine, framework, None);
        let cards = rows.len().max(2) - 1;
        for row in rows.iter().take(cards) {
            if short(row) != expected {
                wrong.push(format!("{id}, {framework}: {} instead of {expected} ({})", short(row), row.reason));
            }
        }
    }
}

#[test]
fn reports_get_the_verdict_they_deserve() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/hosts-dev.jsonl");
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("SKIP reports_get_the_verdict_they_deserve: no ../shared/corpus");
        return;
    };
    let mut wrong = Vec::new();
    let mut outside = Vec::new();
    for line in text.lines() {
        let report: serde_json::Value = serde_json::from_str(line).unwrap();
        let id = report["id"].as_str().unwrap();
        if let (Some((_, expected)), Some(machine)) = (EXPECTED.iter().find(|(known, _)| *known == id), import(&report)) {
            compare(id, &machine, *expected, &mut wrong);
        } else if WITHOUT_CARD.iter().all(|(known, _, _)| *known != id) {
            outside.push(id.to_owned());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!((outside.as_slice(), text.lines().count()), (&[][..], EXPECTED.len() + WITHOUT_CARD.len()));
}

/// Nothing of these is read from the corpus, so they hold everywhere.
#[test]
fn reports_without_a_card_or_with_a_torn_driver_are_judged_too() {
    let mut wrong = Vec::new();
    for (id, text, expected) in WITHOUT_CARD {
        compare(id, &facts(text), expected, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
