//! The recorded machines of `tests/hosts`: readable, whole, and read again as they are printed.

use std::fs;
use std::path::{Path, PathBuf};

use nixml::core::facts::Vendor;
use nixml::edge::facts_file;

use crate::support::ran::{self, Ran};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
    files.sort();
    files
}

/// On this machine with all its programs.
fn probe(arguments: &[&str]) -> Ran {
    let mut command = ran::command(Path::new(env!("CARGO_TARGET_TMPDIR")), [&["probe"], arguments].concat());
    command.env("PATH", std::env::var_os("PATH").unwrap()).output().unwrap().into()
}

#[test]
fn every_machine_is_read_without_a_warning_and_says_where_it_is_from() {
    assert!(files().len() >= 20);
    for file in files() {
        let (name, text) = (file.display(), fs::read_to_string(&file).unwrap());
        let (facts, ignored) = facts_file::read(&file).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(ignored, Vec::<String>::new(), "{name}");
        assert!(text.starts_with('#'), "{name}: the first line says where it is from");
        let gpus = facts.gpus.as_deref();
        assert!(gpus.is_some() || facts.unknown.contains_key("gpus"), "{name}: cards, or why they are not known");
        for (index, card) in gpus.unwrap_or_default().iter().enumerate() {
            assert_eq!(card.index.map(|own| own as usize), Some(index), "{name}");
            let known = card.compute.is_some()
                || card.vendor != Some(Vendor::Nvidia)
                || facts.unknown.contains_key(&format!("gpus.{index}.compute"));
            assert!(known || card.error.is_some(), "{name}: card {index} without a compute capability has a reason");
        }
        assert!(facts.system().is_some(), "{name}");
    }
}

#[test]
fn a_machine_reads_the_same_after_it_was_printed() {
    let dir = tempfile::tempdir().unwrap();
    for file in files() {
        let first = probe(&["--json", "--host", file.to_str().unwrap()]);
        assert!(
            first.status.success() && first.stderr.is_empty(),
            "{}: {}",
            file.display(),
            String::from_utf8_lossy(&first.stderr)
        );
        let printed = dir.path().join("printed.json");
        fs::write(&printed, &first.stdout).unwrap();
        assert_eq!(facts_file::read(&printed).unwrap().0, facts_file::read(&file).unwrap().0, "{}", file.display());
        let again = probe(&["--json", "--host", printed.to_str().unwrap()]);
        assert_eq!(again.stdout, first.stdout, "{}", file.display());
    }
}

#[test]
fn this_machine_is_read_again_as_it_is_printed() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("here.json");
    let first = probe(&["--json"]);
    fs::write(&file, &first.stdout).unwrap();
    let again = probe(&["--json", "--host", file.to_str().unwrap()]);
    assert_eq!(String::from_utf8_lossy(&again.stderr), "");
    assert_eq!(String::from_utf8_lossy(&again.stdout), String::from_utf8_lossy(&first.stdout));
}

#[test]
fn unknown_keys_are_a_warning_and_unreadable_files_a_usage_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("host.toml");
    let told = |text: &str| {
        fs::write(&path, text).unwrap();
        let output = probe(&["--json", "--host", path.to_str().unwrap()]);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, words) = told("schema = 1\n[driver]\nversion = \"550.1\"\nflavour = 3\n");
    assert_eq!(code, Some(0));
    assert!(words.contains("unknown key `driver.flavour`"), "{words}");
    for text in ["schema = 99\n", "[driver]\nversion = 3\n", "{", "\u{0}", &"a = 1\n".repeat(300_000), &"[".repeat(100_000)] {
        let (code, words) = told(text);
        assert_eq!(code, Some(2), "{words}");
        assert!(words.starts_with("error: ") && words.lines().count() <= 3, "{words}");
    }
    assert_eq!(probe(&["--host", "/nonexistent/host.toml"]).status.code(), Some(2));
}

#[test]
fn the_table_shows_sources_and_gaps() {
    let file = files().into_iter().find(|file| file.ends_with("lost-card.toml")).unwrap();
    let text = probe(&["--host", file.to_str().unwrap()]).out();
    for words in ["NVIDIA RTX A6000", "550.90.12", "not known", "gpus.2.compute", "the card is lost"] {
        assert!(text.contains(words), "{words}: {text}");
    }
}
