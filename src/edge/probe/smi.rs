//! `nvidia-smi`, the fallback when the library could not be asked: its table for programs first, its header for the CUDA version.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use regex::Regex;

use super::options::ProbeOptions;
use super::programs;
use crate::core::facts::{Gpu, Vendor};
use crate::core::text;
use crate::edge::child::brief;

const MOST_BYTES: usize = 64 << 10;
/// Drivers before 510 do not know the later fields and refuse the whole question.
const QUESTIONS: &[&str] = &[
    "index,pci.bus_id,driver_version,memory.total,name,compute_cap,mig.mode.current",
    "index,pci.bus_id,driver_version,memory.total,name",
];

/// What it said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Told {
    pub driver: Option<String>,
    pub cuda: Option<String>,
    pub cards: Vec<Gpu>,
}

/// Where the program is; on a recorded machine only below its root.
#[must_use]
pub fn program(options: &ProbeOptions) -> Option<PathBuf> {
    let places = ["/usr/lib/wsl/lib/nvidia-smi", "/run/current-system/sw/bin/nvidia-smi", "/usr/bin/nvidia-smi"];
    programs::on_path(options, "nvidia-smi")
        .or_else(|| places.iter().map(PathBuf::from).find(|path| programs::runnable(options, path)))
}

/// Asks until `deadline`; an error says what the program did instead of answering.
pub fn ask(options: &ProbeOptions, program: &Path, deadline: Instant) -> Result<Told, String> {
    let program = &options.root.at(program);
    let mut told = Told::default();
    let mut last = String::new();
    for fields in QUESTIONS {
        let said = run(program, &[&format!("--query-gpu={fields}"), "--format=csv,noheader,nounits"], deadline)?;
        table(&said, &mut told);
        if !told.cards.is_empty() {
            break;
        }
        last = said;
    }
    let header = run(program, &[], deadline).unwrap_or_default();
    told.cuda = number(&header, r"CUDA (?:UMD )?Version\s*:\s*([0-9]{1,2}\.[0-9]{1,2})\b");
    told.driver = told.driver.or_else(|| number(&header, r"(?:Driver|KMD) Version\s*:\s*([0-9]{2,4}(?:\.[0-9]{1,4}){1,3})\b"));
    if told == Told::default() {
        let line = last.lines().chain(header.lines()).find(|line| !line.trim().is_empty()).unwrap_or("nothing");
        return Err(format!("`nvidia-smi` said: {}", text::label(line)));
    }
    Ok(told)
}

fn run(program: &Path, arguments: &[&str], deadline: Instant) -> Result<String, String> {
    let mut command = Command::new(program);
    command.args(arguments).env("LC_ALL", "C").env_remove("LD_PRELOAD");
    let ran = brief::run(command, deadline, MOST_BYTES, &|_| false);
    match ran.ended {
        brief::Ended::Exited(_) => Ok(String::from_utf8_lossy(&ran.stdout).into_owned()),
        brief::Ended::TimedOut => Err("`nvidia-smi` did not answer in time".to_owned()),
        brief::Ended::TooMuch => Err("`nvidia-smi` printed too much".to_owned()),
        other => Err(format!("`nvidia-smi` failed: {other:?}")),
    }
}

fn table(text: &str, told: &mut Told) {
    let mut cards = BTreeMap::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let (Some(index), true) = (fields[0].parse::<u32>().ok().filter(|index| *index < 64), fields.len() >= 5) else {
            continue;
        };
        let word = |at: usize| {
            fields
                .get(at)
                .copied()
                .filter(|word| !word.is_empty() && !word.starts_with('[') && *word != "N/A" && !word.contains("ERR"))
        };
        let compute = word(5).filter(|word| number(word, r"^([0-9]{1,2}\.[0-9])$").is_some());
        let bus = word(1).map(|bus| serde_json::json!([bus, 0]));
        cards.insert(
            index,
            Gpu {
                index: Some(index),
                vendor: Some(Vendor::Nvidia),
                name: word(4).map(text::label).filter(|name| !name.is_empty()),
                compute: compute.map(str::to_owned),
                memory_bytes: word(3)
                    .and_then(|mebibytes| mebibytes.parse::<u64>().ok())
                    .filter(|size| (1..=16 << 20).contains(size))
                    .map(|size| size << 20),
                mig: word(6).map(|mode| mode == "Enabled"),
                pci: bus.as_ref().and_then(super::nvml::pci_address),
                ..Gpu::default()
            },
        );
        told.driver = told.driver.take().or_else(|| number(word(2)?, r"^([0-9]{2,4}(?:\.[0-9]{1,4}){1,3})$"));
    }
    told.cards = cards.into_values().collect();
}

fn number(text: &str, pattern: &str) -> Option<String> {
    Some(Regex::new(pattern).ok()?.captures(text)?.get(1)?.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_gaps_stay_gaps() {
        let mut told = Told::default();
        table(
            "0, 00000000:01:00.0, 580.65.06, 24564, NVIDIA GeForce RTX 4090, 8.9, [N/A]\n1, 00000000:02:00.0, 580.65.06, [N/A], [GPU is lost], N/A, Enabled\n",
            &mut told,
        );
        assert_eq!(told.driver.as_deref(), Some("580.65.06"));
        let card = &told.cards[0];
        assert_eq!((card.compute.as_deref(), card.memory_bytes, card.mig), (Some("8.9"), Some(24564 << 20), None));
        assert_eq!((card.name.as_deref(), card.pci.as_deref()), (Some("NVIDIA GeForce RTX 4090"), Some("0000:01:00.0")));
        let lost = &told.cards[1];
        assert_eq!((&lost.name, &lost.compute, lost.memory_bytes, lost.mig), (&None, &None, None, Some(true)));
        table("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", &mut told);
        assert!(told.cards.is_empty());
    }

    #[test]
    fn both_wordings_of_the_header_tell_the_version() {
        let pattern = r"CUDA (?:UMD )?Version\s*:\s*([0-9]{1,2}\.[0-9]{1,2})\b";
        for (line, version) in [
            ("| NVIDIA-SMI 550.54.14    Driver Version: 550.54.14      CUDA Version: 12.4     |", Some("12.4")),
            ("| NVIDIA-SMI 610.43.02    KMD Version: 610.43.02     CUDA UMD Version: 13.3     |", Some("13.3")),
            ("| NVIDIA-SMI 470.57   Driver Version: 470.57   CUDA Version: N/A |", None),
        ] {
            assert_eq!(number(line, pattern).as_deref(), version);
        }
    }
}
