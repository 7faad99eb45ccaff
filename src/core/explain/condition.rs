//! A question to the machine's facts: yes, no, or not known.

use serde::Deserialize;
use serde_json::Value;

use super::rule::compare;

/// One test of one fact. `fact` is a path into the Facts (`driver.version`); `*` stands for any element of a list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    pub fact: String,
    /// It is one of these words (case aside).
    #[serde(default)]
    pub is: Vec<String>,
    /// It is none of these words.
    #[serde(default)]
    pub is_not: Vec<String>,
    /// Of a list: no element is one of these words.
    #[serde(default)]
    pub none: Vec<String>,
    /// It holds this text.
    pub contains: Option<String>,
    /// Its number or dotted version is this or more.
    pub at_least: Option<String>,
    /// Its number or dotted version is less.
    pub below: Option<String>,
    /// A yes-or-no fact.
    pub flag: Option<bool>,
    /// The list is empty, or not.
    pub empty: Option<bool>,
    /// The machine's facts have it, or do not.
    pub present: Option<bool>,
}

impl Condition {
    /// The answer of `facts`; `None`: not known.
    pub(super) fn holds(&self, facts: Option<&Value>) -> Option<bool> {
        let facts = facts?;
        let path: Vec<&str> = self.fact.split('.').collect();
        let mut found = Vec::new();
        let known = collect(facts, &path, &mut found);
        if let Some(present) = self.present {
            return Some(found.is_empty() != present);
        }
        if found.is_empty() {
            // A list that was looked at and has no element answers no; a missing key does not answer.
            return known.then_some(!self.none.is_empty());
        }
        if !self.none.is_empty() {
            let named = |value: &&Value| value.as_str().is_some_and(|text| self.none.iter().any(|word| word == text));
            return known.then(|| !found.iter().any(named));
        }
        let answers: Vec<Option<bool>> = found.into_iter().map(|value| self.of(value)).collect();
        if answers.contains(&Some(true)) {
            Some(true)
        } else if answers.contains(&None) {
            None
        } else {
            Some(false)
        }
    }

    fn of(&self, value: &Value) -> Option<bool> {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            Value::Array(items) => return self.empty.map(|empty| items.is_empty() == empty),
            _ => return None,
        };
        let same = |word: &String| word.eq_ignore_ascii_case(&text);
        let mut holds = self.is.is_empty() || self.is.iter().any(same);
        holds &= !self.is_not.iter().any(same);
        holds &= self.contains.as_ref().is_none_or(|part| text.contains(part.as_str()));
        holds &= self.flag.is_none_or(|flag| value.as_bool() == Some(flag));
        if let Some(bound) = &self.at_least {
            holds &= compare(&text, bound)?.is_ge();
        }
        if let Some(bound) = &self.below {
            holds &= compare(&text, bound)?.is_lt();
        }
        Some(holds)
    }
}

/// Gathers what lies at `path`; false when the way ends at a missing key.
fn collect<'a>(value: &'a Value, path: &[&str], found: &mut Vec<&'a Value>) -> bool {
    let Some((step, rest)) = path.split_first() else {
        found.push(value);
        return true;
    };
    match value {
        Value::Array(items) if *step == "*" => {
            // Of several cards one that does not say makes the answer open, unless another says yes.
            items.iter().map(|item| collect(item, rest, found)).fold(true, |all, known| all & known)
        }
        Value::Object(_) => value.get(step).is_some_and(|inner| collect(inner, rest, found)),
        _ => false,
    }
}

/// All of them: false beats not known beats true.
pub(super) fn all(conditions: &[Condition], facts: Option<&Value>) -> Option<bool> {
    let answers: Vec<_> = conditions.iter().map(|condition| condition.holds(facts)).collect();
    if answers.contains(&Some(false)) {
        Some(false)
    } else if answers.contains(&None) {
        None
    } else {
        Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(condition: &str) -> Option<bool> {
        let facts = serde_json::json!({
            "os": {"distro": "nixos", "wsl": 2}, "driver": {"version": "550.163.01"},
            "gpus": [{"compute": "8.9"}, {"compute": "12.0", "mig": false}], "disks": [],
        });
        toml::from_str::<Condition>(condition).unwrap().holds(Some(&facts))
    }

    #[test]
    fn facts_answer_yes_no_or_nothing() {
        for (condition, answer) in [
            ("fact = 'os.distro'\nis = ['NixOS']", Some(true)),
            ("fact = 'os.distro'\nis_not = ['nixos']", Some(false)),
            ("fact = 'os.kernel'\ncontains = 'x'", None),
            ("fact = 'os.wsl'\nat_least = '1'", Some(true)),
            ("fact = 'driver.version'\nbelow = '580'", Some(true)),
            ("fact = 'driver.version'\nat_least = '550.200'", Some(false)),
            ("fact = 'gpus.*.compute'\nat_least = '12'", Some(true)),
            ("fact = 'gpus.*.compute'\nbelow = '7'", Some(false)),
            ("fact = 'gpus.*.mig'\nflag = true", Some(false)),
            ("fact = 'gpus'\nempty = false", Some(true)),
            ("fact = 'disks.*.path'\nis = ['/tmp']", Some(false)),
            ("fact = 'driver.cuda'\npresent = false", Some(true)),
            ("fact = 'gpus.*.compute'\nnone = ['7.5']", Some(true)),
            ("fact = 'gpus.*.compute'\nnone = ['8.9']", Some(false)),
        ] {
            assert_eq!(ask(condition), answer, "{condition}");
        }
    }
}
