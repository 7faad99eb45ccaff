//! Whether one build of one release runs on one card: the rules of machine code, PTX and drivers.

use std::cmp::Ordering;

use super::machine::{Card, Machine};
use crate::core::catalog::{Broken, Build, Catalog, Framework, Release, Remote, Size};
use crate::core::facts::Vendor;
use crate::core::version::Version;

/// A release with one of its builds; with a framework below, that one's release and build.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    pub framework: &'a Framework,
    pub release: &'a Release,
    /// The framework below and its release.
    pub base: Option<(&'a Framework, &'a Release)>,
    pub build: &'a Build,
}

impl<'a> Candidate<'a> {
    /// The release that the build is of.
    #[must_use]
    pub fn built(&self) -> &'a Release {
        self.base.map_or(self.release, |(_, release)| release)
    }

    /// The framework that the build is of.
    #[must_use]
    pub fn owner(&self) -> &'a Framework {
        self.base.map_or(self.framework, |(framework, _)| framework)
    }

    /// Python minor releases with wheels for all of it, in the order of preference.
    #[must_use]
    pub fn pythons(&self, catalog: &Catalog) -> Vec<String> {
        let below = self.built();
        let fits = |version: &String| self.release.python.contains(version) && below.python.contains(version);
        catalog.pythons.iter().filter(|python| python.offered).map(|python| python.version.clone()).filter(fits).collect()
    }

    /// Every Python minor release with wheels for all of it, oldest first.
    #[must_use]
    pub fn all_pythons(&self) -> Vec<String> {
        let mut pythons: Vec<Version> = self.release.python.iter().filter_map(|text| text.parse().ok()).collect();
        pythons.sort();
        let below = &self.built().python;
        pythons.into_iter().map(|python| python.to_string()).filter(|python| below.contains(python)).collect()
    }

    /// A build that computes on cards.
    #[must_use]
    pub fn is_for_cards(&self) -> bool {
        self.build.cuda.is_some() || self.build.id == "mps"
    }

    /// Its wheels exist for the machine's system and start there.
    #[must_use]
    pub fn starts_on(&self, machine: &Machine) -> bool {
        let needs = self.macos().zip(machine.macos.as_ref());
        self.build.systems.contains(&machine.system) && needs.is_none_or(|(needs, has)| has >= needs)
    }

    /// The oldest macOS that it computes on.
    #[must_use]
    pub fn macos(&self) -> Option<&'a Version> {
        self.build.macos.as_ref().max(self.built().macos.as_ref())
    }

    /// The index its wheels come from on a system; `None`: PyPI. Other indexes hold wheels for Linux.
    #[must_use]
    pub fn remote(&self, system: &str) -> Option<&'a Remote> {
        let name = self.build.index.as_ref().filter(|_| system.ends_with("-linux"))?;
        self.owner().indexes.iter().find(|remote| remote.name == *name)
    }

    /// The host that its wheels come from and that this network cannot reach. On a Mac it would install without it, but the lock of
    /// a project is for Linux too.
    #[must_use]
    pub fn out_of_reach(&self, catalog: &Catalog) -> Option<&'a str> {
        let name = self.build.index.as_ref()?;
        self.owner().indexes.iter().find(|remote| remote.name == *name).and_then(|remote| catalog.out_of_reach(remote))
    }

    /// `PyTorch 2.15.0`; `Lightning 2.6.6 on PyTorch 2.15.0`.
    #[must_use]
    pub fn title(&self) -> String {
        let own = format!("{} {}", self.framework.title, self.release.version);
        self.base.map_or_else(|| own.clone(), |(below, release)| format!("{own} on {} {}", below.title, release.version))
    }

    /// What it weighs on a system, where it was measured.
    #[must_use]
    pub fn size(&self, system: &str) -> Option<&'a Size> {
        let below = self.base.map(|(_, release)| &release.version);
        self.framework.sizes.iter().find(|size| {
            size.release == self.release.version
                && size.base.as_ref() == below
                && size.build == self.build.id
                && size.system == system
        })
    }

    /// Newer first, then in the catalog's order of builds.
    fn age(&self, other: &Self) -> Ordering {
        let base = |candidate: &Self| candidate.base.map(|(_, release)| release.version.clone());
        other.release.version.cmp(&self.release.version).then_with(|| base(other).cmp(&base(self)))
    }
}

/// What a framework ships and this network can reach, newest first, preferred builds first; no pre-releases.
#[must_use]
pub fn candidates<'a>(framework: &'a Framework, catalog: &'a Catalog) -> Vec<Candidate<'a>> {
    let mut all = every_candidate(framework, catalog);
    all.retain(|candidate| candidate.out_of_reach(catalog).is_none());
    all
}

