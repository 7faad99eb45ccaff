//! A package a person asks for: PEP 508 by name and version; no address, no path, no option.

use std::str::FromStr as _;

use pep508_rs::{Requirement, VersionOrUrl, pep440_rs::Version};

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
    // pep508_rs panics on a name that ends in a sign (`a.>=1`), and on an extra that does (`a[b.`).
    let name = text.split(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c))).next().unwrap_or_default();
    let ends_well = |name: &str| name.ends_with(|c: char| c.is_ascii_alphanumeric());
    if !ends_well(name) {
        return Err("a package name begins and ends with a letter or digit".to_owned());
    }
    let extras = text[name.len()..].trim_start().strip_prefix('[').and_then(|rest| rest.split(']').next()).unwrap_or_default();
    if extras.split([',', ' ', '\t']).any(|extra| !extra.is_empty() && !ends_well(extra)) {
        return Err("the name of an extra begins and ends with a letter or digit".to_owned());
    }
    let requirement: Requirement<pep508_rs::VerbatimUrl> =
        Requirement::from_str(text).map_err(|error| error.message.to_string())?;
    if matches!(requirement.version_or_url, Some(VersionOrUrl::Url(_))) {
        return Err("addresses are not allowed".to_owned());
    }
    Ok(Parsed { name: requirement.name.to_string(), text: requirement.to_string(), requirement })
}

/// One requirement as read.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// Normalised: lower case, `-` for `.` and `_`.
    pub name: String,
    /// Normalised text.
    pub text: String,
    requirement: Requirement<pep508_rs::VerbatimUrl>,
}

impl Parsed {
    /// The extras asked for, normalised and sorted: `cuda13` of `jax[cuda13]`.
    #[must_use]
    pub fn extras(&self) -> Vec<String> {
        let mut extras: Vec<String> = self.requirement.extras.iter().map(ToString::to_string).collect();
        extras.sort();
        extras
    }

    /// True when this requirement accepts `version`; true as well when `version` cannot be read.
    #[must_use]
    pub fn accepts(&self, version: &str) -> bool {
        match (&self.requirement.version_or_url, Version::from_str(version)) {
            (Some(VersionOrUrl::VersionSpecifier(wanted)), Ok(version)) => wanted.contains(&version),
            _ => true,
        }
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
}
