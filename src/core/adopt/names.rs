//! What a package of somebody's file is called here: another name, a word about the machine, or a reason to leave it out.

use serde::Deserialize;

use crate::core::data::Data;
use crate::core::document;
use crate::core::failure::Failure;
use crate::core::plan::Target;
use crate::core::requirement::normalise;

/// One file of `assets/adopt/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: u32,
    #[serde(rename = "package")]
    packages: Vec<Row>,
}

/// What holds for some packages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    prefixes: Vec<String>,
    /// The name to ask for; absent: it is left out.
    pub pypi: Option<String>,
    /// What it says about the machine.
    pub target: Option<Target>,
    /// Why it is left out.
    why: Option<String>,
    /// Where that is known from, and since when; kept for people who read the file.
    #[expect(dead_code, reason = "a row without them is refused")]
    source: String,
    #[expect(dead_code, reason = "a row without them is refused")]
    verified: String,
}

impl Row {
    /// Why it is left out.
    #[must_use]
    pub fn why(&self, name: &str) -> String {
        self.why.as_deref().unwrap_or("it is not needed").replace("{name}", name)
    }
}

/// Both tables.
#[derive(Debug, Clone)]
pub struct Names {
    conda: Vec<Row>,
    pypi: Vec<Row>,
}

impl Names {
    /// Reads the tables.
    ///
    /// # Errors
    /// An overlay's file that cannot be read.
    pub fn load(data: &Data) -> Result<Self, Failure> {
        Ok(Self { conda: rows(data, "assets/adopt/conda.toml")?, pypi: rows(data, "assets/adopt/pypi.toml")? })
    }

    #[must_use]
    pub fn conda(&self, name: &str) -> Option<&Row> {
        find(&self.conda, name)
    }

    #[must_use]
    pub fn pypi(&self, name: &str) -> Option<&Row> {
        find(&self.pypi, name)
    }
}

fn rows(data: &Data, path: &str) -> Result<Vec<Row>, Failure> {
    let text = data.text(path).ok_or_else(|| Failure::usage(format!("read `{path}`")).why("the file is not there"))?;
    let file: File = document::toml(text).map_err(|error| Failure::usage(format!("read `{path}`")).why(error.message))?;
    if file.schema != 1 {
        return Err(Failure::usage(format!("read `{path}`")).why(format!("`schema` is {}; this nixml reads 1", file.schema)));
    }
    Ok(file.packages)
}

/// By name first, by how it begins then.
fn find<'a>(rows: &'a [Row], name: &str) -> Option<&'a Row> {
    let plain = normalise(name);
    let named = rows.iter().find(|row| row.names.iter().any(|known| normalise(known) == plain));
    // Names of conda begin with `_`, which normalising would change.
    let own = name.to_ascii_lowercase();
    let begins = |prefix: &String| own.starts_with(prefix) || plain.starts_with(prefix);
    named.or_else(|| rows.iter().find(|row| row.prefixes.iter().any(begins)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_before_how_they_begin() {
        let names = Names::load(&Data::embedded()).unwrap();
        assert_eq!(names.conda("libopencv").unwrap().pypi.as_deref(), Some("opencv-python-headless"));
        assert_eq!(names.conda("libcublas").unwrap().target, Some(Target::Cuda));
        assert!(names.conda("libjpeg-turbo").unwrap().pypi.is_none() && names.conda("_openmp_mutex").is_some());
        assert!(names.conda("pandas").is_none() && names.pypi("numpy").is_none());
        assert!(names.pypi("nvidia_cublas-cu12").is_some());
        assert!(names.conda("ffmpeg").unwrap().why("ffmpeg").contains("`ffmpeg`"));
    }
}
