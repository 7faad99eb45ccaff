//! Reads the catalog's files; a mistake names the file and the key.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::tables::{CudaFile, ExtraFile, GpuFile, NativeFile, NetworkFile, NixpkgsFile, PythonFile};
use super::{Catalog, Framework, check};
use crate::core::data::Data;
use crate::core::document;
use crate::core::failure::Failure;

const FOLDER: &str = "assets/catalog/";
const SCHEMA: u32 = 1;

impl Catalog {
    /// The catalog of this data: read at the first call, and the same one for every copy of the data after that.
    ///
    /// # Errors
    /// As [`Catalog::load`].
    pub fn of(data: &Data) -> Result<Arc<Self>, Failure> {
        if let Some(known) = data.catalog.0.get() {
            return Ok(Arc::clone(known));
        }
        let read = Arc::new(Self::load(data)?);
        Ok(Arc::clone(data.catalog.0.get_or_init(|| read)))
    }

    /// Reads every file below `assets/catalog/`.
    ///
    /// # Errors
    /// A usage failure that names the file and the key: an overlay can be wrong.
    pub fn load(data: &Data) -> Result<Self, Failure> {
        let cuda: CudaFile = table(data, "cuda.toml")?;
        let gpu: GpuFile = table(data, "gpu.toml")?;
        let python: PythonFile = table(data, "python.toml")?;
        let nixpkgs: NixpkgsFile = table(data, "nixpkgs.toml")?;
        let network: NetworkFile = table(data, "network.toml")?;
        let native: NativeFile = table(data, "native.toml")?;
        let extras: ExtraFile = table(data, "extras.toml")?;
        for (file, schema) in [
            ("cuda.toml", cuda.schema),
            ("gpu.toml", gpu.schema),
            ("python.toml", python.schema),
            ("nixpkgs.toml", nixpkgs.schema),
            ("network.toml", network.schema),
            ("native.toml", native.schema),
            ("extras.toml", extras.schema),
        ] {
            known_schema(&format!("{FOLDER}{file}"), schema)?;
        }
        let mut catalog = Self {
            date: String::new(),
            frameworks: frameworks(data)?,
            floors: cuda.floor,
            toolkits: cuda.toolkit,
            generations: cuda.generation,
            arches: gpu.arch,
            cards: gpu.card,
            pythons: python.python,
            pypi: python.pypi,
            pin: nixpkgs.pin,
            nix_hosts: nixpkgs.hosts,
            unreachable: network.unreachable,
            native: native.native,
            extras: extras.extra.into_iter().map(|extra| (extra.id.clone(), extra)).collect::<BTreeMap<_, _>>(),
        };
        catalog.floors.sort_by_key(|floor| std::cmp::Reverse(floor.major));
        catalog.toolkits.sort_by(|a, b| b.version.cmp(&a.version));
        catalog.arches.sort_by(|a, b| a.compute.cmp(&b.compute));
        check::check(&catalog)?;
        catalog.date = check::newest_date(&catalog).to_owned();
        Ok(catalog)
    }
}

/// The newest date of any row, found without reading the rows: all that `--version` wants.
#[must_use]
pub fn date(data: &Data) -> String {
    let dates = data.below(FOLDER, ".toml").flat_map(|(_, text)| text.split("verified = \"").skip(1));
    dates.filter_map(|rest| rest.split('"').next()).max().unwrap_or_default().to_owned()
}

fn frameworks(data: &Data) -> Result<Vec<Framework>, Failure> {
    let folder = format!("{FOLDER}frameworks/");
    let mut frameworks = Vec::new();
    for (path, text) in data.below(&folder, ".toml") {
        let mut framework: Framework = parse(path, text)?;
        known_schema(path, framework.schema)?;
        if path != format!("{folder}{}.toml", framework.id) {
            return Err(wrong(path, &format!("`id` is `{}`; the file's name must be the same", framework.id)));
        }
        framework.releases.sort_by(|a, b| b.version.cmp(&a.version));
        frameworks.push(framework);
    }
    frameworks.sort_by(|a, b| (a.order, &a.id).cmp(&(b.order, &b.id)));
    Ok(frameworks)
}

fn table<T: DeserializeOwned>(data: &Data, file: &str) -> Result<T, Failure> {
    let path = format!("{FOLDER}{file}");
    let text = data.text(&path).ok_or_else(|| wrong(&path, "the file is not there"))?;
    parse(&path, text)
}

fn parse<T: DeserializeOwned>(path: &str, text: &str) -> Result<T, Failure> {
    document::toml(text).map_err(|error| wrong(&format!("{path}:{}", error.place.map_or(0, |(line, _)| line)), &error.message))
}

fn known_schema(path: &str, schema: u32) -> Result<(), Failure> {
    if schema == SCHEMA {
        return Ok(());
    }
    Err(wrong(path, &format!("`schema` is {schema}; this nixml reads {SCHEMA}")))
}

/// A mistake in a data file.
pub(super) fn wrong(place: &str, why: &str) -> Failure {
    Failure::usage(format!("read the catalog file `{place}`"))
        .why(why.to_owned())
        .next("mend the file in the folder given to `--data`, or leave the option out")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_that_of_the_whole_catalog() {
        let data = Data::embedded();
        assert_eq!(date(&data), Catalog::load(&data).unwrap().date);
    }
}
