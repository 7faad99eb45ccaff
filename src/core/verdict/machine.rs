//! The few facts that decide, drawn from all that is known of a machine.

use crate::core::catalog::{Arch, Catalog, Toolkit};
use crate::core::facts::{Facts, Gpu, OVERRIDE, OsKind, Vendor, compute_capability};
use crate::core::version::Version;

/// A machine as the tables see it.
#[derive(Debug, Clone)]
pub struct Machine {
    /// `x86_64-linux`; what is not known is taken as the most common.
    pub system: String,
    /// The system was not known and `system` is an assumption.
    pub system_assumed: bool,
    /// `driver` is a Windows driver (WSL).
    pub wsl: bool,
    /// WSL 1: no card reaches Linux.
    pub wsl1: bool,
    /// The macOS release.
    pub macos: Option<Version>,
    pub driver: DriverState,
    /// `None`: not known whether there are cards.
    pub cards: Option<Vec<Card>>,
}

/// What is known of the NVIDIA driver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DriverState {
    /// Its version; `from_cuda`: drawn from the newest CUDA it speaks, so it may be newer.
    Known { version: Version, from_cuda: bool },
    /// Kernel module and libraries are of different versions: nothing runs before a restart.
    Torn { module: Version, libraries: Version },
    /// No version is known; why, where that is known.
    Unknown(Option<String>),
}

impl DriverState {
    #[must_use]
    pub fn version(&self) -> Option<&Version> {
        match self {
            Self::Known { version, .. } => Some(version),
            Self::Torn { .. } | Self::Unknown(_) => None,
        }
    }
}

/// One card.
#[derive(Debug, Clone)]
pub struct Card {
    pub index: u32,
    /// For people: its name, or what kind of card it is.
    pub name: String,
    pub vendor: Option<Vendor>,
    pub compute: Option<Version>,
    /// `compute` was looked up by the card's name.
    pub by_name: bool,
    pub mig: bool,
    pub error: Option<String>,
    /// The kernel driver that holds it when that is not NVIDIA's.
    pub held_by: Option<String>,
}

impl Card {
    /// A card that nixml's builds can be for: NVIDIA's, or an unnamed one with a compute capability.
    #[must_use]
    pub fn is_nvidia(&self) -> bool {
        self.vendor == Some(Vendor::Nvidia) || (self.vendor.is_none() && self.compute.is_some())
    }

    /// A card that is there and works, as far as known.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.error.is_none()
    }

    /// The same card in the hands of NVIDIA's driver.
    #[must_use]
    pub fn freed(&self) -> Self {
        Self { held_by: None, ..self.clone() }
    }
}

impl Machine {
    #[must_use]
    pub fn new(facts: &Facts, catalog: &Catalog) -> Self {
        let os = facts.os.as_ref();
        let wsl = facts.is_wsl();
        let apple = facts.gpus.iter().flatten().any(|gpu| gpu.vendor == Some(Vendor::Apple));
        let kind = os.and_then(|os| os.kind).or(apple.then_some(OsKind::Macos));
        let arch = os.and_then(|os| os.arch.clone());
        let system_assumed = kind.is_none() || arch.is_none();
        let word = if kind == Some(OsKind::Macos) { "darwin" } else { "linux" };
        let arch = arch.unwrap_or_else(|| if word == "darwin" { "aarch64" } else { "x86_64" }.to_owned());
        let arch = match arch.as_str() {
            "arm64" => "aarch64".to_owned(),
            "amd64" => "x86_64".to_owned(),
            _ => arch,
        };
        Self {
            system: format!("{arch}-{word}"),
            system_assumed,
            wsl,
            wsl1: os.and_then(|os| os.wsl) == Some(1),
            macos: os.filter(|_| word == "darwin").and_then(|os| os.version.as_deref()).and_then(|text| text.parse().ok()),
            driver: driver(facts, catalog, wsl),
            cards: facts.gpus.as_ref().map(|gpus| cards(gpus, catalog)),
        }
    }

    /// The machine as it would be with this driver, which then has every card.
    #[must_use]
    pub fn with_driver(&self, version: Version) -> Self {
        let cards = self.cards.as_ref().map(|cards| cards.iter().map(Card::freed).collect());
        Self { driver: DriverState::Known { version, from_cuda: false }, cards, ..self.clone() }
    }

    /// The cards nixml's CUDA builds can be for.
    pub fn nvidia(&self) -> impl Iterator<Item = &Card> {
        self.cards.iter().flatten().filter(|card| card.is_nvidia())
    }

    /// A card that NVIDIA's builds can be for is there and works.
    #[must_use]
    pub fn has_nvidia(&self) -> bool {
        self.nvidia().any(Card::is_alive)
    }

    #[must_use]
    pub fn is_mac(&self) -> bool {
        self.system.ends_with("-darwin")
    }

    /// What the tables say of a card's compute capability.
    #[must_use]
    pub fn arch<'a>(&self, card: &Card, catalog: &'a Catalog) -> Option<&'a Arch> {
        card.compute.as_ref().and_then(|compute| catalog.arch(compute))
    }
}

