//! A package a person asks for: PEP 508 by name and version; no address, no path, no option.

mod marker;

use std::fmt::Write as _;
use std::str::FromStr as _;

use pep440_rs::{Version, VersionSpecifiers};

pub use marker::Marker;

/// Longest requirement that is read.
const MOST_BYTES: usize = 256;

/// Reads one requirement and gives it back as it is written into `pyproject.toml`, with the normalised name.
///
/// # Errors
/// Why it is refused, as a sentence for the person who typed it.
pub fn read(text: &str) -> Result<Parsed, String> {
    let text = text.trim();
    if text.len() > MOST_BYTES {
        return Err(format!("longer than {MOST_BYTES} bytes"));
    }
    if !text.is_ascii() || text.chars().any(|c| c.is_ascii_control()) {
        return Err("only ASCII letters, digits and the signs of PEP 508 are allowed".to_owned());
    }
    if text.starts_with('-') {
        return Err("options are not packages; give a name and perhaps a version, such as `numpy>=2`".to_owned());
    }
    if text.contains("://") || text.contains('@') {
        return Err("addresses and paths are not allowed; give a name and perhaps a version, such as `numpy>=2`".to_owned());
    }
    if text.contains('/') || text.contains('\\') || text.starts_with('.') {
        return Err("paths are not allowed; give a name and perhaps a version, such as `numpy>=2`".to_owned());
    }
    let (text, marker) = match text.split_once(';') {
        Some((text, marker)) => (text.trim_end(), Some(marker.parse::<Marker>()?)),
        None => (text, None),
    };
    let (name, rest) = name(text, "a package name")?;
    let (extras, rest) = match rest.strip_prefix('[') {
        Some(rest) => {
            let (inside, rest) = rest.split_once(']').ok_or("the list of extras is not closed by `]`")?;
            (extras(inside)?, rest.trim_start())
        }
        None => (Vec::new(), rest),
    };
    let versions = match rest.strip_prefix('(') {
        Some(inside) => inside.strip_suffix(')').ok_or("the versions are not closed by `)`")?,
        None => rest,
    };
    let versions = versions.trim();
    let no_range = |_| {
        let shown = versions.escape_debug();
        if versions.ends_with(['=', '<', '>', '~', ',']) {
            format!("a version is missing after `{shown}`, as in `{name}>=2,<3`")
        } else {
            format!("`{shown}` is no range of versions; one is `>=2,<3`")
        }
    };
    let versions = VersionSpecifiers::from_str(versions).map_err(no_range)?;
    let mut text = name.clone();
    if !extras.is_empty() {
        let _ = write!(text, "[{}]", extras.join(","));
    }
    let ranges: Vec<String> = versions.iter().map(ToString::to_string).collect();
    text.push_str(&ranges.join(","));
    if let Some(marker) = marker {
        let _ = write!(text, " ; {marker}");
    }
    Ok(Parsed { name, text, extras, versions })
}

/// The name at the beginning, normalised, and what comes after it.
fn name<'a>(text: &'a str, what: &str) -> Result<(String, &'a str), String> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c))).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if !(name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.ends_with(|c: char| c.is_ascii_alphanumeric())) {
        return Err(format!("{what} begins and ends with a letter or digit"));
    }
    Ok((normalise(name), rest.trim_start()))
}

fn extras(list: &str) -> Result<Vec<String>, String> {
    let mut extras = Vec::new();
    if list.trim().is_empty() {
        return Ok(extras);
    }
    for extra in list.split(',') {
        let (extra, rest) = name(extra.trim(), "the name of an extra")?;
        if !rest.is_empty() {
            return Err(format!("`{}` stands behind the name of an extra; a comma parts two", rest.escape_debug()));
        }
        extras.push(extra);
    }
    Ok(extras)
}

/// One requirement as read.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// Normalised: lower case, `-` for `.` and `_`.
    pub name: String,
    /// Normalised text.
    pub text: String,
    extras: Vec<String>,
    versions: VersionSpecifiers,
}

impl Parsed {
    /// The extras asked for, normalised and sorted: `cuda13` of `jax[cuda13]`.
    #[must_use]
    pub fn extras(&self) -> Vec<String> {
        let mut extras = self.extras.clone();
        extras.sort();
        extras
    }

    /// True when this requirement accepts `version`; true as well when `version` cannot be read.
    #[must_use]
    pub fn accepts(&self, version: &str) -> bool {
        Version::from_str(version).map_or(true, |version| self.versions.contains(&version))
    }
}

/// The normalised form of a package name (PEP 503).
#[must_use]
pub fn normalise(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if matches!(c, '-' | '_' | '.') {
            if !out.ends_with('-') {
                out.push('-');
            }
        } else {
            out.push(c.to_ascii_lowercase());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_versions_are_read() {
        for (text, name) in [
            ("numpy", "numpy"),
            ("Scikit_Learn>=1.5,<2", "scikit-learn"),
            ("pandas[excel] ~= 2.2 ; python_version > '3.11'", "pandas"),
        ] {
            assert_eq!(read(text).unwrap().name, name);
        }
        assert!(read("numpy>=2").unwrap().accepts("2.3") && !read("numpy<2").unwrap().accepts("2.3"));
        for (text, written) in [
            ("NumPy", "numpy"),
            ("a ( >= 1 , < 2 )", "a>=1,<2"),
            ("A.b [ X_y , z ]==1.*;os_name==\"nt\"", "a-b[x-y,z]==1.* ; os_name == 'nt'"),
            ("a[]~=1.2", "a~=1.2"),
        ] {
            let read = read(text).unwrap();
            assert_eq!(read.text, written);
            assert_eq!(super::read(written).unwrap().text, written);
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "torch @ file:///etc",
            "torch @ https://x/y.whl",
            "-e .",
            "--index-url=http://x",
            "./here",
            "a b",
            "",
            "num\u{17f}y",
            "numpy\n[tool.evil]",
            "x\"]",
            "/etc/passwd",
            "c:\\x",
            "numpy>=",
            "numpy>=2 <3",
            "numpy (>=2",
            "numpy[a b]",
            "numpy[a",
            "numpy>=2;",
            "numpy; os_name == 'a' b",
            "a.>=1",
            "a_[x]",
            "a[b.",
            "a [b-]>=1",
            "a[ok,b_ ]",
            "git+https://x/y",
        ] {
            assert!(read(text).is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn names_are_normalised() {
        assert_eq!(normalise("Foo._-Bar"), "foo-bar");
    }

    proptest::proptest! {
        /// Whatever is typed: no panic, and what is accepted is written in a form that reads the same.
        #[test]
        fn anything_may_be_typed(text in "[a-zA-Z0-9._\\-\\[\\](),;<>=!~*'\" ]{0,40}", marker in "(os_name|extra|python_version|and|or|not|in|[()'\" <>=!~.3a])*") {
            for text in [text.clone(), format!("{text};{marker}"), format!("numpy;{marker}")] {
                if let Ok(read) = read(&text) {
                    proptest::prop_assert_eq!(&super::read(&read.text).map(|again| again.text), &Ok(read.text));
                }
            }
        }
    }
}
