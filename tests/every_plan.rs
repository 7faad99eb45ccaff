//! Every machine x framework x Python x targets: a plan that renders files which parse, or a refusal with a reason and a way out.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, reason = "tests touch the world")]

use std::collections::BTreeMap;

use nixml::core::catalog::Catalog;
use nixml::core::choices::Choices;
use nixml::core::data::Data;
use nixml::core::facts::Facts;
use nixml::core::failure::Failure;
use nixml::core::plan::{Plan, Target, decide};
use nixml::core::render::render;

const LINUX: &str = "[os]\nkind = \"linux\"\narch = \"x86_64\"\n";
const ARM: &str = "[os]\nkind = \"linux\"\narch = \"aarch64\"\n";
const MAC: &str = "[os]\nkind = \"macos\"\narch = \"aarch64\"\nversion = \"15.1\"\n";

fn card(compute: &str) -> String {
    format!("[[gpus]]\nvendor = \"nvidia\"\nname = \"a card\"\ncompute = \"{compute}\"\n")
}

fn driver(version: &str) -> String {
    format!("[driver]\nversion = \"{version}\"\n")
}

fn machines() -> Vec<Facts> {
    let mut texts = vec![
        String::new(),
        format!("gpus = []\n{LINUX}"),
        format!("gpus = []\n{ARM}"),
        format!("{MAC}[[gpus]]\nvendor = \"apple\"\nname = \"Apple M3\"\n"),
        "gpus = []\n[os]\nkind = \"macos\"\narch = \"x86_64\"\n".to_owned(),
        format!("{LINUX}[[gpus]]\nvendor = \"amd\"\nname = \"Radeon\"\n"),
        format!("{LINUX}{}", card("8.6")),
        format!("{LINUX}{}[[gpus]]\nvendor = \"nvidia\"\n", driver("580.95.05")),
        format!("{LINUX}{}{}{}", driver("580.95.05"), card("6.1"), card("12.0")),
        format!("{LINUX}wsl = 2\n{}{}", driver("576.02"), card("8.9")),
        format!("{ARM}{}{}", driver("580.95.05"), card("12.1")),
        format!("{ARM}jetson = true\n{}{}", driver("540.4.0"), card("8.7")),
    ];
    for version in ["440.33", "470.82.01", "535.104.05", "550.54.14", "575.57.08", "580.95.05", "595.71.05"] {
        texts.extend(
            ["3.7", "5.0", "6.1", "7.0", "7.5", "8.6", "9.0", "10.0", "12.0"]
                .map(|compute| format!("{LINUX}{}{}", driver(version), card(compute))),
        );
    }
    texts.iter().map(|text| toml::from_str(text).unwrap()).collect()
}

fn choices(framework: &str, targets: Option<&[Target]>, python: Option<&str>) -> Choices {
    Choices {
        name: "every-plan".to_owned(),
        framework: framework.to_owned(),
        targets: targets.map(<[Target]>::to_vec),
        python: python.map(str::to_owned),
        packages: vec!["tqdm".to_owned()],
        extras: vec!["jupyter".to_owned()],
        strategy: "uv".to_owned(),
        custom: BTreeMap::new(),
        resolved: None,
    }
}

/// What must hold of every plan, whatever it is for.
fn sound(plan: &Plan, wanted: &Choices) {
    assert!(plan.targets.iter().all(|target| !target.requirements.is_empty()));
    assert_eq!((&plan.build, &plan.resolved.build), (&plan.first().build, &plan.first().build));
    if let Some(targets) = &wanted.targets {
        assert!(plan.targets.iter().map(|target| target.target).eq(targets.iter().copied()));
    } else {
        assert!(
            plan.not_here.is_none()
                || plan.targets[0].target == Target::Cuda
                || plan.not_here.as_deref().unwrap().contains("no cpu build"),
            "{plan:?}"
        );
    }
    for target in &plan.targets {
        assert_eq!(target.build.starts_with("cu"), target.target == Target::Cuda);
        for source in &target.sources {
            assert!(plan.indexes.iter().any(|index| index.name == source.index));
            assert!(target.requirements.iter().any(|requirement| requirement.starts_with(&format!("{}==", source.package))));
        }
        // A framework is one exact release, so that two targets cannot drift apart.
        assert!(target.requirements.iter().all(|requirement| requirement.contains("==")), "{:?}", target.requirements);
    }
    assert!(
        plan.reasons
            .iter()
            .chain(&plan.notes)
            .chain(&plan.not_here)
            .all(|text| !text.contains(['{', '}', '\n']) && !text.ends_with('.') || plan.notes.contains(text))
    );
}

#[test]
fn every_plan_renders_or_is_refused_with_a_way_out() {
    let data = Data::embedded();
    let catalog = Catalog::load(&data).unwrap();
    let targets: [Option<&[Target]>; 5] = [
        None,
        Some(&[Target::Cpu]),
        Some(&[Target::Cuda]),
        Some(&[Target::Cuda, Target::Cpu]),
        Some(&[Target::Cpu, Target::Cuda]),
    ];
    let (mut plans, mut refused) = (0_u32, 0_u32);
    let mut rendered = std::collections::BTreeSet::new();
    for facts in machines() {
        for framework in &catalog.frameworks {
            for targets in targets {
                for python in [None, Some("3.11"), Some("3.12"), Some("3.13"), Some("3.14"), Some("3.15"), Some("2.7")] {
                    let wanted = choices(&framework.id, targets, python);
                    match decide(&wanted, &facts, &catalog) {
                        Ok(plan) => {
                            plans += 1;
                            sound(&plan, &wanted);
                            // The same plan for many machines is rendered once.
                            let key =
                                format!("{:?}{:?}{:?}{}", plan.resolved, plan.targets.len(), plan.targets[0].target, plan.python);
                            if rendered.insert(key) {
                                parse(&render(&plan, &data).unwrap_or_else(|failure| panic!("{failure}: {plan:?}")));
                            }
                        }
                        Err(conflict) => {
                            refused += 1;
                            assert!(!conflict.ways_out.is_empty() && !conflict.between.is_empty(), "{conflict:?}");
                            assert_eq!(Failure::from(conflict).exit.code(), 2);
                        }
                    }
                }
            }
        }
    }
    assert!(
        plans > 10_000 && refused > 1_000 && rendered.len() > 300,
        "{plans} plans, {refused} refusals, {} different",
        rendered.len()
    );
}

fn parse(files: &nixml::core::files::Files) {
    for (path, file) in &files.0 {
        if path.ends_with(".toml") {
            toml::from_str::<toml::Table>(&file.text).unwrap_or_else(|error| panic!("{path}: {error}"));
        } else if path.ends_with(".nix") {
            assert!(rnix::Root::parse(&file.text).errors().is_empty(), "{path}");
        } else if path.ends_with(".lock") {
            serde_json::from_str::<serde_json::Value>(&file.text).unwrap_or_else(|error| panic!("{path}: {error}"));
        }
    }
}
