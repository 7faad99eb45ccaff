//! Turns the words of a flag, a variable or a file into the value of a step, or says why they are refused.

use crate::core::answers::Value;
use crate::core::requirement;
use crate::core::step::{Kind, Rule, Step};

/// Most words one list may have.
const MOST_WORDS: usize = 500;

/// Reads the text of a flag or variable for `step`: lists are separated by commas.
///
/// # Errors
/// Why it is refused, as a sentence.
pub fn from_text(step: &Step, text: &str) -> Result<Value, String> {
    match step.kind {
        Kind::Many | Kind::List => from_words(step, &split(text)),
        Kind::Choice | Kind::Text | Kind::Confirm | Kind::Note => from_words(step, &[text.to_owned()]),
    }
}

/// Reads words for `step`.
///
/// # Errors
/// Why they are refused, as a sentence.
pub fn from_words(step: &Step, words: &[String]) -> Result<Value, String> {
    match step.kind {
        Kind::Note => Err("this step asks nothing".to_owned()),
        Kind::Confirm => match words {
            [word] if ["true", "yes", "1"].contains(&word.as_str()) => Ok(Value::Yes(true)),
            [word] if ["false", "no", "0"].contains(&word.as_str()) => Ok(Value::Yes(false)),
            _ => Err("answer `true` or `false`".to_owned()),
        },
        Kind::Choice | Kind::Text => match words {
            [word] => rule(step.check, word).map(Value::Text),
            _ => Err("give exactly one value".to_owned()),
        },
        Kind::Many | Kind::List => {
            if words.len() > MOST_WORDS {
                return Err(format!("more than {MOST_WORDS} values"));
            }
            if words.len() < step.least {
                return Err("name at least one, or leave the answer out".to_owned());
            }
            let mut read = Vec::new();
            for word in words {
                let word = rule(step.check, word)?;
                if step.kind == Kind::Many && read.contains(&word) {
                    return Err(format!("`{word}` stands there twice"));
                }
                read.push(word);
            }
            Ok(Value::List(read))
        }
    }
}

/// Every word of a list that is being typed, with why it is refused.
#[must_use]
pub fn each(step: &Step, text: &str) -> Vec<(String, Option<String>)> {
    let words = split(text).into_iter().filter(|word| !word.trim().is_empty());
    words.map(|word| (word.trim().to_owned(), rule(step.check, &word).err())).collect()
}

/// Splits at commas, but not inside a requirement: `pandas>=2,<3` is one word.
fn split(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut depth = 0_usize;
    for piece in text.split(',') {
        let goes_on = depth > 0 || piece.trim_start().starts_with(['<', '>', '=', '!', '~']);
        match words.last_mut() {
            Some(last) if goes_on => {
                last.push(',');
                last.push_str(piece);
            }
            _ => words.push(piece.to_owned()),
        }
        depth = (depth + piece.matches('[').count()).saturating_sub(piece.matches(']').count());
    }
    words.into_iter().map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}

fn rule(rule: Option<Rule>, word: &str) -> Result<String, String> {
    match rule {
        Some(Rule::ProjectName) => project_name(word),
        Some(Rule::Requirement) => {
            requirement::read(word).map(|parsed| parsed.text).map_err(|why| format!("`{}`: {why}", shown(word)))
        }
        Some(Rule::Line) | None => {
            if word.chars().count() > 200 || word.chars().any(char::is_control) {
                return Err(format!("`{}` is not a line of at most 200 printable characters", shown(word)));
            }
            Ok(word.to_owned())
        }
    }
}

/// The text with what a terminal would act on made visible, capped.
fn shown(word: &str) -> String {
    word.chars().take(60).collect::<String>().escape_debug().to_string()
}

/// Checks a project name: ASCII, letters, digits, `.`, `_`, `-`, a letter or digit at both ends, at most 64 characters.
///
/// # Errors
/// Why it is refused, with a name that would be accepted where one can be made.
pub fn project_name(word: &str) -> Result<String, String> {
    let end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let fine = word.len() <= 64
        && end(word.chars().next())
        && end(word.chars().last())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    if fine {
        return Ok(word.to_owned());
    }
    let suggestion = suggest_name(word);
    Err(format!(
        "`{}` cannot name a project: ASCII letters, digits, `.`, `_` and `-`, a letter or digit at both ends, at most 64; for example `{suggestion}`",
        shown(word)
    ))
}

/// A valid name as near to `word` as possible; `project` when nothing of it can stay.
#[must_use]
pub fn suggest_name(word: &str) -> String {
    let mut name: String =
        word.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' }).take(64).collect();
    while name.contains("--") {
        name = name.replace("--", "-");
    }
    let name = name.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    if name.is_empty() { "project".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(kind: &str, check: &str) -> Step {
        toml::from_str(&format!("id='x'\ntitle='X'\nask='?'\nkind='{kind}'\n{check}")).unwrap()
    }

    #[test]
    fn commas_inside_a_requirement_do_not_split() {
        let packages = step("list", "check='requirement'");
        let value = from_text(&packages, "numpy, pandas[excel,html]>=2,<3,rich").unwrap();
        assert_eq!(value.words().len(), 3, "{value:?}");
    }

    #[test]
    fn hostile_names_are_refused_with_a_way_out() {
        for name in ["", "-a", "..", "a b", "a\n", "\u{17f}", "\u{212a}", "x${builtins.readFile \"/etc/hostname\"}", "a/", "."] {
            let why = project_name(name).unwrap_err();
            let suggestion = why.rsplit('`').nth(1).unwrap();
            assert!(project_name(suggestion).is_ok(), "{why}");
            assert!(!why.contains('\n'), "{why:?}");
        }
        assert!(project_name(&"x".repeat(65)).is_err() && project_name(&"x".repeat(64)).is_ok());
    }

    #[test]
    fn a_list_has_each_word_once() {
        assert!(from_text(&step("many", ""), "cpu,cpu").is_err());
        assert_eq!(from_text(&step("many", ""), "cuda, cpu").unwrap(), Value::List(vec!["cuda".into(), "cpu".into()]));
        assert_eq!(from_text(&step("confirm", ""), "yes").unwrap(), Value::Yes(true));
    }
}
