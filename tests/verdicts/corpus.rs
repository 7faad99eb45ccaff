//! Real machines from public reports, read where they lie beside the checkout.

use std::path::Path;

use nixml::core::facts::Facts;

use crate::{facts, rows, short};

/// What must be said of PyTorch on the first card of each report that is within the catalog's range.
const EXPECTED: [(&str, &str); 12] = [
    ("h01", "driver-too-old 2.15.0 cpu"),
    ("h03", "driver-too-old 2.15.0 cpu"),
    ("h05", "driver-too-old 2.15.0 cpu"),
    ("h07", "driver-too-old 2.15.0 cpu"),
    ("h09", "works 2.14.1 cu126"),
    ("h21", "works 2.14.1 cu126"),
    ("h23", "works 2.14.1 cu126"),
    ("h25", "works 2.14.1 cu126"),
    ("h27", "works 2.14.1 cu126"),
    ("h29", "works 2.7.1 cu118"),
    ("h31", "driver-too-old 2.15.0 cpu"),
    ("h33", "works 2.15.0 cu132"),
];

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
        let (Some((_, expected)), Some(machine)) = (EXPECTED.iter().find(|(known, _)| *known == id), import(&report)) else {
            outside.push(format!("{id} ({})", report["kind"].as_str().unwrap()));
            continue;
        };
        for row in rows(&machine, "pytorch", None).iter().filter(|row| row.gpu.is_some()) {
            if short(row) != *expected {
                wrong.push(format!("{id}: {} instead of {expected} ({})", short(row), row.reason));
            }
        }
    }
    eprintln!("outside the catalog's range or without driver and card: {}", outside.join(", "));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(text.lines().count(), EXPECTED.len() + outside.len(), "{outside:?}");
}
