//! The pictures of the documentation are what the screens look like today. `scripts/pictures` draws them anew.

use std::path::PathBuf;

use nixml::core::answers::{Answers, Origin, Value};
use nixml::core::nix_log::{Count, Progress};
use nixml::core::session::{At, Kept};
use nixml::core::validation::{Device, Phase, PhaseId, PhaseStatus, Proof, ValidationEvent, ValidationReport};

use crate::stage::{Look, Player, host};
use crate::svg::svg;

fn check(name: &str, player: &Player) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/pictures").join(format!("{name}.svg"));
    let (buffer, cursor) = player.drawn();
    let drawn = svg(&buffer, cursor, "nixml");
    if std::env::var_os("NIXML_PICTURES").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, drawn).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(!kept.is_empty(), "docs/pictures/{name}.svg is not there: run scripts/pictures");
    // The catalog changes more often than the screens; `scripts/pictures` says which pictures are old.
    if kept != drawn {
        println!("docs/pictures/{name}.svg is not what the screen looks like today: run scripts/pictures and look at it");
    }
}

fn phase(id: PhaseId, duration_ms: u64, detail: &str) -> Phase {
    Phase { id, status: PhaseStatus::Ok, duration_ms, detail: detail.to_owned(), output: Vec::new() }
}

fn line(phase: PhaseId, text: &str) -> ValidationEvent {
    ValidationEvent::Line { phase, text: text.to_owned() }
}

/// A validation in the middle of its downloads.
pub fn downloading() -> Vec<ValidationEvent> {
    let count = |done, expected| Count { done, expected, running: 1, failed: 0 };
    vec![
        ValidationEvent::Started { phase: PhaseId::Evaluate, what: "nix develop .#cuda".to_owned() },
        ValidationEvent::Ended(phase(PhaseId::Evaluate, 1840, "the flake evaluates")),
        ValidationEvent::Started { phase: PhaseId::Build, what: "nix develop".to_owned() },
        line(PhaseId::Build, "copying path '/nix/store/0c3c…-python3-3.13.9' from 'https://cache.nixos.org'"),
        line(PhaseId::Build, "copying path '/nix/store/7x1b…-uv-0.11.8' from 'https://cache.nixos.org'"),
        line(PhaseId::Build, "copying path '/nix/store/q9gk…-gcc-15.2.0-lib' from 'https://cache.nixos.org'"),
        ValidationEvent::Progress {
            phase: PhaseId::Build,
            elapsed_ms: 6400,
            progress: Progress {
                copies: count(41, 112),
                download: count(131_000_000, 208_000_000),
                realising: true,
                now: Some("copying gcc-15.2.0-lib".to_owned()),
                ..Progress::default()
            },
        },
    ]
}

/// The answers of somebody who was called away.
fn begun() -> Answers {
    let text = |word: &str| Value::Text(word.to_owned());
    Answers::default().with("name", text("lab"), Origin::Asked).with("framework", text("jax"), Origin::Asked).with(
        "targets",
        Value::List(vec!["cuda".to_owned()]),
        Origin::Asked,
    )
}

/// A validation that proved a card.
pub fn proved() -> ValidationReport {
    ValidationReport {
        schema_version: 1,
        ok: true,
        phases: vec![
            phase(PhaseId::Evaluate, 1840, "the flake evaluates"),
            phase(PhaseId::Build, 41_300, "112 paths, 208 MB"),
            phase(PhaseId::Lock, 2100, "uv.lock was made"),
            phase(PhaseId::Sync, 95_000, "38 packages"),
            phase(PhaseId::Proof, 9400, "1 device"),
        ],
        proof: Some(Proof {
            framework: "pytorch".to_owned(),
            version: "2.15.0".to_owned(),
            build: "cu126".to_owned(),
            devices: vec![Device {
                index: 0,
                kind: "cuda".to_owned(),
                name: "NVIDIA GeForce RTX 4090".to_owned(),
                compute: Some("8.9".to_owned()),
                kernel: "matmul float32 512x512".to_owned(),
                max_error: Some(3.1e-7),
                jit: Some(true),
                duration_ms: 412,
                jit_detail: None,
            }],
            outside: None,
        }),
        findings: Vec::new(),
        shell: "cuda".to_owned(),
        default_shell: true,
        runner: "nix".to_owned(),
        log: Some(".nixml/logs/validate-1.log".to_owned()),
        failure: None,
        untrusted: false,
    }
}

/// A validation that failed for a known cause.
pub fn failed() -> ValidationReport {
    let mut report = proved();
    report.ok = false;
    report.proof = None;
    if let Some(last) = report.phases.last_mut() {
        last.status = PhaseStatus::Failed;
        "torch was imported, and cuda was not there".clone_into(&mut last.detail);
        last.output = ["Traceback (most recent call last):", "RuntimeError: Found no NVIDIA driver on your system."]
            .map(str::to_owned)
            .to_vec();
    }
    report.findings = nixml::core::explain::explain_text(
        "RuntimeError: Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU and installed a driver",
        None,
        &nixml::core::data::Data::embedded(),
    )
    .into_iter()
    .map(|explained| explained.finding)
    .collect();
    report
}

#[test]
fn the_pictures_show_what_is() {
    let machine = |columns, rows| Player::new(host("ada-rtx4090-550"), columns, rows, Look::Colour).probe();
    check("machine", &machine(80, 24));
    check("machine-wide", &machine(200, 60));
    check("mismatch", &Player::new(host("upgraded-not-rebooted"), 80, 24, Look::Colour).probe());
    check("framework", &machine(80, 24).keys("<down><enter><enter><down>"));
    check("framework-wide", &machine(120, 36).keys("<down><enter><enter><down>"));
    check(
        "old-driver",
        &Player::new(host("kepler-k80-470"), 80, 24, Look::Colour).probe().keys("<down><enter><enter><enter><up>"),
    );
    check("target", &machine(80, 24).keys("<down><enter><enter><enter>"));
    check("review", &machine(80, 24).keys("<enter>"));
    check("review-wide", &machine(200, 60).keys("<enter>"));
    check("why", &machine(80, 24).keys("<down><enter><enter><enter>w"));
    check("ascii", &Player::new(host("ada-rtx4090-550"), 80, 24, Look::Ascii).probe().keys("<down><enter><enter><enter>"));
    let mut running = machine(80, 24);
    running.trial = downloading();
    check("validate", &running.keys("<enter><enter>"));
    // The proof is of what the review names.
    let ended = |mut report: ValidationReport| {
        let mut player = machine(80, 24).keys("<enter>");
        let plan = player.model.session.stage().review().unwrap().plan.clone();
        if let Some(proof) = &mut report.proof {
            (proof.version, proof.build) = (plan.version, plan.build);
        }
        player.trial = downloading();
        player.report = Some(report);
        player.keys("<enter>")
    };
    check("done", &ended(proved()));
    check("failed", &ended(failed()));
    let kept = Kept { age: Some(7300), ..Kept::new(At::Step("python".to_owned()), begun()) };
    let resumed = Player::going_on(host("wsl2-rtx4060"), 80, 24, Look::Colour, Some(kept)).probe();
    check("resume", &resumed);
}
