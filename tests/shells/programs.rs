//! The first program of a project, run as a person would: synced and started in a real shell, with the real framework.

use nixml::core::plan::{Plan, Target, TargetPlan};

use super::project::Project;
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
