//! What the environment says instead of the machine: the variables of uv and conda, which CI uses already.

use super::cards;
use super::options::ProbeOptions;
use super::part::Part;
use crate::core::facts::{Driver, Gpu, OVERRIDE, Vendor, compute_capability};
use crate::core::text;

/// Applies `UV_CUDA_DRIVER_VERSION`, `CONDA_OVERRIDE_CUDA` and `CONDA_OVERRIDE_CUDA_ARCH`; set to nothing, the fact is absent.
pub fn apply(options: &ProbeOptions, part: &mut Part) {
    if let Some((value, reason)) = value(options, "UV_CUDA_DRIVER_VERSION", |text| version(text, 4)) {
        driver(part, "driver.version", value, &reason, |driver| &mut driver.version);
    }
    if let Some((value, reason)) = value(options, "CONDA_OVERRIDE_CUDA", |text| version(text, 3)) {
        driver(part, "driver.cuda", value, &reason, |driver| &mut driver.cuda);
    }
    if let Some((value, reason)) = value(options, "CONDA_OVERRIDE_CUDA_ARCH", compute_capability) {
        let mut gpus = part.facts.gpus.take();
        let none = !gpus.iter().flatten().any(|card| card.vendor == Some(Vendor::Nvidia));
        if none && value.is_some() {
            let mut all = vec![Gpu { vendor: Some(Vendor::Nvidia), ..Gpu::default() }];
            all.extend(gpus.take().unwrap_or_default());
            part.facts.sources.retain(|path, _| !path.starts_with("gpus"));
            part.facts.unknown.retain(|path, _| !path.starts_with("gpus"));
            gpus = Some(cards::number(all));
        }
        for (index, card) in gpus.iter_mut().flatten().enumerate().filter(|(_, card)| card.vendor == Some(Vendor::Nvidia)) {
            card.compute.clone_from(&value);
            note(part, &format!("gpus.{index}.compute"), value.is_some(), &reason);
        }
        part.facts.gpus = gpus;
        if none && value.is_some() {
            part.source("gpus.0.vendor", OVERRIDE);
            part.rest_from("gpus", "sysfs");
        }
    }
}

/// The variable's value (`None`: absent on purpose, or not readable) and what to say when it is absent; `None`: not set.
fn value(options: &ProbeOptions, name: &str, read: impl Fn(&str) -> Option<String>) -> Option<(Option<String>, String)> {
    let said = options.vars.even_empty(name)?;
    let said = said.trim();
    if said.is_empty() {
        return Some((None, format!("{name} is set to nothing")));
    }
    Some((read(said), format!("{name} says `{}`, which is not understood", text::label(said))))
}

fn driver(part: &mut Part, path: &str, value: Option<String>, reason: &str, slot: impl Fn(&mut Driver) -> &mut Option<String>) {
    note(part, path, value.is_some(), reason);
    if value.is_some() || part.facts.driver.is_some() {
        *slot(part.facts.driver.get_or_insert_with(Driver::default)) = value;
    }
}

fn note(part: &mut Part, path: &str, known: bool, reason: &str) {
    part.facts.unknown.remove(path);
    part.facts.sources.insert(path.to_owned(), OVERRIDE.to_owned());
    if !known {
        part.unknown(path, reason);
    }
}

/// One to `most` numbers with points between them.
fn version(text: &str, most: usize) -> Option<String> {
    let parts: Vec<&str> = text.split('.').collect();
    let plain = parts.len() <= most
        && parts.iter().all(|part| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()));
    plain.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(vars: &[(&str, &str)], part: Part) -> Part {
        let mut part = part;
        apply(&ProbeOptions::new(vars.iter().copied().collect(), None), &mut part);
        part
    }

    #[test]
    fn variables_speak_louder_than_the_machine() {
        let part = applied(
            &[("UV_CUDA_DRIVER_VERSION", "550.144"), ("CONDA_OVERRIDE_CUDA", "12.4"), ("CONDA_OVERRIDE_CUDA_ARCH", "8.9")],
            Part::default(),
        );
        let driver = part.facts.driver.unwrap();
        assert_eq!((driver.version.as_deref(), driver.cuda.as_deref()), (Some("550.144"), Some("12.4")));
        assert_eq!(part.facts.gpus.unwrap()[0].compute.as_deref(), Some("8.9"));
        for path in ["driver.version", "driver.cuda", "gpus.0.compute"] {
            assert_eq!(part.facts.sources[path], "override", "{path}");
        }
    }

    #[test]
    fn set_to_nothing_means_absent_and_nonsense_is_said() {
        let mut machine = Part::default();
        machine.facts.driver = Some(Driver { version: Some("535.1".into()), cuda: Some("12.2".into()), ..Driver::default() });
        let part = applied(&[("CONDA_OVERRIDE_CUDA", ""), ("UV_CUDA_DRIVER_VERSION", "new\u{1b}[2J")], machine);
        let driver = part.facts.driver.unwrap();
        assert_eq!((driver.version, driver.cuda), (None, None));
        assert_eq!(part.facts.unknown["driver.cuda"], "CONDA_OVERRIDE_CUDA is set to nothing");
        assert!(part.facts.unknown["driver.version"].contains("`new`"));
    }
}
