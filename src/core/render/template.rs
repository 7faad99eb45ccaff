//! The templates: the path is the destination, the plan is all they see.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, context};

use crate::core::data::Data;
use crate::core::failure::{Exit, Failure};
use crate::core::plan::Plan;

const FOLDER: &str = "templates/";
const FUEL: u64 = 1_000_000;

/// Fills every template that applies to `plan`: `templates/flake.nix.j2` becomes `flake.nix`; a file that does not end in `.j2`
/// is taken as it stands. A first line `{# when: EXPRESSION #}` says when a file is written at all. A folder that begins with
/// `_` holds parts for other templates to include.
pub fn fill(plan: &Plan, data: &Data) -> Result<BTreeMap<String, String>, Failure> {
    let world = environment(data).map_err(|error| broken("templates", &error))?;
    let seen = context! { plan => Value::from(Serde(plan)) };
    let mut texts = BTreeMap::new();
    for (path, source) in data.below(FOLDER, "") {
        let path = path.strip_prefix(FOLDER).unwrap_or(path);
        if path.split('/').any(|part| part.starts_with('_') || part == ".keep") {
            continue;
        }
        let text = one(&world, path, source, &seen).map_err(|error| broken(path, &error))?;
        if let Some(text) = text {
            let destination = path.strip_suffix(".j2").unwrap_or(path);
            need_plain(destination)?;
            texts.insert(destination.to_owned(), text);
        }
    }
    Ok(texts)
}

fn environment(data: &Data) -> Result<Environment<'static>, Error> {
    let mut world = Environment::new();
    world.set_undefined_behavior(UndefinedBehavior::Strict);
    world.set_auto_escape_callback(|_| AutoEscape::None);
    world.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
    world.set_fuel(Some(FUEL));
    world.add_filter("nix", nix);
    world.add_filter("size", size);
    let parts: BTreeMap<String, String> = data
        .below(FOLDER, ".j2")
        .map(|(path, source)| (path.strip_prefix(FOLDER).unwrap_or(path).to_owned(), split(source).1.to_owned()))
        .collect();
    world.set_loader(move |name| Ok(parts.get(name).cloned()));
    Ok(world)
}

fn one(world: &Environment<'static>, path: &str, source: &str, seen: &Value) -> Result<Option<String>, Error> {
    let (when, body) = split(source);
    if let Some(when) = when
        && !world.compile_expression(when)?.eval(seen)?.is_true()
    {
        return Ok(None);
    }
    if !path.ends_with(".j2") {
        return Ok(Some(body.to_owned()));
    }
    world.get_template(path)?.render(seen).map(Some)
}

/// The condition of the first line, if it has one, and the rest.
fn split(source: &str) -> (Option<&str>, &str) {
    let first = source.split_inclusive('\n').next().unwrap_or_default();
    let when = first.trim_end().strip_prefix("{# when:").and_then(|rest| rest.strip_suffix("#}"));
    (when.map(str::trim), if when.is_some() { &source[first.len()..] } else { source })
}

/// An overlay names files, not places: nothing absolute, nothing that climbs.
fn need_plain(destination: &str) -> Result<(), Failure> {
    let climbs = destination.split('/').any(|part| matches!(part, "" | "." | ".." | ".git"));
    if climbs || destination.contains('\\') {
        return Err(Failure::refused(format!("the template `{destination}` leads out of the project")));
    }
    Ok(())
}

fn broken(path: &str, error: &Error) -> Failure {
    let line = error.line().map_or_else(String::new, |line| format!(" (line {line})"));
    let why = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    Failure::new(Exit::Usage, format!("the template `{path}` cannot be filled{line}"))
        .why(why)
        .next("mend or remove it where `--data` points; nixml's own templates need none")
}

/// A Nix string, quotes included: the only way for a value into a Nix file.
fn nix(text: &str) -> Result<String, Error> {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for one in text.chars() {
        match one {
            '\\' | '"' | '$' => quoted.extend(['\\', one]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ if one.is_control() => {
                return Err(Error::new(ErrorKind::InvalidOperation, format!("a control character ({})", one.escape_unicode())));
            }
            _ => quoted.push(one),
        }
    }
    quoted.push('"');
    Ok(quoted)
}

/// Bytes for a person: `850 MB`, `3.1 GB`.
#[expect(clippy::cast_precision_loss, reason = "one decimal place is shown")]
fn size(bytes: u64) -> String {
    const MEGA: u64 = 1_000_000;
    if bytes < 1000 * MEGA { format!("{} MB", (bytes / MEGA).max(1)) } else { format!("{:.1} GB", bytes as f64 / 1e9) }
}

#[cfg(test)]
mod tests {
    use super::{nix, size, split};

    #[test]
    fn a_nix_string_holds_what_would_leave_it() {
        assert_eq!(nix("a\"b\\c${d}\n\r\t").unwrap(), r#""a\"b\\c\${d}\n\r\t""#);
        assert!(nix("\u{0}").is_err() && nix("\u{1b}[31m").is_err() && nix("\u{85}").is_err());
    }

    #[test]
    fn only_the_first_line_is_a_condition() {
        assert_eq!(split("{# when: 'direnv' in plan.extras #}\nuse flake\n"), (Some("'direnv' in plan.extras"), "use flake\n"));
        assert_eq!(split("use flake\n{# when: false #}\n"), (None, "use flake\n{# when: false #}\n"));
    }

    #[test]
    fn sizes_are_for_people() {
        assert_eq!([1, 850_400_000, 3_140_000_000].map(size), ["1 MB", "850 MB", "3.1 GB"]);
    }
}
