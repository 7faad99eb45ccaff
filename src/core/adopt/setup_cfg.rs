//! `setup.cfg` of setuptools: `[metadata] name`, `[options] install_requires` and `python_requires`.

use crate::core::adopt::entry::{Entry, Place, Wish, unreadable};
use crate::core::adopt::requirements;
use crate::core::failure::Failure;

const FILE: &str = "setup.cfg";

/// Everything it asks for.
///
/// # Errors
/// Exit 2 with `FILE:LINE`: a dependency that is no requirement.
pub fn read(text: &str) -> Result<Vec<Entry>, Failure> {
    let mut entries = Vec::new();
    let (mut section, mut key) = (String::new(), String::new());
    for (at, line) in text.lines().enumerate() {
        let place = Place::new(FILE, at + 1);
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = bare.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.trim().clone_into(&mut section);
            key.clear();
            if section == "options.extras_require" {
                let why = "extras of setuptools: `uv add --optional EXTRA PACKAGE` makes them for uv";
                entries.push(Entry::new(place, bare, Wish::Left(why.to_owned())));
            }
            continue;
        }
        let value = if line.starts_with([' ', '\t']) {
            bare
        } else {
            let (name, value) = bare.split_once('=').unwrap_or((bare, ""));
            name.trim().clone_into(&mut key);
            value.trim()
        };
        if value.is_empty() {
            continue;
        }
        match (section.as_str(), key.as_str()) {
            ("metadata", "name") => entries.push(Entry::new(place, value, Wish::Name(value.to_owned()))),
            ("options", "python_requires") => entries.push(Entry::new(place, bare, Wish::Python(value.to_owned()))),
            ("options", "install_requires") => {
                let text = value;
                let wish = requirements::wish(text).map_err(|why| unreadable(&place, format!("`{text}`: {why}")))?;
                entries.push(Entry::new(place.clone(), text, wish));
            }
            _ => {}
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_requirements_are_read() {
        let text = "[metadata]\nname = lab\nversion = 1\n[options]\npython_requires = >=3.10\ninstall_requires =\n    numpy>=1.26\n    # why\n    scikit-learn ; python_version > '3.9'\npackages = find:\n[options.extras_require]\ndev = pytest\n";
        let found: Vec<(usize, Wish)> = read(text).unwrap().into_iter().map(|entry| (entry.place.line, entry.wish)).collect();
        assert_eq!(found[0], (2, Wish::Name("lab".into())));
        assert_eq!(found[1], (5, Wish::Python(">=3.10".into())));
        assert_eq!(found[2], (7, Wish::Package("numpy>=1.26".into())));
        assert!(matches!(&found[3], (9, Wish::Package(text)) if text.starts_with("scikit-learn")));
        assert!(matches!(&found[4], (11, Wish::Left(_))));
        assert_eq!(read("[options]\ninstall_requires =\n  no such thing\n").unwrap_err().exit.code(), 2);
    }
}
