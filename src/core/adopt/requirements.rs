//! `requirements.txt` as pip reads it: pins, includes, constraints, hashes, options, editable paths, addresses.

use crate::core::adopt::entry::{Entry, Place, Wish, target_of_address, unreadable};
use crate::core::failure::Failure;
use crate::core::requirement;

/// How deep files may name each other.
const DEEPEST: usize = 8;

/// Reads a file and those it names. `open` gives the text of a file by its path from the project's folder.
///
/// # Errors
/// Exit 2 with `FILE:LINE`: a line that is no requirement.
pub fn read(file: &str, text: &str, open: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Entry>, Failure> {
    let mut reader = Reader { open, seen: vec![file.to_owned()], entries: Vec::new(), hashes: None };
    reader.file(file, text, false, 0)?;
    if let Some((place, count)) = reader.hashes.take() {
        let why = "uv.lock holds the hashes of what it locks".to_owned();
        reader.entries.push(Entry::new(place, &format!("--hash (of {count} files)"), Wish::Left(why)));
    }
    Ok(reader.entries)
}

struct Reader<'a> {
    open: &'a dyn Fn(&str) -> Option<String>,
    seen: Vec<String>,
    entries: Vec<Entry>,
    hashes: Option<(Place, usize)>,
}

impl Reader<'_> {
    fn file(&mut self, file: &str, text: &str, constraint: bool, depth: usize) -> Result<(), Failure> {
        for (line, logical) in lines(text) {
            let place = Place::new(file, line);
            if let Some((option, value)) = option(&logical) {
                self.option(&place, &logical, option, &value, constraint, depth)?;
            } else if !logical.is_empty() {
                self.requirement(&place, &logical, constraint)?;
            }
        }
        Ok(())
    }

    fn option(
        &mut self,
        place: &Place,
        line: &str,
        option: &str,
        value: &str,
        constraint: bool,
        depth: usize,
    ) -> Result<(), Failure> {
        let wish = match option {
            "-r" | "--requirement" => return self.include(place, line, value, constraint, depth),
            "-c" | "--constraint" => return self.include(place, line, value, true, depth),
            "-e" | "--editable" if value.starts_with('.') && value.trim_end_matches('/') == "." || value.starts_with(".[") => {
                Wish::Left(
                    "the project itself is used from its folder, not installed; `package = true` in [tool.uv] installs it"
                        .to_owned(),
                )
            }
            "-e" | "--editable" => {
                Wish::Left(format!("an editable install is no name and version: `uv add --editable {value}` adds it"))
            }
            "-i" | "--index-url" | "--extra-index-url" | "-f" | "--find-links" => match target_of_address(value) {
                Some(target) => Wish::Target(target, "the plan chooses the index for the target".to_owned()),
                None => Wish::Left("an index of your own: name it in [[tool.uv.index]] and in [tool.uv.sources]".to_owned()),
            },
            "--pre" => Wish::Left("pre-releases: `prerelease` in [tool.uv] allows them".to_owned()),
            "--no-binary" | "--only-binary" => {
                Wish::Left("uv installs wheels only here; `no-binary-package` in [tool.uv] asks for sources".to_owned())
            }
            _ => Wish::Left("an option of pip that uv does not need here".to_owned()),
        };
        self.entries.push(Entry::new(place.clone(), line, wish));
        Ok(())
    }

    fn include(&mut self, place: &Place, line: &str, value: &str, constraint: bool, depth: usize) -> Result<(), Failure> {
        let left = |why: &str| Entry::new(place.clone(), line, Wish::Left(why.to_owned()));
        let Some(path) = beside(&place.file, value) else {
            self.entries.push(left("it leads out of the project's folder"));
            return Ok(());
        };
        if self.seen.contains(&path) || depth >= DEEPEST {
            return Ok(());
        }
        let Some(text) = (self.open)(&path) else {
            return Err(unreadable(place, format!("it names `{path}`, which is not there or no plain text")));
        };
        self.seen.push(path.clone());
        self.file(&path, &text, constraint, depth + 1)
    }

    fn requirement(&mut self, place: &Place, line: &str, constraint: bool) -> Result<(), Failure> {
        let (text, hashes) = without_options(line);
        if hashes > 0 {
            let known = self.hashes.get_or_insert((place.clone(), 0));
            known.1 += hashes;
        }
        let wish = wish(&text).map_err(|why| unreadable(place, format!("`{}`: {why}", super::entry::shown(&text))))?;
        let wish = match wish {
            Wish::Package(text) if constraint => Wish::Constraint(text),
            other => other,
        };
        self.entries.push(Entry::new(place.clone(), &text, wish));
        Ok(())
    }
}

/// What a requirement asks for; an address or a path is left out.
///
/// # Errors
/// It is none.
pub fn wish(text: &str) -> Result<Wish, String> {
    let address = text.contains("://") || text.contains(" @ ") || text.starts_with("git+");
    let path = text.starts_with(['.', '/', '~', '\\'])
        || (text.ends_with(".whl") || text.ends_with(".tar.gz") || text.ends_with(".zip"));
    if address {
        let what = text.split_once(" @ ").map_or(text, |(_, address)| address);
        let what = what.split_once(" ;").map_or(what, |(address, _)| address);
        return Ok(Wish::Left(format!("an address is no name and version: `uv add '{}'` adds it", super::entry::shown(what))));
    }
    if path {
        return Ok(Wish::Left(format!("a path is no name and version: `uv add {text}` adds it")));
    }
    if text.contains("${") {
        return Ok(Wish::Left("it needs a variable of your environment".to_owned()));
    }
    requirement::read(text).map(|parsed| Wish::Package(parsed.text))
}

