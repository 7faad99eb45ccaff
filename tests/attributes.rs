//! The names that generated flakes ask of nixpkgs: in the table of names looked up in its source, and in the stand-in.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests touch the world")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use nixml::core::data::Data;
use regex::Regex;
use support::place::{Place, told};
use support::standin::Standin;
use support::{need, tools};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[expect(dead_code, reason = "for people")]
    verified: String,
    attributes: BTreeMap<String, String>,
}

fn table() -> BTreeMap<String, String> {
    toml::from_str::<Table>(include_str!("nixpkgs-attributes.toml")).unwrap().attributes
}

#[test]
fn templates_ask_for_known_names_only() {
    let selected = Regex::new(r"\b(?:pkgs|lib)(?:\.[A-Za-z_][A-Za-z0-9_'-]*)+").unwrap();
    let inherited = Regex::new(r"inherit \(((?:pkgs|lib|nixpkgs)[A-Za-z0-9_.]*)\)([^;]*);").unwrap();
    let data = Data::embedded();
    let mut asked = BTreeSet::new();
    for (path, text) in data.below("templates/", ".nix").chain(data.below("templates/", ".nix.j2")) {
        let code = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n");
        let plain = selected.find_iter(&code).map(|name| name.as_str().to_owned());
        let taken = inherited.captures_iter(&code).flat_map(|found| {
            found[2].split_whitespace().map(|attribute| format!("{}.{attribute}", &found[1])).collect::<Vec<_>>()
        });
        asked.extend(plain.chain(taken).map(|name| (spelled(&name), path.to_owned())));
    }
    let known = table();
    let prefix = |name: &str| {
        known.keys().any(|long| long.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    };
    let unknown: Vec<_> = asked.iter().filter(|(name, _)| !prefix(name)).collect();
    assert!(
        unknown.is_empty(),
        "look these up in nixpkgs, then add them to tests/nixpkgs-attributes.toml and the stand-in: {unknown:?}"
    );
}

/// One spelling for a function of nixpkgs' library: `lib.x`.
fn spelled(name: &str) -> String {
    let name = name.trim_start_matches("nixpkgs.");
    name.strip_prefix("pkgs.lib.").map_or(name.to_owned(), |function| format!("lib.{function}"))
}

#[test]
fn the_stand_in_has_every_name_of_the_table() {
    let nix = need!(tools::nix("newest"), "no Nix: run scripts/install-nixes");
    let standin = Standin::of(&need!(tools::uv(), "no uv: run scripts/install-tools"));
    let place = Place::new().with_nix(&nix);
    let own = standin.newest_python(&["3.11", "3.12", "3.13", "3.14"]).unwrap().replace('.', "");
    let has = |name: &str| name.trim_start_matches("pkgs.").replace("python313.", &format!("python{own}."));
    let lines: Vec<_> = table().keys().map(|name| format!("{name:?} = pkgs ? {};", has(name))).collect();
    let expression = format!(
        "let pkgs = import {} {{ system = \"x86_64-linux\"; }}; has = {{ {} }}; in builtins.filter (n: !has.${{n}}) (builtins.attrNames has)",
        standin.folder.display(),
        lines.join("\n")
    );
    let output = place
        .command(nix.bin.join("nix-instantiate"))
        .args(["--eval", "--strict", "--json", "-E", &expression])
        .output()
        .unwrap();
    assert_eq!(told(&output).trim(), "[]", "the stand-in lacks these");
}

#[test]
fn the_catalog_names_known_libraries_and_pythons_only() {
    let data = Data::embedded();
    let known = table();
    let mut asked = BTreeSet::new();
    for (_, text) in data.below("assets/catalog/", ".toml") {
        let file: toml::Table = toml::from_str(text).unwrap();
        let rows = |key: &str| file.get(key).and_then(toml::Value::as_array).cloned().unwrap_or_default();
        for row in rows("native") {
            asked
                .extend(row["libraries"].as_array().unwrap().iter().map(|library| format!("pkgs.{}", library.as_str().unwrap())));
        }
        for row in rows("python").into_iter().filter(|row| row.get("offered").and_then(toml::Value::as_bool) == Some(true)) {
            asked.insert(format!("pkgs.python{}", row["version"].as_str().unwrap().replace('.', "")));
        }
    }
    let unknown: Vec<_> = asked.iter().filter(|name| !known.contains_key(*name)).collect();
    assert!(
        unknown.is_empty(),
        "look these up in nixpkgs, then add them to tests/nixpkgs-attributes.toml and the stand-in: {unknown:?}"
    );
}