fn driver(facts: &Facts, catalog: &Catalog, wsl: bool) -> DriverState {
    let Some(driver) = &facts.driver else {
        return DriverState::Unknown(facts.unknown.get("driver").or_else(|| facts.unknown.get("driver.version")).cloned());
    };
    let read = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<Version>().ok());
    let (version, module) = (read(&driver.version), read(&driver.kernel_module));
    // What somebody imagines is not held against the module that is loaded, and counts more than what is there.
    let imagined = |path: &str| facts.sources.get(path).is_some_and(|source| source == OVERRIDE);
    let cuda = read(&driver.cuda).and_then(|cuda| of_cuda(&cuda, catalog, wsl));
    if let Some(version) = cuda.clone().filter(|_| imagined("driver.cuda") && !imagined("driver.version")) {
        return DriverState::Known { version, from_cuda: true };
    }
    match (version, module.filter(|_| !imagined("driver.version"))) {
        (Some(libraries), Some(module)) if libraries != module && !wsl => DriverState::Torn { module, libraries },
        (Some(version), _) | (None, Some(version)) => DriverState::Known { version, from_cuda: false },
        (None, None) => cuda.map_or_else(
            || DriverState::Unknown(facts.unknown.get("driver.version").cloned()),
            |version| DriverState::Known { version, from_cuda: true },
        ),
    }
}

/// A driver that speaks CUDA 12.4 is at least the first one that came with CUDA 12.4, and one that speaks a CUDA nobody has heard
/// of is newer than all in the table. Where the table has a later update of that toolkit only, the branch is what is sure.
fn of_cuda(cuda: &Version, catalog: &Catalog, wsl: bool) -> Option<Version> {
    let same = |toolkit: &&Toolkit| (toolkit.version.major(), toolkit.version.minor()) == (cuda.major(), cuda.minor());
    let first = catalog.toolkits.iter().rfind(same);
    let toolkit = first.or_else(|| catalog.toolkits.iter().find(|toolkit| toolkit.version <= *cuda))?;
    let (exact, known) = if wsl { (toolkit.windows.as_ref(), toolkit.windows.is_some()) } else { (toolkit.linux.as_ref(), true) };
    let driver = exact.or(toolkit.linux.as_ref())?;
    let update = toolkit.version.text().split('.').nth(2).is_some_and(|patch| patch != "0");
    if known && !update { Some(driver.clone()) } else { driver.major().to_string().parse().ok() }
}

fn cards(gpus: &[Gpu], catalog: &Catalog) -> Vec<Card> {
    gpus.iter().zip(0_u32..).map(|(gpu, place)| card(gpu, place, catalog)).collect()
}

fn card(gpu: &Gpu, place: u32, catalog: &Catalog) -> Card {
    let stated = gpu.compute.as_deref().and_then(compute_capability).and_then(|text| text.parse::<Version>().ok());
    let looked_up = || {
        gpu.name
            .as_deref()
            .filter(|_| matches!(gpu.vendor, None | Some(Vendor::Nvidia)))
            .and_then(|name| catalog.compute_of(name))
    };
    let by_name = stated.is_none();
    let compute = stated.or_else(looked_up);
    let vendor = gpu.vendor.or_else(|| vendor_of(gpu));
    let name = gpu.name.clone().unwrap_or_else(|| match vendor {
        Some(Vendor::Nvidia) => "this NVIDIA card".to_owned(),
        Some(Vendor::Amd) => "this AMD card".to_owned(),
        Some(Vendor::Intel) => "this Intel card".to_owned(),
        Some(Vendor::Apple) => "the Apple GPU".to_owned(),
        None => "this card".to_owned(),
    });
    Card {
        index: gpu.index.unwrap_or(place),
        name,
        vendor,
        by_name: by_name && compute.is_some(),
        compute,
        mig: gpu.mig == Some(true),
        error: gpu.error.clone(),
        held_by: gpu
            .kernel_driver
            .clone()
            .filter(|driver| vendor == Some(Vendor::Nvidia) && !driver.starts_with("nv") && driver != "dxgkrnl"),
    }
}

/// The maker by the PCI number, or by a word of the name that one maker alone uses.
fn vendor_of(gpu: &Gpu) -> Option<Vendor> {
    let pci = gpu.pci_id.as_deref().unwrap_or("").to_ascii_lowercase();
    let name = gpu.name.as_deref().unwrap_or("").to_ascii_lowercase();
    let table: [(&str, &[&str], Vendor); 4] = [
        ("10de:", &["nvidia", "geforce", "quadro", "tesla", "gtx", "rtx"], Vendor::Nvidia),
        ("1002:", &["amd", "ati", "radeon"], Vendor::Amd),
        ("8086:", &["intel"], Vendor::Intel),
        ("106b:", &["apple"], Vendor::Apple),
    ];
    let has = |words: &[&str]| name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| words.contains(&word));
    table.into_iter().find(|(id, words, _)| pci.starts_with(id) || has(words)).map(|(_, _, vendor)| vendor)
}
