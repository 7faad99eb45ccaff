//! What a check says to do: the advice of its code, or words made from what it saw.

use super::Case;
use crate::core::data::Data;
use crate::core::explain;
use crate::core::facts::Facts;
use crate::core::finding::{Remedy, RemedyCommand};

/// What to do about this code here, as `explain` says it too: the `remedy` of `assets/diagnoses/CODE.toml`. An empty one when there is
/// no such file (a test keeps that from happening).
#[must_use]
pub fn known(code: &str, case: &Case<'_>) -> Remedy {
    on(code, case.facts)
}

/// The same on a machine of which these facts are known.
#[must_use]
pub fn on(code: &str, facts: &Facts) -> Remedy {
    let diagnosis = explain::diagnosis(&Data::embedded(), code).ok().flatten();
    diagnosis.map(|diagnosis| diagnosis.remedy.of(Some(facts))).unwrap_or_default()
}

/// A remedy of one sentence and nothing to run.
#[must_use]
pub fn say(text: impl Into<String>) -> Remedy {
    Remedy { say: text.into(), ..Remedy::default() }
}

/// A sentence and a line for the person's own shell.
#[must_use]
pub fn type_in(text: impl Into<String>, line: &str) -> Remedy {
    Remedy { say: text.into(), commands: vec![RemedyCommand::shell(line)], ..Remedy::default() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::*;
    use crate::core::doctor::ALL;
    use crate::core::explain::{Explainer, Knowledge};

    /// Checks that say what to do from what they saw (names of variables, files, versions), where the advice of the code has to be general.
    const OWN: &[&str] = &[
        "ca-files",
        "cuda-toolkit",
        "direnv",
        "driver-version",
        "flake-lock",
        "framework-stack",
        "git-owner",
        "git-tracked",
        "gpu",
        "gpu-too-new",
        "gpu-too-old",
        "ld-library-path",
        "ld-preload",
        "libcuda-copies",
        "loader",
        "platform",
        "python-path",
        "space-cache",
        "space-nix",
        "space-project",
        "space-temp",
        "uv-index",
        "uv-lock",
        "uv-python",
        "venv-interpreter",
        "venv-python",
        "visible-devices",
        "wheel-build",
        "wsl-driver",
        "wsl-libcuda",
    ];

    #[test]
    fn doctor_and_explain_give_the_same_remedy() {
        let knowledge = Arc::new(Knowledge::load(&Data::embedded()).unwrap());
        let (mut same, mut own) = (0, BTreeSet::new());
        for (check, example) in ALL.iter().flat_map(|check| check.examples.iter().map(move |example| (check, example))) {
            let found = example.play(check);
            let (Some(code), Some(told)) = (found.code, found.remedy) else { continue };
            assert!(!told.say.is_empty(), "`{}`: an empty remedy", check.id);
            let facts: Facts = toml::from_str(example.host).unwrap();
            if told != on(&code, &facts) {
                own.insert(check.id);
                continue;
            }
            let mut explainer = Explainer::with(Arc::clone(&knowledge));
            explainer.feed(knowledge.diagnosis(&code).unwrap().looks.join("\n").as_bytes());
            for explained in explainer.finish(Some(&facts)).into_iter().map(|explained| explained.finding) {
                if explained.code.as_ref() == Some(&code) {
                    assert_eq!(explained.remedy.as_ref(), Some(&told), "{code}");
                    same += 1;
                }
            }
        }
        assert_eq!(own, OWN.iter().copied().collect(), "what stands in two places belongs into assets/diagnoses/CODE.toml");
        assert!(same > 30, "{same}");
    }

    #[test]
    fn no_other_table_has_remedies() {
        let data = Data::embedded();
        let tables = data.below("assets/", ".toml").filter(|(path, _)| !path.starts_with("assets/diagnoses/"));
        let with: Vec<_> = tables.filter(|(_, text)| text.contains("remed")).map(|(path, _)| path).collect();
        assert!(with.is_empty(), "{with:?}");
    }
}