/// Logical lines with the number of their first: continued ones joined, comments out.
fn lines(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (at, line) in text.lines().enumerate() {
        let comment = line.starts_with('#').then_some(0).or_else(|| line.find(" #")).or_else(|| line.find("\t#"));
        let bare = comment.map_or(line, |at| &line[..at]);
        let (bare, goes_on) = match bare.trim_end().strip_suffix('\\') {
            Some(bare) if comment.is_none() => (bare, true),
            _ => (bare, false),
        };
        let (number, mut whole) = open.take().unwrap_or((at + 1, String::new()));
        whole.push(' ');
        whole.push_str(bare.trim());
        if goes_on { open = Some((number, whole)) } else { found.push((number, whole.trim().to_owned())) }
    }
    found.extend(open.map(|(number, whole)| (number, whole.trim().to_owned())));
    found
}

/// An option line: its name and its value.
fn option(line: &str) -> Option<(&str, String)> {
    if !line.starts_with('-') {
        return None;
    }
    let short = ["-r", "-c", "-e", "-i", "-f"].into_iter().find(|short| line.starts_with(short) && !line.starts_with("--"));
    let (name, rest) = match short {
        Some(short) => (short, &line[short.len()..]),
        None => {
            let end = line.find(['=', ' ', '\t']).unwrap_or(line.len());
            (&line[..end], &line[end..])
        }
    };
    let value = rest.trim_start_matches(['=', ' ', '\t']).trim().trim_matches(['"', '\'']);
    Some((name, value.to_owned()))
}

/// A requirement without the options behind it, and how many hashes there were.
fn without_options(line: &str) -> (String, usize) {
    let end = line.find(" --").unwrap_or(line.len());
    (line[..end].trim().to_owned(), line[end..].matches("--hash").count())
}

/// A path beside another file; `None` when it is absolute, an address, or climbs out.
fn beside(file: &str, path: &str) -> Option<String> {
    if path.starts_with(['/', '~']) || path.contains("://") || path.contains('\\') {
        return None;
    }
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wishes(text: &str) -> Vec<(usize, Wish)> {
        let open = |path: &str| match path {
            "deps/base.txt" => Some("-c ../limits.txt\nnumpy>=2\n-r base.txt\n".to_owned()),
            "limits.txt" => Some("numpy<2.4\n".to_owned()),
            _ => None,
        };
        let entries = read("requirements.txt", text, &open).unwrap();
        entries.into_iter().map(|entry| (entry.place.line, entry.wish)).collect()
    }

    #[test]
    fn pins_markers_continuations_and_includes_are_read() {
        let package = |text: &str| Wish::Package(text.to_owned());
        assert_eq!(
            wishes(
                "# head\ntorch == 2.14.1 # why\n\npandas[excel]>=2 ; python_version < '3.14'\nrich \\\n  >=14 \\\n  --hash=sha256:00 \\\n  --hash=sha256:11\n-r deps/base.txt\n"
            ),
            [
                (2, package("torch==2.14.1")),
                (4, package("pandas[excel]>=2 ; python_version < '3.14'")),
                (5, package("rich>=14")),
                (1, Wish::Constraint("numpy<2.4".to_owned())),
                (2, package("numpy>=2")),
                (5, Wish::Left("uv.lock holds the hashes of what it locks".to_owned())),
            ]
        );
    }

    #[test]
    fn what_is_no_name_and_version_is_left_with_a_way() {
        for (line, part) in [
            ("-e .", "package = true"),
            ("-e .[dev]", "package = true"),
            ("-e ./libs/mine", "--editable ./libs/mine"),
            ("mine @ git+https://me:secret@host/x.git@main", "uv add 'git+https://host/x.git@main'"),
            ("https://host/x.whl", "an address"),
            ("./wheels/x-1.0-py3-none-any.whl", "a path"),
            ("--pre", "prerelease"),
            ("-i https://me:secret@host/simple", "tool.uv.index"),
            ("-r ../../elsewhere.txt", "leads out"),
            ("--trusted-host host", "option of pip"),
        ] {
            let found = wishes(line);
            let Some((1, Wish::Left(why))) = found.first() else { panic!("{line}: {found:?}") };
            assert!(why.contains(part) && !why.contains("secret"), "{line}: {why}");
        }
        assert!(matches!(
            &wishes("--extra-index-url https://host/whl/cu121")[0].1,
            Wish::Target(crate::core::plan::Target::Cuda, _)
        ));
    }

    #[test]
    fn a_line_that_is_nothing_is_refused_with_its_place() {
        let failure = read("requirements.txt", "numpy\nthis is not one\n", &|_| None).unwrap_err();
        assert!(failure.what.contains("requirements.txt:2") && failure.exit.code() == 2, "{failure}");
        let failure = read("requirements.txt", "\n-r absent.txt\n", &|_| None).unwrap_err();
        assert!(failure.to_string().contains("requirements.txt:2") && failure.to_string().contains("absent.txt"), "{failure}");
    }
}
