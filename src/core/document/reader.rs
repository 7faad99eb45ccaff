//! Makes any type from the tree: the one format that serde knows here.

use std::fmt::Display;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::Wrong;
use super::node::{Kind, Node, Pair};

/// What is wrong while a tree is read. In a box: nearly every call of the reading hands one on or nothing.
#[derive(Debug)]
pub(super) struct Mistake(Box<Inner>);

#[derive(Debug)]
struct Inner {
    message: String,
    at: Option<usize>,
    /// The keys on the way to it, the innermost first.
    keys: Vec<String>,
}

impl Mistake {
    pub(super) fn new(message: String) -> Self {
        Self(Box::new(Inner { message, at: None, keys: Vec::new() }))
    }

    /// It is here, if nobody nearer said where.
    pub(super) fn at(mut self, at: Option<usize>) -> Self {
        self.0.at = self.0.at.or(at);
        self
    }

    fn below(mut self, key: &str) -> Self {
        self.0.keys.push(key.to_owned());
        self
    }

    pub(super) fn into_wrong(self, text: &str) -> Wrong {
        let Inner { message, at, mut keys } = *self.0;
        keys.reverse();
        let place = at.map(|at| {
            let before = text.get(..at).unwrap_or(text);
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
            (before.matches('\n').count() + 1, column + 1)
        });
        Wrong { message, place, key: keys.join(".") }
    }
}

impl Display for Mistake {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0.message)
    }
}

impl std::error::Error for Mistake {}

impl Error for Mistake {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message.to_string().replace('\n', "; "))
    }
}

/// Reads one value.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a Node<'a>);

impl<'a> Reader<'a> {
    fn with<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.0.read.set(true);
        match &self.0.kind {
            Kind::Null => visitor.visit_unit(),
            Kind::Yes(yes) => visitor.visit_bool(*yes),
            Kind::Number(number) => visitor.visit_i64(*number),
            Kind::Large(number) => visitor.visit_u64(*number),
            Kind::Fraction(number) => visitor.visit_f64(*number),
            Kind::Text(text) => visitor.visit_borrowed_str(text),
            Kind::List(items) => visitor.visit_seq(List { items, next: 0 }),
            Kind::Table(pairs) => visitor.visit_map(Table { pairs, next: 0 }),
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.with(visitor).map_err(|mistake| mistake.at(self.0.at))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.0.read.set(true);
        if matches!(self.0.kind, Kind::Null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        self.0.read.set(true);
        let variant = match &self.0.kind {
            Kind::Text(name) => Some(Variant { name, at: self.0.at, content: None }),
            Kind::Table(pairs) => match pairs.as_slice() {
                [pair] => Some(Variant { name: &pair.key, at: pair.at, content: Some(&pair.node) }),
                _ => None,
            },
            _ => None,
        };
        let Some(variant) = variant else {
            return Err(Mistake::new("expected one of several words, or a table with one of them".to_owned()).at(self.0.at));
        };
        let name = variant.content.map(|_| variant.name);
        let below = |mistake: Mistake| name.into_iter().fold(mistake.at(self.0.at), Mistake::below);
        visitor.visit_enum(variant).map_err(below)
    }

    /// Left unread.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier
    }
}

/// The items of a list.
struct List<'a> {
    items: &'a [Node<'a>],
    next: usize,
}

impl<'a> SeqAccess<'a> for List<'a> {
    type Error = Mistake;

    fn next_element_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<Option<T::Value>, Mistake> {
        let Some(item) = self.items.get(self.next) else { return Ok(None) };
        self.next += 1;
        seed.deserialize(Reader(item)).map(Some).map_err(|mistake| mistake.at(item.at).below(&(self.next - 1).to_string()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len() - self.next)
    }
}

/// The pairs of a table.
struct Table<'a> {
    pairs: &'a [Pair<'a>],
    /// The pair whose key is read next.
    next: usize,
}

impl<'a> MapAccess<'a> for Table<'a> {
    type Error = Mistake;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>, Mistake> {
        let Some(pair) = self.pairs.get(self.next) else { return Ok(None) };
        self.next += 1;
        seed.deserialize(BorrowedStrDeserializer::new(&pair.key))
            .map(Some)
            .map_err(|mistake: Mistake| mistake.at(pair.at).below(&pair.key))
    }

    fn next_value_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<T::Value, Mistake> {
        let Some(pair) = self.next.checked_sub(1).and_then(|last| self.pairs.get(last)) else {
            return Err(Mistake::new("a value was asked for before its key".to_owned()));
        };
        seed.deserialize(Reader(&pair.node)).map_err(|mistake| mistake.at(pair.node.at).below(&pair.key))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.pairs.len() - self.next)
    }
}

/// One of an enum's variants: its name, and what stands with it.
struct Variant<'a> {
    name: &'a str,
    at: Option<usize>,
    content: Option<&'a Node<'a>>,
}

impl<'a> Variant<'a> {
    fn content(&self, wanted: &'static str) -> Result<Reader<'a>, Mistake> {
        self.content.map(Reader).ok_or_else(|| Mistake::invalid_type(Unexpected::UnitVariant, &wanted))
    }
}

impl<'a> EnumAccess<'a> for Variant<'a> {
    type Error = Mistake;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'a>>(self, seed: V) -> Result<(V::Value, Self), Mistake> {
        let name = seed.deserialize(BorrowedStrDeserializer::new(self.name));
        name.map_err(|mistake: Mistake| mistake.at(self.at)).map(|name| (name, self))
    }
}

impl<'a> VariantAccess<'a> for Variant<'a> {
    type Error = Mistake;

    fn unit_variant(self) -> Result<(), Mistake> {
        match self.content {
            None => Ok(()),
            Some(_) => Err(Mistake::invalid_type(Unexpected::NewtypeVariant, &"a word alone")),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> Result<T::Value, Mistake> {
        seed.deserialize(self.content("a value")?)
    }

    fn tuple_variant<V: Visitor<'a>>(self, _: usize, visitor: V) -> Result<V::Value, Mistake> {
        self.content("a list")?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'a>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Mistake> {
        self.content("a table")?.deserialize_any(visitor)
    }
}
