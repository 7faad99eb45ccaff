//! A JSON schema's word on a value: the few keywords that `assets/schemas` use; any other one fails.

use serde_json::Value;

/// What is wrong with `value`, with the place of each fault.
pub fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    judge(schema, schema, value, "", &mut found);
    found
}

fn judge(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let Some(rules) = schema.as_object() else { panic!("a schema at `{at}` is no object") };
    let mut own = Vec::new();
    let mut wrong = |what: String| own.push(format!("{at}: {what}"));
    for (keyword, rule) in rules {
        match keyword.as_str() {
            "$schema" | "title" | "description" | "$defs" => {}
            "$ref" => {
                let path = rule.as_str().unwrap().strip_prefix('#').unwrap();
                let part = root.pointer(path).unwrap_or_else(|| panic!("nobody defines `{path}`"));
                judge(root, part, value, at, found);
            }
            "type" => {
                let kinds: Vec<&str> = rule.as_str().map_or_else(|| texts(rule), |kind| vec![kind]);
                if !kinds.iter().any(|kind| is(value, kind)) {
                    wrong(format!("{value} is not {kinds:?}"));
                }
            }
            "const" if value != rule => wrong(format!("{value} is not {rule}")),
            "enum" if !rule.as_array().unwrap().contains(value) => wrong(format!("{value} is none of {rule}")),
            "minimum" if value.as_f64().is_some_and(|number| number < rule.as_f64().unwrap()) => {
                wrong(format!("{value} < {rule}"));
            }
            "maximum" if value.as_f64().is_some_and(|number| number > rule.as_f64().unwrap()) => {
                wrong(format!("{value} > {rule}"));
            }
            "const" | "enum" | "minimum" | "maximum" => {}
            "pattern" => {
                let pattern = regex::Regex::new(rule.as_str().unwrap()).unwrap();
                if value.as_str().is_some_and(|text| !pattern.is_match(text)) {
                    wrong(format!("{value} does not match {rule}"));
                }
            }
            "required" => {
                let missing = texts(rule).into_iter().filter(|key| value.is_object() && value.get(key).is_none());
                missing.for_each(|key| wrong(format!("no `{key}`")));
            }
            "properties" => {
                for (key, inner) in rule.as_object().unwrap() {
                    if let Some(value) = value.get(key) {
                        judge(root, inner, value, &format!("{at}/{key}"), found);
                    }
                }
            }
            "additionalProperties" => {
                let known = rules.get("properties").and_then(Value::as_object);
                let others: Vec<_> = value
                    .as_object()
                    .into_iter()
                    .flatten()
                    .filter(|(key, _)| known.is_none_or(|known| !known.contains_key(*key)))
                    .collect();
                for (key, value) in others {
                    if rule.is_object() {
                        judge(root, rule, value, &format!("{at}/{key}"), found);
                    } else if *rule == Value::Bool(false) {
                        found.push(format!("{at}: `{key}` is not in the schema"));
                    }
                }
            }
            "items" => {
                for (number, value) in value.as_array().into_iter().flatten().enumerate() {
                    judge(root, rule, value, &format!("{at}/{number}"), found);
                }
            }
            "anyOf" => {
                let tries = rule.as_array().unwrap().iter().map(|one| {
                    let mut inner = Vec::new();
                    judge(root, one, value, at, &mut inner);
                    inner
                });
                let tries: Vec<Vec<String>> = tries.collect();
                if !tries.iter().any(Vec::is_empty) {
                    found.extend(tries.into_iter().flatten());
                }
            }
            other => panic!("the tests do not know the keyword `{other}`"),
        }
    }
    found.extend(own);
}

fn texts(rule: &Value) -> Vec<&str> {
    rule.as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect()
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("no kind `{other}`"),
    }
}

/// The printed object is what `nixml schema NAME` says.
#[track_caller]
pub fn check(name: &str, value: &Value) {
    let data = nixml::core::data::Data::embedded();
    let schema = nixml::core::schema::schema(&data, name).unwrap_or_else(|| panic!("no schema `{name}`"));
    let faults = faults(&schema, value);
    assert!(faults.is_empty(), "`{name}`: {faults:?}\n{value:#}");
}
