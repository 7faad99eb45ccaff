//! The data is sound: every pattern is short, every code is known, no advice is dangerous.

use std::collections::BTreeSet;

use nixml::core::data::Data;
use nixml::core::explain::Knowledge;

use super::{below, codes, explain, knowledge, root, shared};

/// Every pattern with its file.
fn patterns() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for diagnosis in knowledge().diagnoses() {
        for sign in &diagnosis.signs {
            for source in [&sign.any, &sign.all, &sign.not, &sign.somewhere, &sign.nowhere].into_iter().flatten() {
                found.push((diagnosis.code.clone(), source.clone()));
            }
        }
    }
    found
}

#[test]
fn every_file_is_read() {
    let mut wrong = Vec::new();
    for path in below(&root().join("assets/diagnoses"), "toml") {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        let data = Data::default().overlaid([(name, std::fs::read_to_string(&path).unwrap())]);
        wrong.extend(Knowledge::load(&data).err().map(|failure| failure.to_string()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_pattern_compiles() {
    for (code, source) in patterns() {
        assert!(regex::Regex::new(&source).is_ok(), "{code}: {source}");
    }
}

#[test]
fn no_line_of_the_reports_stands_in_a_pattern() {
    let Some(path) = shared("corpus/logs-dev.jsonl") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let patterns: Vec<_> = patterns().into_iter().map(|(code, source)| (code, source.replace('\\', ""))).collect();
    let mut wrong = Vec::new();
    for row in text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()) {
        for line in row["evidence"].as_str().unwrap().lines().map(str::trim).filter(|line| line.chars().count() > 40) {
            wrong.extend(patterns.iter().filter(|(_, source)| source.contains(line)).map(|(code, _)| format!("{code}: {line}")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_pattern_is_a_whole_line() {
    // The longest run of plain letters: what is invariant across versions and years is short.
    let run = |source: &str| {
        let plain = source.replace("\\.", ".").replace("\\+", "+").replace("\\(", " ").replace("\\)", " ");
        plain.split(['\\', '(', ')', '[', ']', '|', '?', '*', '{', '}']).map(|part| part.chars().count()).max().unwrap_or(0)
    };
    let long: Vec<_> = patterns().into_iter().filter(|(_, source)| run(source) > 40).collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn every_code_that_is_named_is_known() {
    let knowledge = knowledge();
    let known: BTreeSet<_> = knowledge.diagnoses().map(|diagnosis| diagnosis.code.as_str()).collect();
    for diagnosis in knowledge.diagnoses() {
        let yields = diagnosis.signs.iter().flat_map(|sign| &sign.yields_to);
        for code in diagnosis.alike.iter().chain(&diagnosis.consequence_of).chain(yields) {
            assert!(known.contains(code.as_str()), "{}: `{code}` is no code", diagnosis.code);
            assert_ne!(code, &diagnosis.code, "of itself");
        }
    }
    if let Some(path) = shared("corpus/codes.md") {
        let text = std::fs::read_to_string(path).unwrap();
        let listed = text.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let missing: Vec<_> = listed.filter(|code| !known.contains(code)).collect();
        assert!(missing.is_empty(), "no diagnosis for {missing:?}");
    }
}

#[test]
fn every_code_that_a_command_says_has_a_page() {
    let said = regex::Regex::new(r#"(?:code(?::| =) Some\(|const SILENT: &str = )"([a-z0-9-]+)"#).unwrap();
    let mut found = BTreeSet::new();
    for path in below(&root().join("src"), "rs") {
        let text = std::fs::read_to_string(&path).unwrap();
        let own = text.split("#[cfg(test)]").next().unwrap_or_default();
        found.extend(said.captures_iter(own).map(|word| word[1].to_owned()));
    }
    assert!(found.contains("jit-unavailable") && found.contains("no-output"), "{found:?}");
    let without: Vec<_> = found.iter().filter(|code| knowledge().diagnosis(code).is_none()).collect();
    assert!(without.is_empty(), "no assets/diagnoses/CODE.toml for {without:?}");
}

#[test]
fn no_cause_is_a_consequence_of_itself() {
    let knowledge = knowledge();
    for start in knowledge.diagnoses() {
        let mut open: Vec<&str> = start.consequence_of.iter().map(String::as_str).collect();
        let mut seen = BTreeSet::new();
        while let Some(code) = open.pop() {
            assert_ne!(code, start.code, "a circle of consequences");
            if seen.insert(code) {
                open.extend(
                    knowledge.diagnosis(code).into_iter().flat_map(|next| next.consequence_of.iter().map(String::as_str)),
                );
            }
        }
    }
}

#[test]
fn no_advice_is_dangerous() {
    for path in below(&root().join("assets/diagnoses"), "toml") {
        let text = std::fs::read_to_string(&path).unwrap();
        // What a pattern or a warning may name, a command may not run.
        for line in text.lines().filter(|line| line.contains("argv =") || line.contains("shell =")) {
            for word in
                ["trusted-users", "accept-flake-config", "sudo", "| sh", "| bash", "--break-system-packages", "--no-verify"]
            {
                assert!(!line.contains(word), "{}: `{word}` in {line}", path.display());
            }
            assert!(!(line.contains("pip") && line.contains("root = true")), "{}: {line}", path.display());
        }
        for word in ["add yourself to trusted-users", "pass --accept-flake-config", "sudo pip"] {
            assert!(!text.contains(word), "{}: `{word}`", path.display());
        }
    }
}

#[test]
fn how_it_looks_is_recognised() {
    let mut wrong = Vec::new();
    for diagnosis in knowledge().diagnoses().filter(|diagnosis| !diagnosis.signs.is_empty()) {
        assert!(!diagnosis.looks.is_empty(), "{} shows no example", diagnosis.code);
        let found = explain(&diagnosis.looks.join("\n"), None);
        if !codes(&found).contains(&diagnosis.code.as_str()) {
            wrong.push(format!("{} -> {:?}", diagnosis.code, codes(&found)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
