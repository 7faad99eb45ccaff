//! Reads a recorded machine (`--host FILE`): Facts as JSON or TOML.

use std::io::Read as _;
use std::path::Path;

use super::probe::clean;
use crate::core::document;
use crate::core::facts::{Facts, SCHEMA};
use crate::core::failure::Failure;

/// No machine needs more words than that.
const MOST_BYTES: u64 = 1 << 20;

/// The facts in a file, and the keys in it that nixml does not know.
///
/// # Errors
/// Exit 2: the file cannot be read, is too large, is no JSON or TOML, holds a value of a wrong kind, or is of a newer format.
pub fn read(path: &Path) -> Result<(Facts, Vec<String>), Failure> {
    let shown = path.display();
    let failure = |why: String| Failure::usage(format!("read the recorded machine `{shown}`")).why(why);
    let mut bytes = Vec::new();
    // A pipe is welcome here: `--host <(ssh machine nixml probe --json)`.
    let file = std::fs::File::open(path).map_err(|error| failure(error.to_string()))?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| failure(error.to_string()))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(failure(format!("it is larger than {} KiB", MOST_BYTES >> 10)));
    }
    let text = String::from_utf8(bytes).map_err(|_| failure("it is not UTF-8 text".to_owned()))?;
    let (facts, ignored) =
        parse(text.trim_start_matches('\u{feff}')).map_err(|why| failure(why).next("record one with `nixml probe --json`"))?;
    if facts.schema > SCHEMA {
        return Err(failure(format!("its format is {}, and this nixml knows {SCHEMA}", facts.schema)).next("use a newer nixml"));
    }
    Ok((clean(facts), ignored))
}

/// An opening brace begins JSON, anything else is TOML.
fn parse(text: &str) -> Result<(Facts, Vec<String>), String> {
    let read = if text.trim_start().starts_with('{') { document::json_noting(text) } else { document::toml_noting(text) };
    read.map_err(|wrong| wrong.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOML: &str =
        "schema = 1\ncolour = 'red'\n[driver]\nversion = '550.163.01'\nmodel = 2\n[[gpus]]\nindex = 0\nname = \"T4\"\n";

    #[test]
    fn both_spellings_are_read_and_unknown_keys_are_named() {
        let (facts, ignored) = parse(TOML).unwrap();
        assert_eq!(ignored, ["colour", "driver.model"]);
        let json = serde_json::to_string(&facts).unwrap();
        assert_eq!(parse(&json).unwrap(), (facts.clone(), Vec::new()));
        let back = parse(&toml::to_string(&facts).unwrap()).unwrap();
        assert_eq!(back, (facts, Vec::new()));
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_place() {
        for (text, words) in [
            ("gpus = 3\n", "line 1 column"),
            ("schema = 1\n[driver]\nversion = 550\n", "line 3 column"),
            ("{\"gpus\": [{\"vendor\": \"acme\"}]}", "at `gpus.0.vendor`"),
            ("{\"gpus\": []} x", "trailing"),
            ("][", "line 1 column 1"),
        ] {
            assert!(parse(text).unwrap_err().contains(words), "{text}: {:?}", parse(text));
        }
        assert_eq!(parse("").unwrap().0, Facts::default());
    }

    #[test]
    fn a_key_that_is_null_is_not_there() {
        let text =
            r#"{"schema_version":1,"disks":null,"gpus":null,"os":{"like":null,"kind":"linux"},"unknown":null,"colour":null}"#;
        let (facts, ignored) = parse(text).unwrap();
        assert_eq!((facts.gpus, facts.disks.len(), ignored.len()), (None, 0, 0));
        assert_eq!(facts.os.and_then(|os| os.kind), Some(crate::core::facts::OsKind::Linux));
    }

    #[test]
    fn a_file_of_a_newer_format_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("host.toml");
        std::fs::write(&path, "schema = 2").unwrap();
        assert_eq!(read(&path).unwrap_err().exit.code(), 2);
        assert_eq!(read(dir.path()).unwrap_err().exit.code(), 2);
        std::fs::write(&path, "[[gpus]]\nname = \"a\\u001B]52;c;x\\u0007b\"").unwrap();
        assert_eq!(read(&path).unwrap().0.gpus.unwrap()[0].name.as_deref(), Some("ab"));
    }
}
