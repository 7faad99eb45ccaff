//! `environment.yml` of conda: channels, packages by conda's names and versions, and the section for pip.

use crate::core::adopt::entry::{Entry, Place, Wish, unreadable};
use crate::core::adopt::names::Names;
use crate::core::adopt::{requirements, yaml};
use crate::core::failure::Failure;
use crate::core::plan::Target;
use crate::core::requirement;

/// Channels whose packages PyPI has as well.
const USUAL: [&str; 8] = ["defaults", "conda-forge", "pytorch", "nvidia", "anaconda", "main", "pytorch-nightly", "nodefaults"];

/// Reads the file; `open` gives files that its pip section names.
///
/// # Errors
/// Exit 2 with `FILE:LINE`: not YAML, no list of dependencies, a line that is no requirement.
pub fn read(file: &str, text: &str, names: &Names, open: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Entry>, Failure> {
    let root = yaml::read(text).map_err(|(line, why)| unreadable(&Place::new(file, line), why))?;
    let mut entries = Vec::new();
    let mut add = |line: usize, text: &str, wish: Wish| entries.push(Entry::new(Place::new(file, line), text, wish));
    if let Some(name) = root.get("name")
        && let Some(text) = name.text().filter(|text| *text != "base")
    {
        add(name.line(), text, Wish::Name(text.to_owned()));
    }
    for channel in root.get("channels").map(yaml::Node::list).unwrap_or_default() {
        let text = channel.text().unwrap_or_default();
        if !USUAL.contains(&text.rsplit('/').next().unwrap_or(text)) {
            let why = "a channel of its own: its packages are looked for on PyPI, where they may be others'";
            add(channel.line(), text, Wish::Left(why.to_owned()));
        }
    }
    for (key, why) in
        [("variables", "variables go into `env` of flake.nix"), ("prefix", "the environment is made in the project's folder")]
    {
        if let Some(node) = root.get(key) {
            add(node.line(), key, Wish::Left(why.to_owned()));
        }
    }
    let Some(list) = root.get("dependencies") else {
        return Err(unreadable(&Place::new(file, 1), "it has no `dependencies`"));
    };
    let mut more = Vec::new();
    for node in list.list() {
        let place = Place::new(file, node.line());
        if let Some(text) = node.text() {
            more.extend(package(&place, text, names)?);
        } else if let Some(pip) = node.get("pip") {
            for line in pip.list() {
                let text = line.text().unwrap_or_default();
                let found = requirements::read(file, text, open).map_err(|failure| at_line(failure, file, line.line()))?;
                more.extend(found.into_iter().map(|mut entry| {
                    if entry.place.file == file {
                        entry.place.line = line.line();
                    }
                    entry
                }));
            }
        } else {
            return Err(unreadable(&place, "neither a package nor a section for pip"));
        }
    }
    entries.extend(more);
    Ok(entries)
}

/// A pip line is read as a file of one line; its place is the line in this one.
fn at_line(mut failure: Failure, file: &str, line: usize) -> Failure {
    failure.what = failure.what.replace(&format!("{file}:1"), &format!("{file}:{line}"));
    failure
}

/// One package: what it is called on PyPI, what it says of the machine, or why it is left out.
fn package(place: &Place, text: &str, names: &Names) -> Result<Vec<Entry>, Failure> {
    let entry = |wish: Wish| Entry::new(place.clone(), text, wish);
    let spec = Spec::read(text).ok_or_else(|| unreadable(place, format!("`{text}` is no package of conda")))?;
    let version = match spec.version() {
        Ok(version) => version,
        Err(why) => return Ok(vec![entry(Wish::Left(why.to_owned()))]),
    };
    if spec.name == "python" {
        return Ok(vec![entry(if version.is_empty() {
            Wish::Left("no version is asked for".to_owned())
        } else {
            Wish::Python(version)
        })]);
    }
    let mut found = Vec::new();
    let row = names.conda(&spec.name);
    if let Some(target) = spec.target() {
        found.push(entry(Wish::Target(target, "the target says which build is meant".to_owned())));
    }
    let pypi = match row {
        Some(row) if row.pypi.is_none() => {
            let why = row.why(&spec.name);
            found.push(entry(row.target.map_or(Wish::Left(why.clone()), |target| Wish::Target(target, why))));
            return Ok(found);
        }
        Some(row) => {
            found.extend(row.target.map(|target| entry(Wish::Target(target, "the target says which build is meant".to_owned()))));
            row.pypi.clone().unwrap_or_default()
        }
        None => spec.name.clone(),
    };
    let wanted = format!("{pypi}{version}");
    let parsed = requirement::read(&wanted).map_err(|why| unreadable(place, format!("`{wanted}`: {why}")))?;
    found.push(entry(Wish::Package(parsed.text)));
    Ok(found)
}

/// `channel::name=version=build`, `name >=1,<2`, `name[version='>=1']`.
struct Spec {
    name: String,
    version: String,
    build: String,
}

impl Spec {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim().rsplit("::").next()?.trim();
        let (text, inner) = match text.split_once('[') {
            Some((text, inner)) => (text, inner.trim_end_matches(']')),
            None => (text, ""),
        };
        let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c))).unwrap_or(text.len());
        let (name, rest) = (&text[..end], text[end..].trim());
        if name.is_empty() {
            return None;
        }
        let named = |key: &str| {
            let (_, value) = inner.split_once(&format!("{key}="))?;
            value.trim_start_matches(['\'', '"']).split(['\'', '"']).next().map(str::to_owned)
        };
        let (version, build) = if let Some(exact) = rest.strip_prefix("==") {
            (format!("=={exact}"), String::new())
        } else if let Some(fuzzy) = rest.strip_prefix('=') {
            match fuzzy.split_once('=') {
                Some((version, build)) => (format!("=={version}"), build.to_owned()),
                None => (format!("={fuzzy}"), String::new()),
            }
        } else if rest.starts_with(|c: char| c.is_ascii_digit()) {
            // `name 1.21.*`, and `name 1.21.2 build`.
            let mut words = rest.split_whitespace();
            (format!("=={}", words.next().unwrap_or_default()), words.next().unwrap_or_default().to_owned())
        } else {
            (rest.to_owned(), String::new())
        };
        let version = named("version").unwrap_or(version);
        Some(Self { name: name.to_ascii_lowercase(), version, build: named("build").unwrap_or(build) })
    }

    /// The version as PEP 440 writes it; empty for any.
    fn version(&self) -> Result<String, &'static str> {
        let version: String = self.version.chars().filter(|c| !c.is_whitespace()).collect();
        if version.contains('|') {
            return Err("it allows versions that are apart from each other (`|`): write the range that you mean");
        }
        let bare = version.trim_start_matches('=');
        if bare.is_empty() || bare == "*" {
            return Ok(String::new());
        }
        let fuzzy = version.starts_with('=') && !version.starts_with("==");
        let bare =
            bare.strip_suffix(".*").or_else(|| bare.strip_suffix('*')).map_or(bare.to_owned(), |start| format!("{start}.*"));
        Ok(match (version.starts_with('='), fuzzy && !bare.ends_with(".*")) {
            (true, true) => format!("=={bare}.*"),
            (true, false) => format!("=={bare}"),
            // A bare version inside `[version='1.2.*']`.
            (false, _) if version.starts_with(|c: char| c.is_ascii_digit()) => format!("=={bare}"),
            (false, _) => version,
        })
    }

    /// What the build says: `py3.10_cuda11.8_cudnn8.7.0_0`, `*cpu*`.
    fn target(&self) -> Option<Target> {
        let build = self.build.to_ascii_lowercase();
        if build.contains("cuda") || build.contains("gpu") {
            return Some(Target::Cuda);
        }
        build.contains("cpu").then_some(Target::Cpu)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::data::Data;

    fn wishes(lines: &str) -> Vec<Wish> {
        let text = lines.lines().fold("dependencies:\n".to_owned(), |text, line| format!("{text}  - {line}\n"));
        let entries = read("environment.yml", &text, &Names::load(&Data::embedded()).unwrap(), &|_| None).unwrap();
        entries.into_iter().map(|entry| entry.wish).collect()
    }

    #[test]
    fn versions_of_conda_become_those_of_python() {
        let package = |text: &str| Wish::Package(text.to_owned());
        assert_eq!(
            wishes(
                "numpy\npandas=2.1\nscipy=1.11.4=py311h64a7726_0\nrich==14.0\nconda-forge::einops >=0.7,<1\n\"polars[version='>=1.0']\"\ntqdm 4.66.*\nzarr=2.*"
            ),
            [
                package("numpy"),
                package("pandas==2.1.*"),
                package("scipy==1.11.4"),
                package("rich==14.0"),
                package("einops>=0.7,<1"),
                package("polars>=1.0"),
                package("tqdm==4.66.*"),
                package("zarr==2.*"),
            ]
        );
        assert_eq!(wishes("python=3.10.*"), [Wish::Python("==3.10.*".to_owned())]);
        assert!(matches!(&wishes("numpy=1.21|1.22")[0], Wish::Left(why) if why.contains('|')));
    }

    #[test]
    fn cuda_is_a_word_about_the_machine() {
        let found = wishes("cudatoolkit=11.8\npytorch=2.1.0=py3.10_cuda11.8_cudnn8.7.0_0\ncpuonly\nffmpeg\nlibjpeg-turbo=3.0");
        assert!(matches!(found[0], Wish::Target(Target::Cuda, _)), "{found:?}");
        assert!(
            matches!(found[1], Wish::Target(Target::Cuda, _)) && found[2] == Wish::Package("torch==2.1.0".into()),
            "{found:?}"
        );
        assert!(matches!(found[3], Wish::Target(Target::Cpu, _)), "{found:?}");
        assert!(matches!(&found[4], Wish::Left(why) if why.contains("programs")) && matches!(found[5], Wish::Left(_)));
    }

    #[test]
    fn the_section_for_pip_keeps_its_lines() {
        let text = "name: lab\ndependencies:\n  - pip\n  - pip:\n    - torch==2.1\n    - not a package\n";
        let failure = read("environment.yml", text, &Names::load(&Data::embedded()).unwrap(), &|_| None).unwrap_err();
        assert!(failure.what.contains("environment.yml:6"), "{failure}");
    }
}
