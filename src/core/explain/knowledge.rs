//! All diagnoses, made ready for one pass over a log.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::diagnosis::{Diagnosis, Sign};
use super::pattern::{Pattern, any_of};
use super::rarity::{Ordinary, Rarity};
use super::rule::CudaFloor;
use super::sieve::Sieve;
use crate::core::data::Data;
use crate::core::document;
use crate::core::failure::Failure;

const FOLDER: &str = "assets/diagnoses/";
const FLOORS: &str = "assets/diagnoses/tables/cuda-floors.toml";
const ORDINARY: &str = "assets/diagnoses/tables/ordinary.toml";
const NOISE: &str = "assets/diagnoses/tables/noise.toml";

/// Every known cause with its patterns, and the sieve that finds their words in one pass.
#[derive(Debug)]
pub struct Knowledge {
    pub(super) diagnoses: Vec<Diagnosis>,
    pub(super) patterns: Vec<Pattern>,
    pub(super) signs: Vec<Watched>,
    /// For each pattern, who waits for it.
    pub(super) uses: Vec<Vec<Use>>,
    pub(super) floors: Vec<CudaFloor>,
    /// Lines that this matches say nothing.
    pub(super) noise: Option<Pattern>,
    pub(super) sieve: Sieve,
}

/// A sign with its patterns by number.
#[derive(Debug)]
pub(super) struct Watched {
    /// Places in `diagnoses` and in its `signs`.
    pub(super) diagnosis: usize,
    pub(super) sign: usize,
    /// How many places must be filled.
    pub(super) slots: usize,
    pub(super) within: u64,
    /// What forbids it nearby.
    pub(super) not: Vec<usize>,
    pub(super) somewhere: Vec<usize>,
    pub(super) nowhere: Vec<usize>,
}

/// What a match of a pattern does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Fills a place of a sign.
    Slot { sign: usize, slot: usize },
    /// Forbids a sign nearby.
    Not { sign: usize },
    /// Is remembered for the end.
    Ever,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Floors {
    floor: Vec<CudaFloor>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Noises {
    noise: Vec<Noise>,
}

/// A kind of line that names faults and is none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Noise {
    line: String,
    #[serde(rename = "why")]
    _why: String,
}

impl Knowledge {
    /// Reads every diagnosis of `data`.
    ///
    /// # Errors
    /// The first file that cannot be understood, by name.
    pub fn load(data: &Data) -> Result<Self, Failure> {
        let mut known = Vec::new();
        for (path, text) in data.below(FOLDER, ".toml") {
            if name_of(path).contains('/') {
                continue;
            }
            let diagnosis = read(path, text)?;
            known.push(diagnosis);
        }
        let floors = table::<Floors>(data, FLOORS)?.map_or_else(Vec::new, |table| table.floor);
        let mut noise = Vec::new();
        for line in table::<Noises>(data, NOISE)?.into_iter().flat_map(|table| table.noise) {
            Pattern::new(&line.line).map_err(|error| unreadable(NOISE, &error))?;
            noise.push(line.line);
        }
        let rarity = Rarity::new(&table::<Ordinary>(data, ORDINARY)?.unwrap_or_default());
        Self::of(known, floors, any_of(&noise), &rarity)
    }

    fn of(diagnoses: Vec<Diagnosis>, floors: Vec<CudaFloor>, noise: Option<Pattern>, rarity: &Rarity) -> Result<Self, Failure> {
        let mut table = Table::default();
        let mut signs = Vec::new();
        for (place, diagnosis) in diagnoses.iter().enumerate() {
            for (number, sign) in diagnosis.signs.iter().enumerate() {
                let path = format!("{FOLDER}{}.toml", diagnosis.code);
                signs.push(table.sign(signs.len(), place, number, sign).map_err(|error| unreadable(&path, &error))?);
            }
        }
        let Table { patterns, uses, .. } = table;
        let sieve = Sieve::new(&patterns, rarity);
        Ok(Self { diagnoses, patterns, signs, uses, floors, noise, sieve })
    }

    /// The cause of that name.
    #[must_use]
    pub fn diagnosis(&self, code: &str) -> Option<&Diagnosis> {
        self.diagnoses.iter().find(|diagnosis| diagnosis.code == code)
    }

