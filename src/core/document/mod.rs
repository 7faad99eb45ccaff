//! Reads TOML and JSON: a text becomes one tree, and every type is read from that tree.
//!
//! A type's way of being read is machine code of its own for each format it is read from, and there are many types. With one tree there
//! is one format: it took a seventh of the program before. And what is wrong is said in one way, with its place.

mod node;
mod reader;

use std::fmt;

use serde::de::DeserializeOwned;

use node::Node;
use reader::{Mistake, Reader};

/// Why a text cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// What is wrong, in one line.
    pub message: String,
    /// Line and column (in characters) of the text, from 1, where they are known.
    pub place: Option<(usize, usize)>,
    /// The key it is about (`gpus.1.vendor`); empty for the whole.
    pub key: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)?;
        match self.place {
            Some((line, column)) => write!(out, " at line {line} column {column}"),
            None if !self.key.is_empty() => write!(out, " at `{}`", self.key),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Wrong {}

/// # Errors
/// It is no TOML, or a value is missing, unknown or of a wrong kind.
pub fn toml<T: DeserializeOwned>(text: &str) -> Result<T, Wrong> {
    whole(&Node::of_toml(text).map_err(|mistake| mistake.into_wrong(text))?).map_err(|mistake| mistake.into_wrong(text))
}

/// The same, and the keys that nobody asked for (`driver.model`).
///
/// # Errors
/// As [`toml`].
pub fn toml_noting<T: DeserializeOwned>(text: &str) -> Result<(T, Vec<String>), Wrong> {
    let node = Node::of_toml(text).map_err(|mistake| mistake.into_wrong(text))?;
    let read = whole(&node).map_err(|mistake| mistake.into_wrong(text))?;
    Ok((read, node.unread()))
}

/// # Errors
/// It is no JSON, or a value is missing, unknown or of a wrong kind.
pub fn json<T: DeserializeOwned>(text: &str) -> Result<T, Wrong> {
    value(parsed(text)?)
}

/// The same of a value that was parsed before.
///
/// # Errors
/// As [`json`].
pub fn value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, Wrong> {
    whole(&Node::of_json(value)).map_err(|mistake| mistake.into_wrong(""))
}

/// The same of a text, and the keys that nobody asked for. A key that is null is a key that is not there.
///
/// # Errors
/// As [`json`].
pub fn json_noting<T: DeserializeOwned>(text: &str) -> Result<(T, Vec<String>), Wrong> {
    let mut node = Node::of_json(parsed(text)?);
    node.drop_nulls();
    let read = whole(&node).map_err(|mistake| mistake.into_wrong(""))?;
    Ok((read, node.unread()))
}

fn parsed(text: &str) -> Result<serde_json::Value, Wrong> {
    // serde_json ends its own words with line and column.
    serde_json::from_str(text).map_err(|error| Wrong { message: error.to_string(), place: None, key: String::new() })
}

fn whole<T: DeserializeOwned>(node: &Node<'_>) -> Result<T, Mistake> {
    T::deserialize(Reader(node))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "lowercase")]
    enum Kind {
        Small,
        Sized(u32),
        Named { name: String },
        Pair(i8, f64),
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Inner {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        maybe: Option<u8>,
        #[serde(default)]
        list: Vec<i64>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct All {
        text: String,
        yes: bool,
        ratio: f32,
        big: u64,
        kinds: Vec<Kind>,
        #[serde(flatten)]
        inner: Inner,
        table: BTreeMap<String, (u8, String)>,
    }

    fn all() -> All {
        let kinds = vec![Kind::Small, Kind::Sized(7), Kind::Named { name: "é\n".to_owned() }, Kind::Pair(-1, 2.5)];
        let table = BTreeMap::from([("a b".to_owned(), (1, String::new()))]);
        let inner = Inner { maybe: Some(3), list: vec![i64::MIN, 0] };
        All { text: "t".to_owned(), yes: true, ratio: 0.5, big: i64::MAX as u64, kinds, inner, table }
    }

    #[test]
    fn what_was_written_is_read_again_from_both_formats() {
        assert_eq!(toml::<All>(&::toml::to_string(&all()).unwrap()), Ok(all()));
        assert_eq!(json::<All>(&serde_json::to_string(&all()).unwrap()), Ok(all()));
        let most = All { big: u64::MAX, inner: Inner { maybe: None, list: Vec::new() }, ..all() };
        assert_eq!(value::<All>(serde_json::to_value(&most).unwrap()), Ok(most));
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        for (text, said) in [
            ("list = 3", "expected a sequence at line 1 column 8"),
            ("list = [1,\n  'x']", "expected i64 at line 2 column 3"),
            ("list = [99999999999999999999]", "integer is too large at line 1 column 9"),
            ("maybe = 256", "expected u8 at line 1 column 9"),
            ("a = 1\na = 2", "duplicate key at line 2 column 1"),
            ("'é' = 'x", "at line 1 column 9"),
        ] {
            let wrong = toml::<Inner>(text).unwrap_err().to_string();
            assert!(wrong.contains(said) && !wrong.contains('\n'), "{text}: {wrong}");
        }
        let unknown = toml::<Vec<Kind>>("").unwrap_err();
        assert!(unknown.message.contains("a sequence"), "{unknown}");
        let unknown = toml::<BTreeMap<String, Kind>>("one = 'small'\ntwo = 'large'").unwrap_err().to_string();
        assert!(unknown.contains("unknown variant `large`") && unknown.ends_with("at line 2 column 7"), "{unknown}");
        let unknown = toml::<BTreeMap<String, Kind>>("one = { named = { name = 'x', nam = 'y' } }").unwrap_err();
        assert_eq!((unknown.place, unknown.key.as_str()), (Some((1, 31)), "one.named.nam"), "{unknown}");
        let missing = json::<All>("{\"text\": \"\"}").unwrap_err().to_string();
        assert!(missing.contains("missing field `yes`"), "{missing}");
        let inside = json::<BTreeMap<String, Inner>>("{\"a\": {\"list\": [1, null]}}").unwrap_err();
        assert_eq!(inside.key, "a.list.1", "{inside}");
        assert!(json::<Inner>("{} x").unwrap_err().to_string().contains("trailing characters at line 1 column 4"));
    }

    #[test]
    fn keys_that_nobody_asked_for_are_told() {
        let text = "maybe = 1\ncolour = 'red'\n[deep]\nx = 1\n";
        let (inner, unread) = toml_noting::<Inner>(text).unwrap();
        assert_eq!((inner.maybe, unread), (Some(1), vec!["colour".to_owned(), "deep".to_owned()]));
        let text = r#"{"rows": [{"maybe": null, "b": 2, "c": null}, {"list": []}]}"#;
        let (read, unread) = json_noting::<BTreeMap<String, Vec<Inner>>>(text).unwrap();
        assert_eq!((read["rows"].len(), unread), (2, vec!["rows.0.b".to_owned()]));
    }
}
