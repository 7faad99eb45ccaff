//! A `pyproject.toml` that nixml never saw: the standard tables, uv's, setuptools' and Poetry's.

use std::ops::Range;

use toml_edit::{Array, Document, Item, TableLike, Value};

use crate::core::adopt::entry::{Entry, Place, Wish, target_of_address, unreadable};
use crate::core::adopt::rewrite::MADE_UP;
use crate::core::adopt::{poetry, requirements};
use crate::core::answers::file::place;
use crate::core::failure::Failure;

pub const FILE: &str = "pyproject.toml";

/// Everything it asks for.
///
/// # Errors
/// Exit 2 with `FILE:LINE`: not TOML, a workspace, a dependency that is no requirement.
pub fn read(text: &str, open: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Entry>, Failure> {
    let document = Document::parse(text)
        .map_err(|error| unreadable(&Place::new(FILE, line(text, error.span())), error.message().trim_end().to_owned()))?;
    let mut reader = Reader { text, open, entries: Vec::new() };
    let root = document.as_table();
    let uv = root.get("tool").and_then(|tool| table(tool)?.get("uv"));
    let poetry = root.get("tool").and_then(|tool| table(tool)?.get("poetry"));
    if let Some(workspace) = uv.and_then(|uv| table(uv)?.get("workspace")) {
        let why = "a workspace of several projects: adopt one of its members, in its own folder";
        return Err(unreadable(&reader.place(workspace.span()), why));
    }
    if let Some(project) = root.get("project").and_then(table) {
        reader.project(root, project)?;
    }
    if let Some(poetry) = poetry.and_then(table) {
        reader.poetry(poetry, root.contains_key("project"))?;
    }
    if let Some(uv) = uv.and_then(table) {
        reader.indexes(uv.get("index"));
    }
    let packaged = uv.and_then(|uv| table(uv)?.get("package")).is_some();
    if let Some(build) = root.get("build-system").filter(|_| !packaged) {
        let why =
            "the project itself is not built and installed: it runs from its folder; `package = true` in [tool.uv] changes that";
        reader.add(build.span(), "[build-system]", Wish::Left(why.to_owned()));
    }
    Ok(reader.entries)
}

fn table(item: &Item) -> Option<&dyn TableLike> {
    item.as_table_like()
}

fn line(text: &str, span: Option<Range<usize>>) -> usize {
    let at = span.map_or_else(|| "1:1".to_owned(), |span| place(text, &span));
    at.split(':').next().and_then(|line| line.parse().ok()).unwrap_or(1)
}

struct Reader<'a> {
    text: &'a str,
    open: &'a dyn Fn(&str) -> Option<String>,
    entries: Vec<Entry>,
}