/// The same with what comes from hosts out of reach: a project that was made elsewhere stays as it is.
#[must_use]
pub fn every_candidate<'a>(framework: &'a Framework, catalog: &'a Catalog) -> Vec<Candidate<'a>> {
    let mut all = Vec::new();
    for release in framework.releases.iter().filter(|release| !release.version.is_prerelease()) {
        let below = framework.base.as_ref().and_then(|base| Some((base, catalog.framework(&base.framework)?)));
        if let Some((base, below)) = below {
            for under in
                below.releases.iter().filter(|under| !under.version.is_prerelease() && base.releases.contains(&under.version))
            {
                let builds = below.builds.iter().filter(|build| build.releases.contains(&under.version));
                all.extend(builds.map(|build| Candidate { framework, release, base: Some((below, under)), build }));
            }
        } else {
            let builds = framework.builds.iter().filter(|build| build.releases.contains(&release.version));
            all.extend(builds.map(|build| Candidate { framework, release, base: None, build }));
        }
    }
    all.sort_by(Candidate::age);
    all
}

/// How a build fits a card.
#[derive(Debug, Clone)]
pub enum Fit<'a> {
    /// Its machine code runs.
    Native,
    /// The driver compiles its intermediate code at the first start.
    Jit,
    No(Obstacle<'a>),
}

impl Fit<'_> {
    #[must_use]
    pub fn runs(&self) -> bool {
        !matches!(self, Self::No(_))
    }
}

/// Why a build does not fit.
#[derive(Debug, Clone)]
pub enum Obstacle<'a> {
    /// The build does not exist for this system.
    System,
    /// The machine's macOS is older than its wheels.
    MacOs(&'a Version),
    /// It is for cards of another maker, or for none.
    OtherMaker,
    /// The compute capability is not known.
    ComputeUnknown,
    /// The driver is not known, or not whole.
    DriverUnknown,
    /// The driver is older than the build, or its intermediate code, or the card needs.
    DriverTooOld(Need),
    /// The driver is so new that it leaves this card out.
    DriverTooNew { last_branch: &'a Version, generation: &'a str },
    /// There is no code for this card in it.
    NoKernels,
    /// A board that does not run code made for other cards.
    Jetson,
    /// Known not to work.
    Broken(&'a Broken),
}

/// Decides whether `candidate` runs on `card`.
#[must_use]
pub fn fit<'a>(candidate: &Candidate<'a>, card: &Card, machine: &Machine, catalog: &'a Catalog) -> Fit<'a> {
    let build = candidate.build;
    if !build.systems.contains(&machine.system) {
        return Fit::No(Obstacle::System);
    }
    if let (Some(needs), Some(has)) = (candidate.macos(), &machine.macos)
        && has < needs
    {
        return Fit::No(Obstacle::MacOs(needs));
    }
    let Some(cuda) = &build.cuda else {
        let apple = build.id == "mps" && machine.is_mac() && card.vendor == Some(Vendor::Apple);
        return if apple { Fit::Native } else { Fit::No(Obstacle::OtherMaker) };
    };
    if !card.is_nvidia() || machine.wsl1 {
        return Fit::No(if machine.wsl1 { Obstacle::System } else { Obstacle::OtherMaker });
    }
    let Some(compute) = &card.compute else {
        return Fit::No(without_compute(candidate, cuda, machine, catalog));
    };
    let code = match code(candidate, compute, cuda, machine, catalog) {
        Ok(code) => code,
        Err(obstacle) => return Fit::No(obstacle),
    };
    if let Some(broken) = broken(candidate, compute) {
        return Fit::No(Obstacle::Broken(broken));
    }
    // A driver that another one keeps from the card (nouveau, or vfio-pci for a virtual machine) is no driver of it.
    let Some(driver) = machine.driver.version().filter(|_| card.held_by.is_none()) else {
        return Fit::No(Obstacle::DriverUnknown);
    };
    let need = needs(candidate, compute, code, machine, catalog);
    if *driver < need.driver {
        return Fit::No(Obstacle::DriverTooOld(need));
    }
    too_new(driver, compute, catalog).map_or_else(|| code.fit(), Fit::No)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Code {
    Native,
    Ptx,
}

impl Code {
    fn fit<'a>(self) -> Fit<'a> {
        if self == Self::Native { Fit::Native } else { Fit::Jit }
    }
}

/// Code `XY` runs on the same X with Y or more; PTX runs on every later card; Jetson boards share code only from CUDA 13 on.
fn code<'a>(
    candidate: &Candidate<'a>,
    compute: &Version,
    cuda: &Version,
    machine: &Machine,
    catalog: &'a Catalog,
) -> Result<Code, Obstacle<'a>> {
    let build = candidate.build;
    if build.compute.as_ref().is_some_and(|range| !range.contains(compute)) {
        return Err(Obstacle::NoKernels);
    }
    let arch = catalog.arch(compute);
    if arch.is_some_and(|arch| !arch.systems.is_empty() && !arch.systems.contains(&machine.system)) {
        return Err(Obstacle::System);
    }
    let (major, minor) = (compute.major(), compute.minor());
    let own = arch.and_then(|arch| arch.shares_code_from.as_ref()).is_some_and(|from| cuda.major() < from.major());
    let Some(sm) = build.sm.get(&machine.system) else {
        return if own { Err(Obstacle::Jetson) } else { Ok(Code::Native) };
    };
    let runs = |code: &u32| {
        let (x, y) = (u64::from(code / 10), u64::from(code % 10));
        x == major && if own { y == minor } else { y <= minor }
    };
    if sm.iter().any(runs) {
        return Ok(Code::Native);
    }
    let newest_ptx = build.ptx.get(&machine.system).map(|ptx| (u64::from(ptx / 10), u64::from(ptx % 10)));
    match newest_ptx {
        Some(ptx) if ptx <= (major, minor) && !own => Ok(Code::Ptx),
        _ if own => Err(Obstacle::Jetson),
        _ => Err(Obstacle::NoKernels),
    }
}

