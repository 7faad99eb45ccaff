//! The three-way merge of TOML tables: keys by name, lists of requirements by package, other values whole.

use toml_edit::{Array, Item, Key, Table, TableLike, Value};

use crate::core::requirement;

/// Applies to `theirs` what changed from `base` to `ours`. `path` is where we are, for the sentences in `won`.
pub(super) fn merge(
    base: &dyn TableLike,
    ours: &dyn TableLike,
    theirs: &mut dyn TableLike,
    names: &[String],
    path: &str,
    won: &mut Vec<String>,
) {
    let keys: Vec<String> = ours.iter().map(|(key, _)| key.to_owned()).collect();
    for key in &keys {
        let (Some(ours), before) = (ours.get(key), base.get(key)) else { continue };
        let here = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        one(before, ours, theirs, key, names, &here, won);
    }
    // What nixml no longer writes goes, unless the person made it their own.
    let gone: Vec<String> = base.iter().map(|(key, _)| key.to_owned()).filter(|key| !keys.contains(key)).collect();
    for key in gone {
        let (Some(before), Some(now)) = (base.get(&key), theirs.get_mut(&key)) else { continue };
        if let (Some(before), Some(now)) = (before.as_table_like(), now.as_table_like_mut()) {
            merge(before, &Table::new(), now, names, &key, won);
            if now.is_empty() {
                theirs.remove(&key);
            }
        } else if let (Some(before), Some(now)) = (before.as_array(), now.as_array_mut()) {
            requirements(Some(before), &Array::new(), now, names);
            if now.is_empty() {
                theirs.remove(&key);
            }
        } else if same(before, now) {
            theirs.remove(&key);
        }
    }
}

fn one(
    before: Option<&Item>,
    ours: &Item,
    theirs: &mut dyn TableLike,
    key: &str,
    names: &[String],
    here: &str,
    won: &mut Vec<String>,
) {
    let made_up =
        theirs.get("dynamic").and_then(Item::as_array).is_some_and(|list| list.iter().any(|word| word.as_str() == Some(key)));
    if made_up && here.starts_with("project.") {
        return; // Their build says it; both ways at once are refused by every tool.
    }
    let Some(now) = theirs.get_mut(key) else {
        // The person took it out: it stays out unless nixml changes it now.
        if before.is_none_or(|before| !same(before, ours)) {
            theirs.insert(key, ours.clone());
            copy_comment(theirs, key, ours);
        }
        return;
    };
    if let (Some(inner), Some(now)) = (ours.as_table_like(), now.as_table_like_mut()) {
        let empty = Table::new();
        let before = before.and_then(Item::as_table_like).unwrap_or(&empty);
        return merge(before, inner, now, names, here, won);
    }
    if let (Some(ours), Some(now)) = (ours.as_array(), now.as_array_mut()) {
        return requirements(before.and_then(Item::as_array), ours, now, names);
    }
    if let (Some(ours), Some(now)) = (ours.as_array_of_tables(), now.as_array_of_tables_mut()) {
        return named_tables(before.and_then(Item::as_array_of_tables), ours, now);
    }
    let changed_by_nixml = before.is_some_and(|before| !same(before, ours));
    let never_seen = before.is_none() && !KEPT.contains(&here);
    if (changed_by_nixml || never_seen) && !same(now, ours) {
        if before.is_none_or(|before| !same(before, now)) {
            won.push(format!("`{here}` was {} and is {} now", plain(now), plain(ours)));
        }
        replace_value(now, ours);
    }
}

/// What a project that nixml never saw keeps of its own.
const KEPT: [&str; 6] =
    ["project.name", "project.version", "project.description", "project.readme", "tool.uv.package", "tool.uv.required-version"];

/// A list of strings: what nixml took out goes, what it put in comes; a requirement of the same package takes the place of the old one.
fn requirements(before: Option<&Array>, ours: &Array, theirs: &mut Array, names: &[String]) {
    let texts = |array: &Array| -> Vec<String> { array.iter().map(text_of).collect() };
    let first_time = before.is_none();
    let before = before.map(texts).unwrap_or_default();
    let wanted = texts(ours);
    let has = |list: &[String], entry: &str| list.iter().any(|known| alike(known, entry));
    let ours_to_give = |entry: &String| names.contains(&name_of(entry)) || has(&before, entry);
    let mut index = 0;
    while index < theirs.len() {
        let entry = theirs.get(index).map(text_of).unwrap_or_default();
        let known = has(&wanted, &entry);
        let same_package = wanted.iter().any(|want| !name_of(want).is_empty() && name_of(want) == name_of(&entry));
        if !known && ours_to_give(&entry) && !same_package {
            remove(theirs, index);
            continue;
        }
        if !known && same_package && ours_to_give(&entry) {
            let next = wanted.iter().find(|want| name_of(want) == name_of(&entry) && !has(&texts(theirs), want));
            match next {
                Some(next) => drop(theirs.replace(index, next.as_str())),
                None => {
                    remove(theirs, index);
                    continue;
                }
            }
        }
        index += 1;
    }
    for want in &wanted {
        // What the person took out of the list and nixml does not change now stays out.
        let there = texts(theirs);
        let same_name =
            |entry: &String| !name_of(want).is_empty() && name_of(entry) == name_of(want) && !names.contains(&name_of(want));
        // A file that nixml never saw says itself what it needs; later the newest answer counts.
        if has(&there, want) || has(&before, want) || first_time && there.iter().any(same_name) {
            continue;
        }
        let old: Vec<usize> = there.iter().enumerate().filter(|(_, entry)| same_name(entry)).map(|(place, _)| place).collect();
        if let [place] = old.as_slice() {
            theirs.replace(*place, want.as_str());
            continue;
        }
        push(theirs, want);
    }
}

