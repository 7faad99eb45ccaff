//! `pyproject.toml`, built as values with comments that teach; never by pasting text.

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};

use crate::core::plan::{Plan, Target};

const HEAD: &str = "\
# The project for Python tools: what it needs (`uv add NAME` writes here) and where it comes from.
# uv.lock has the exact versions; commit both.

";
const TOGETHER: &str = "# The framework is in the groups below, because its builds for CPU and GPU exclude each other.\n";
const GROUPS: &str = "\
\n# One group a target, the same versions in each: the shell decides which one is installed.
# A package that needs the framework may stand in `dependencies`; the framework itself must not.
";
const DEV: &str = "\n# Only for working on the project: `uv add --dev NAME`.\n";
const UV: &str = "\n";
const PACKAGE: &str = "# A program to run, not a library to publish: nothing to build.\n";
const ENVIRONMENTS: &str = "# The machines that uv.lock must serve, and those for which every wheel must exist.\n";
const DEFAULT: &str = "# What a bare `uv sync` installs.\n";
const SOURCES: &str = "\n# Which build: these packages come from the index named, everything else from PyPI.\n";
const INDEX: &str = "\n# `explicit`: asked only for the packages that name it above.\n";

const LINUX: &str = "sys_platform == 'linux'";
const MAC: &str = "sys_platform == 'darwin' and platform_machine == 'arm64'";
const LINUX_X86: &str = "sys_platform == 'linux' and platform_machine == 'x86_64'";

/// The file's text for a new project.
pub fn text(plan: &Plan) -> String {
    let mut file = DocumentMut::new();
    file["project"] = Item::Table(project(plan));
    file["dependency-groups"] = Item::Table(groups(plan));
    let mut tool = Table::new();
    tool.set_implicit(true);
    tool["uv"] = Item::Table(uv(plan));
    file["tool"] = Item::Table(tool);
    format!("{HEAD}{file}")
}

fn several(plan: &Plan) -> bool {
    plan.targets.len() > 1
}

fn project(plan: &Plan) -> Table {
    let mut project = Table::new();
    project["name"] = value(&plan.name);
    project["version"] = value("0.1.0");
    project["requires-python"] = value(only_minor(&plan.python));
    let framework = if several(plan) { &[][..] } else { &plan.first().requirements };
    project["dependencies"] = lines(framework.iter().chain(&plan.packages));
    if several(plan) {
        comment(&mut project, "dependencies", TOGETHER);
    }
    project
}

/// `>=3.13,<3.14`: one minor release, because the flake brings exactly that one.
fn only_minor(python: &str) -> String {
    let next = python.strip_prefix("3.").and_then(|minor| minor.parse::<u32>().ok()).map_or(0, |minor| minor + 1);
    format!(">={python},<3.{next}")
}

fn groups(plan: &Plan) -> Table {
    let mut groups = Table::new();
    if several(plan) {
        groups.decor_mut().set_prefix(GROUPS);
        for target in &plan.targets {
            groups[target.target.word()] = lines(&target.requirements);
        }
        groups["dev"] = lines(&plan.dev);
    } else {
        groups.decor_mut().set_prefix(DEV);
        groups["dev"] = lines(&plan.dev);
    }
    groups
}

fn uv(plan: &Plan) -> Table {
    let mut uv = Table::new();
    uv.decor_mut().set_prefix(UV);
    uv["package"] = value(false);
    comment(&mut uv, "package", PACKAGE);
    uv["required-version"] = value(">=0.10");
    if several(plan) {
        uv["default-groups"] = value(["dev", plan.first().target.word()].into_iter().collect::<Array>());
        comment(&mut uv, "default-groups", DEFAULT);
        let exclusive: Array = plan.targets.iter().map(|target| inline([("group", target.target.word())])).collect();
        uv["conflicts"] = value([exclusive].into_iter().collect::<Array>());
    }
    let mac_only = plan.targets.iter().all(|target| target.target == Target::Mps);
    uv["environments"] = if mac_only { lines([MAC]) } else { lines([LINUX, MAC]) };
    comment(&mut uv, "environments", ENVIRONMENTS);
    uv["required-environments"] = lines([if mac_only { MAC } else { LINUX_X86 }]);
    uv["prerelease"] = value(if plan.prereleases { "if-necessary" } else { "disallow" });
    let sources = sources(plan);
    if !sources.is_empty() {
        uv["sources"] = Item::Table(sources);
    }
    if !plan.indexes.is_empty() {
        uv["index"] = Item::ArrayOfTables(indexes(plan));
    }
    uv
}

/// A line for each package of a named index; with several targets each says for which group it holds.
fn sources(plan: &Plan) -> Table {
    let mut sources = Table::new();
    sources.decor_mut().set_prefix(SOURCES);
    for target in &plan.targets {
        for source in &target.sources {
            let group = several(plan).then(|| target.target.word());
            let words = [("index", Some(source.index.as_str())), ("group", group), ("marker", source.marker.as_deref())];
            let entry = inline(words.into_iter().filter_map(|(key, word)| Some((key, word?))));
            let list = sources.entry(&source.package).or_insert_with(|| value(Array::new()));
            if let Some(list) = list.as_array_mut() {
                list.push(entry);
            }
        }
    }
    sources
}

fn indexes(plan: &Plan) -> ArrayOfTables {
    let mut tables = ArrayOfTables::new();
    for (position, index) in plan.indexes.iter().enumerate() {
        let mut table = Table::new();
        table.decor_mut().set_prefix(if position == 0 { INDEX } else { "\n" });
        table["name"] = value(&index.name);
        table["url"] = value(&index.url);
        table["explicit"] = value(true);
        tables.push(table);
    }
    tables
}

fn comment(table: &mut Table, key: &str, text: &str) {
    if let Some(mut key) = table.key_mut(key) {
        key.leaf_decor_mut().set_prefix(text);
    }
}

fn inline<'a>(words: impl IntoIterator<Item = (&'a str, &'a str)>) -> Value {
    Value::InlineTable(words.into_iter().map(|(key, word)| (key, Value::from(word))).collect::<InlineTable>())
}

/// A list with one entry a line, the shape that `uv add` keeps.
fn lines<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> Item {
    let mut list = Array::new();
    for item in items {
        let mut entry = Value::from(item.as_ref());
        entry.decor_mut().set_prefix("\n    ");
        list.push_formatted(entry);
    }
    if !list.is_empty() {
        list.set_trailing("\n");
        list.set_trailing_comma(true);
    }
    value(list)
}
