//! One question of the wizard as its data file describes it.

use serde::{Deserialize, Serialize};

use crate::core::data::Data;
use crate::core::document;
use crate::core::failure::Failure;

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One of the offers.
    Choice,
    /// Any number of the offers, in the order chosen.
    Many,
    /// A line of text.
    Text,
    /// Lines of text.
    List,
    /// Yes or no.
    Confirm,
    /// Nothing: a card to read.
    Note,
}

/// A named rule for what a person types; the rules are in `core::answers::check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The name of a project.
    ProjectName,
    /// A PEP 508 requirement by name and version.
    Requirement,
    /// Printable text of at most 200 characters.
    Line,
}

/// An offer written into the step file itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepChoice {
    pub id: String,
    pub title: String,
    #[serde(default)]
    pub why: Option<String>,
    /// Expression: a text tells why it cannot be chosen here, an empty one that it can.
    #[serde(default)]
    pub block: Option<String>,
    #[serde(default)]
    pub best: bool,
}

/// One file of `wizard-steps/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Key of the answers file, flag and variable; equals the file name after its number.
    pub id: String,
    /// Two or three words for the title line.
    pub title: String,
    /// The question, at most 60 columns.
    pub ask: String,
    /// Two or three sentences beside the question; `[[derivation]]` links to the glossary.
    #[serde(default)]
    pub help: String,
    pub kind: Kind,
    /// Expression: the step is left out unless it is true.
    #[serde(default)]
    pub when: Option<String>,
    /// Expression that gives the offers.
    #[serde(default)]
    pub from: Option<String>,
    #[serde(default)]
    pub choices: Vec<StepChoice>,
    /// Expression for what is chosen unless the person says otherwise; without one, the best offer.
    #[serde(default)]
    pub default: Option<String>,
    /// The rule for text.
    #[serde(default)]
    pub check: Option<Rule>,
    /// True: `--yes` alone does not answer it; a script must.
    #[serde(default)]
    pub needed: bool,
    /// How many words a list has at least.
    #[serde(default)]
    pub least: usize,
    /// True: the wizard does not ask; flag, variable and answers file still set it.
    #[serde(default)]
    pub quiet: bool,
    /// What the flag's value is called in the help (`ID`, `LIST`).
    #[serde(default)]
    pub value: Option<String>,
    /// The file it came from, for errors.
    #[serde(skip)]
    pub file: String,
}

/// Every step in the order asked.
///
/// # Errors
/// A [`Failure`] that names the file: not TOML, an unknown key, an id that is not the file's name, an id twice.
pub fn load(data: &Data) -> Result<Vec<Step>, Failure> {
    let mut steps: Vec<Step> = Vec::new();
    for (path, text) in data.below("wizard-steps/", ".toml") {
        let file = path.trim_start_matches("wizard-steps/");
        let mut step: Step = document::toml(text).map_err(|error| Failure::usage(format!("{path}: {error}")))?;
        file.clone_into(&mut step.file);
        let expected = file.trim_end_matches(".toml").split_once('-').map_or("", |(_, name)| name);
        if step.id != expected {
            return Err(Failure::usage(format!("{path}: id: `{}` is not the file's name `{expected}`", step.id)));
        }
        if steps.iter().any(|earlier| earlier.id == step.id) {
            return Err(Failure::usage(format!("{path}: id: `{}` is asked twice", step.id)));
        }
        steps.push(step);
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(path: &str, text: &str) -> Result<Vec<Step>, Failure> {
        load(&Data::default().overlaid([(path.to_owned(), text.to_owned())]))
    }

    #[test]
    fn the_embedded_steps_load_in_order() {
        let steps = load(&Data::embedded()).unwrap();
        let ids: Vec<_> = steps.iter().map(|step| step.id.as_str()).collect();
        assert_eq!(ids, crate::core::choices::STEPS);
    }

    #[test]
    fn a_wrong_step_is_named_with_file_and_key() {
        let cases = [
            ("wizard-steps/15-course.toml", "id='course'\ntitle='C'\nask='?'\nkind='text'\nwhn='x'", "whn"),
            ("wizard-steps/15-course.toml", "id='other'\ntitle='C'\nask='?'\nkind='text'", "not the file's name"),
            ("wizard-steps/15-course.toml", "id='course'\ntitle='C'\nask='?'\nkind='sometimes'", "sometimes"),
        ];
        for (path, text, part) in cases {
            let failure = with(path, text).unwrap_err();
            assert!(failure.what.starts_with(path) && failure.what.contains(part), "{failure}");
        }
    }
}
