//! New answers in a `nixml.toml` that the person edited: values are nixml's, comments and order the person's.

use toml_edit::{DocumentMut, Item, TableLike};

/// The text of `theirs` with the values of `ours`; `None` when one of them is not TOML.
#[must_use]
pub fn answers(ours: &str, theirs: &str) -> Option<String> {
    let (ours, mut merged): (DocumentMut, DocumentMut) = (ours.parse().ok()?, theirs.parse().ok()?);
    take(ours.as_table(), merged.as_table_mut());
    Some(merged.to_string())
}

fn take(ours: &dyn TableLike, theirs: &mut dyn TableLike) {
    let gone: Vec<String> =
        theirs.iter().map(|(key, _)| key.to_owned()).filter(|key| !ours.contains_key(key) && key != "schema_version").collect();
    for key in gone {
        theirs.remove(&key);
    }
    for (key, item) in ours.iter() {
        match (item.as_table_like(), theirs.get_mut(key)) {
            (_, None) => drop(theirs.insert(key, item.clone())),
            (Some(inner), Some(now)) if now.is_table_like() => {
                if let Some(now) = now.as_table_like_mut() {
                    take(inner, now);
                }
            }
            (_, Some(now)) => value(now, item),
        }
    }
}

/// Changes a value that differs and keeps the comment beside it.
fn value(now: &mut Item, ours: &Item) {
    let words = |item: &Item| {
        let list =
            item.as_array().map(|list| list.iter().map(|word| word.as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>());
        list.unwrap_or_else(|| vec![item.as_str().map_or_else(|| item.to_string().trim().to_owned(), str::to_owned)])
    };
    if now.is_array() == ours.is_array() && words(now) == words(ours) {
        return;
    }
    let decor = now.as_value().map(|value| value.decor().clone());
    *now = ours.clone();
    if let (Some(decor), Some(value)) = (decor, now.as_value_mut()) {
        *value.decor_mut() = decor;
    }
}

#[cfg(test)]
mod tests {
    use super::answers;

    #[test]
    fn comments_stay_and_values_change() {
        let ours = "schema = 1\npython = \"3.14\"\npackages = [\"a\"]\n\n# ours\n[resolved]\nversion = \"2\"\n";
        let theirs = "# the lab's\nschema = 1\npython = \"3.13\" # the cluster has it\npackages = [\n  \"a\",\n]\n\n[resolved]\nversion = \"1\"\npins = [\"x\"]\n";
        let merged = answers(ours, theirs).unwrap();
        assert_eq!(
            merged,
            "# the lab's\nschema = 1\npython = \"3.14\" # the cluster has it\npackages = [\n  \"a\",\n]\n\n[resolved]\nversion = \"2\"\n"
        );
        assert_eq!(answers(ours, "not toml ["), None);
    }
}
