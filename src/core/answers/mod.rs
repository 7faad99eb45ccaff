//! What was answered so far, and by whom: ordered by step, each with where it came from.

pub mod check;
pub mod file;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The value of one answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    Text(String),
    List(Vec<String>),
    Yes(bool),
}

impl Value {
    /// The words of the value: one for a text, all of a list, `true` or `false`.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        match self {
            Self::Text(text) => vec![text.clone()],
            Self::List(words) => words.clone(),
            Self::Yes(yes) => vec![yes.to_string()],
        }
    }

    /// The value as a flag's argument on a command line.
    #[must_use]
    pub fn argument(&self) -> String {
        self.words().join(",")
    }
}

/// Who answered; the order is the order of precedence, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A person, in the wizard.
    Asked,
    Flag,
    /// An environment variable.
    Variable,
    /// The answers file.
    File,
    /// The files of a project that was there before.
    Found,
    /// The user's configuration.
    Config,
    /// The step's own default.
    Default,
}

/// One answer with where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub value: Value,
    pub from: Origin,
    /// Where exactly, for a person: `from requirements.txt:3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Every answer by the step's id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Answers(BTreeMap<String, Answer>);

impl Answers {
    /// The answer to one step.
    #[must_use]
    pub fn get(&self, step: &str) -> Option<&Answer> {
        self.0.get(step)
    }

    /// The text of a one-word answer.
    #[must_use]
    pub fn text(&self, step: &str) -> Option<&str> {
        match self.0.get(step).map(|answer| &answer.value) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The words of an answer; none when there is no answer.
    #[must_use]
    pub fn words(&self, step: &str) -> Vec<String> {
        self.0.get(step).map(|answer| answer.value.words()).unwrap_or_default()
    }

    /// The same with one more answer; a weaker one does not replace a stronger one.
    #[must_use]
    pub fn with(mut self, step: &str, value: Value, from: Origin) -> Self {
        match self.0.get(step) {
            Some(known) if known.from < from => {}
            _ => {
                self.0.insert(step.to_owned(), Answer { value, from, note: None });
            }
        }
        self
    }

    /// The same with a word on where the answer to `step` is from.
    #[must_use]
    pub fn noted(mut self, step: &str, note: String) -> Self {
        if let Some(answer) = self.0.get_mut(step) {
            answer.note = Some(note);
        }
        self
    }

    /// The same without the answer to `step`.
    #[must_use]
    pub fn without(mut self, step: &str) -> Self {
        self.0.remove(step);
        self
    }

    /// Every answer, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Answer)> {
        self.0.iter().map(|(id, answer)| (id.as_str(), answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stronger_answer_stays() {
        let text = |word: &str| Value::Text(word.to_owned());
        let answers = Answers::default()
            .with("python", text("3.12"), Origin::File)
            .with("python", text("3.13"), Origin::Flag)
            .with("python", text("3.14"), Origin::Config);
        assert_eq!(answers.text("python"), Some("3.13"));
    }
}
