//! YAML as a tree of texts with their lines: as much as an environment.yml needs, and bounded.

use saphyr_parser::{Event, Parser, ScanError};

/// Deeper or larger files are not somebody's environment.
const DEEPEST: usize = 24;
const MOST_NODES: usize = 20_000;

/// One node and the line it begins on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    Text(String, usize),
    List(Vec<Node>, usize),
    Map(Vec<(String, Node)>, usize),
}

impl Node {
    #[must_use]
    pub fn line(&self) -> usize {
        match self {
            Self::Text(_, line) | Self::List(_, line) | Self::Map(_, line) => *line,
        }
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(pairs, _) => pairs.iter().find(|(known, _)| known == key).map(|(_, value)| value),
            _ => None,
        }
    }

    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text, _) => Some(text),
            _ => None,
        }
    }

    /// The entries of a list; none for anything else.
    #[must_use]
    pub fn list(&self) -> &[Self] {
        match self {
            Self::List(items, _) => items,
            _ => &[],
        }
    }
}

/// Reads the first document.
///
/// # Errors
/// The line and what is wrong with it.
pub fn read(text: &str) -> Result<Node, (usize, String)> {
    let mut open: Vec<(Node, Option<String>)> = Vec::new();
    let mut count = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error: ScanError| (error.marker().line(), error.info().to_owned()))?;
        let line = span.start.line();
        count += 1;
        if count > MOST_NODES || open.len() > DEEPEST {
            return Err((line, "it is too large or too deep".to_owned()));
        }
        let node = match event {
            Event::Scalar(text, ..) => Node::Text(text.into_owned(), line),
            Event::SequenceStart(..) => {
                open.push((Node::List(Vec::new(), line), None));
                continue;
            }
            Event::MappingStart(..) => {
                open.push((Node::Map(Vec::new(), line), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some((node, _)) => node,
                None => continue,
            },
            Event::Alias(_) => return Err((line, "an alias (`*name`) is not followed: write the value out".to_owned())),
            Event::DocumentEnd | Event::StreamEnd => break,
            Event::Nothing | Event::StreamStart | Event::DocumentStart(_) => continue,
        };
        let Some((holder, key)) = open.last_mut() else { return Ok(node) };
        match (holder, key.take()) {
            (Node::List(items, _), _) => items.push(node),
            (Node::Map(pairs, _), Some(name)) => pairs.push((name, node)),
            (Node::Map(..), None) => match node {
                Node::Text(name, _) => *key = Some(name),
                other => return Err((other.line(), "a key is a list or a map".to_owned())),
            },
            (Node::Text(..), _) => {}
        }
    }
    Err((1, "it is empty".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_keeps_its_lines() {
        let node = read("name: lab # ours\ndependencies:\n  - python=3.12\n  - pip:\n      - \"torch\"\n").unwrap();
        assert_eq!(node.get("name").unwrap().text(), Some("lab"));
        let items = node.get("dependencies").unwrap().list();
        assert_eq!(items[0], Node::Text("python=3.12".into(), 3));
        assert_eq!(items[1].get("pip").unwrap().list()[0], Node::Text("torch".into(), 5));
    }

    #[test]
    fn bombs_and_nonsense_are_refused() {
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read("a: &x [1]\nb: *x\n").unwrap_err().1.contains("alias"));
        assert!(read("").is_err() && read("a: [1\n").is_err() && read("a:\n\t- b\n").is_err());
    }
}
