//! The condition of a requirement (`sys_platform == 'linux' and python_version < '3.14'`), as PEP 508 writes it.

use std::fmt;
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifier};

/// Deeper parentheses are nobody's.
const DEEPEST: usize = 32;

/// What may be asked of an environment: the name, an older spelling, and whether it is compared as a version.
const VARIABLES: [(&str, &str, bool); 12] = [
    ("implementation_name", "", false),
    ("implementation_version", "", true),
    ("os_name", "os.name", false),
    ("platform_machine", "platform.machine", false),
    ("platform_python_implementation", "platform.python_implementation", false),
    ("platform_release", "", false),
    ("platform_system", "", false),
    ("platform_version", "platform.version", false),
    ("python_full_version", "", true),
    ("python_version", "", true),
    ("sys_platform", "sys.platform", false),
    ("extra", "", false),
];

/// Longer ones first: `<=` begins with `<`.
const SIGNS: [&str; 8] = ["===", "~=", "==", "!=", "<=", ">=", "<", ">"];

/// A condition on the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marker {
    Compare { left: Side, sign: &'static str, right: Side },
    All(Vec<Marker>),
    Any(Vec<Marker>),
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// A place in [`VARIABLES`].
    Variable(usize),
    Text(String),
}

impl Marker {
    /// Whether it holds where `value` tells what a variable is; what it does not know holds nothing but `!=` and `not in`.
    pub fn holds(&self, value: &dyn Fn(&str) -> Option<String>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(value)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(value)),
            Self::Compare { left, sign, right } => {
                let version = [left, right].into_iter().any(Side::is_version);
                let (left, right) = (left.value(value), right.value(value));
                if let (true, Ok(version), Ok(wanted)) =
                    (version, Version::from_str(&left), VersionSpecifier::from_str(&format!("{sign}{right}")))
                {
                    return wanted.contains(&version);
                }
                match *sign {
                    "==" | "===" | "~=" => left == right,
                    "!=" => left != right,
                    "<" => left < right,
                    "<=" => left <= right,
                    ">" => left > right,
                    ">=" => left >= right,
                    "in" => right.contains(&left),
                    _ => !right.contains(&left),
                }
            }
        }
    }

    fn write(&self, out: &mut fmt::Formatter<'_>, inside: bool) -> fmt::Result {
        let (parts, word) = match self {
            Self::Compare { left, sign, right } => return write!(out, "{left} {sign} {right}"),
            Self::All(parts) => (parts, " and "),
            Self::Any(parts) => (parts, " or "),
        };
        // Only an `or` inside an `and` needs them.
        let bracket = inside && matches!(self, Self::Any(_));
        out.write_str(if bracket { "(" } else { "" })?;
        for (number, part) in parts.iter().enumerate() {
            out.write_str(if number > 0 { word } else { "" })?;
            part.write(out, matches!(self, Self::All(_)))?;
        }
        out.write_str(if bracket { ")" } else { "" })
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(out, false)
    }
}

impl Side {
    fn is_version(&self) -> bool {
        matches!(self, Self::Variable(place) if VARIABLES[*place].2)
    }

    fn value(&self, value: &dyn Fn(&str) -> Option<String>) -> String {
        match self {
            Self::Variable(place) => value(VARIABLES[*place].0).unwrap_or_default(),
            Self::Text(text) => text.clone(),
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(place) => out.write_str(VARIABLES[*place].0),
            Self::Text(text) if text.contains('\'') => write!(out, "\"{text}\""),
            Self::Text(text) => write!(out, "'{text}'"),
        }
    }
}

impl FromStr for Marker {
    type Err = String;

    /// # Errors
    /// In words: what was expected where.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut rest = Rest { text, deep: 0 };
        let marker = rest.any()?;
        match rest.text.trim_start() {
            "" => Ok(marker),
            more => Err(format!("`{}` follows a condition that is whole: `and` or `or` joins two", more.escape_debug())),
        }
    }
}

/// What is still to be read.
struct Rest<'a> {
    text: &'a str,
    deep: usize,
}

