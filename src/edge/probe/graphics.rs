//! The ladder of graphics facts: files of the kernel first, then the driver's library, then `nvidia-smi`, then what the environment overrides.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::nvml::{self, Answers};
use super::options::ProbeOptions;
use super::part::Part;
use super::{apple, cards, driver, libraries, overrides, pci, smi, toolkits};
use crate::core::facts::{Driver, Gpu, Vendor};

/// Less is not worth starting a program for.
const WORTH_ASKING: Duration = Duration::from_millis(100);

/// Fills `driver`, `gpus` and `toolkits`: once from files, and again when a driver has answered.
pub fn ask(options: &ProbeOptions, publish: &mut dyn FnMut(Part)) {
    let deadline = options.deadline();
    let mut part = Part::default();
    toolkits::ask(options, &mut part);
    let loaded = driver::look(options, &mut part);
    let bus = match apple::card(options) {
        Some(card) => Ok(vec![card]),
        None => pci::cards(options),
    };
    let mut seen = part.clone();
    place(&mut seen, bus.clone(), None);
    overrides::apply(options, &mut seen);
    publish(seen);

    let rung = rung(options, &part, loaded);
    let answers = match &rung {
        Rung::Library(libraries) => Some(nvml::ask(options, libraries, deadline)),
        Rung::Refused(reason) => Some(Answers { failure: Some(reason.clone()), ..Answers::default() }),
        Rung::Program | Rung::None(_) => None,
    };
    let none = if let Rung::None(reason) = &rung { Some(reason.as_str()) } else { None };
    let hung = answers.as_ref().is_some_and(|answers| answers.hung);
    let refused = answers.as_ref().is_some_and(|answers| answers.refused.is_some());
    match answers {
        Some(answers) => answered(&mut part, bus, answers),
        None => place(&mut part, bus, none),
    }
    let may_run =
        loaded && none.is_none() && !hung && !refused && (options.root.is_recorded() || may_ask(options, &part).is_ok());
    if may_run && gaps(&part) && deadline.saturating_duration_since(Instant::now()) > WORTH_ASKING {
        program(options, &mut part, deadline);
    }
    if loaded && !hung && !options.root.is_recorded() {
        names(options, &mut part, deadline);
    }
    if part.facts.driver == Some(Driver::default()) {
        part.facts.driver = None;
    }
    overrides::apply(options, &mut part);
    publish(part);
}

/// Who may be asked next.
enum Rung {
    Library(Vec<PathBuf>),
    /// A library was named that is none.
    Refused(String),
    /// Only `nvidia-smi`.
    Program,
    /// Nobody: why.
    None(String),
}

fn rung(options: &ProbeOptions, part: &Part, loaded: bool) -> Rung {
    if let Some(library) = options.nvml_library() {
        return match libraries::refusal(&library) {
            Some(reason) => Rung::Refused(format!("NIXML_NVML_LIB: {reason}")),
            None => Rung::Library(vec![library]),
        };
    }
    if !loaded {
        return Rung::None("the NVIDIA driver is not loaded".to_owned());
    }
    if options.root.is_recorded() {
        return Rung::Program;
    }
    if let Err(reason) = may_ask(options, part) {
        return Rung::None(reason);
    }
    let known = part.facts.driver.iter().flat_map(|driver| &driver.libnvml);
    let mut libraries: Vec<PathBuf> = known.filter(|file| !file.stub).map(|file| PathBuf::from(&file.path)).collect();
    libraries.push("libnvidia-ml.so.1".into()); // Wherever the loader finds it, as the last resort.
    Rung::Library(libraries)
}

/// The library creates device nodes that are missing; then it is not asked, because looking must not change the machine.
fn may_ask(options: &ProbeOptions, part: &Part) -> Result<(), String> {
    let root = &options.root;
    let tegra = part.facts.driver.iter().flat_map(|driver| driver.modules.iter().flatten()).any(|module| module == "nvgpu");
    if tegra || ["/dev/nvidiactl", "/dev/dxg"].iter().any(|node| root.exists(node)) {
        Ok(())
    } else {
        Err("/dev/nvidiactl is missing, and asking the driver would create it: run `nvidia-smi` once".to_owned())
    }
}

/// The cards of the bus alone.
fn place(part: &mut Part, bus: Result<Vec<Gpu>, String>, reason: Option<&str>) {
    match bus {
        Ok(cards) => {
            part.facts.gpus = Some(cards::number(cards));
            cards::sources(part, "sysfs");
            if let Some(reason) = reason {
                cards::missing(part, reason);
                missing_driver(part, reason);
            }
        }
        Err(reason) => part.unknown("gpus", reason),
    }
    if part.facts.gpus.as_ref().is_some_and(Vec::is_empty) && part.facts.driver.is_some() && reason.is_none() {
        // WSL shows its cards through the driver only.
        part.facts.gpus = None;
        part.unknown("gpus", "the driver has not been asked");
    }
}

