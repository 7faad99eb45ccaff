//! Whether uv.lock still holds what pyproject.toml asks for: names and versions of both, without asking uv.

use std::collections::BTreeSet;

use toml::{Table, Value};

/// A name and its version limits, as both files can be brought to say them.
type Wanted = BTreeSet<(String, String)>;

/// True when pyproject.toml asks for other things than uv.lock was made for; `None` when one of them cannot be understood.
#[must_use]
pub fn stale(pyproject: &str, lock: &str) -> Option<bool> {
    let (pyproject, lock): (Table, Table) = (pyproject.parse().ok()?, lock.parse().ok()?);
    let project = pyproject.get("project")?.as_table()?;
    let name = normal(project.get("name")?.as_str()?);
    let root = lock.get("package")?.as_array()?.iter().find(|package| {
        let at = |key: &str| package.get("source").and_then(|source| source.get(key)).and_then(Value::as_str);
        package.get("name").and_then(Value::as_str) == Some(&name) && (at("virtual").or(at("editable")) == Some("."))
    })?;
    let metadata = root.get("metadata").and_then(Value::as_table);
    let (wanted, groups) = (asked(project)?, groups(&pyproject)?);
    let held = metadata.and_then(|table| table.get("requires-dist")).map_or_else(Wanted::new, held);
    if wanted != held {
        return Some(true);
    }
    let locked = metadata.and_then(|table| table.get("requires-dev")).and_then(Value::as_table);
    let of_group = |name: &str| locked.and_then(|groups| groups.get(name)).map_or_else(Wanted::new, self::held);
    let known = locked.into_iter().flat_map(Table::keys);
    let names: BTreeSet<&String> = groups.iter().map(|(name, _)| name).chain(known).collect();
    let empty = Wanted::new();
    Some(names.into_iter().any(|name| {
        let asked = groups.iter().find(|(group, _)| group == name).map_or(&empty, |(_, asked)| asked);
        *asked != of_group(name)
    }))
}

/// What `[project]` asks for, its extras included.
fn asked(project: &Table) -> Option<Wanted> {
    let lists = project.get("optional-dependencies").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let mut wanted = Wanted::new();
    for list in project.get("dependencies").into_iter().chain(lists) {
        wanted.extend(requirements(list)?);
    }
    Some(wanted)
}

/// What each `[dependency-groups]` asks for; `None` when one includes another or the old table of uv is used.
fn groups(pyproject: &Table) -> Option<Vec<(String, Wanted)>> {
    let old = pyproject.get("tool").and_then(|tool| tool.get("uv")).and_then(|uv| uv.get("dev-dependencies"));
    let groups = pyproject.get("dependency-groups").and_then(Value::as_table);
    if old.is_some() {
        return None;
    }
    groups.into_iter().flatten().map(|(name, list)| Some((normal(name), requirements(list)?))).collect()
}

fn requirements(list: &Value) -> Option<Wanted> {
    list.as_array()?.iter().map(|item| item.as_str().map(requirement)).collect()
}

/// `Jax[cuda13] >= 0.7, <1 ; sys_platform == 'linux'` as (`jax`, `<1,>=0.7`).
fn requirement(text: &str) -> (String, String) {
    let text = text.split(';').next().unwrap_or_default().trim();
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c))).unwrap_or(text.len());
    let (name, mut rest) = text.split_at(end);
    if let Some(extras) = rest.trim_start().strip_prefix('[') {
        rest = extras.split_once(']').map_or("", |(_, after)| after);
    }
    let rest = rest.trim();
    (normal(name), if rest.starts_with('@') { String::new() } else { limits(rest) })
}

fn held(list: &Value) -> Wanted {
    let text = |item: &Value, key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    list.as_array().into_iter().flatten().map(|item| (normal(&text(item, "name")), limits(&text(item, "specifier")))).collect()
}

/// Version limits in one order and without spaces.
fn limits(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')')).collect();
    let limits: BTreeSet<&str> = plain.split(',').filter(|limit| !limit.is_empty()).collect();
    limits.into_iter().collect::<Vec<_>>().join(",")
}

fn normal(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', '.'], "-")
}

#[cfg(test)]
mod tests {
    use super::stale;

    const LOCK: &str = "version = 1\n[[package]]\nname = 'demo'\nsource = { virtual = '.' }\n[package.metadata]\n\
        requires-dist = [{ name = 'jax', extras = ['cuda13'], specifier = '>=0.7,<1' }]\n\
        [package.metadata.requires-dev]\ndev = [{ name = 'pytest', specifier = '>=8' }]\n";

    fn of(dependencies: &str, dev: &str) -> Option<bool> {
        let text = format!("[project]\nname = 'Demo'\ndependencies = [{dependencies}]\n[dependency-groups]\ndev = [{dev}]\n");
        stale(&text, LOCK)
    }

    #[test]
    fn what_is_asked_for_is_compared_with_what_is_locked() {
        for (dependencies, dev, answer) in [
            ("'Jax[cuda13] < 1, >=0.7 ; sys_platform == \"linux\"'", "'pytest>=8'", Some(false)),
            ("'jax>=0.7,<1', 'einops'", "'pytest>=8'", Some(true)),
            ("'jax>=0.8,<1'", "'pytest>=8'", Some(true)),
            ("", "'pytest>=8'", Some(true)),
            ("'jax>=0.7,<1'", "", Some(true)),
            ("'jax>=0.7,<1'", "'pytest>=8', 'ruff'", Some(true)),
            ("'jax>=0.7,<1'", "'pytest>=8', { include-group = 'x' }", None),
        ] {
            assert_eq!(of(dependencies, dev), answer, "{dependencies} / {dev}");
        }
        assert_eq!(stale("[project]\nname = 'other'\n", LOCK), None);
        assert_eq!(stale("broken", LOCK), None);
    }
}