impl Rest<'_> {
    fn any(&mut self) -> Result<Marker, String> {
        self.joined("or", Self::all, Marker::Any)
    }

    fn all(&mut self) -> Result<Marker, String> {
        self.joined("and", Self::one, Marker::All)
    }

    fn joined(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Marker, String>,
        join: fn(Vec<Marker>) -> Marker,
    ) -> Result<Marker, String> {
        let mut parts = vec![part(self)?];
        while self.word(word) {
            parts.push(part(self)?);
        }
        Ok(<[Marker; 1]>::try_from(parts).map_or_else(join, |[only]| only))
    }

    fn one(&mut self) -> Result<Marker, String> {
        if self.sign("(") {
            self.deep += 1;
            if self.deep > DEEPEST {
                return Err("a condition with too many parentheses".to_owned());
            }
            let inner = self.any()?;
            self.deep -= 1;
            return if self.sign(")") { Ok(inner) } else { Err("a parenthesis of the condition is not closed".to_owned()) };
        }
        let left = self.side()?;
        let sign = if let Some(sign) = SIGNS.into_iter().find(|sign| self.sign(sign)) {
            sign
        } else if self.word("in") {
            "in"
        } else if self.word("not") && self.word("in") {
            "not in"
        } else {
            return Err(format!("a condition compares `{left}` with something: `==`, `<`, `in`"));
        };
        let right = self.side()?;
        if matches!((&left, &right), (Side::Text(_), Side::Text(_))) {
            return Err(format!("the condition `{left} {sign} {right}` asks nothing of the machine"));
        }
        Ok(Marker::Compare { left, sign, right })
    }

    fn side(&mut self) -> Result<Side, String> {
        self.text = self.text.trim_start();
        if let Some(quote) = self.text.chars().next().filter(|first| matches!(first, '\'' | '"')) {
            let (inner, rest) = self.text[1..].split_once(quote).ok_or("a text of the condition is not closed by its quote")?;
            if inner.contains(['\\', '"']) && inner.contains(['\\', '\'']) {
                return Err("a text of the condition holds both quotes, or a backslash".to_owned());
            }
            self.text = rest;
            return Ok(Side::Text(inner.to_owned()));
        }
        let end = self.text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(self.text.len());
        let (name, rest) = self.text.split_at(end);
        let place = VARIABLES.iter().position(|(own, old, _)| *own == name || (!name.is_empty() && *old == name));
        // The oldest spelling of all.
        let place = place.or_else(|| (name == "python_implementation").then_some(4));
        self.text = rest;
        place.map(Side::Variable).ok_or_else(|| match name {
            "" => "a condition ends before it is whole".to_owned(),
            name => format!("`{name}` is nothing that a condition can ask; `sys_platform` and `python_version` are"),
        })
    }

    fn sign(&mut self, sign: &str) -> bool {
        self.take(sign).is_some()
    }

    /// A word that ends where it ends: `in` is not the beginning of `inside`.
    fn word(&mut self, word: &str) -> bool {
        let before = self.text;
        let whole = self.take(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'));
        if !whole {
            self.text = before;
        }
        whole
    }

    fn take(&mut self, start: &str) -> Option<&str> {
        self.text = self.text.trim_start();
        self.text = self.text.strip_prefix(start)?;
        Some(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str) -> Option<String> {
        let text = match name {
            "python_version" => "3.13",
            "python_full_version" => "3.13.0",
            "sys_platform" => "linux",
            "os_name" => "posix",
            "platform_machine" => "x86_64",
            "platform_python_implementation" => "CPython",
            "platform_release" => "6.1.0-debian",
            _ => return None,
        };
        Some(text.to_owned())
    }

    /// Markers of real lock files and of the PEP itself.
    #[test]
    fn a_condition_holds_or_does_not() {
        for (text, holds) in [
            ("python_version < '3.9'", false),
            ("python_version >= \"3.9\" and python_version<'3.14'", true),
            ("python_full_version == '3.13.*'", true),
            ("'3.12' < python_version", true),
            ("python_version ~= '3.11'", true),
            ("python_version not in '2.6, 2.7'", true),
            ("python_version in '3.12, 3.13'", true),
            ("sys_platform == 'win32' or os_name == 'nt'", false),
            ("sys_platform != 'darwin' and (platform_machine == 'aarch64' or platform_machine == 'x86_64')", true),
            ("sys_platform == 'darwin' and platform_machine == 'arm64' or sys_platform == 'linux'", true),
            ("'inux' in sys_platform", true),
            ("os.name == 'posix' and python_implementation == 'CPython'", true),
            ("platform_release >= '5'", true),
            ("extra == 'test'", false),
            ("extra != 'test'", true),
            ("implementation_name in 'cpython, pypy'", true),
        ] {
            assert_eq!(text.parse::<Marker>().map(|marker| marker.holds(&value)), Ok(holds), "{text}");
        }
    }

    #[test]
    fn a_condition_is_written_in_one_way_and_reads_the_same() {
        for (text, written) in [
            ("python_version<\"4\"", "python_version < '4'"),
            ("(((sys_platform=='linux')))", "sys_platform == 'linux'"),
            ("os_name=='a'and(os_name=='b'or os_name=='c')", "os_name == 'a' and (os_name == 'b' or os_name == 'c')"),
            ("os_name == 'a' and os_name == 'b' or os_name == 'c'", "os_name == 'a' and os_name == 'b' or os_name == 'c'"),
            (
                "(os_name == 'a' and os_name == 'b') or os_name not  in 'c'",
                "os_name == 'a' and os_name == 'b' or os_name not in 'c'",
            ),
            ("sys.platform == \"it's\"", "sys_platform == \"it's\""),
        ] {
            let marker: Marker = text.parse().unwrap();
            assert_eq!(marker.to_string(), written);
            assert_eq!(written.parse(), Ok(marker));
        }
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        let deep = format!("{}os_name == 'a'{}", "(".repeat(40), ")".repeat(40));
        for text in [
            "",
            "os_name",
            "os_name ==",
            "os_name = 'a'",
            "x == '${'",
            "'a' == 'b'",
            "os_name == 'a",
            "(os_name == 'a'",
            "os_name == 'a')",
            "os_name == 'a' os_name == 'b'",
            "os_name == 'a' and",
            "os_name inside 'a'",
            "os_name not 'a'",
            "os_name == b",
            "os_name == '\\'",
            "os_name == \"'\\\"",
            &deep,
        ] {
            assert!(text.parse::<Marker>().is_err(), "{text}");
        }
    }
}
