//! What a person typed at a question, read.

use crate::core::answers::{Value, check};
use crate::core::step::Kind;
use crate::core::wizard::Question;

/// What was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    Answer(Value),
    Back,
    Why,
    Quit,
    /// It was not understood: a sentence.
    Again(String),
}

/// Reads one line; `current` is what Enter alone takes.
#[must_use]
pub fn read(question: &Question, line: &str, current: Option<&Value>) -> Reply {
    let line = line.trim();
    match (line, current) {
        ("", _) if question.step.kind == Kind::Note => return Reply::Answer(Value::Yes(true)),
        ("", Some(value)) => return Reply::Answer(value.clone()),
        ("", None) => return Reply::Again("an answer is needed".to_owned()),
        ("back" | "<", _) => return Reply::Back,
        ("why" | "?" | "help", _) => return Reply::Why,
        ("quit" | "q", _) if question.step.kind != Kind::Text => return Reply::Quit,
        ("quit", _) => return Reply::Quit,
        _ => {}
    }
    match question.step.kind {
        Kind::Choice => offer(question, line).map_or_else(Reply::Again, |id| Reply::Answer(Value::Text(id))),
        Kind::Many if line == "none" => Reply::Answer(Value::List(Vec::new())),
        Kind::Many => {
            let ids: Result<Vec<String>, String> =
                line.split(',').map(str::trim).filter(|word| !word.is_empty()).map(|word| offer(question, word)).collect();
            ids.map_or_else(Reply::Again, |ids| Reply::Answer(Value::List(ids)))
        }
        Kind::List if line == "none" => Reply::Answer(Value::List(Vec::new())),
        Kind::Text | Kind::List | Kind::Confirm => {
            check::from_text(&question.step, line).map_or_else(Reply::Again, Reply::Answer)
        }
        Kind::Note => Reply::Answer(Value::Yes(true)),
    }
}

/// The id that a number or a name means; one that cannot be chosen here is refused with its reason, except for another machine's sake.
fn offer(question: &Question, word: &str) -> Result<String, String> {
    let number = word.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).and_then(|place| question.offers.get(place));
    let lower = word.to_lowercase();
    let named = || question.offers.iter().find(|offer| offer.id.to_lowercase() == lower || offer.title.to_lowercase() == lower);
    // A version such as 3.13 is a name, not a number.
    let found = named().or(number).ok_or_else(|| {
        format!("there is no `{}`; give a number from 1 to {}, or a name", crate::core::text::label(word), question.offers.len())
    })?;
    match &found.blocked {
        Some(why) if !found.foreign => Err(format!("{} is not possible here: {why}", found.title)),
        _ => Ok(found.id.clone()),
    }
}

#[cfg(test)]
mod tests {
    use crate::core::wizard::Offer;

    use super::*;

    fn question(kind: &str) -> Question {
        let offer = |id: &str, blocked: Option<&str>, foreign| Offer {
            id: id.to_owned(),
            title: id.to_uppercase(),
            blocked: blocked.map(str::to_owned),
            foreign,
            ..Offer::default()
        };
        Question {
            step: toml::from_str(&format!("id='x'\ntitle='X'\nask='?'\nkind='{kind}'")).unwrap(),
            offers: vec![
                offer("jax", None, false),
                offer("mlx", Some("needs a Mac"), false),
                offer("cuda", Some("no card"), true),
            ],
            default: None,
        }
    }

    #[test]
    fn numbers_and_names_mean_the_same() {
        let jax = Reply::Answer(Value::Text("jax".to_owned()));
        for line in ["1", "jax", "JAX", " 1 "] {
            assert_eq!(read(&question("choice"), line, None), jax);
        }
        let list = Reply::Answer(Value::List(vec!["cuda".to_owned(), "jax".to_owned()]));
        assert_eq!(read(&question("many"), "3, jax", None), list);
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_reason() {
        assert_eq!(read(&question("choice"), "2", None), Reply::Again("MLX is not possible here: needs a Mac".to_owned()));
        assert!(matches!(read(&question("choice"), "9", None), Reply::Again(why) if why.contains("1 to 3")));
    }

    #[test]
    fn enter_takes_what_is_there() {
        let value = Value::Text("jax".to_owned());
        assert_eq!(read(&question("choice"), "", Some(&value)), Reply::Answer(value.clone()));
        assert!(matches!(read(&question("choice"), "", None), Reply::Again(_)));
        assert_eq!(read(&question("text"), "back", None), Reply::Back);
    }
}