/// What can be told of a card whose compute capability is not known: that the driver is too old for any.
fn without_compute<'a>(candidate: &Candidate<'_>, cuda: &Version, machine: &Machine, catalog: &'a Catalog) -> Obstacle<'a> {
    let floor =
        [catalog.floor(cuda, machine.wsl), candidate.build.driver.as_ref().map(|own| &own.linux)].into_iter().flatten().max();
    match (floor, machine.driver.version()) {
        (Some(floor), Some(driver)) if driver < floor => {
            Obstacle::DriverTooOld(Need { driver: floor.clone(), for_card: false, for_ptx: false })
        }
        _ => Obstacle::ComputeUnknown,
    }
}

/// The driver that a build takes on a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    pub driver: Version,
    /// The build would be content with less, the card is not.
    pub for_card: bool,
    /// Machine code would be content with less; intermediate code takes the driver of its own toolkit.
    pub for_ptx: bool,
}

/// Of the CUDA major release, of the build, of its compilers; then of the card, then of its PTX.
fn needs(candidate: &Candidate<'_>, compute: &Version, code: Code, machine: &Machine, catalog: &Catalog) -> Need {
    let build = candidate.build;
    let floor_of = |cuda: &Version| catalog.floor(cuda, machine.wsl);
    let own = build.driver.as_ref().map(|own| own.windows.as_ref().filter(|_| machine.wsl).unwrap_or(&own.linux));
    let compiler = candidate.built().jit.iter().find(|jit| jit.compute.contains(compute)).and_then(|jit| floor_of(&jit.cuda));
    let plain = [build.cuda.as_ref().and_then(floor_of), own, compiler].into_iter().flatten().max();
    let card = catalog.arch(compute).and_then(|arch| arch.first_driver.as_ref());
    let ptx = build.cuda.as_ref().filter(|_| code == Code::Ptx).and_then(|cuda| catalog.toolkit_driver(cuda, machine.wsl));
    let driver = [plain, card, ptx].into_iter().flatten().max().cloned().unwrap_or_default();
    Need { for_card: plain < card && card == Some(&driver), for_ptx: plain < ptx && ptx == Some(&driver), driver }
}

/// The numbers are those of the Linux driver; a Windows branch carries the same ones.
fn too_new<'a>(driver: &Version, compute: &Version, catalog: &'a Catalog) -> Option<Obstacle<'a>> {
    let generation = catalog.generations.iter().find(|generation| generation.compute.contains(compute))?;
    (*driver >= generation.first_without)
        .then_some(Obstacle::DriverTooNew { last_branch: &generation.last_branch, generation: &generation.name })
}

fn broken<'a>(candidate: &Candidate<'a>, compute: &Version) -> Option<&'a Broken> {
    let version = &candidate.built().version;
    candidate.owner().broken.iter().find(|broken| broken.releases.contains(version) && broken.compute.contains(compute))
}

/// Orders fits: machine code before just-in-time code before nothing.
#[must_use]
pub fn rank(fit: &Fit<'_>) -> u8 {
    match fit {
        Fit::Native => 2,
        Fit::Jit => 1,
        Fit::No(_) => 0,
    }
}
