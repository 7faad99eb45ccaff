//! Our own cases: for each code several reports in their true shape, and healthy logs in which nothing may be found.

use nixml::core::facts::Facts;
use serde::Deserialize;

use super::{below, codes, explain, root};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cases {
    pub case: Vec<Case>,
}

/// One report.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Which tool, which years.
    pub about: String,
    pub text: String,
    /// What is known of the machine.
    pub facts: Option<toml::Table>,
    /// Other codes that are named too, if they differ from none.
    #[serde(default)]
    pub also: Vec<String>,
    /// Other codes may follow: look-alikes that only facts could exclude.
    #[serde(default)]
    pub open: bool,
}

/// The cases; `EXPLAIN_CASES` names another folder, to try more.
fn folder() -> std::path::PathBuf {
    std::env::var_os("EXPLAIN_CASES").map_or_else(|| root().join("tests/explain/codes"), Into::into)
}

pub fn of_code(code: &str) -> Vec<Case> {
    let path = folder().join(format!("{code}.toml"));
    let Ok(text) = std::fs::read_to_string(&path) else { return Vec::new() };
    toml::from_str::<Cases>(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())).case
}

impl Case {
    /// What is wrong with the answer, if anything.
    pub fn complaint(&self, code: &str) -> Option<String> {
        let facts: Option<Facts> = self.facts.clone().map(|facts| facts.try_into().unwrap());
        let found = explain(&self.text, facts.as_ref());
        let mut named = codes(&found);
        let first = (!named.is_empty()).then(|| named.remove(0));
        if first != Some(code) {
            return Some(format!("{code} / {}: first is {first:?}, then {named:?}", self.about));
        }
        named.retain(|other| !self.also.iter().any(|also| also == other));
        (!self.open && !named.is_empty()).then(|| format!("{code} / {}: also names {named:?}", self.about))
    }
}

#[test]
fn every_case_is_explained_right() {
    let mut wrong = Vec::new();
    for path in below(&folder(), "toml") {
        let code = path.file_stem().unwrap().to_str().unwrap();
        wrong.extend(of_code(code).iter().filter_map(|case| case.complaint(code)));
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_code_has_three_cases_of_ours() {
    let few: Vec<_> = super::knowledge()
        .diagnoses()
        .filter(|diagnosis| !diagnosis.signs.is_empty())
        .map(|diagnosis| (diagnosis.code.clone(), of_code(&diagnosis.code).len()))
        .filter(|(_, count)| *count < 3)
        .collect();
    assert!(few.is_empty(), "{few:?}");
}

/// The healthy logs; `EXPLAIN_HEALTHY` names another folder, to try more.
fn healthy() -> std::path::PathBuf {
    std::env::var_os("EXPLAIN_HEALTHY").map_or_else(|| root().join("tests/explain/healthy"), Into::into)
}

#[test]
fn no_healthy_log_is_called_broken() {
    let logs = below(&healthy(), "log");
    let mut wrong = Vec::new();
    for path in &logs {
        let bytes = std::fs::read(path).unwrap();
        for found in explain(&String::from_utf8_lossy(&bytes), None) {
            wrong.push(format!(
                "{}:{}: {:?}: {}",
                path.file_name().unwrap().display(),
                found.line,
                found.finding.code,
                found.text
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(logs.len() >= 100, "only {} healthy logs", logs.len());
}

/// One sentence of JAX stands for six faults: the machine decides, and without it the most frequent one is said, with little certainty.
#[test]
fn no_gpu_found_is_decided_by_the_machine() {
    let text = "WARNING:absl:No GPU/TPU found, falling back to CPU. (Set TF_CPP_MIN_LOG_LEVEL=0 and rerun for more info.)\n";
    let card = "gpus = [{ vendor = 'nvidia', compute = '8.9' }]";
    let loaded = "driver = { kernel_module = '570.172.08', modules = ['nvidia'], nodes = [{ path = '/dev/nvidia0' }] }";
    for (machine, code) in [
        (String::new(), "cpu-wheel-installed"),
        ("gpus = []".to_owned(), "no-cuda-device"),
        (card.to_owned(), "cpu-wheel-installed"),
        (format!("{card}\ndriver = {{ nvml_error = 9 }}"), "driver-not-loaded"),
        (format!("{card}\nenv = {{ cuda_visible_devices = '-1' }}"), "cuda-visible-devices"),
        (format!("{card}\n{loaded}"), "uvm-device-missing"),
        ("os = { wsl = 2 }".to_owned(), "wsl-libcuda-not-found"),
    ] {
        let facts: Facts = toml::from_str(&machine).unwrap();
        let found = explain(text, (!machine.is_empty()).then_some(&facts));
        assert_eq!(codes(&found).first(), Some(&code), "{machine}");
        assert!(!machine.is_empty() || found[0].confidence < 0.5, "without facts it is a guess");
    }
}
