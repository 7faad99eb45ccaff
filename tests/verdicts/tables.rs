//! Every driver x card x framework cell of the decision tables, several samples a cell.

use crate::{machine, rows, short};

/// Checks one framework: for each group of drivers and each group of cards the cell says what to install.
fn check(framework: &str, cards: &[&[&str]], table: &[(&[&str], &[&str])]) {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (drivers, cells) in table {
        assert_eq!(cells.len(), cards.len());
        for driver in *drivers {
            for (computes, cell) in cards.iter().zip(*cells) {
                for compute in *computes {
                    let row = rows(&machine(driver, compute), framework, None).remove(0);
                    seen += 1;
                    if short(&row) != *cell {
                        wrong.push(format!(
                            "{framework}, driver {driver}, {compute}: {} instead of {cell} ({})",
                            short(&row),
                            row.reason
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {seen} cells:\n{}", wrong.len(), wrong.join("\n"));
}

const OLD: &[&str] = &["5.0", "5.2", "6.0", "6.1"];
const VOLTA: &[&str] = &["7.0"];
const COMMON: &[&str] = &["7.5", "8.0", "8.6", "8.9", "9.0"];

#[test]
fn pytorch() {
    let cu126 = "works 2.14.1 cu126";
    let cu118 = "works 2.7.1 cu118";
    let cpu = "driver-too-old 2.15.0 cpu";
    let new = "works 2.15.0 cu132";
    check(
        "pytorch",
        &[OLD, VOLTA, COMMON, &["10.0", "12.0"]],
        &[
            (&["580", "580.65.06", "580.95.05"], &[cu126, cu126, new, new]),
            (&["570.124.06", "575.57.08", "579.99"], &[cu126, cu126, cu126, "works 2.11.0 cu128"]),
            (&["525.60.13", "535.183.01", "550.54.14", "565.77"], &[cu126, cu126, cu126, cpu]),
            (&["450.80.02", "470.82.01", "520.61.05", "525.60.11"], &[cu118, cu118, cu118, cpu]),
            (&["340.108", "418.67", "440.33", "450.57"], &[cpu; 4]),
        ],
    );
    let ignored = "unsupported-platform 2.15.0 cpu";
    check(
        "pytorch",
        &[OLD, VOLTA, COMMON, &["10.3", "12.1"]],
        &[(&["590.44.01", "595.71.05", "615.10"], &[ignored, ignored, new, new])],
    );
}

#[test]
fn jax() {
    let (cu12, cu13) = ("works 0.12.0.1 cu12", "works 0.12.0.1 cu13");
    let old = "driver-too-old 0.12.0.1 cpu";
    let none = "no-kernels 0.12.0.1 cpu";
    check(
        "jax",
        &[&["5.0"], &["5.2", "6.0", "6.1", "7.0"], COMMON, &["10.0", "12.0"], &["10.3", "12.1"]],
        &[
            (&["580.65.06", "580.95.05"], &[none, cu12, cu13, cu13, cu13]),
            (&["575.57.08", "576.80"], &[none, cu12, cu12, cu12, cu12]),
            (&["570.124.06"], &[none, cu12, cu12, cu12, old]),
            (&["525.60.13", "535.104.05", "550.127.05"], &[none, cu12, cu12, old, old]),
            (&["470.82.01", "525.60.12"], &[none, old, old, old, old]),
        ],
    );
}

#[test]
fn tensorflow() {
    let runs = "works 2.21.0 cu12";
    let (old, none) = ("driver-too-old 2.21.0 cpu", "no-kernels 2.21.0 cpu");
    check(
        "tensorflow",
        &[&["5.0", "5.2"], &["6.0", "6.1", "7.0", "7.5", "8.0", "8.6", "8.9"], &["9.0"], &["10.0", "10.3", "12.0", "12.1"]],
        &[
            (&["555.42.06", "570.124.06", "580.95.05"], &[none, runs, "jit-only 2.21.0 cu12", none]),
            (&["525.60.13", "535.104.05", "550.54.14"], &[none, runs, old, none]),
            (&["470.82.01", "525.60.12"], &[none, old, old, none]),
        ],
    );
}

#[test]
fn others() {
    let card = &[&["6.1"] as &[&str], &["7.0"], &["8.6"], &["10.0"], &["12.0"]];
    let three = |old: &'static str, at_580: &'static str, at_550: [&'static str; 2]| {
        ([old, old, at_580, at_580, at_580], [old, old, at_550[0], at_550[1], at_550[1]])
    };
    for (framework, (at_580, at_550)) in [
        ("xgboost", three("works 3.2.0 cu12", "works 3.4.1 cu13", ["works 3.4.1 cu12", "driver-too-old 3.4.1 cpu"])),
        ("cupy", three("works 14.2.0 cu12", "works 14.2.0 cu13", ["works 14.2.0 cu12", "driver-too-old"])),
        ("vllm", three("no-kernels", "works 0.32.0 cu130", ["driver-too-old", "driver-too-old"])),
        ("mlx", three("no-kernels 0.32.4 cpu", "works 0.32.4 cu13", ["works 0.32.4 cu12", "driver-too-old 0.32.4 cpu"])),
        ("lightning", three("works 2.6.6 cu126", "works 2.6.6 cu132", ["works 2.6.6 cu126", "driver-too-old 2.6.6 cpu"])),
        ("transformers", three("works 5.23.0 cu126", "works 5.23.0 cu132", ["works 5.23.0 cu126", "driver-too-old 5.23.0 cpu"])),
        ("keras", three("works 3.15.1 cu12", "works 3.15.1 cu13", ["works 3.15.1 cu12", "driver-too-old 3.15.1 cpu"])),
        ("scikit-learn", (["cpu-only 1.9.1 cpu"; 5], ["cpu-only 1.9.1 cpu"; 5])),
        ("lightgbm", (["cpu-only 4.7.0 cpu"; 5], ["cpu-only 4.7.0 cpu"; 5])),
        (
            "rapids",
            (
                ["no-kernels", "works 26.10.2 cu12", "works 26.10.2 cu13", "works 26.10.2 cu13", "works 26.10.2 cu13"],
                ["no-kernels", "works 26.10.2 cu12", "works 26.10.2 cu12", "driver-too-old", "driver-too-old"],
            ),
        ),
        (
            "onnxruntime",
            (
                [
                    "works 1.26.0 cu12",
                    "works 1.26.0 cu12",
                    "works 1.31.1 cu13",
                    "jit-only 1.26.0 cu12", // the wheel of 1.31 has code for 9.0 and 12.0, none between and no PTX
                    "works 1.31.1 cu13",
                ],
                [
                    "works 1.26.0 cu12",
                    "works 1.26.0 cu12",
                    "works 1.26.0 cu12",
                    "driver-too-old 1.31.1 cpu",
                    "driver-too-old 1.31.1 cpu",
                ],
            ),
        ),
    ] {
        check(framework, card, &[(&["580.95.05"], &at_580), (&["550.54.14"], &at_550)]);
    }
}

#[test]
fn every_framework_has_a_cpu_row_for_the_pythons_it_has() {
    let without = ["vllm", "cupy", "rapids"];
    for framework in &crate::catalog().frameworks {
        let facts = crate::facts("gpus = []");
        for python in ["3.12", "3.13", "3.14", "3.15"] {
            let row = rows(&facts, &framework.id, Some(python)).remove(0);
            let works = !without.contains(&framework.id.as_str())
                && match framework.id.as_str() {
                    "tensorflow" => python < "3.14",
                    "pytorch" | "jax" | "scikit-learn" => true,
                    _ => python < "3.15",
                };
            assert_eq!(row.verdict.text() == "works", works, "{} on Python {python}: {}", framework.id, row.reason);
            assert_eq!((row.gpu, row.build.as_deref()), (None, works.then_some("cpu")), "{}", framework.id);
        }
    }
}
