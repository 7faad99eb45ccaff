//! Every machine x framework x Python x targets: a plan that renders files which parse, or a refusal with a reason and a way out.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "tests touch the world"
)]

mod support;

use std::collections::BTreeSet;
use std::process::Command;

use nixml::core::catalog::Catalog;
use nixml::core::choices::Choices;
use nixml::core::data::Data;
use nixml::core::facts::Facts;
use nixml::core::failure::Failure;
use nixml::core::plan::{Plan, Target, decide};
use nixml::core::render::render;
use support::tools;

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
    for version in ["440.33", "470.82.01", "535.104.05", "575.57.08", "580.95.05", "595.71.05"] {
        texts.extend(
            ["3.7", "5.0", "6.1", "7.0", "7.5", "8.6", "10.0", "12.0"]
                .map(|compute| format!("{LINUX}{}{}", driver(version), card(compute))),
        );
    }
    texts.iter().map(|text| toml::from_str(text).unwrap()).collect()
}

fn choices(framework: &str, targets: Option<&[Target]>, python: Option<&str>) -> Choices {
    Choices {
        targets: targets.map(<[Target]>::to_vec),
        python: python.map(str::to_owned),
        packages: vec!["tqdm".to_owned()],
        extras: vec!["jupyter".to_owned()],
        ..Choices::of("every-plan", framework)
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
    let mut rendered = BTreeSet::new();
    let mut texts = Texts::default();
    for facts in machines() {
        for framework in &catalog.frameworks {
            for targets in targets {
                for python in [None, Some("3.11"), Some("3.13"), Some("3.14"), Some("3.15"), Some("2.7")] {
                    let wanted = choices(&framework.id, targets, python);
                    match decide(&wanted, &facts, &catalog) {
                        Ok(plan) => {
                            plans += 1;
                            sound(&plan, &wanted);
                            // The same plan for many machines is rendered once.
                            let key =
                                format!("{:?}{:?}{:?}{}", plan.resolved, plan.targets.len(), plan.targets[0].target, plan.python);
                            if rendered.insert(key) {
                                texts.take(&render(&plan, &data).unwrap_or_else(|failure| panic!("{failure}: {plan:?}")));
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
    let parsed = texts.parse();
    eprintln!("{plans} plans ({} different), {refused} refusals; {parsed}", rendered.len());
    assert!(
        plans > 8_000 && refused > 1_000 && rendered.len() > 300,
        "{plans} plans, {refused} refusals, {} different",
        rendered.len()
    );
}

/// Framework, drivers, cards, version and build.
type Cell = (&'static str, &'static [&'static str], &'static [&'static str], &'static str, &'static str);

/// What must never be refused.
const CELLS: &[Cell] = &[
    ("pytorch", &["580.65.06", "580.95.05"], &["5.0", "5.2", "6.0", "6.1", "7.0"], "2.14.1", "cu126"),
    ("pytorch", &["580.65.06", "595.71.05", "615.20"], &["7.5", "8.0", "8.6", "8.9", "9.0", "10.0", "12.0"], "2.15.0", "cu132"),
    ("pytorch", &["525.60.13", "550.54.14", "579.99"], &["5.0", "6.1", "7.0", "7.5", "8.6", "9.0"], "2.14.1", "cu126"),
    ("pytorch", &["570.124.06", "579.99"], &["10.0", "12.0"], "2.11.0", "cu128"),
    ("pytorch", &["450.80.02", "470.82.01", "520.61.05"], &["5.0", "6.1", "7.0", "7.5", "8.6", "9.0"], "2.7.1", "cu118"),
    ("jax", &["580.65.06", "595.71.05"], &["7.5", "8.6", "9.0", "10.0", "12.0"], "0.12.0.1", "cu13"),
    ("jax", &["525.60.13", "550.54.14", "579.99"], &["5.2", "6.1", "7.0", "8.6", "9.0"], "0.12.0.1", "cu12"),
    ("tensorflow", &["525.60.13", "550.54.14", "580.95.05"], &["6.0", "6.1", "7.0", "7.5", "8.6", "8.9"], "2.21.0", "cu12"),
];

#[test]
fn what_the_facts_say_exists_is_planned() {
    let data = Data::embedded();
    let catalog = Catalog::load(&data).unwrap();
    let mut texts = Texts::default();
    let mut cells = 0;
    for (framework, drivers, computes, version, build) in CELLS {
        for (own, compute) in drivers.iter().flat_map(|own| computes.iter().map(move |compute| (own, compute))) {
            let facts: Facts = toml::from_str(&format!("{LINUX}{}{}", driver(own), card(compute))).unwrap();
            for targets in [None, Some(&[Target::Cuda][..]), Some(&[Target::Cuda, Target::Cpu])] {
                let plan = decide(&choices(framework, targets, None), &facts, &catalog)
                    .unwrap_or_else(|conflict| panic!("{framework}, driver {own}, {compute}: {}", conflict.sentence()));
                let place = format!("{framework}, driver {own}, {compute}, {targets:?}");
                assert_eq!(
                    (plan.version.as_str(), plan.build.as_str(), plan.not_here.as_deref()),
                    (*version, *build, None),
                    "{place}"
                );
                texts.take(&render(&plan, &data).unwrap());
                cells += 1;
            }
        }
    }
    let (without, bare) = (["vllm", "cupy", "rapids"], toml::from_str(&format!("gpus = []\n{LINUX}")).unwrap());
    for framework in &catalog.frameworks {
        for python in ["3.12", "3.13", "3.14"] {
            let wanted = choices(&framework.id, Some(&[Target::Cpu]), Some(python));
            // TensorFlow has nothing but a candidate for 3.14; three frameworks do not compute on a processor.
            let exists = !without.contains(&framework.id.as_str()) && (framework.id != "tensorflow" || python != "3.14");
            match decide(&wanted, &bare, &catalog) {
                Ok(plan) => {
                    assert!(exists && plan.python == python && plan.not_here.is_none(), "{} on {python}", framework.id);
                    texts.take(&render(&plan, &data).unwrap());
                    cells += 1;
                }
                Err(conflict) => assert!(!exists, "{} on {python}: {}", framework.id, conflict.sentence()),
            }
        }
    }
    let parsed = texts.parse();
    eprintln!("{cells} cells that must succeed; {parsed}");
    assert!(cells >= 200, "{cells}");
}

/// The different texts of rendered files, by the parser that must read them.
#[derive(Default)]
struct Texts {
    nix: BTreeSet<String>,
    toml: BTreeSet<String>,
    json: BTreeSet<String>,
}

impl Texts {
    fn take(&mut self, files: &nixml::core::files::Files) {
        for (path, file) in &files.0 {
            let texts = match path.rsplit('.').next().unwrap() {
                "nix" => &mut self.nix,
                "toml" => &mut self.toml,
                "lock" | "json" => &mut self.json,
                _ => continue,
            };
            if !texts.contains(&file.text) {
                texts.insert(file.text.clone());
            }
        }
    }

    /// Each text by its own parsers: those of Rust, and those that will read the files (Nix, Python's tomllib).
    fn parse(&self) -> String {
        for text in &self.nix {
            assert!(rnix::Root::parse(text).errors().is_empty(), "{text}");
        }
        for text in &self.json {
            serde_json::from_str::<serde_json::Value>(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        }
        let folder = tempfile::tempdir().unwrap();
        let write = |texts: &BTreeSet<String>, ending: &str| {
            for (number, text) in texts.iter().enumerate() {
                std::fs::write(folder.path().join(format!("{number}.{ending}")), text).unwrap();
            }
        };
        write(&self.nix, "nix");
        write(&self.toml, "toml");
        for text in &self.toml {
            toml::from_str::<toml::Table>(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        }
        let run = |program: &std::path::Path, script: &str| {
            let output = Command::new("sh").args(["-c", script, "sh"]).arg(program).current_dir(folder.path()).output().unwrap();
            assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
        };
        run(
            "python3".as_ref(),
            "\"$1\" -c 'import glob, tomllib; [tomllib.load(open(f, \"rb\")) for f in glob.glob(\"*.toml\")]'",
        );
        let nix = tools::nix("newest");
        if let Some(nix) = &nix {
            run(&nix.bin.join("nix-instantiate"), "ls *.nix | xargs \"$1\" --parse > parsed");
        }
        format!(
            "{} Nix files parsed by rnix{}, {} TOML files by toml and tomllib, {} lock files",
            self.nix.len(),
            if nix.is_some() { " and nix-instantiate" } else { " alone (no Nix here)" },
            self.toml.len(),
            self.json.len()
        )
    }
}
