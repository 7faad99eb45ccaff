//! Decisions that need arithmetic, each once: data names the rule and the captured numbers it works on.

use std::cmp::Ordering;

use serde::Deserialize;

/// How to decide. A `value` names a captured group; `than` is a constant.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "rule", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Rule {
    /// The card is newer than everything in the printed list, and nothing in it runs there.
    SmAbove { value: String, list: String },
    /// The card is older than everything in the printed list.
    SmBelow { value: String, list: String },
    /// One captured version is lower than the other.
    VersionBelow { value: String, than_value: String },
    /// Two captured versions differ in their first `parts` numbers.
    VersionsDiffer { value: String, other: String, parts: usize },
    /// A captured number or version is at least this.
    AtLeast { value: String, than: String },
    /// A captured number or version is less than this.
    Below { value: String, than: String },
    /// The captured driver cannot run programs of the captured CUDA version.
    DriverBelowCuda { driver: String, cuda: String },
}

/// The oldest Linux driver for a CUDA release; a driver serves every later minor release of the same major one from CUDA 11 on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CudaFloor {
    pub cuda: String,
    pub driver: String,
    pub source: String,
    pub verified: String,
}

impl Rule {
    /// The captured groups it needs.
    pub(super) fn needs(&self) -> Vec<&str> {
        match self {
            Self::SmAbove { value, list } | Self::SmBelow { value, list } => vec![value, list],
            Self::VersionBelow { value, than_value: other } | Self::VersionsDiffer { value, other, .. } => vec![value, other],
            Self::AtLeast { value, .. } | Self::Below { value, .. } => vec![value],
            Self::DriverBelowCuda { driver, cuda } => vec![driver, cuda],
        }
    }

    /// True when the numbers say so; a number that cannot be read decides nothing.
    pub(super) fn holds<'a>(&self, floors: &[CudaFloor], get: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.decide(floors, get).unwrap_or(false)
    }

    fn decide<'a>(&self, floors: &[CudaFloor], get: impl Fn(&str) -> Option<&'a str>) -> Option<bool> {
        Some(match self {
            Self::SmAbove { value, list } => {
                let (sm, list) = (capability(get(value)?)?, capabilities(get(list)?));
                let highest = *list.iter().max()?;
                sm > highest && !list.iter().any(|known| known.0 == sm.0)
            }
            Self::SmBelow { value, list } => capability(get(value)?)? < *capabilities(get(list)?).iter().min()?,
            Self::VersionBelow { value, than_value } => compare(get(value)?, get(than_value)?)?.is_lt(),
            Self::VersionsDiffer { value, other, parts } => {
                let (one, two) = (numbers(get(value)?), numbers(get(other)?));
                one.len() >= *parts && two.len() >= *parts && one[..*parts] != two[..*parts]
            }
            Self::AtLeast { value, than } => compare(get(value)?, than)?.is_ge(),
            Self::Below { value, than } => compare(get(value)?, than)?.is_lt(),
            Self::DriverBelowCuda { driver, cuda } => {
                // The floor of the newest listed release that is not newer than the one asked for.
                let cuda = get(cuda)?;
                let floor = floors
                    .iter()
                    .filter(|floor| compare(&floor.cuda, cuda).is_some_and(Ordering::is_le))
                    .max_by(|one, two| compare(&one.cuda, &two.cuda).unwrap_or(Ordering::Equal))?;
                compare(get(driver)?, &floor.driver)?.is_lt()
            }
        })
    }
}

/// Compares two dotted versions number by number (`550.54.14` is less than `550.127.05`).
pub(super) fn compare(one: &str, two: &str) -> Option<Ordering> {
    let (one, two) = (numbers(one), numbers(two));
    if one.is_empty() || two.is_empty() {
        return None;
    }
    let length = one.len().max(two.len());
    let at = |list: &[u64], place: usize| list.get(place).copied().unwrap_or(0);
    (0..length).map(|place| at(&one, place).cmp(&at(&two, place))).find(|order| order.is_ne()).or(Some(Ordering::Equal))
}

fn numbers(version: &str) -> Vec<u64> {
    version.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).map_while(|part| part.parse().ok()).collect()
}

/// `sm_120`, `compute_90a`, `12.0` or `120` as (12, 0).
fn capability(text: &str) -> Option<(u64, u64)> {
    match numbers(text).as_slice() {
        [whole] => Some((whole / 10, whole % 10)),
        [major, minor, ..] => Some((*major, *minor)),
        [] => None,
    }
}

fn capabilities(list: &str) -> Vec<(u64, u64)> {
    list.split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '[' | ']' | '\'' | '"' | ';'))
        .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()) || word.starts_with("sm_") || word.starts_with("compute_"))
        .filter_map(capability)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str, captured: &[(&str, &str)]) -> bool {
        let floor = |cuda: &str, driver: &str| CudaFloor {
            cuda: cuda.into(),
            driver: driver.into(),
            source: String::new(),
            verified: String::new(),
        };
        let floors = [floor("10.1", "418.39"), floor("10.2", "440.33"), floor("12.0", "525.60.13")];
        let rule: Rule = toml::from_str(text).unwrap();
        rule.holds(&floors, |name| captured.iter().find(|(key, _)| *key == name).map(|(_, value)| *value))
    }

    #[test]
    fn a_card_is_newer_or_older_than_a_list() {
        let (above, below) = ("rule='sm-above'\nvalue='sm'\nlist='l'", "rule='sm-below'\nvalue='sm'\nlist='l'");
        for (sm, list, newer, older) in [
            ("sm_120", "sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90.", true, false),
            ("sm_61", "sm_75 sm_80 sm_86 sm_90 sm_100 sm_120.", false, true),
            ("sm_89", "sm_50 sm_80 sm_86 sm_90.", false, false),
            ("12.1", "(8.0) - (12.0)", false, false), // The same generation runs there: the warning is false.
            ("6.1", "(7.0) - (12.0)", false, true),
            ("10.3", "7.5, 8.0, 9.0", true, false),
            ("sm_30", "sm_37 compute_37", false, true),
        ] {
            assert_eq!(rule(above, &[("sm", sm), ("l", list)]), newer, "{sm} above {list}");
            assert_eq!(rule(below, &[("sm", sm), ("l", list)]), older, "{sm} below {list}");
        }
    }

    #[test]
    fn a_driver_serves_cuda_up_to_its_own() {
        let text = "rule='driver-below-cuda'\ndriver='d'\ncuda='c'";
        for (driver, cuda, old) in
            [("418.67", "10.2", true), ("418.67", "10.1", false), ("535.54", "12.8", false), ("470.86", "12.1", true)]
        {
            assert_eq!(rule(text, &[("d", driver), ("c", cuda)]), old, "{driver} {cuda}");
        }
    }

    #[test]
    fn versions_are_compared_by_number() {
        assert_eq!(compare("550.54.14", "550.127.05"), Some(Ordering::Less));
        assert_eq!(compare("12", "12.0"), Some(Ordering::Equal));
        assert!(rule("rule='versions-differ'\nvalue='a'\nother='b'\nparts=2", &[("a", "3.10.2"), ("b", "3.11")]));
        assert!(!rule("rule='versions-differ'\nvalue='a'\nother='b'\nparts=2", &[("a", "3.11.4"), ("b", "3.11")]));
        assert!(!rule("rule='at-least'\nvalue='a'\nthan='3'", &[]), "a missing number decides nothing");
    }
}