impl Reader<'_> {
    fn place(&self, span: Option<Range<usize>>) -> Place {
        Place::new(FILE, line(self.text, span))
    }

    fn add(&mut self, span: Option<Range<usize>>, text: &str, wish: Wish) {
        let place = self.place(span);
        self.entries.push(Entry::new(place, text, wish));
    }

    fn project(&mut self, root: &dyn TableLike, project: &dyn TableLike) -> Result<(), Failure> {
        if let Some(name) = project.get("name")
            && let Some(text) = name.as_str()
        {
            self.add(name.span(), text, Wish::Name(text.to_owned()));
        }
        if let Some(python) = project.get("requires-python")
            && let Some(text) = python.as_str()
        {
            self.add(python.span(), &format!("requires-python = \"{text}\""), Wish::Python(text.to_owned()));
        }
        if let Some(list) = project.get("dependencies").and_then(Item::as_array) {
            self.dependencies(list)?;
        }
        let dynamic = project.get("dynamic").and_then(Item::as_array);
        if dynamic.is_some_and(|list| list.iter().any(|word| word.as_str() == Some("dependencies"))) {
            self.dynamic(root, project)?;
        }
        for value in dynamic.into_iter().flatten() {
            let word = value.as_str().unwrap_or_default();
            if word != "dependencies" && MADE_UP.contains(&word) {
                let why = format!("uv would have to build the project to know its {word}: it is written out, change it there");
                self.add(value.span(), &format!("dynamic = [\"{word}\"]"), Wish::Left(why));
            }
        }
        Ok(())
    }

    fn dependencies(&mut self, list: &Array) -> Result<(), Failure> {
        for value in list {
            let text = value.as_str().unwrap_or_default();
            let place = self.place(value.span());
            let wish = match requirements::wish(text).map_err(|why| unreadable(&place, format!("`{text}`: {why}")))? {
                Wish::Left(_) => {
                    Wish::Left("it stays in pyproject.toml as it is; nixml.toml holds names and versions only".to_owned())
                }
                other => other,
            };
            self.entries.push(Entry::new(place, text, wish));
        }
        Ok(())
    }

    /// setuptools reads the dependencies from files.
    fn dynamic(&mut self, root: &dyn TableLike, project: &dyn TableLike) -> Result<(), Failure> {
        let mut at = root.get("tool");
        for key in ["setuptools", "dynamic", "dependencies", "file"] {
            at = at.and_then(|item| table(item)?.get(key));
        }
        let files: Vec<String> = match at {
            Some(item) => match (item.as_str(), item.as_array()) {
                (Some(file), _) => vec![file.to_owned()],
                (_, Some(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                _ => Vec::new(),
            },
            None => Vec::new(),
        };
        let span = at.and_then(Item::span).or_else(|| project.get("dynamic").and_then(Item::span));
        if files.is_empty() {
            let why = "a program of the build makes up the dependencies; nixml does not run it: write them into [project]";
            self.add(span.clone(), "dynamic = [\"dependencies\"]", Wish::Left(why.to_owned()));
        }
        for file in files {
            let place = self.place(span.clone());
            let text = (self.open)(&file).ok_or_else(|| unreadable(&place, format!("it names `{file}`, which is not there")))?;
            self.entries.extend(requirements::read(&file, &text, self.open)?);
        }
        Ok(())
    }

    fn poetry(&mut self, poetry: &dyn TableLike, has_project: bool) -> Result<(), Failure> {
        if let Some(name) = poetry.get("name")
            && let Some(text) = name.as_str().filter(|_| !has_project)
        {
            self.add(name.span(), text, Wish::Name(text.to_owned()));
        }
        if let Some(list) = poetry.get("dependencies").and_then(table) {
            self.poetry_list(list, None)?;
        }
        if let Some(list) = poetry.get("dev-dependencies").and_then(table) {
            self.poetry_list(list, Some("dev"))?;
        }
        for (name, group) in poetry.get("group").and_then(table).into_iter().flat_map(TableLike::iter) {
            if let Some(list) = table(group).and_then(|group| group.get("dependencies")).and_then(table) {
                self.poetry_list(list, Some(name))?;
            }
        }
        for source in poetry.get("source").and_then(Item::as_array_of_tables).into_iter().flatten() {
            let url = source.get("url").and_then(Item::as_str).unwrap_or_default();
            self.index(source.get("url").and_then(Item::span), url);
        }
        for (name, extra) in poetry.get("extras").and_then(table).into_iter().flat_map(TableLike::iter) {
            let why = format!("an extra of Poetry's: `uv add --optional {name} PACKAGE` makes one for uv");
            self.add(extra.span(), &format!("extras.{name}"), Wish::Left(why));
        }
        Ok(())
    }

    fn poetry_list(&mut self, list: &dyn TableLike, group: Option<&str>) -> Result<(), Failure> {
        for (name, item) in list.iter() {
            let span = list.key(name).and_then(toml_edit::Key::span).or_else(|| item.span());
            let shown = format!("{name} = {}", item.to_string().trim());
            if name == "python" {
                let text = item.as_str().or_else(|| table(item)?.get("version")?.as_str()).unwrap_or("*");
                let range = poetry::specifiers(text).map_err(|why| unreadable(&self.place(span.clone()), why))?;
                self.add(span, &shown, Wish::Python(range));
                continue;
            }
            match poetry::requirements(name, item) {
                Ok(texts) => {
                    for text in texts {
                        let wish = group.map_or(Wish::Package(text.clone()), |group| Wish::Dev(group.to_owned(), text.clone()));
                        self.add(span.clone(), &shown, wish);
                    }
                }
                Err(why) => self.add(span, &shown, Wish::Left(why)),
            }
        }
        Ok(())
    }

    fn indexes(&mut self, list: Option<&Item>) {
        for index in list.and_then(Item::as_array_of_tables).into_iter().flatten() {
            let url = index.get("url").and_then(Item::as_str).unwrap_or_default();
            if let Some(target) = target_of_address(url) {
                self.add(index.get("url").and_then(Item::span), url, Wish::Target(target, INDEX.to_owned()));
            }
        }
    }

    fn index(&mut self, span: Option<Range<usize>>, url: &str) {
        let own = "an index of your own: name it in [[tool.uv.index]] and in [tool.uv.sources]";
        let wish =
            target_of_address(url).map_or_else(|| Wish::Left(own.to_owned()), |target| Wish::Target(target, INDEX.to_owned()));
        self.add(span, url, wish);
    }
}

const INDEX: &str = "the plan chooses the index for the target";
