//! The names that generated flakes ask of nixpkgs: in the table of names looked up in its source, and in the stand-in.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests touch the world")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use nixml::core::data::Data;
use rnix::ast::{self, AstNode as _, HasEntry as _};
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
    let data = Data::embedded();
    let mut asked = BTreeSet::new();
    for (path, text) in data.below("templates/", ".nix") {
        let parsed = rnix::Root::parse(text);
        assert!(parsed.errors().is_empty(), "{path}: {:?}", parsed.errors());
        for node in parsed.syntax().descendants() {
            if let Some(select) = ast::Select::cast(node.clone()) {
                asked.extend(name(&select).map(|name| (name, path.to_owned())));
            } else if let Some(inherit) = ast::Inherit::cast(node)
                && let Some(from) = inherit.from().and_then(|from| from.expr())
            {
                let base = match from {
                    ast::Expr::Ident(ident) => ident.to_string(),
                    ast::Expr::Select(select) => name(&select).unwrap_or_default(),
                    _ => continue,
                };
                asked.extend(inherit.attrs().map(|attr| (format!("{base}.{attr}"), path.to_owned())));
            }
        }
    }
    let known = table();
    let about_nixpkgs = |name: &str| name.starts_with("pkgs.") || name.starts_with("lib.");
    let unknown: Vec<_> = asked.iter().filter(|(name, _)| about_nixpkgs(name) && !known.contains_key(name)).collect();
    assert!(unknown.is_empty(), "look these up in nixpkgs, then add them to tests/nixpkgs-attributes.toml and the stand-in: {unknown:?}");
}

/// `pkgs.stdenv.cc` of a selection, with `pkgs.lib.x` as `lib.x`; none where a part is only known at run time.
fn name(select: &ast::Select) -> Option<String> {
    let ast::Expr::Ident(base) = select.expr()? else { return None };
    let mut name = base.to_string();
    for attr in select.attrpath()?.attrs() {
        let ast::Attr::Ident(ident) = attr else { break };
        name = format!("{name}.{ident}");
    }
    Some(name.strip_prefix("pkgs.lib.").map_or(name.clone(), |function| format!("lib.{function}")))
}

#[test]
fn the_stand_in_has_every_name_of_the_table() {
    let nix = need!(tools::nix("newest"), "no Nix: run scripts/install-nixes");
    let standin = Standin::of(&need!(tools::uv(), "no uv: run scripts/install-tools"));
    let place = Place::new().with_nix(&nix);
    let lines: String = table().into_keys().map(|name| format!("{:?} = pkgs ? {};\n", name, name.trim_start_matches("pkgs."))).collect();
    let expression = format!(
        "let pkgs = import {} {{ system = \"x86_64-linux\"; }}; has = {{\n{lines}}}; in builtins.filter (n: !has.${{n}}) (builtins.attrNames has)",
        standin.folder.display()
    );
    let output = place.command(nix.bin.join("nix-instantiate")).args(["--eval", "--strict", "--json", "-E", &expression]).output().unwrap();
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
            asked.extend(row["libraries"].as_array().unwrap().iter().map(|library| format!("pkgs.{}", library.as_str().unwrap())));
        }
        for row in rows("python").into_iter().filter(|row| row.get("offered").and_then(toml::Value::as_bool) == Some(true)) {
            asked.insert(format!("pkgs.python{}", row["version"].as_str().unwrap().replace('.', "")));
        }
    }
    let unknown: Vec<_> = asked.iter().filter(|name| !known.contains_key(*name)).collect();
    assert!(unknown.is_empty(), "look these up in nixpkgs, then add them to tests/nixpkgs-attributes.toml and the stand-in: {unknown:?}");
}
