//! The invariants of the house, kept by reading the source: import rule, file sizes, module lists, embedded data.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, reason = "tests touch the world")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const MOST_LINES: usize = 400;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(&dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<(String, String)> {
    let src = root().join("src");
    files(&src, "rs")
        .into_iter()
        .map(|path| (path.strip_prefix(&src).unwrap().display().to_string(), fs::read_to_string(&path).unwrap()))
        .collect()
}

#[test]
fn rings_import_only_what_they_may() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let banned: &[&str] = match path.split('/').next().unwrap() {
            "core" => &["crate::edge", "crate::front"],
            "edge" => &["crate::front"],
            "front" => &["crate::edge"],
            _ => &[],
        };
        for (number, line) in text.lines().enumerate() {
            for word in banned {
                if line.contains(word) && !line.trim_start().starts_with("//") {
                    wrong.push(format!(
                        "src/{path}:{}: `{}` may not import `{word}`",
                        number + 1,
                        path.split('/').next().unwrap()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn effects_live_in_the_edge() {
    // clippy.toml bans the calls; here the excuse: nobody outside `edge` may silence the ban.
    let excused: Vec<_> = sources()
        .into_iter()
        .filter(|(path, text)| !path.starts_with("edge/") && text.contains("clippy::disallowed_methods"))
        .map(|(path, _)| path)
        .collect();
    assert!(excused.is_empty(), "only src/edge may touch the world, not {excused:?}");
}

/// Each format that a type is read from is machine code of its own for every type.
#[test]
fn types_are_read_from_one_tree() {
    let mut wrong = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| !path.starts_with("core/document/")) {
        let text = text.split("#[cfg(test)]").next().unwrap();
        for word in ["toml::from_str", "toml::Deserializer", "serde_json::from_value", "serde_json::Deserializer", "from_reader"]
        {
            if text.contains(word) {
                wrong.push(format!("src/{path}: `{word}`: read it with `core::document`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn one_place_starts_programs() {
    let starts = ["Command::new(", ".spawn()", "spawn_borrowed(", ".output()", ".status()", "wait_with_output("];
    // A question may be worded elsewhere; who starts it, and so has to end it, is `edge::child`.
    let worded =
        |path: &str, what: &str| what == "Command::new(" && (path.starts_with("edge/probe/") || path == "edge/files/git.rs");
    let mut wrong = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| !path.starts_with("edge/child/")) {
        let code = text.split("#[cfg(test)]").next().unwrap();
        wrong.extend(
            starts.iter().filter(|what| code.contains(**what) && !worded(&path, what)).map(|what| format!("{path}: {what}")),
        );
    }
    assert!(wrong.is_empty(), "only src/edge/child starts programs: {wrong:?}");
}

#[test]
fn no_file_is_long() {
    let long: Vec<_> =
        sources().into_iter().map(|(path, text)| (path, text.lines().count())).filter(|(_, lines)| *lines > MOST_LINES).collect();
    assert!(long.is_empty(), "more than {MOST_LINES} lines: {long:?}");
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<_> = sources().into_iter().filter(|(_, text)| !text.starts_with("//!")).map(|(path, _)| path).collect();
    assert!(silent.is_empty(), "no one-sentence header: {silent:?}");
}

#[test]
fn every_source_file_is_a_module_of_its_folder() {
    let mut forgotten = Vec::new();
    for (path, _) in sources() {
        let path = PathBuf::from(&path);
        let (stem, folder) = (path.file_stem().unwrap().to_str().unwrap(), path.parent().unwrap());
        let (name, folder) = if stem == "mod" {
            (folder.file_name().unwrap().to_str().unwrap(), folder.parent().unwrap())
        } else {
            (stem, folder)
        };
        if folder.as_os_str().is_empty() && ["main", "lib"].contains(&name) {
            continue;
        }
        let parents = if folder.as_os_str().is_empty() {
            vec![root().join("src/lib.rs"), root().join("src/main.rs")]
        } else {
            let inner = root().join("src").join(folder);
            vec![inner.join("mod.rs"), inner.with_extension("rs")]
        };
        let listed = parents.iter().filter_map(|parent| fs::read_to_string(parent).ok()).any(|text| {
            text.lines().any(|line| {
                let line = line
                    .trim_start()
                    .trim_start_matches("pub ")
                    .trim_start_matches("pub(crate) ")
                    .trim_start_matches("pub(super) ");
                line == format!("mod {name};")
            })
        });
        if !listed {
            forgotten.push(path.display().to_string());
        }
    }
    assert!(forgotten.is_empty(), "no `mod` line leads to {forgotten:?}");
}

#[test]
fn embedded_data_is_what_lies_on_the_disk() {
    let embedded: BTreeSet<String> = nixml::core::data::Data::embedded().paths().map(str::to_owned).collect();
    let mut on_disk = BTreeSet::new();
    for folder in ["wizard-steps", "templates", "assets"] {
        let mut open = vec![root().join(folder)];
        while let Some(dir) = open.pop() {
            for entry in fs::read_dir(&dir).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    open.push(path);
                } else if fs::read(&path).is_ok_and(|bytes| std::str::from_utf8(&bytes).is_ok()) {
                    on_disk.insert(path.strip_prefix(root()).unwrap().display().to_string());
                }
            }
        }
    }
    assert_eq!(embedded, on_disk, "a stale build: touch src/core/data.rs");
}

#[test]
fn every_check_is_listed_and_named_after_its_file() {
    let folder = root().join("src/core/doctor/checks");
    let on_disk: BTreeSet<String> = files(&folder, "rs")
        .iter()
        .map(|path| path.file_stem().unwrap().to_str().unwrap().replace('_', "-"))
        .filter(|name| name != "mod")
        .collect();
    let listed: BTreeSet<String> = nixml::core::doctor::ALL.iter().map(|check| check.id.to_owned()).collect();
    assert_eq!(on_disk, listed, "a check's file, its id and its line in ALL go together");
    assert_eq!(listed.len(), nixml::core::doctor::ALL.len(), "two checks of one name");
}
