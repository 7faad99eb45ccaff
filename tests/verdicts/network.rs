//! A network that has PyPI alone: what is left, what is said, and what stays as it was.

use nixml::core::catalog::Catalog;
use nixml::core::choices::Choices;
use nixml::core::data::Data;
use nixml::core::plan::{Target, decide};
use nixml::core::verdict::{Machine, Question, Row, card_row, cpu_row};

use crate::{facts, machine, short};

/// The catalog with the one file that an instructor lays over it.
fn pypi_alone() -> Catalog {
    let text = "schema = 1\nunreachable = [\"download.pytorch.org\"]\n".to_owned();
    Catalog::load(&Data::embedded().overlaid([("assets/catalog/network.toml".to_owned(), text)])).unwrap()
}

fn row(driver: &str, compute: &str) -> Row {
    let catalog = pypi_alone();
    let machine = Machine::new(&machine(driver, compute), &catalog);
    let framework = catalog.framework("pytorch").unwrap();
    let question = Question { framework, machine: &machine, catalog: &catalog, python: None };
    card_row(&question, &machine.cards.as_deref().unwrap()[0])
}

fn choices(targets: Option<&[Target]>) -> Choices {
    Choices { targets: targets.map(<[Target]>::to_vec), ..Choices::of("demo", "pytorch") }
}

/// The column "PyPI-only" of the decision table.
#[test]
fn each_card_gets_what_pypi_has_for_it() {
    for (driver, compute, says) in [
        ("580.95.05", "5.0", "works 2.7.1 cu126"),
        ("580.95.05", "6.1", "works 2.7.1 cu126"),
        ("580.95.05", "7.0", "works 2.10.0 cu128"),
        ("580.95.05", "8.6", "works 2.15.0 cu132"),
        ("580.95.05", "12.0", "works 2.15.0 cu132"),
        ("550.54.14", "6.1", "works 2.7.1 cu126"),
        ("550.54.14", "7.0", "works 2.10.0 cu128"),
        ("550.54.14", "9.0", "works 2.10.0 cu128"),
        ("570.124.06", "12.0", "works 2.10.0 cu128"),
        ("470.82.01", "8.6", "driver-too-old"),
    ] {
        let row = row(driver, compute);
        assert_eq!(short(&row), says, "driver {driver}, {compute}: {}", row.reason);
        assert!(row.url.is_none(), "{row:?}");
    }
}

#[test]
fn the_processor_is_not_offered_by_default_and_why_is_said() {
    let catalog = pypi_alone();
    let bare = facts("gpus = []");
    let machine = Machine::new(&bare, &catalog);
    let framework = catalog.framework("pytorch").unwrap();
    let row = cpu_row(&Question { framework, machine: &machine, catalog: &catalog, python: None });
    assert_eq!(short(&row), "unsupported-platform");
    assert!(row.reason.contains("download.pytorch.org"), "{}", row.reason);
    let plan = decide(&choices(None), &bare, &catalog).unwrap();
    assert_eq!((plan.first().target, plan.build.as_str(), plan.indexes.len()), (Target::Cuda, "cu132", 0));
    assert!(plan.reasons.iter().any(|reason| reason.contains("download.pytorch.org")), "{:?}", plan.reasons);
    assert!(plan.hosts.iter().all(|host| host != "download.pytorch.org"), "{:?}", plan.hosts);
    for targets in [&[Target::Cpu][..], &[Target::Cuda, Target::Cpu]] {
        let conflict = decide(&choices(Some(targets)), &bare, &catalog).unwrap_err();
        assert!(conflict.why.contains("download.pytorch.org"), "{conflict:?}");
        assert_eq!(conflict.ways_out[0].value.as_deref(), Some("cuda"));
    }
    // Other frameworks are PyPI's own.
    let jax = Choices { framework: "jax".to_owned(), ..choices(None) };
    assert_eq!(decide(&jax, &bare, &catalog).unwrap().build, "cpu");
}

#[test]
fn a_project_that_was_made_elsewhere_stays_as_it_is() {
    let bare = facts("gpus = []");
    let wanted = choices(Some(&[Target::Cuda, Target::Cpu]));
    let first = decide(&wanted, &machine("550.54.14", "6.1"), &Catalog::load(&Data::embedded()).unwrap()).unwrap();
    let again = Choices { python: Some(first.python.clone()), resolved: Some(first.resolved.clone()), ..wanted };
    let here = decide(&again, &bare, &pypi_alone()).unwrap();
    assert_eq!((&here.targets, &here.resolved, &here.indexes), (&first.targets, &first.resolved, &first.indexes));
}
