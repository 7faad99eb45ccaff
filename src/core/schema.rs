//! The JSON schemas of what nixml prints: files in `assets/schemas`, each made whole with the ones it refers to.

use serde_json::{Map, Value};

use crate::core::data::Data;

const FOLDER: &str = "assets/schemas/";

/// The names there are, sorted.
#[must_use]
pub fn names(data: &Data) -> Vec<&str> {
    data.below(FOLDER, ".json").map(|(path, _)| &path[FOLDER.len()..path.len() - ".json".len()]).collect()
}

/// One schema that needs no other file; `None` when there is none of that name, or it is not JSON.
#[must_use]
pub fn schema(data: &Data, name: &str) -> Option<Value> {
    let mut whole = read(data, name)?;
    let mut definitions = Map::new();
    gather(data, &whole, &mut definitions);
    if let Value::Object(top) = &mut whole
        && !definitions.is_empty()
    {
        let own = top.entry("$defs").or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(own) = own {
            own.extend(definitions);
        }
    }
    Some(whole)
}

fn read(data: &Data, name: &str) -> Option<Value> {
    serde_json::from_str(data.text(&format!("{FOLDER}{name}.json"))?).ok()
}

/// Adds every schema that `value` refers to (`#/$defs/finding`) and the definitions inside it.
fn gather(data: &Data, value: &Value, into: &mut Map<String, Value>) {
    match value {
        Value::Object(pairs) => {
            if let Some(name) = pairs.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix("#/$defs/"))
                && !into.contains_key(name)
                && let Some(Value::Object(mut other)) = read(data, name)
            {
                other.remove("$schema");
                let inner = other.remove("$defs");
                into.insert(name.to_owned(), Value::Object(other.clone()));
                if let Some(Value::Object(inner)) = inner {
                    into.extend(inner);
                }
                gather(data, &Value::Object(other), into);
            }
            for inner in pairs.values() {
                gather(data, inner, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(data, item, into)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_is_whole() {
        let data = Data::embedded();
        assert!(["doctor", "explain", "facts", "init", "matrix", "validate"].iter().all(|name| names(&data).contains(name)));
        for name in names(&data) {
            let text = schema(&data, name).unwrap().to_string();
            let whole: Value = serde_json::from_str(&text).unwrap();
            for part in text.split("\"#/$defs/").skip(1) {
                let wanted = part.split('"').next().unwrap();
                assert!(whole["$defs"].get(wanted).is_some(), "`{name}`: nobody defines `{wanted}`");
            }
        }
        assert_eq!(schema(&data, "nothing"), None);
    }
}
