//! The answers file: TOML, closed, small; what is wrong is named with line and column.

use std::ops::Range;

use toml_edit::{Document, Item, Table};

use crate::core::answers::{Answers, Origin, Value, check};
use crate::core::failure::Failure;
use crate::core::step::Step;
use crate::core::text::known_words;

/// Largest answers file, in bytes.
pub const MOST_BYTES: usize = 64 * 1024;

/// The format version this release reads.
const SCHEMA: i64 = 1;

/// Reads an answers file (or a project's nixml.toml, whose `[resolved]` is what nixml worked out, not an answer).
///
/// # Errors
/// Exit 2 with `FILE:LINE:COLUMN`: not TOML, too large, an unknown key, a wrong type, a value its step refuses, another schema.
pub fn read(name: &str, text: &str, steps: &[Step]) -> Result<Answers, Failure> {
    let document = parse(name, text)?;
    read_table(name, text, document.as_table(), steps, &["schema", "schema_version", "resolved"])
}

/// Parses TOML of at most [`MOST_BYTES`].
///
/// # Errors
/// Exit 2 with `FILE:LINE:COLUMN`.
pub fn parse<'a>(name: &str, text: &'a str) -> Result<Document<&'a str>, Failure> {
    if text.len() > MOST_BYTES {
        return Err(Failure::usage(format!("read `{name}`"))
            .why(format!("it has {} bytes; an answers file has at most {MOST_BYTES}", text.len())));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Document::parse(text).map_err(|error| {
        let place = error.span().map_or_else(|| "1:1".to_owned(), |span| place(text, &span));
        Failure::usage(format!("read `{name}:{place}`")).why(error.message().trim_end().to_owned())
    })
}

/// Reads the answers of the user's configuration file: those at its top, as in an answers file, and those of `[answers]`, which win. What
/// else stands there is others' business.
///
/// # Errors
/// As [`read`].
pub fn read_config(name: &str, text: &str, steps: &[Step]) -> Result<Answers, Failure> {
    let document = parse(name, text)?;
    let top = document.as_table();
    let others: Vec<&str> = top.iter().map(|(key, _)| key).filter(|key| !steps.iter().any(|step| step.id == *key)).collect();
    let mut answers = read_table(name, text, top, steps, &others)?;
    if let Some(table) = top.get("answers").and_then(Item::as_table) {
        for (key, answer) in read_table(name, text, table, steps, &[])?.iter() {
            answers = answers.with(key, answer.value.clone(), answer.from);
        }
    }
    Ok(answers)
}

/// Reads the answers of `table`; `others` are the keys that are not answers and may stand there too.
///
/// # Errors
/// As [`read`].
pub fn read_table(name: &str, text: &str, table: &Table, steps: &[Step], others: &[&str]) -> Result<Answers, Failure> {
    let mut answers = Answers::default();
    for (key, item) in table {
        let span = table.key(key).and_then(toml_edit::Key::span).or_else(|| item.span());
        let at = span.map_or_else(|| "1:1".to_owned(), |span| place(text, &span));
        let wrong = |why: String| Failure::usage(format!("read `{name}:{at}`")).why(why);
        if let Some(step) = steps.iter().find(|step| step.id == key) {
            let words = words(item).map_err(|why| wrong(format!("`{key}`: {why}")))?;
            let value = match words {
                Words::One(word) if matches!(step.kind, crate::core::step::Kind::Many | crate::core::step::Kind::List) => {
                    return Err(wrong(format!("`{key}` takes a list: `{key} = [\"{word}\"]`")));
                }
                Words::Many(_) if !matches!(step.kind, crate::core::step::Kind::Many | crate::core::step::Kind::List) => {
                    return Err(wrong(format!("`{key}` takes one value, not a list")));
                }
                Words::One(word) => check::from_words(step, &[word]),
                Words::Many(words) => check::from_words(step, &words),
            }
            .map_err(|why| wrong(format!("`{key}`: {why}")))?;
            answers = answers.with(key, value, Origin::File);
        } else if others.contains(&key) {
            if key.starts_with("schema") && item.as_integer() != Some(SCHEMA) {
                return Err(wrong(format!("`{key}` must be {SCHEMA}: this file is of another release of nixml")));
            }
        } else {
            let known: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
            return Err(wrong(format!("unknown key `{key}`")).next(known_words(key, &known, "the keys are")));
        }
    }
    Ok(answers)
}

enum Words {
    One(String),
    Many(Vec<String>),
}

fn words(item: &Item) -> Result<Words, String> {
    if let Some(text) = item.as_str() {
        return Ok(Words::One(text.to_owned()));
    }
    if let Some(yes) = item.as_bool() {
        return Ok(Words::One(yes.to_string()));
    }
    if let Some(array) = item.as_array() {
        let words: Option<Vec<String>> = array.iter().map(|value| value.as_str().map(str::to_owned)).collect();
        return words.map(Words::Many).ok_or_else(|| "every entry of the list must be a text in quotes".to_owned());
    }
    if item.is_float() || item.is_integer() {
        return Err("put the value in quotes: versions are texts".to_owned());
    }
    Err(format!("{} is not a text, a list of texts, true or false", item.type_name()))
}

