//! The real reports beside the repository, and every message of real Nix: how many get the right code first.

use std::fmt::Write as _;
use std::path::Path;

use nixml::core::facts::Facts;
use serde_json::{Value, json};

use super::{Score, cases, codes, explain, knowledge, root, shared};

struct Report {
    id: String,
    code: String,
    evidence: String,
    facts: Option<Facts>,
    needs_host: bool,
}

/// The report's machine, as far as its facts tell.
fn machine(row: &Value) -> Option<Facts> {
    let said = |key: &str| row["facts"][key].as_str().unwrap_or_default().to_owned();
    let (os, gpu, driver) = (said("os"), said("gpu"), said("driver"));
    let mut facts = json!({"schema_version": 1});
    if os.contains("macOS") {
        facts["os"] = json!({"kind": "macos"});
    } else if os.contains("WSL") {
        facts["os"] = json!({"kind": "linux", "wsl": 2});
    } else if os.contains("NixOS") {
        facts["os"] = json!({"kind": "linux", "distro": "nixos"});
    } else if os.contains("Arch") {
        facts["os"] = json!({"kind": "linux", "distro": "arch"});
    }
    let compute = [("GTX 10", "6.1"), ("RTX 50", "12.0"), ("RTX 20", "7.5"), ("RTX 30", "8.6"), ("RTX 40", "8.9")];
    if let Some((_, compute)) = compute.iter().find(|(name, _)| gpu.contains(name)) {
        facts["gpus"] = json!([{"vendor": "nvidia", "name": gpu, "compute": compute}]);
    }
    if driver.starts_with(|c: char| c.is_ascii_digit()) {
        facts["driver"] = json!({"version": driver.split([' ', ',']).next()});
    }
    (facts.as_object()?.len() > 1).then(|| serde_json::from_value(facts).unwrap())
}

fn reports(path: &Path) -> Vec<Report> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|row| Report {
            id: row["id"].as_str().unwrap().to_owned(),
            code: row["category"].as_str().unwrap().to_owned(),
            evidence: row["evidence"].as_str().unwrap().to_owned(),
            facts: machine(&row),
            needs_host: row["needs_host_facts"].as_bool().unwrap(),
        })
        .collect()
}

fn first(text: &str, facts: Option<&Facts>) -> (String, Vec<String>) {
    let found = explain(text, facts);
    let named: Vec<String> = codes(&found).into_iter().map(str::to_owned).collect();
    (named.first().cloned().unwrap_or_else(|| "none".to_owned()), named)
}

#[test]
fn real_reports_get_the_right_code_first() {
    let Some(path) = shared("corpus/logs-dev.jsonl") else { return };
    let only: Option<Vec<String>> =
        std::env::var("EXPLAIN_ONLY").ok().map(|path| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap());
    let (mut right, mut all, mut hosts) = (0, 0, 0);
    let mut wrong = String::new();
    for report in reports(&path).into_iter().filter(|report| only.as_ref().is_none_or(|only| only.contains(&report.id))) {
        let (bare, _) = first(&report.evidence, None);
        let (code, named) = first(&report.evidence, report.facts.as_ref());
        if code == report.code || bare == report.code {
            right += 1;
        } else if report.needs_host {
            hosts += 1;
        } else {
            let _ = writeln!(wrong, "  {} wants {}, gets {named:?}", report.id, report.code);
        }
        all += 1;
    }
    println!("{right} of {all} right, {hosts} need the host\n{wrong}");
    assert!(right * 100 >= (all - hosts) * 95, "{wrong}");
}

/// What each recorded failure of Nix is; what no code names is `none`.
fn expected(case: &str) -> &'static str {
    match case.trim_start_matches("json-") {
        "flakes-disabled" | "nix-command-disabled" => "flakes-disabled",
        "github-unreachable" | "github-offline-flag" => "network-unreachable",
        "untracked-flake" | "untracked-file" => "flake-not-git-tracked",
        "no-flake" | "no-flake-no-git" => "flake-not-found",
        "missing-attribute" | "undefined-variable" => "nix-attribute-missing",
        "unfree" => "unfree-refused",
        "unsupported-platform" => "package-not-for-platform",
        "no-devshell" | "devshell-for-other-system-only" => "flake-missing-output",
        "narhash-mismatch" | "fixed-output-hash-mismatch" => "hash-mismatch",
        "nixbld-group" => "nix-install-broken",
        "dubious-ownership" => "git-dubious-ownership",
        "no-daemon-no-rights" => "nix-daemon-down",
        "disk-full" => "disk-full",
        "nixconfig-no-terminal" | "nixconfig-question" => "untrusted-substituter",
        "hook-uv-sync-fails" => "network-unreachable",
        "lock-corrupt" | "lock-merge-conflict" => "flake-lock-broken",
        "build-fails" | "build-fails-print-logs" => "cuda-toolkit-not-found",
        "git-missing" => "git-missing",
        _ => "none",
    }
}

#[test]
fn every_message_of_nix_is_explained_right() {
    let mut wrong = String::new();
    for version in ["2.8", "2.26", "2.34"] {
        let Some(path) = shared(&format!("nix-e2e/messages/nix-{version}.jsonl")) else { return };
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            let case = row["case"].as_str().unwrap();
            let want = expected(case);
            let text = format!("{}{}", row["stdout"].as_str().unwrap_or_default(), row["stderr"].as_str().unwrap_or_default());
            let (code, named) = first(&text, None);
            if code != want {
                let _ = writeln!(wrong, "  {version} {case} wants {want}, gets {named:?}");
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Right and all of our own cases, by code; for the page of measured numbers.
pub fn of_ours() -> Score {
    let mut score = Score::new();
    for diagnosis in knowledge().diagnoses().filter(|diagnosis| !diagnosis.signs.is_empty()) {
        let cases = cases::of_code(&diagnosis.code);
        let right = cases.iter().filter(|case| case.complaint(&diagnosis.code).is_none()).count();
        score.insert(diagnosis.code.clone(), (right, cases.len()));
    }
    score
}

/// Right, all, and those that only the host decides, of the real reports; `None` where they are absent.
pub fn of_reports() -> Option<(usize, usize, usize)> {
    let path = root().join("../shared/corpus/logs-dev.jsonl");
    let reports = path.exists().then(|| reports(&path))?;
    let right = |report: &&Report| {
        first(&report.evidence, report.facts.as_ref()).0 == report.code || first(&report.evidence, None).0 == report.code
    };
    let good = reports.iter().filter(right).count();
    let open = reports.iter().filter(|report| report.needs_host && !right(report)).count();
    Some((good, reports.len(), open))
}
