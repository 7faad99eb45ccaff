//! Every recorded machine joins one GPU course: whoever shares a target has the same bytes, and the rehearsal says the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::ran::nixml;

const HOSTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hosts");

type Files = BTreeMap<String, Vec<u8>>;

#[test]
fn all_who_share_a_target_have_the_same_bytes() {
    let room = tempfile::tempdir().unwrap();
    let room = room.path();
    let new = ["class", "new", "--title", "Deep Learning", "--set", "framework=pytorch", "--set", "targets=cuda,cpu"];
    let class = nixml(room, &[&new[..], &["--disk", "5000000000", "--fallback", "--output", "class.toml"]].concat());
    class.exits(0).says("wrote class.toml");
    let checked = nixml(room, &["class", "check", "class.toml", "--hosts", HOSTS, "--json"]);
    checked.exits(1);
    let report = checked.json();
    crate::support::schema::check("class-check", &report);
    let mut projects: BTreeMap<String, (String, Files)> = BTreeMap::new();
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for row in report["rows"].as_array().unwrap() {
        let host = row["host"].as_str().unwrap();
        let joined =
            nixml(room, &["join", "class.toml", host, "--host", &format!("{HOSTS}/{host}.toml"), "--no-validate", "--json"]);
        let joined = joined.json();
        assert_eq!(joined["outcome"], row["outcome"], "{host}: the rehearsal and the day differ");
        let outcome = joined["outcome"].as_str().unwrap().to_owned();
        *outcomes.entry(outcome.clone()).or_default() += 1;
        if outcome == "fails" {
            assert!(!row["reasons"].as_array().unwrap().is_empty(), "{host} fails without a reason");
            assert!(!room.join(host).exists(), "{host} got files all the same");
            continue;
        }
        let files = files(&room.join(host));
        let (first, known) =
            projects.entry(joined["target"].as_str().unwrap().to_owned()).or_insert((host.to_owned(), files.clone()));
        assert_eq!(files.keys().collect::<Vec<_>>(), known.keys().collect::<Vec<_>>(), "{host} and {first}");
        for (name, bytes) in &files {
            assert!(known[name] == *bytes, "`{name}` differs between {host} and {first}");
        }
    }
    assert_eq!(projects.keys().collect::<Vec<_>>(), ["cpu", "cuda"]);
    for outcome in ["served", "fallback", "fails"] {
        assert!(outcomes.contains_key(outcome), "{outcomes:?}");
    }
}

fn files(folder: &Path) -> Files {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap().flatten() {
            let path = entry.path();
            if path.file_name().is_some_and(|name| name == ".git" || name == ".nixml" || name == ".venv") {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().display().to_string(), fs::read(&path).unwrap());
            }
        }
    }
    found
}
