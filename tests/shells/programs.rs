//! The first program of a project, run as a person would: synced and started in a real shell, with the real framework.

use nixml::core::catalog::Catalog;
use nixml::core::choices::Choices;
use nixml::core::data::Data;
use nixml::core::facts::Facts;
use nixml::core::plan::{Plan, Target, TargetPlan, decide};
use nixml::core::render::render;

use super::project::Project;
use super::support::place::Place;
use super::support::standin::Standin;
use super::support::{need, tools};
use super::{NOTHING, plans};

/// What `python main.py` prints after `nixml-sync`.
fn first_program(framework: &str, version: &str, requirements: &[&str]) -> Option<String> {
    let standin = Standin::of(&tools::uv()?);
    let python = standin.newest_python(&["3.12", "3.13"])?;
    let target = TargetPlan { download_bytes: None, ..plans::target(Target::Cpu, "cpu", requirements, None) };
    let plan = Plan { python: python.into(), ..plans::plan("first", framework, version, vec![target]) };
    let project = Project::new(&plan, &tools::nix("newest")?, &standin);
    Some(project.inside("default", "nixml-sync -q && python main.py"))
}

/// It names the framework and where it runs, and it has learned something.
fn learns(said: &str, head: &str) {
    assert!(said.starts_with(head), "{said}");
    let right = said.lines().last().and_then(|line| line.split_once('%')).and_then(|(number, _)| number.parse::<f64>().ok());
    assert!(right.is_some_and(|right| right > 90.0), "{said}");
}

#[test]
fn jax_learns() {
    learns(&need!(first_program("jax", "0.12.0.1", &["jax==0.12.0.1"]), "{NOTHING}"), "JAX 0.12.0.1 on cpu\n");
}

#[test]
fn scikit_learn_learns() {
    let said = need!(first_program("scikit-learn", "1.9.1", &["scikit-learn==1.9.1"]), "{NOTHING}");
    learns(&said, "scikit-learn 1.9.1 on the CPU\n");
}

#[test]
fn lightgbm_learns() {
    let said = need!(first_program("lightgbm", "4.7.0", &["lightgbm==4.7.0"]), "{NOTHING}");
    learns(&said, "LightGBM 4.7.0 on the CPU\n");
}

/// A framework that no template knows yet gets the general one.
#[test]
fn what_is_new_has_a_program_too() {
    let said = need!(first_program("einops", "0.8.1", &["einops==0.8.1", "numpy"]), "{NOTHING}");
    assert!(said.contains("learned y = "), "{said}");
}

/// Three frameworks do nothing without a card. Their programs run against stand-ins for the names that they use.
#[test]
fn programs_for_cards_alone_use_names_that_are_there() {
    let uv = need!(tools::uv(), "{NOTHING}");
    let standin = Standin::of(&uv);
    let python = need!(standin.newest_python(&["3.11", "3.12", "3.13"]), "{NOTHING}");
    let mut place = Place::new().with_program(&uv);
    place.set("UV_PYTHON", &standin.pythons[python]);
    place.set("PYTHONPATH", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shells/standins"));
    place.set("PYTHONDONTWRITEBYTECODE", "1");
    let targets = vec![plans::target(Target::Cuda, "cu130", &[], None)];
    for (framework, says) in [("cupy", "learned y = 3.0"), ("rapids", "learned y = 3.0"), ("vllm", "and so on")] {
        let plan = plans::plan("first", framework, "1.0", targets.clone());
        let program = render(&plan, &Data::embedded()).unwrap().text("main.py").unwrap().to_owned();
        // What is little for a card is much for a processor.
        place.write("project/main.py", &program.replace("1_000_000", "10_000"));
        let with = ["--with", "numpy", "--with", "pandas", "--with", "scikit-learn"];
        let said = place.run("uv", &[&["run", "--quiet", "--no-project"], &with[..], &["python", "main.py"]].concat());
        assert!(said.contains("on a stand-in") && said.contains(says), "{framework}: {said}");
        println!("{framework}:\n{said}");
    }
}

/// Every framework of the catalog that computes on the processor, as it is planned, for one target and for two. Wheels that the
/// PyTorch index alone has are not reachable from everywhere: there the build of PyPI runs, on the processor of this machine.
/// `NIXML_PROGRAM=keras` runs one of them.
#[test]
#[ignore = "downloads gigabytes"]
fn every_first_program_learns() {
    let standin = Standin::of(&need!(tools::uv(), "{NOTHING}"));
    let nix = need!(tools::nix("newest"), "{NOTHING}");
    let python = need!(standin.newest_python(&["3.12", "3.13"]), "{NOTHING}");
    let catalog = Catalog::load(&Data::embedded()).unwrap();
    let bare: Facts = toml::from_str("gpus = []\n[os]\nkind = \"linux\"\narch = \"x86_64\"\n").unwrap();
    let only = std::env::var("NIXML_PROGRAM").unwrap_or_default();
    let mut ran = Vec::new();
    for framework in catalog.frameworks.iter().filter(|framework| framework.id.contains(&only)) {
        let choices = |targets: &[Target]| Choices {
            targets: Some(targets.to_vec()),
            python: Some(python.to_owned()),
            ..Choices::of("first", &framework.id)
        };
        let Ok(plan) = decide(&choices(&[Target::Cpu]), &bare, &catalog) else {
            println!("{}: not for the processor", framework.id);
            continue;
        };
        let plan = if plan.indexes.is_empty() { plan } else { decide(&choices(&[Target::Cuda]), &bare, &catalog).unwrap() };
        let project = Project::new(&plan, &nix, &standin);
        let said = project.inside("default", "nixml-sync -q && python main.py");
        println!("{} {} ({}), one target:\n{said}", plan.title, plan.version, plan.build);
        assert!(
            said.to_lowercase().contains("cpu") && said.lines().last().is_some_and(|line| line.contains("% of the")),
            "{said}"
        );
        // The program of two targets says what it would compare.
        let mut other = plan.targets[0].clone();
        (other.target, other.venv) = match other.target {
            Target::Cpu => (Target::Cuda, ".venv-cuda".to_owned()),
            _ => (Target::Cpu, ".venv-cpu".to_owned()),
        };
        let two = Plan { targets: vec![plan.targets[0].clone(), other], ..plan };
        let program = render(&two, &Data::embedded()).unwrap().text("main.py").unwrap().to_owned();
        project.place.write("project/main.py", &program);
        let said = project.inside("default", "python main.py");
        println!("{}, two targets:\n{said}", framework.id);
        let compares = two.framework == "scikit-learn" || two.framework == "lightgbm" || said.contains("On another target");
        assert!(compares, "{said}");
        ran.push(framework.id.clone());
    }
    println!("{} first programs ran: {}", ran.len(), ran.join(", "));
}