/// Puts an entry at the end, on a line of its own where the others are; a comment beside the last one stays beside it.
fn push(list: &mut Array, entry: &str) {
    let indent = list.iter().filter_map(|value| value.decor().prefix()?.as_str()).find_map(|prefix| {
        let (_, indent) = prefix.rsplit_once('\n')?;
        Some(format!("\n{indent}"))
    });
    let Some(indent) = indent else { return list.push(entry) };
    let mut beside = list.trailing().as_str().unwrap_or_default().trim_end().to_owned();
    if let Some(last) = list.iter_mut().last() {
        let suffix = last.decor().suffix().and_then(toml_edit::RawString::as_str).unwrap_or_default().trim_end().to_owned();
        beside = format!("{suffix}{beside}");
        last.decor_mut().set_suffix("");
    }
    list.push(entry);
    list.set_trailing("\n");
    list.set_trailing_comma(true);
    if let Some(last) = list.iter_mut().last() {
        last.decor_mut().set_prefix(format!("{beside}{indent}"));
    }
}

/// Takes an entry out; a comment above it, which may be the person's, goes to the next one or the end of the list.
fn remove(list: &mut Array, index: usize) {
    let gone = list.remove(index);
    let comment =
        gone.decor().prefix().and_then(toml_edit::RawString::as_str).filter(|text| text.contains('#')).map(str::to_owned);
    let Some(comment) = comment else { return };
    let joined = |own: Option<&str>| format!("{}{}", comment.trim_end(), own.unwrap_or_default());
    match list.get_mut(index) {
        Some(next) => {
            let whole = joined(next.decor().prefix().and_then(toml_edit::RawString::as_str));
            next.decor_mut().set_prefix(whole);
        }
        None => {
            let whole = joined(list.trailing().as_str());
            list.set_trailing(whole);
        }
    }
}

/// The same requirement, however it is spaced and spelt.
fn alike(left: &str, right: &str) -> bool {
    let read = |entry: &str| requirement::read(entry).map(|parsed| parsed.text).ok();
    left == right || read(left).is_some_and(|text| read(right) == Some(text))
}

/// Tables of a list by their `name` (package indexes).
fn named_tables(
    before: Option<&toml_edit::ArrayOfTables>,
    ours: &toml_edit::ArrayOfTables,
    theirs: &mut toml_edit::ArrayOfTables,
) {
    let name = |table: &Table| table.get("name").and_then(Item::as_str).unwrap_or_default().to_owned();
    let wanted: Vec<String> = ours.iter().map(name).collect();
    let old: Vec<String> = before.into_iter().flatten().map(name).collect();
    theirs.retain(|table| wanted.contains(&name(table)) || !old.contains(&name(table)));
    for table in ours {
        let place = theirs.iter().position(|known| name(known) == name(table));
        let Some(known) = place.and_then(|place| theirs.get_mut(place)) else {
            theirs.push(table.clone());
            continue;
        };
        for (key, item) in table {
            if known.get(key).is_none_or(|now| !same(now, item)) {
                known.insert(key, item.clone());
            }
        }
    }
}

/// The normalised package of a requirement; empty for what is none.
fn name_of(entry: &str) -> String {
    requirement::read(entry).map(|parsed| parsed.name).unwrap_or_default()
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string().trim().to_owned(), str::to_owned)
}

fn same(left: &Item, right: &Item) -> bool {
    plain(left) == plain(right)
}

/// The value without comments and spaces around it.
fn plain(item: &Item) -> String {
    match item {
        Item::Value(value) => {
            let mut value = value.clone();
            value.decor_mut().clear();
            if let Some(array) = value.as_array() {
                return format!("[{}]", array.iter().map(|entry| format!("{:?}", text_of(entry))).collect::<Vec<_>>().join(", "));
            }
            value.to_string().trim().to_owned()
        }
        other => other.to_string().trim().to_owned(),
    }
}

/// Changes the value and keeps the comment beside it.
fn replace_value(now: &mut Item, ours: &Item) {
    match (now.as_value_mut(), ours.as_value()) {
        (Some(now), Some(ours)) => {
            let decor = now.decor().clone();
            *now = ours.clone();
            *now.decor_mut() = decor;
        }
        _ => *now = ours.clone(),
    }
}

/// A new key brings the comment above it along.
fn copy_comment(theirs: &mut dyn TableLike, key: &str, ours: &Item) {
    if let (Some(mut made), Item::Value(_)) = (theirs.key_mut(key), ours) {
        let bare = Key::new(key);
        *made.leaf_decor_mut() = bare.leaf_decor().clone();
    }
}