    /// Every cause, in order of the codes.
    pub fn diagnoses(&self) -> impl Iterator<Item = &Diagnosis> {
        self.diagnoses.iter()
    }

    pub(super) fn of_sign(&self, watched: &Watched) -> (&Diagnosis, &Sign) {
        let diagnosis = &self.diagnoses[watched.diagnosis];
        (diagnosis, &diagnosis.signs[watched.sign])
    }
}

/// The page of one cause, without reading the others; `None`: there is none of that name.
///
/// # Errors
/// Its file cannot be understood.
pub fn diagnosis(data: &Data, code: &str) -> Result<Option<Diagnosis>, Failure> {
    let path = format!("{FOLDER}{code}.toml");
    if code.contains('/') {
        return Ok(None);
    }
    data.text(&path).map(|text| read(&path, text)).transpose()
}

/// The names of all causes, in order.
pub fn codes(data: &Data) -> impl Iterator<Item = &str> {
    data.below(FOLDER, ".toml").map(|(path, _)| name_of(path)).filter(|name| !name.contains('/'))
}

fn name_of(path: &str) -> &str {
    path.trim_start_matches(FOLDER).trim_end_matches(".toml")
}

fn read(path: &str, text: &str) -> Result<Diagnosis, Failure> {
    let diagnosis: Diagnosis = document::toml(text).map_err(|error| unreadable(path, &error.to_string()))?;
    if diagnosis.code != name_of(path) {
        return Err(unreadable(path, &format!("its code is `{}`, not the file's name", diagnosis.code)));
    }
    Ok(diagnosis)
}

/// A table beside the diagnoses; `None` when an overlay has none.
fn table<T: serde::de::DeserializeOwned>(data: &Data, path: &str) -> Result<Option<T>, Failure> {
    data.text(path).map(|text| document::toml(text).map_err(|error| unreadable(path, &error.to_string()))).transpose()
}

fn unreadable(path: &str, why: &str) -> Failure {
    Failure::usage(format!("cannot read `{path}`")).why(why.trim().to_owned())
}

/// The patterns so far, each source once.
#[derive(Default)]
struct Table {
    patterns: Vec<Pattern>,
    uses: Vec<Vec<Use>>,
    by_source: BTreeMap<String, usize>,
}

impl Table {
    fn sign(&mut self, id: usize, diagnosis: usize, number: usize, sign: &Sign) -> Result<Watched, String> {
        let mut slots = 0;
        for group in std::iter::once(sign.any.as_slice()).filter(|any| !any.is_empty()).chain(sign.all.chunks(1)) {
            for source in group {
                self.add(source, Use::Slot { sign: id, slot: slots })?;
            }
            slots += 1;
        }
        if slots == 0 {
            return Err("a sign needs `any` or `all`".to_owned());
        }
        let not = sign.not.iter().map(|source| self.add(source, Use::Not { sign: id })).collect::<Result<_, _>>()?;
        let mut ever = |sources: &[String]| sources.iter().map(|source| self.add(source, Use::Ever)).collect();
        let (somewhere, nowhere): (Result<Vec<_>, _>, Result<Vec<_>, _>) = (ever(&sign.somewhere), ever(&sign.nowhere));
        if let Some(rule) = &sign.decide {
            let captured = |name: &&str| !sign.any.iter().chain(&sign.all).any(|source| source.contains(&format!("?<{name}>")));
            if let Some(missing) = rule.needs().into_iter().find(captured) {
                return Err(format!("no pattern of the sign captures `{missing}`"));
            }
        }
        Ok(Watched { diagnosis, sign: number, slots, within: sign.within, not, somewhere: somewhere?, nowhere: nowhere? })
    }

    fn add(&mut self, source: &str, by: Use) -> Result<usize, String> {
        let number = if let Some(number) = self.by_source.get(source) {
            *number
        } else {
            self.patterns.push(Pattern::new(source)?);
            self.uses.push(Vec::new());
            self.by_source.insert(source.to_owned(), self.patterns.len() - 1);
            self.patterns.len() - 1
        };
        let uses = &mut self.uses[number];
        if !uses.contains(&by) {
            uses.push(by);
        }
        Ok(number)
    }
}
