//! Poetry's tables of `pyproject.toml`: its version signs, its groups, its sources.

use toml_edit::{Item, TableLike, Value};

use crate::core::requirement;

/// One dependency as a requirement of PEP 508.
///
/// # Errors
/// Why it cannot be one, with the way there is.
pub fn requirements(name: &str, item: &Item) -> Result<Vec<String>, String> {
    if let Some(list) = item.as_array() {
        let tables = list.iter().map(|value| match value {
            Value::InlineTable(table) => table_of(name, table),
            other => one(name, other.as_str().unwrap_or_default(), "", &[]),
        });
        return tables.collect();
    }
    if let Some(table) = item.as_table_like() {
        return table_of(name, table).map(|text| vec![text]);
    }
    one(name, item.as_str().unwrap_or_default(), "", &[]).map(|text| vec![text])
}

fn table_of(name: &str, table: &dyn TableLike) -> Result<String, String> {
    let word = |key: &str| table.get(key).and_then(Item::as_str);
    if let Some((kind, address)) = ["git", "url", "path", "file"].into_iter().find_map(|kind| Some((kind, word(kind)?))) {
        let address = if kind == "git" { format!("git+{address}") } else { address.to_owned() };
        return Err(format!("an address or path is no name and version: `uv add '{}'` adds it", super::entry::shown(&address)));
    }
    if table.get("optional").and_then(Item::as_bool) == Some(true) {
        return Err(format!("it is optional: `uv add --optional EXTRA {name}` adds it to an extra"));
    }
    let extras: Vec<&str> =
        table.get("extras").and_then(Item::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let mut marker = word("markers").map(|marker| format!("({marker})")).unwrap_or_default();
    if let Some(python) = word("python") {
        let ranges = specifiers(python)?;
        let each: Vec<String> = ranges.split(',').filter(|part| !part.is_empty()).map(python_marker).collect();
        marker = [marker, each.join(" and ")].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" and ");
    }
    if let Some(platform) = word("platform") {
        marker = [marker, format!("sys_platform == '{platform}'")]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" and ");
    }
    one(name, word("version").unwrap_or("*"), &marker, &extras)
}

fn python_marker(part: &str) -> String {
    let end = part.find(|c: char| c.is_ascii_digit()).unwrap_or(part.len());
    format!("python_full_version {} '{}'", &part[..end], &part[end..])
}

fn one(name: &str, version: &str, marker: &str, extras: &[&str]) -> Result<String, String> {
    let extras = if extras.is_empty() { String::new() } else { format!("[{}]", extras.join(",")) };
    let marker = if marker.is_empty() { String::new() } else { format!(" ; {marker}") };
    let text = format!("{name}{extras}{}{marker}", specifiers(version)?);
    requirement::read(&text).map(|parsed| parsed.text).map_err(|why| format!("`{text}`: {why}"))
}

/// Poetry's signs as PEP 440 writes them: `^1.2` is `>=1.2,<2`.
///
/// # Errors
/// A sign that has no equal.
pub fn specifiers(text: &str) -> Result<String, String> {
    if text.contains('|') {
        return Err(format!("`{text}` allows versions that are apart from each other (`||`): write the range that you mean"));
    }
    let parts = text.split(',').flat_map(|part| joined(part.trim()));
    let parts: Result<Vec<String>, String> = parts.map(|part| specifier(&part)).collect();
    Ok(parts?.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(","))
}

/// `>=1.2 <2` without a comma is two conditions.
fn joined(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match parts.last_mut() {
            Some(last) if last.ends_with(['<', '>', '=', '^', '~', '!']) => last.push_str(word),
            _ => parts.push(word.to_owned()),
        }
    }
    parts
}

fn specifier(text: &str) -> Result<String, String> {
    if text.is_empty() || text == "*" {
        return Ok(String::new());
    }
    if let Some(version) = text.strip_prefix('^') {
        return Ok(format!(
            ">={version},<{}",
            next(version, |parts| parts.iter().position(|part| *part > 0).unwrap_or(parts.len() - 1))?
        ));
    }
    if let Some(version) = text.strip_prefix('~').filter(|rest| !rest.starts_with('=')) {
        return Ok(format!(">={version},<{}", next(version, |parts| usize::from(parts.len() > 1))?));
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(format!("=={text}"));
    }
    if let Some(version) = text.strip_prefix('=').filter(|rest| !rest.starts_with('=')) {
        return Ok(format!("=={version}"));
    }
    Ok(text.to_owned())
}

/// The release after which a sign ends: the number at `place` one higher, the rest gone.
fn next(version: &str, place: impl Fn(&[u64]) -> usize) -> Result<String, String> {
    let head = version.split(|c: char| !(c.is_ascii_digit() || c == '.')).next().unwrap_or_default();
    let parts: Result<Vec<u64>, _> = head.trim_end_matches('.').split('.').map(str::parse).collect();
    let mut parts = parts.map_err(|_| format!("`{version}` is no version"))?;
    let place = place(&parts);
    parts.truncate(place + 1);
    if let Some(last) = parts.last_mut() {
        *last += 1;
    }
    Ok(parts.iter().map(ToString::to_string).collect::<Vec<_>>().join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_become_ranges() {
        for (sign, range) in [
            ("^1.2.3", ">=1.2.3,<2"),
            ("^0.2.3", ">=0.2.3,<0.3"),
            ("^0.0.3", ">=0.0.3,<0.0.4"),
            ("^0", ">=0,<1"),
            ("^1", ">=1,<2"),
            ("~1.2.3", ">=1.2.3,<1.3"),
            ("~1.2", ">=1.2,<1.3"),
            ("~1", ">=1,<2"),
            ("~=1.2", "~=1.2"),
            ("1.2.*", "==1.2.*"),
            ("1.2.3", "==1.2.3"),
            ("*", ""),
            (">=1.2,<2.0", ">=1.2,<2.0"),
            (">=1.2 <2.0", ">=1.2,<2.0"),
            (">= 3.8", ">=3.8"),
            ("^3.10", ">=3.10,<4"),
        ] {
            assert_eq!(specifiers(sign).unwrap(), range, "{sign}");
        }
        assert!(specifiers("^1.2 || ^2.0").is_err() && specifiers("^x").is_err());
    }

    #[test]
    fn tables_become_requirements_or_say_why_not() {
        let read = |text: &str| {
            let document: toml_edit::DocumentMut = format!("x = {text}\n").parse().unwrap();
            requirements("pandas", &document["x"])
        };
        assert_eq!(read("\"^2.1\"").unwrap(), ["pandas>=2.1,<3"]);
        assert_eq!(read("{ version = \"^2\", extras = [\"excel\"] }").unwrap(), ["pandas[excel]>=2,<3"]);
        let python = read("{ version = \"*\", python = \"<3.12\" }").unwrap();
        assert_eq!(python, ["pandas ; python_full_version < '3.12'"]);
        assert_eq!(
            read("[{ version = \"1.5\", python = \"<3.9\" }, { version = \"^2\", python = \">=3.9\" }]").unwrap().len(),
            2
        );
        assert!(read("{ git = \"https://me:secret@host/x\" }").unwrap_err().contains("git+https://host/x"));
        assert!(read("{ version = \"1\", optional = true }").unwrap_err().contains("--optional"));
    }
}
