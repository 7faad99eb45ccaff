//! Versions of releases, drivers, CUDA, Python and cards: dotted numbers, compared field by field.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use pep440_rs::VersionSpecifiers;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A version, shown as it was written and compared as a number: `550.54.14` is older than `550.127.05`.
#[derive(Debug, Clone)]
pub struct Version {
    text: String,
    order: pep440_rs::Version,
}

impl Version {
    /// The first field: `13` of `13.2`.
    #[must_use]
    pub fn major(&self) -> u64 {
        self.order.release().first().copied().unwrap_or(0)
    }

    /// The second field: `2` of `13.2`, 0 when there is none.
    #[must_use]
    pub fn minor(&self) -> u64 {
        self.order.release().get(1).copied().unwrap_or(0)
    }

    /// An alpha, beta, candidate or development release.
    #[must_use]
    pub fn is_prerelease(&self) -> bool {
        self.order.any_prerelease()
    }

    /// Newer than everything: "a driver as new as you like".
    #[must_use]
    pub fn newest() -> Self {
        Self { text: "newest".to_owned(), order: pep440_rs::Version::new([u64::from(u32::MAX)]) }
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Default for Version {
    fn default() -> Self {
        Self { text: "0".to_owned(), order: pep440_rs::Version::new([0]) }
    }
}

impl FromStr for Version {
    type Err = String;

    /// Reads PEP 440; of anything else (`535.183.01-grid`) the numbers it starts with.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let numbers = || {
            let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
            text[..end].trim_end_matches('.')
        };
        let order = pep440_rs::Version::from_str(text)
            .or_else(|_| pep440_rs::Version::from_str(numbers()))
            .map_err(|_| format!("`{text}` is not a version; write dotted numbers, such as `580.95.05`"))?;
        Ok(Self { text: text.to_owned(), order })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order.cmp(&other.order)
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A range of versions, `>=580,<590`; the default holds every version.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Range {
    specifiers: Option<VersionSpecifiers>,
}

impl Range {
    #[must_use]
    pub fn contains(&self, version: &Version) -> bool {
        self.specifiers.as_ref().is_none_or(|wanted| wanted.contains(&version.order))
    }
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let specifiers =
            VersionSpecifiers::from_str(text).map_err(|_| format!("`{text}` is not a range of versions; write `>=580,<590`"))?;
        Ok(Self { specifiers: Some(specifiers) })
    }
}

impl fmt::Display for Range {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.specifiers {
            Some(specifiers) => write!(out, "{specifiers}"),
            None => out.write_str("any"),
        }
    }
}

impl<'de> Deserialize<'de> for Range {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn fields_compare_as_numbers() {
        assert!(version("550.54.14") < version("550.127.05"));
        assert!(version("580") <= version("580.65.06") && version("579.99") < version("580"));
        assert!(version("2.22.0rc0") < version("2.22.0") && version("2.22.0rc0").is_prerelease());
        assert!(version("0.12.0.1") > version("0.12.0") && version("9.0") < version("12.0"));
        assert_eq!((version("13.2").major(), version("13").minor()), (13, 0));
    }

    #[test]
    fn what_was_written_is_shown() {
        assert_eq!(version("550.163.01").to_string(), "550.163.01");
        assert!(version("535.183.01-grid") >= version("535.183.01"));
        assert!("N/A".parse::<Version>().is_err() && "".parse::<Version>().is_err());
    }

    #[test]
    fn ranges_hold_what_they_say() {
        let range: Range = ">=580,<590".parse().unwrap();
        assert!(range.contains(&version("580.95.05")) && !range.contains(&version("590.44.01")));
        assert!(Range::default().contains(&version("1")));
    }
}
