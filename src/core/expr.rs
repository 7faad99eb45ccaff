//! The one place that evaluates an expression of a data file: strict, bounded, and every error names file and key.

use minijinja::value::{Serde, ValueKind};
use minijinja::{Environment, UndefinedBehavior, Value};
use serde::Serialize;

use crate::core::failure::Failure;

/// Instructions one expression may take; a typical one takes about ten.
const FUEL: u64 = 10_000;

/// Longest expression; longer ones belong in Rust, under a name.
const MOST_CHARACTERS: usize = 160;

/// An evaluator with the names that expressions of this kind may use.
pub struct Evaluator<'a> {
    environment: Environment<'a>,
}

impl Default for Evaluator<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl Evaluator<'_> {
    /// An evaluator without functions.
    #[must_use]
    pub fn new() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(20);
        Self { environment }
    }

    /// The same with one more function.
    #[must_use]
    pub fn with<F>(mut self, name: &'static str, function: F) -> Self
    where
        F: Fn(&[Value]) -> Result<Value, minijinja::Error> + Send + Sync + 'static,
    {
        self.environment.add_function(name, move |arguments: minijinja::value::Rest<Value>| function(&arguments));
        self
    }

    /// Evaluates `expression`, found under `key` of `file`, over `context`.
    ///
    /// # Errors
    /// A [`Failure`] that names file and key: not an expression, an unknown name, too long, too much work.
    pub fn value(&self, file: &str, key: &str, expression: &str, context: &impl Serialize) -> Result<Value, Failure> {
        if expression.chars().count() > MOST_CHARACTERS {
            return Err(Failure::usage(format!("{file}: {key}: the expression is longer than {MOST_CHARACTERS} characters")));
        }
        self.environment
            .compile_expression(expression)
            .and_then(|compiled| compiled.eval(Value::from(Serde(context))))
            .and_then(|value| {
                if value.is_undefined() {
                    Err(minijinja::Error::new(minijinja::ErrorKind::UndefinedError, format!("`{expression}` is undefined")))
                } else {
                    Ok(value)
                }
            })
            .map_err(|error| Failure::usage(format!("{file}: {key}: {}", plain(&error, expression))))
    }

    /// The same for an expression that must be true or false.
    ///
    /// # Errors
    /// As [`Evaluator::value`], and when the result is neither.
    pub fn truth(&self, file: &str, key: &str, expression: &str, context: &impl Serialize) -> Result<bool, Failure> {
        let value = self.value(file, key, expression, context)?;
        if value.kind() == ValueKind::Bool {
            return Ok(value.is_true());
        }
        Err(Failure::usage(format!("{file}: {key}: `{expression}` is {value}, not true or false")))
    }
}

/// The engine's message without its own file name, which would mislead.
fn plain(error: &minijinja::Error, expression: &str) -> String {
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    format!("{detail} (in `{expression}`)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn context() -> BTreeMap<&'static str, Vec<&'static str>> {
        BTreeMap::from([("targets", vec!["cpu", "cuda"])])
    }

    #[test]
    fn evaluates_over_the_context() {
        assert!(Evaluator::new().truth("20-x.toml", "when", "'cuda' in targets", &context()).unwrap());
        assert!(!Evaluator::new().truth("20-x.toml", "when", "'rocm' in targets", &context()).unwrap());
    }

    #[test]
    fn errors_name_file_and_key() {
        for (expression, part) in [("'cuda' in taget", "undefined"), ("targets[", "unexpected"), ("targets", "not true or false")]
        {
            let failure = Evaluator::new().truth("20-x.toml", "when", expression, &context()).unwrap_err();
            assert!(failure.what.starts_with("20-x.toml: when: "), "{failure}");
            assert!(failure.what.contains(part), "{failure}");
        }
    }

    #[test]
    fn length_is_bounded() {
        let long = format!("'{}' == ''", "x".repeat(MOST_CHARACTERS));
        assert!(Evaluator::new().truth("f", "k", &long, &context()).unwrap_err().what.contains("longer than"));
    }
}
