//! `nixml matrix` as scripts see it.

use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::support::ran::{self, Ran};

/// Without any program to ask.
fn nixml(args: &[&str]) -> Ran {
    ran::command(Path::new(env!("CARGO_TARGET_TMPDIR")), args).env("PATH", "/nonexistent").output().unwrap().into()
}

fn host(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn json(args: &[&str]) -> Value {
    let output = nixml(args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

const LAPTOP: &str = r#"
schema = 1
colour = "blue"
[os]
kind = "linux"
arch = "x86_64"
[driver]
version = "550.163.01"
cuda = "12.4"
[[gpus]]
index = 3
name = "NVIDIA GeForce RTX 3060"
vendor = "nvidia"
compute = "8.6"
"#;

#[test]
fn the_object_has_the_keys_of_the_contract() {
    let file = host(LAPTOP);
    let path = file.path().to_str().unwrap();
    let answer = json(&["matrix", "--host", path, "--json"]);
    assert_eq!(answer["schema_version"], 1);
    assert!(answer["catalog_date"].as_str().unwrap().starts_with("20"));
    let rows = answer["rows"].as_array().unwrap();
    let frameworks: std::collections::BTreeSet<&str> = rows.iter().map(|row| row["framework"].as_str().unwrap()).collect();
    assert_eq!(rows.len(), frameworks.len() * 2, "a row for the card and one for the processor");
    for row in rows {
        for key in [
            "framework",
            "gpu",
            "compute",
            "verdict",
            "reason",
            "version",
            "build",
            "index",
            "url",
            "python",
            "download_bytes",
            "installed_bytes",
            "unlocks",
        ] {
            assert!(row.get(key).is_some(), "{key} is missing in {row}");
        }
    }
    let card = &rows[0];
    assert_eq!((card["gpu"].as_u64(), card["compute"].as_str(), card["verdict"].as_str()), (Some(3), Some("8.6"), Some("works")));
    assert_eq!(
        (card["version"].as_str(), card["build"].as_str(), card["index"].as_str()),
        (Some("2.14.1"), Some("cu126"), Some("pytorch-cu126"))
    );
    assert!(card["url"].as_str().unwrap().starts_with("https://"));
    for key in ["change", "version", "build"] {
        assert!(card["unlocks"][0].get(key).is_some());
    }
    for key in ["framework", "version", "build", "python"] {
        assert!(answer["recommended"][key].is_string(), "{answer}");
    }
    let told = nixml(&["matrix", "--host", path]);
    assert!(String::from_utf8_lossy(&told.stderr).contains("colour"), "an unknown key is a warning");
    assert!(String::from_utf8_lossy(&told.stdout).contains("NVIDIA GeForce RTX 3060"));
}

#[test]
fn what_if_replaces_driver_and_card() {
    let file = host(LAPTOP);
    let path = file.path().to_str().unwrap();
    let first = |args: &[&str]| {
        let answer = json(&[&["matrix", "--host", path, "--framework", "pytorch", "--json"], args].concat());
        let rows = answer["rows"].as_array().unwrap().clone();
        (
            rows.len(),
            format!(
                "{} {} {}",
                rows[0]["verdict"].as_str().unwrap(),
                rows[0]["version"].as_str().unwrap(),
                rows[0]["build"].as_str().unwrap()
            ),
        )
    };
    assert_eq!(first(&["--driver", "580.95.05"]), (2, "works 2.15.0 cu132".to_owned()));
    assert_eq!(first(&["--compute", "6.1", "--driver", "470.82"]), (2, "works 2.7.1 cu118".to_owned()));
    assert_eq!(first(&["--compute", "7.0"]), (2, "works 2.14.1 cu126".to_owned()));
    assert_eq!(first(&["--cpu"]), (1, "works 2.15.0 cpu".to_owned()));
    assert_eq!(first(&["--python", "3.10"]).1, "works 2.14.1 cu126");
}

#[test]
fn wrong_questions_are_usage_errors() {
    let broken = host("{ \"os\": 7 ");
    let broken = broken.path().to_str().unwrap();
    for args in [
        vec!["matrix", "--framework", "no-such"],
        vec!["matrix", "--compute", "89"],
        vec!["matrix", "--driver", "new"],
        vec!["matrix", "--python", "three"],
        vec!["matrix", "--host", "/nonexistent.toml"],
        vec!["matrix", "--host", broken],
    ] {
        let output = nixml(&args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.is_empty() && output.stderr.starts_with(b"error: "), "{args:?}");
    }
}