/// `LINE:COLUMN` of a span, both 1-based, columns in characters.
#[must_use]
pub fn place(text: &str, span: &Range<usize>) -> String {
    let before = text.get(..span.start.min(text.len())).unwrap_or("");
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    format!("{line}:{column}")
}

/// The value of `--set KEY=VALUE`: a TOML list or string, or the words as a flag takes them.
///
/// # Errors
/// Exit 2: no such key, no `=`, a value the step refuses.
pub fn read_set(text: &str, steps: &[Step]) -> Result<(String, Value), Failure> {
    let Some((key, value)) = text.split_once('=') else {
        return Err(Failure::usage("read `--set`").why(format!("`{}` is not KEY=VALUE", text.escape_debug())));
    };
    let Some(step) = steps.iter().find(|step| step.id == key.trim()) else {
        let known: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
        return Err(Failure::usage(format!("read `--set`: unknown key `{}`", key.trim().escape_debug())).next(known_words(
            key.trim(),
            &known,
            "the keys are",
        )));
    };
    let toml = value.trim_start().starts_with(['[', '"', '\'']).then(|| value.trim().parse::<toml_edit::Value>().ok()).flatten();
    let value = match toml {
        Some(toml_edit::Value::Array(array)) => {
            let words: Vec<String> = array.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect();
            check::from_words(step, &words)
        }
        Some(toml_edit::Value::String(text)) => check::from_text(step, text.value()),
        _ => check::from_text(step, value),
    };
    value.map(|value| (step.id.clone(), value)).map_err(|why| Failure::usage(format!("read `--set {}`", step.id)).why(why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{data::Data, step};

    fn answers(text: &str) -> Result<Answers, Failure> {
        read("answers.toml", text, &step::load(&Data::embedded()).unwrap())
    }

    #[test]
    fn a_whole_file_is_read() {
        let answers = answers(
            "\u{feff}schema = 1\r\nname = \"demo\"\r\nframework = \"jax\"\r\ntargets = [\"cuda\", \"cpu\"]\r\npython = \"3.13\"\r\n\
             packages = [\"numpy>=2\"]\r\nextras = []\r\nstrategy = \"uv\"\r\n[resolved]\r\nversion = \"1\"\r\n",
        )
        .unwrap();
        assert_eq!(answers.words("targets"), ["cuda", "cpu"]);
        assert_eq!(answers.get("name").unwrap().from, Origin::File);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (text, place, part) in [
            ("schema = 1\nname = \"x\"\n frmework = \"jax\"", "3:2", "unknown key `frmework`"),
            ("name = [\"x\"]", "1:1", "one value"),
            ("targets = \"cpu\"", "1:1", "takes a list"),
            ("python = 3.13", "1:1", "in quotes"),
            ("name = \"x\"\nname = \"y\"", "2:1", "duplicate"),
            ("name = \"x", "1:", ""),
            ("name = \"a\u{0}b\"", "1:", ""),
            ("schema = 2", "1:1", "another release"),
            ("packages = [\"torch @ file:///etc\"]", "1:1", "not allowed"),
            ("strategy = {a = 1}", "1:1", "not a text"),
        ] {
            let failure = answers(text).unwrap_err();
            assert_eq!(failure.exit.code(), 2);
            assert!(failure.what.contains(&format!("answers.toml:{place}")), "{text:?}: {failure}");
            assert!(failure.to_string().to_lowercase().contains(part), "{text:?}: {failure}");
        }
    }

    #[test]
    fn bombs_are_refused() {
        assert!(answers(&"[".repeat(60_000)).is_err());
        assert!(answers(&format!("a{}", ".a".repeat(30_000))).is_err());
        assert!(answers(&"#".repeat(MOST_BYTES + 1)).unwrap_err().to_string().contains("bytes"));
    }

    #[test]
    fn set_takes_lists_in_both_spellings() {
        let steps = step::load(&Data::embedded()).unwrap();
        let list = Value::List(vec!["cuda".into(), "cpu".into()]);
        assert_eq!(read_set("targets=cuda,cpu", &steps).unwrap(), ("targets".to_owned(), list.clone()));
        assert_eq!(read_set("targets=[\"cuda\", \"cpu\"]", &steps).unwrap(), ("targets".to_owned(), list));
        for text in ["python=3.13", "python=\"3.13\"", "python = '3.13'"] {
            let three = Value::Text("3.13".to_owned());
            assert_eq!(read_set(text, &steps).ok(), Some(("python".to_owned(), three)), "{text}");
        }
        assert!(read_set("target=cuda", &steps).is_err() && read_set("targets", &steps).is_err());
    }
}
