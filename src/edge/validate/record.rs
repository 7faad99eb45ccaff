//! Keeps what a proof was made with, so that a later change of the driver, the cards or Nix can be told.

use std::io::Write as _;

use rustix::fs::{AtFlags, Mode, OFlags, openat, renameat, unlinkat};

use crate::core::facts::{Facts, Proved};
use crate::core::plan::Target;
use crate::core::validation::Proof;

use super::Runner;
use super::project::Project;
use super::trial::Trial;

/// Writes `.nixml/proved-TARGET.toml`; where that cannot be, the proof counts all the same.
pub fn record(trial: &mut Trial<'_>, project: &Project, proof: &Proof) {
    let nix = trial.options.runner == Runner::Nix;
    let target = project.target().target;
    let proved = proved(trial.facts(), target, proof, nix);
    let _ = toml::to_string(&proved).ok().and_then(|text| write(project, target, &text));
}

fn proved(facts: &Facts, target: Target, proof: &Proof, nix: bool) -> Proved {
    let cuda = target == Target::Cuda;
    let mut cards: Vec<String> = facts.nvidia().filter(|_| cuda).filter_map(|gpu| gpu.name.clone()).collect();
    cards.sort();
    Proved {
        target: target.word().to_owned(),
        framework: proof.framework.clone(),
        version: proof.version.clone(),
        build: proof.build.clone(),
        driver: facts.driver.as_ref().filter(|_| cuda).and_then(|driver| driver.version.clone()),
        cards,
        nix: facts.nix.as_ref().filter(|_| nix).and_then(|nix| nix.version.clone()),
    }
}

fn write(project: &Project, target: Target, text: &str) -> Option<()> {
    let (folder, name) = project.folder.parent(&format!(".nixml/proved-{}.toml", target.word()), true).ok()??;
    let aside = format!("proved-{}.tmp", crate::edge::random_word());
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut out = std::fs::File::from(openat(&folder, &aside, flags, Mode::from_raw_mode(0o644)).ok()?);
    let written = out.write_all(text.as_bytes()).is_ok() && renameat(&folder, &aside, &folder, &name).is_ok();
    if !written {
        let _ = unlinkat(&folder, &aside, AtFlags::empty());
    }
    written.then_some(())
}
