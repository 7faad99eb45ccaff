//! The tree of a text: tables, lists and plain values, each with where it begins and whether somebody read it.

use std::borrow::Cow;
use std::cell::Cell;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::reader::Mistake;

/// One value of a text.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) kind: Kind<'a>,
    /// The byte at which it begins, where that is known.
    pub(super) at: Option<usize>,
    /// Something was made of it.
    pub(super) read: Cell<bool>,
}

#[derive(Debug)]
pub(super) enum Kind<'a> {
    Null,
    Yes(bool),
    Number(i64),
    /// More than an `i64` holds.
    Large(u64),
    Fraction(f64),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Table(Vec<Pair<'a>>),
}

/// A key with its value.
#[derive(Debug)]
pub(super) struct Pair<'a> {
    pub(super) key: Cow<'a, str>,
    /// The byte at which the key begins, where that is known.
    pub(super) at: Option<usize>,
    pub(super) node: Node<'a>,
}

impl<'a> Node<'a> {
    fn new(kind: Kind<'a>, at: Option<usize>) -> Self {
        Self { kind, at, read: Cell::new(false) }
    }

    pub(super) fn of_toml(text: &'a str) -> Result<Self, Mistake> {
        let table = DeTable::parse(text)
            .map_err(|error| Mistake::new(error.message().trim().replace('\n', "; ")).at(error.span().map(|span| span.start)))?;
        table_of(table.into_inner(), None)
    }

    pub(super) fn of_json(value: Value) -> Self {
        let kind = match value {
            Value::Null => Kind::Null,
            Value::Bool(yes) => Kind::Yes(yes),
            Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(number), _) => Kind::Number(number),
                (None, Some(large)) => Kind::Large(large),
                (None, None) => Kind::Fraction(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => Kind::Text(Cow::Owned(text)),
            Value::Array(items) => Kind::List(items.into_iter().map(Self::of_json).collect()),
            Value::Object(pairs) => {
                let pair = |(key, value)| Pair { key: Cow::Owned(key), at: None, node: Self::of_json(value) };
                Kind::Table(pairs.into_iter().map(pair).collect())
            }
        };
        Self::new(kind, None)
    }

    /// Without the keys whose value is null.
    pub(super) fn drop_nulls(&mut self) {
        match &mut self.kind {
            Kind::Table(pairs) => {
                pairs.retain(|pair| !matches!(pair.node.kind, Kind::Null));
                for pair in pairs {
                    pair.node.drop_nulls();
                }
            }
            Kind::List(items) => items.iter_mut().for_each(Self::drop_nulls),
            _ => {}
        }
    }

    /// The keys below which nobody read anything, in the order of the text.
    pub(super) fn unread(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.gather("", &mut found);
        found
    }

    fn gather(&self, path: &str, found: &mut Vec<String>) {
        let mut inner = |name: &str, node: &Self| {
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            if node.read.get() { node.gather(&path, found) } else { found.push(path) }
        };
        match &self.kind {
            Kind::Table(pairs) => pairs.iter().for_each(|pair| inner(&pair.key, &pair.node)),
            Kind::List(items) => items.iter().enumerate().for_each(|(number, node)| inner(&number.to_string(), node)),
            _ => {}
        }
    }
}

fn table_of(table: DeTable<'_>, at: Option<usize>) -> Result<Node<'_>, Mistake> {
    let mut pairs = Vec::with_capacity(table.len());
    for (key, value) in table {
        let at = Some(key.span().start);
        pairs.push(Pair { key: key.into_inner(), at, node: value_of(value)? });
    }
    Ok(Node::new(Kind::Table(pairs), at))
}

fn value_of(value: Spanned<DeValue<'_>>) -> Result<Node<'_>, Mistake> {
    let at = Some(value.span().start);
    let too = |what: &str| Mistake::new(format!("{what} is too large")).at(at);
    let kind = match value.into_inner() {
        DeValue::String(text) => Kind::Text(text),
        DeValue::Integer(number) => {
            Kind::Number(i64::from_str_radix(number.as_str(), number.radix()).map_err(|_| too("this integer"))?)
        }
        DeValue::Float(number) => Kind::Fraction(number.as_str().parse().map_err(|_| too("this number"))?),
        DeValue::Boolean(yes) => Kind::Yes(yes),
        // No type of ours holds a date: it is a text wherever one stands.
        DeValue::Datetime(time) => Kind::Text(Cow::Owned(time.to_string())),
        DeValue::Array(items) => Kind::List(items.into_iter().map(value_of).collect::<Result<_, _>>()?),
        DeValue::Table(table) => return table_of(table, at),
    };
    Ok(Node::new(kind, at))
}
