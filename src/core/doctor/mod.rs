//! Judges a machine and a project: pure checks over facts that were collected before, one file a check.

mod build;
mod case;
mod check;
pub mod checks;
#[cfg(test)]
pub(crate) mod examples;
mod family;
pub mod limits;
pub mod remedies;
pub mod space;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

pub use case::Case;
pub use check::{Check, Judged};
pub use checks::ALL;
pub use family::Family;

use crate::core::catalog::Catalog;
use crate::core::data::Data;
use crate::core::facts::Facts;
use crate::core::finding::{Finding, Verdict};
use crate::core::plan::Plan;

/// Runs the checks named in `selected`, all when it is empty, in the order of [`ALL`]. One finding a check.
#[must_use]
pub fn run(facts: &Facts, plan: Option<&Plan>, selected: &[&str]) -> Vec<Finding> {
    let case = Case { facts, plan, catalog: embedded_catalog() };
    ALL.iter().filter(|check| selected.is_empty() || selected.contains(&check.id)).map(|check| examine(check, case)).collect()
}

/// The catalog that nixml carries, without any overlay; read once.
#[must_use]
pub fn embedded_catalog() -> Option<&'static Catalog> {
    static CATALOG: LazyLock<Option<Catalog>> = LazyLock::new(|| Catalog::load(&Data::embedded()).ok());
    CATALOG.as_ref()
}

/// Runs one check. A check that panics is `broken`, never dropped.
#[must_use]
pub fn examine(check: &Check, case: Case<'_>) -> Finding {
    match catch_unwind(AssertUnwindSafe(|| (check.run)(&case))) {
        Ok(judged) => judged.into_finding(check, case.facts),
        Err(panic) => {
            let said = panic.downcast_ref::<&str>().map(ToString::to_string).or_else(|| panic.downcast_ref::<String>().cloned());
            broken(check, &format!("the check crashed: {}", said.unwrap_or_else(|| "no message".to_owned())))
        }
    }
}

/// The finding of a check that crashed or did not end.
#[must_use]
pub fn broken(check: &Check, how: &str) -> Finding {
    Finding {
        code: Some("check-broken".to_owned()),
        seen: how.to_owned(),
        cause: Some("this is a fault of nixml, not of the machine".to_owned()),
        link: Some(link("check-broken")),
        ..Finding::new(check.id, Verdict::Broken, check.title)
    }
}

/// The page of a code, from the documentation root.
#[must_use]
pub fn link(code: &str) -> String {
    format!("docs/codes/{code}.md")
}

/// True when nothing required is broken: what the exit code says.
#[must_use]
pub fn is_ok(findings: &[Finding]) -> bool {
    !findings.iter().any(|finding| finding.required && matches!(finding.verdict, Verdict::Fail | Verdict::Broken))
}

/// The first of `selected` that names no check, with the check that was probably meant.
#[must_use]
pub fn unknown<'a>(selected: &[&'a str]) -> Option<(&'a str, Option<&'static str>)> {
    let name = selected.iter().find(|name| !ALL.iter().any(|check| check.id == **name))?;
    let near = ALL
        .iter()
        .map(|check| (strsim::jaro_winkler(name, check.id), check.id))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, id)| id);
    Some((name, near))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::explain::Knowledge;

    const CRASHING: Check = Check {
        id: "crashing",
        title: "A check that crashes",
        codes: &[],
        facts: &[],
        run: |_| panic!("the sky fell"),
        examples: &[],
    };

    #[test]
    fn a_crash_is_a_verdict() {
        let facts = Facts::default();
        let finding = examine(&CRASHING, Case { facts: &facts, plan: None, catalog: None });
        assert_eq!(finding.verdict, Verdict::Broken);
        assert!(finding.seen.contains("the sky fell"), "{}", finding.seen);
        assert_eq!(finding.code.as_deref(), Some("check-broken"));
    }

    #[test]
    fn a_machine_of_which_nothing_is_known_is_no_failure() {
        let findings = run(&Facts::default(), None, &[]);
        assert_eq!(findings.len(), ALL.len());
        let loud: Vec<_> =
            findings.iter().filter(|finding| !matches!(finding.verdict, Verdict::Skipped | Verdict::Note)).collect();
        assert!(loud.is_empty(), "{loud:#?}");
        assert!(is_ok(&findings));
    }

    #[test]
    fn only_the_selected_checks_run() {
        let findings = run(&Facts::default(), None, &["nouveau"]);
        assert_eq!(findings.iter().map(|finding| finding.check.as_str()).collect::<Vec<_>>(), ["nouveau"]);
    }

    #[test]
    fn every_code_has_a_page() {
        let knowledge = Knowledge::load(&Data::embedded()).unwrap();
        let codes = ALL.iter().flat_map(|check| check.codes).chain(&["check-broken"]);
        let without: Vec<_> = codes.filter(|code| knowledge.diagnosis(code).is_none()).collect();
        assert!(without.is_empty(), "no assets/diagnoses/CODE.toml for {without:?}");
    }

    #[test]
    fn a_misspelt_check_is_guessed() {
        assert_eq!(unknown(&["nouveau"]), None);
        assert_eq!(unknown(&["nouvau"]), Some(("nouvau", Some("nouveau"))));
        assert_eq!(unknown(&["zzzz"]), Some(("zzzz", None)));
    }
}
