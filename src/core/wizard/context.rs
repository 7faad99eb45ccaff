//! What the expressions of step files see: the machine, the folder, earlier answers, and the offers as functions.

use std::collections::BTreeMap;

use minijinja::value::{Serde, ValueKind};

use crate::core::answers::check::suggest_name;
use crate::core::answers::{Answers, Value};
use crate::core::document;
use crate::core::expr::Evaluator;
use crate::core::failure::Failure;
use crate::core::requirement;
use crate::core::step::{Kind, Step};
use crate::core::wizard::{Offer, Wizard};

impl Wizard {
    /// The names of an expression: `host`, `folder`, and each answered step by its id.
    pub(super) fn context(&self, answers: &Answers) -> BTreeMap<String, serde_json::Value> {
        let mut names = BTreeMap::from([
            ("host".to_owned(), serde_json::to_value(&*self.facts).unwrap_or_default()),
            ("folder".to_owned(), serde_json::json!({ "name": self.folder_as_name() })),
        ]);
        for (id, answer) in answers.iter() {
            let value = match &answer.value {
                Value::Text(text) => serde_json::json!(text),
                Value::List(words) => serde_json::json!(words),
                Value::Yes(yes) => serde_json::json!(yes),
            };
            names.insert(id.to_owned(), value);
        }
        names
    }

    /// The folder's name as a project's; one that is a framework's own would shadow it.
    fn folder_as_name(&self) -> String {
        let name = suggest_name(&self.folder);
        if self.catalog.owner(&requirement::normalise(&name)).is_some() { format!("my-{name}") } else { name }
    }

    /// An evaluator whose functions know this conversation; they own what they use.
    pub(super) fn evaluator(&self, answers: &Answers) -> Evaluator<'static> {
        let offers = |give: fn(&Self, &Answers, &str) -> Vec<Offer>| {
            let (wizard, answers) = (self.clone(), answers.clone());
            move |arguments: &[minijinja::Value]| {
                let framework = arguments.first().map(ToString::to_string).unwrap_or_default();
                Ok(minijinja::Value::from(Serde(give(&wizard, &answers, &framework))))
            }
        };
        let (wizard, known) = (self.clone(), answers.clone());
        Evaluator::new()
            .with("frameworks_here", offers(|wizard, answers, _| wizard.frameworks(answers)))
            .with("targets_for", offers(Self::targets))
            .with("pythons_for", offers(|wizard, answers, _| wizard.pythons(answers)))
            .with("best_targets_for", move |arguments| {
                let framework = arguments.first().map(ToString::to_string).unwrap_or_default();
                Ok(minijinja::Value::from(Serde(wizard.best_targets(&known, &framework))))
            })
    }
}

/// The offers an expression gave.
pub(super) fn offers_of(file: &str, value: &minijinja::Value) -> Result<Vec<Offer>, Failure> {
    let value = serde_json::to_value(value).unwrap_or_default();
    document::value(value).map_err(|error| Failure::usage(format!("{file}: from: does not give offers: {error}")))
}

/// The answer an expression gave, in the shape of its step.
pub(super) fn value_of(step: &Step, value: &minijinja::Value) -> Option<Value> {
    match (step.kind, value.kind()) {
        (Kind::Confirm, ValueKind::Bool) => Some(Value::Yes(value.is_true())),
        (Kind::Many | Kind::List, ValueKind::Seq | ValueKind::Iterable) => {
            let words = value.try_iter().ok()?.map(|word| word.to_string()).collect();
            Some(Value::List(words))
        }
        (Kind::Choice | Kind::Text, ValueKind::String) => Some(Value::Text(value.to_string())),
        _ => None,
    }
}
