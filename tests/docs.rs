//! The pages of `docs/` and the README do what they say: their commands are typed, their examples are tried, their links lead somewhere.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, reason = "tests touch the world")]

mod support;

use std::path::PathBuf;

use support::place::Place;
use support::standin::Standin;
use support::{need, tools};

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every page that people read, with its text.
fn pages() -> Vec<(PathBuf, String)> {
    let mut found: Vec<PathBuf> =
        ["README.md", "ARCHITECTURE.md", "SECURITY.md"].iter().map(|name| repository().join(name)).collect();
    for entry in std::fs::read_dir(repository().join("docs")).unwrap().flatten() {
        if entry.path().extension().is_some_and(|end| end == "md") {
            found.push(entry.path());
        }
    }
    found.into_iter().filter_map(|path| Some((path.clone(), std::fs::read_to_string(path).ok()?))).collect()
}

/// The blocks of a page between ```` ```LANGUAGE ```` and ```` ``` ````, each with the comment above it, if any.
fn blocks(text: &str, language: &str) -> Vec<(Option<String>, String)> {
    let mut found = Vec::new();
    let mut mark = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(comment) = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")) {
            mark = Some(comment.to_owned());
        } else if line.strip_prefix("```") == Some(language) {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            found.push((mark.take(), block.join("\n")));
        } else if !line.is_empty() {
            mark = None;
        }
    }
    found
}

/// The words of a shell line as far as nixml gets them: quotes taken off, what follows a pipe, a redirection or a comment left out.
fn words(line: &str) -> Option<Vec<String>> {
    let line = line.rsplit(" | ").find(|part| part.trim_start().starts_with("nixml")).unwrap_or(line);
    let line = line.split(" #").next()?.trim();
    let mut words = Vec::new();
    let mut open: Option<char> = None;
    let mut word = String::new();
    for letter in line.chars() {
        match (open, letter) {
            (Some(quote), letter) if quote == letter => open = None,
            (None, '\'' | '"') => open = Some(letter),
            (None, ' ') => words.push(std::mem::take(&mut word)),
            (_, letter) => word.push(letter),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    let end =
        words.iter().position(|word| [">", "<", ">>", "2>&1", "|", "&&", ";"].contains(&word.as_str())).unwrap_or(words.len());
    words.truncate(end);
    (words.first()? == "nixml").then(|| words[1..].to_vec())
}

#[test]
fn every_command_in_the_pages_is_one() {
    let place = Place::new();
    let mut seen = 0;
    for (path, text) in pages() {
        for (_, block) in ["sh", "console"].iter().flat_map(|language| blocks(&text, language)) {
            for line in block.lines().flat_map(|line| line.trim_start_matches("$ ").split("; ")) {
                let Some(mut words) = words(line) else { continue };
                if words.iter().any(|word| word == "...") {
                    continue;
                }
                seen += 1;
                // The help is shown once everything before it was read and found right.
                words.push("--help".to_owned());
                let ran = place.nixml(&words);
                assert_eq!(ran.code(), Some(0), "{}: `{line}`\n{}", path.display(), ran.told());
            }
        }
    }
    assert!(seen > 30, "only {seen} commands were found");
}

#[test]
fn every_link_leads_somewhere() {
    for (path, text) in pages() {
        for part in text.split("](").skip(1) {
            let link = part.split([')', '#']).next().unwrap();
            if link.is_empty() || link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            assert!(path.parent().unwrap().join(link).exists(), "{}: there is no {link}", path.display());
        }
    }
}

/// The example files of `docs/adding.md`, laid over nixml's own data as the page says.
#[test]
fn the_examples_of_adding_work() {
    let place = Place::new();
    let page = std::fs::read_to_string(repository().join("docs/adding.md")).unwrap();
    let examples: Vec<_> = blocks(&page, "toml").into_iter().filter_map(|(mark, text)| Some((mark?, text))).collect();
    assert_eq!(examples.len(), 3, "{examples:?}");
    for (path, text) in &examples {
        place.write(&format!("overlay/{path}"), text);
    }
    let overlay = place.at("overlay");
    let overlay = overlay.to_str().unwrap();
    let init =
        ["init", ".", "--data", overlay, "--framework", "jax", "--targets", "cpu", "--team", "core", "--yes", "--no-validate"];
    place.nixml(init).exits(0);
    assert!(place.read("project/nixml.toml").contains("team = \"core\""), "{}", place.read("project/nixml.toml"));
    let args = ["init", ".", "--data", overlay, "--framework", "statsmodels", "--yes", "--no-validate"];
    place.nixml(args).exits(0);
    assert!(place.read("project/pyproject.toml").contains("statsmodels==0.14"));
    place.nixml(["matrix", "--data", overlay, "--framework", "statsmodels"]).exits(0).says("works");
    place.write("log", "step 1\nFluxError: capacitor at 7 percent\n");
    let log = place.at("log");
    place.nixml(["explain", log.to_str().unwrap()]).exits(1);
    place.nixml(["explain", "--data", overlay, log.to_str().unwrap()]).exits(0).says("the flux capacitor is not charged");
    place.nixml(["explain", "--data", overlay, "flux-capacitor"]).exits(0).says("1.21 gigawatts");
}

#[test]
fn every_file_that_adding_names_is_there() {
    let page = std::fs::read_to_string(repository().join("docs/adding.md")).unwrap();
    for part in page.split('`').skip(1).step_by(2) {
        let names_a_file = part.contains('/')
            && !part.contains([' ', '<'])
            && !part.contains("NAME")
            && !part.contains("ID")
            && !part.contains("CODE");
        if names_a_file && !part.starts_with("--") && !part.starts_with("NN") {
            let anywhere = [repository().join(part), repository().join("src/core/doctor").join(part)];
            assert!(anywhere.iter().any(|path| path.exists()), "there is no {part}");
        }
    }
}

/// What a newcomer types, in the order of the page, with real Nix and real uv.
#[test]
fn the_first_steps_are_walked() {
    let nix = need!(tools::nix("newest"), "no Nix: run scripts/install-nixes");
    let uv = need!(tools::uv(), "no uv: run scripts/install-tools");
    let standin = Standin::of(&uv);
    need!(standin.newest_python(&["3.13"]), "no Python 3.13");
    let mut place = Place::new().with_nix(&nix);
    place.set("NIXML_NIXPKGS", standin.flakeref());
    place.set("NIXML_HOST", repository().join("tests/hosts/laptop-no-gpu.toml"));
    let page = std::fs::read_to_string(repository().join("docs/first-steps.md")).unwrap();
    let marked = |wanted: &str| -> Vec<String> {
        blocks(&page, "sh").into_iter().filter(|(mark, _)| mark.as_deref() == Some(wanted)).map(|(_, text)| text).collect()
    };
    let (walk, shell) = (marked("walk").join("\n"), marked("walk in the shell").join("\n"));
    let inside = shell.strip_prefix("nix develop\n").expect("the last part begins by entering the shell");
    let enter = format!(
        "nix --extra-experimental-features 'nix-command flakes' develop --no-write-lock-file --override-input nixpkgs {} --command bash -euc '{inside}'",
        standin.flakeref()
    );
    let nixml = format!("nixml() {{ {} \"$@\"; }}", env!("CARGO_BIN_EXE_nixml"));
    let told = place.run("bash", &["-euc", &format!("{nixml}\n{walk}\n{enter}")]);
    assert!(told.contains("loss") || told.contains("JAX "), "the first program did not say where it runs:\n{told}");
    assert!(place.read("project/lab/pyproject.toml").contains("einops"), "the package was not added");
}