/// The driver's own file names a card that nobody else could name; read by a process of its own, because the driver may hang in it.
fn names(options: &ProbeOptions, part: &mut Part, deadline: Instant) {
    let cards = part.facts.gpus.iter_mut().flatten().enumerate();
    let nameless = cards.filter(|(_, card)| card.name.is_none() && card.kernel_driver.as_deref() == Some("nvidia"));
    for (index, card) in nameless {
        let Some(address) = &card.pci else { continue };
        let text = nvml::read_file(options, &pci::information(address), deadline);
        card.name = text.as_deref().and_then(pci::model);
        if card.name.is_some() {
            let path = format!("gpus.{index}.name");
            part.facts.unknown.remove(&path);
            part.facts.sources.insert(path, "procfs".to_owned());
        }
    }
}

fn missing_driver(part: &mut Part, reason: &str) {
    let Some(driver) = &part.facts.driver else { return };
    let gaps = [("driver.version", driver.version.is_none()), ("driver.cuda", driver.cuda.is_none())];
    for (path, _) in gaps.iter().filter(|(_, gap)| *gap) {
        part.facts.unknown.entry((*path).to_owned()).or_insert_with(|| reason.to_owned());
    }
}

/// What the library said, joined with the cards of the bus.
fn answered(part: &mut Part, bus: Result<Vec<Gpu>, String>, answers: Answers) {
    let driver = part.facts.driver.get_or_insert_with(Driver::default);
    driver.nvml_error = answers.refused;
    if let Some(version) = answers.driver {
        driver.version = Some(version);
        part.facts.sources.insert("driver.version".to_owned(), "nvml".to_owned());
    }
    if let Some(version) = answers.cuda {
        driver.cuda = Some(version);
        part.facts.sources.insert("driver.cuda".to_owned(), "nvml".to_owned());
    }
    let known_version = driver.version.is_some();
    part.source("driver.nvml_error", "nvml");
    let told = answers.cards.is_some();
    let cards = cards::merge(bus.unwrap_or_default(), answers.cards.unwrap_or_default());
    if told || !cards.is_empty() {
        part.facts.gpus = Some(cards::number(cards));
    }
    cards::sources(part, if told { "nvml" } else { "sysfs" });
    for (path, reason) in answers.unknown {
        if path != "driver.version" || !known_version {
            part.unknown(path, reason);
        }
    }
    if let Some(reason) = answers.failure {
        cards::missing(part, &reason);
        missing_driver(part, &reason);
        part.facts.unknown.entry("gpus".to_owned()).or_insert(reason);
    } else {
        cards::missing(part, "the NVIDIA library does not say");
        missing_driver(part, "the NVIDIA library does not say");
    }
}

/// Something that `nvidia-smi` could tell is not known.
fn gaps(part: &Part) -> bool {
    let cards = part.facts.gpus.as_deref().unwrap_or_default();
    let nvidia: Vec<&Gpu> = cards.iter().filter(|card| card.vendor == Some(Vendor::Nvidia) && card.error.is_none()).collect();
    let driver = part.facts.driver.as_ref();
    nvidia.is_empty()
        || nvidia.iter().any(|card| card.memory_bytes.is_none() || card.compute.is_none() || card.name.is_none())
        || driver.is_none_or(|driver| driver.cuda.is_none() || driver.version.is_none())
}

fn program(options: &ProbeOptions, part: &mut Part, deadline: Instant) {
    const SOURCE: &str = "nvidia-smi";
    let told = match smi::program(options) {
        Some(program) => smi::ask(options, &program, deadline),
        None => Err("neither NVML nor `nvidia-smi` is there to ask".to_owned()),
    };
    match told {
        Ok(told) => {
            let driver = part.facts.driver.get_or_insert_with(Driver::default);
            for (path, slot, value) in
                [("driver.version", &mut driver.version, told.driver), ("driver.cuda", &mut driver.cuda, told.cuda)]
            {
                let weak = part.facts.sources.get(path).is_some_and(|source| source == "library name");
                if value.is_some() && (slot.is_none() || weak) {
                    *slot = value;
                    part.facts.sources.insert(path.to_owned(), SOURCE.to_owned());
                    part.facts.unknown.remove(path);
                }
            }
            if !told.cards.is_empty() {
                cards::fill(part, told.cards, SOURCE);
                part.facts.unknown.remove("gpus");
            }
            cards::missing(part, "neither NVML nor `nvidia-smi` says");
        }
        Err(reason) => {
            cards::missing(part, &reason);
            missing_driver(part, &reason);
            if part.facts.gpus.is_none() {
                part.facts.unknown.entry("gpus".to_owned()).or_insert(reason);
            }
        }
    }
}
