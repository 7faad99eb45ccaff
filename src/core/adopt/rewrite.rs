//! Somebody's `pyproject.toml` made ready for the merge: what nixml decides goes out of it, Poetry's words become standard ones.

use std::collections::BTreeSet;

use toml_edit::{Array, DocumentMut, Item, Table, TableLike, value};

use crate::core::requirement;

/// What the merge must not meet, and what must be there.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Packages that go out of `dependencies`, normalised.
    pub dropped: BTreeSet<String>,
    /// Packages whose index nixml chooses, normalised.
    pub owned: BTreeSet<String>,
    /// Group and requirement.
    pub dev: Vec<(String, String)>,
}

/// The text to merge with; `None` when it is not TOML.
#[must_use]
pub fn pyproject(text: &str, changes: &Changes) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let tool = document.get("tool").and_then(|tool| tool.as_table_like()?.get("uv"));
    // Who installs the project itself wants its build to run.
    let packaged = tool.and_then(|uv| uv.as_table_like()?.get("package")?.as_bool()) == Some(true);
    if !document.contains_key("project") {
        from_poetry(&mut document);
    }
    if let Some(project) = document.get_mut("project").and_then(Item::as_table_like_mut) {
        if let Some(list) = project.get_mut("dependencies").and_then(Item::as_array_mut) {
            list.retain(|entry| entry.as_str().is_none_or(|entry| !changes.dropped.contains(&name(entry))));
        }
        if !packaged {
            static_dependencies(project);
        }
    }
    if let Some(uv) = document.get_mut("tool").and_then(|tool| tool.as_table_like_mut()?.get_mut("uv"))
        && let Some(uv) = uv.as_table_like_mut()
    {
        indexes(uv, &changes.owned);
    }
    groups(&mut document, &changes.dev);
    Some(document.to_string())
}

fn name(entry: &str) -> String {
    requirement::read(entry).map(|parsed| parsed.name).unwrap_or_default()
}

/// Poetry keeps its own tables; the standard one says the same for everybody else.
fn from_poetry(document: &mut DocumentMut) {
    let poetry = document.get("tool").and_then(|tool| tool.as_table_like()?.get("poetry")).and_then(Item::as_table_like);
    let Some(poetry) = poetry else { return };
    let mut project = Table::new();
    for key in ["name", "version", "description"] {
        if let Some(text) = poetry.get(key).and_then(Item::as_str).filter(|text| !text.is_empty()) {
            project[key] = value(text);
        }
    }
    project.decor_mut().set_prefix("\n# For uv and every other tool; Poetry's own tables are left as they were.\n");
    document.insert("project", Item::Table(project));
}

/// What uv would have to run a build for, and is written out instead.
pub const MADE_UP: [&str; 4] = ["version", "dependencies", "optional-dependencies", "requires-python"];

/// `dynamic` no longer names what is written out.
fn static_dependencies(project: &mut dyn TableLike) {
    let Some(list) = project.get_mut("dynamic").and_then(Item::as_array_mut) else { return };
    list.retain(|word| word.as_str().is_none_or(|word| !MADE_UP.contains(&word)));
    if list.is_empty() {
        project.remove("dynamic");
    }
}

/// The index of a framework is the plan's choice; an index that nothing else names goes with it.
fn indexes(uv: &mut dyn TableLike, owned: &BTreeSet<String>) {
    let mut named: BTreeSet<String> = BTreeSet::new();
    if let Some(sources) = uv.get_mut("sources").and_then(Item::as_table_like_mut) {
        let gone: Vec<String> =
            sources.iter().map(|(key, _)| key.to_owned()).filter(|key| owned.contains(&requirement::normalise(key))).collect();
        for key in gone {
            named.extend(sources.remove(&key).iter().flat_map(indexes_of));
        }
        let still: BTreeSet<String> = sources.iter().flat_map(|(_, item)| indexes_of(item)).collect();
        named.retain(|index| !still.contains(index));
        if sources.is_empty() {
            uv.remove("sources");
        }
    }
    if let Some(list) = uv.get_mut("index").and_then(Item::as_array_of_tables_mut) {
        list.retain(|index| index.get("name").and_then(Item::as_str).is_none_or(|name| !named.contains(name)));
        if list.is_empty() {
            uv.remove("index");
        }
    }
}

fn indexes_of(item: &Item) -> Vec<String> {
    let of = |table: &dyn TableLike| table.get("index").and_then(Item::as_str).map(str::to_owned);
    if let Some(table) = item.as_table_like() {
        return of(table).into_iter().collect();
    }
    item.as_array().into_iter().flatten().filter_map(|value| value.as_inline_table().and_then(|table| of(table))).collect()
}

fn groups(document: &mut DocumentMut, dev: &[(String, String)]) {
    for (group, text) in dev {
        let groups = document.entry("dependency-groups").or_insert_with(|| Item::Table(Table::new()));
        let Some(groups) = groups.as_table_like_mut() else { return };
        if groups.get(group).is_none() {
            groups.insert(group, value(Array::new()));
        }
        let Some(list) = groups.get_mut(group).and_then(Item::as_array_mut) else { continue };
        if list.iter().all(|entry| entry.as_str().map(name) != Some(name(text))) {
            list.push(text.as_str());
            if let Some(last) = list.iter_mut().last() {
                last.decor_mut().set_prefix("\n    ");
            }
            list.set_trailing("\n");
            list.set_trailing_comma(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poetry_gets_a_standard_table_and_its_groups() {
        let text = "[tool.poetry]\nname = \"lab\"\nversion = \"1.4\"\ndescription = \"\"\n[tool.poetry.dependencies]\npython = \"^3.12\"\n";
        let changes =
            Changes { dev: vec![("dev".into(), "pytest>=8".into()), ("docs".into(), "sphinx".into())], ..Changes::default() };
        let made = pyproject(text, &changes).unwrap();
        let read: toml::Table = made.parse().unwrap();
        assert_eq!(read["project"]["version"].as_str(), Some("1.4"));
        assert_eq!(read["dependency-groups"]["docs"].as_array().unwrap().len(), 1);
        assert!(made.starts_with(text), "{made}");
    }

    #[test]
    fn what_nixml_decides_goes_and_the_rest_stays() {
        let text = "[project]\nname = \"lab\"\ndynamic = [\"version\", \"dependencies\"]\ndependencies = [\"torch==2.1\", \"triton==2.1\", # x\n \"rich\"]\n[[tool.uv.index]]\nname = \"t\"\nurl = \"https://host/whl/cu118\"\n[[tool.uv.index]]\nname = \"mine\"\nurl = \"https://mine/simple\"\n[tool.uv.sources]\ntorch = { index = \"t\" }\nlab-tools = { index = \"mine\" }\n";
        let changes = Changes { dropped: ["triton".to_owned()].into(), owned: ["torch".to_owned()].into(), ..Changes::default() };
        let read: toml::Table = pyproject(text, &changes).unwrap().parse().unwrap();
        assert_eq!(read["project"]["dependencies"].as_array().unwrap().len(), 2);
        assert!(read["project"].get("dynamic").is_none());
        assert_eq!(read["tool"]["uv"]["index"].as_array().unwrap().len(), 1);
        assert!(read["tool"]["uv"]["sources"].get("torch").is_none() && read["tool"]["uv"]["sources"].get("lab-tools").is_some());
    }
}
