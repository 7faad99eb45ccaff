//! Joins what several sources say about the same cards.

use super::part::Part;
use crate::core::facts::{Gpu, Vendor};

/// Numbers the cards as they stand: the driver's own cards come first, in its order, so that theirs are CUDA's numbers.
#[must_use]
pub fn number(mut cards: Vec<Gpu>) -> Vec<Gpu> {
    for (index, card) in cards.iter_mut().enumerate() {
        card.index = u32::try_from(index).ok();
    }
    cards
}

/// The driver's cards, each with what the bus says of it, then the cards of the bus that the driver does not know.
#[must_use]
pub fn merge(mut bus: Vec<Gpu>, driver: Vec<Gpu>) -> Vec<Gpu> {
    let nvidia = bus.iter().filter(|card| card.vendor == Some(Vendor::Nvidia)).count();
    let in_order = driver.iter().all(|card| card.pci.is_none()) && nvidia == driver.len();
    let mut cards = Vec::with_capacity(bus.len() + driver.len());
    for card in driver {
        let same = |seen: &Gpu| match &card.pci {
            Some(address) => seen.pci.as_ref() == Some(address),
            None => in_order && seen.vendor == Some(Vendor::Nvidia),
        };
        let seen = bus.iter().position(same).map(|at| bus.remove(at)).unwrap_or_default();
        cards.push(Gpu {
            name: card.name.or(seen.name),
            pci: card.pci.or(seen.pci),
            pci_id: card.pci_id.or(seen.pci_id),
            kernel_driver: seen.kernel_driver,
            ..card
        });
    }
    cards.extend(bus);
    cards
}

/// Fills gaps of the known cards with what another source says; without known cards, takes its list.
pub fn fill(part: &mut Part, told: Vec<Gpu>, source: &str) {
    let known = part.facts.gpus.take().unwrap_or_default();
    if !known.iter().any(|card| card.vendor == Some(Vendor::Nvidia)) {
        part.facts.gpus = Some(number(merge(known, told)));
        sources(part, source);
        return;
    }
    let mut cards = known;
    for new in told {
        let by_address = cards.iter().position(|card| card.pci.is_some() && card.pci == new.pci);
        let by_number = || {
            cards.iter().position(|card| {
                card.index == new.index && card.vendor == Some(Vendor::Nvidia) && (card.pci.is_none() || new.pci.is_none())
            })
        };
        let Some(at) = by_address.or_else(by_number) else { continue };
        let card = &mut cards[at];
        let mut took = Vec::new();
        take(&mut card.name, new.name, "name", &mut took);
        take(&mut card.compute, new.compute, "compute", &mut took);
        take(&mut card.memory_bytes, new.memory_bytes, "memory_bytes", &mut took);
        take(&mut card.mig, new.mig, "mig", &mut took);
        for key in took {
            let path = format!("gpus.{at}.{key}");
            part.facts.unknown.remove(&path);
            part.facts.sources.insert(path, source.to_owned());
        }
    }
    part.facts.gpus = Some(cards);
}

fn take<T>(slot: &mut Option<T>, value: Option<T>, key: &'static str, took: &mut Vec<&'static str>) {
    if slot.is_none() && value.is_some() {
        *slot = value;
        took.push(key);
    }
}

/// The source of every fact of the cards: what only a driver can tell is `told`, the rest the bus.
pub fn sources(part: &mut Part, told: &str) {
    let cards = part.facts.gpus.clone().unwrap_or_default();
    for (index, card) in cards.iter().enumerate() {
        let nvidia = card.vendor == Some(Vendor::Nvidia);
        let by_driver = nvidia
            && (card.compute.is_some() || card.memory_bytes.is_some() || card.mig.is_some() || card.kernel_driver.is_none());
        for key in ["name", "compute", "memory_bytes", "mig", "vgpu", "error"] {
            part.source(format!("gpus.{index}.{key}"), if by_driver { told } else { "sysfs" });
        }
    }
    part.facts.sources.retain(|path, _| !path.starts_with("gpus.") || has(&cards, path));
    if cards.is_empty() && part.facts.gpus.is_some() {
        part.source("gpus", told);
    }
    part.rest_from("gpus", if cards.iter().all(|card| card.kernel_driver.is_none()) { told } else { "sysfs" });
}

fn has(cards: &[Gpu], path: &str) -> bool {
    let mut parts = path.split('.').skip(1);
    let card = parts.next().and_then(|index| index.parse::<usize>().ok()).and_then(|index| cards.get(index));
    card.is_some_and(|card| match parts.next() {
        Some("name") => card.name.is_some(),
        Some("compute") => card.compute.is_some(),
        Some("memory_bytes") => card.memory_bytes.is_some(),
        Some("mig") => card.mig.is_some(),
        Some("vgpu") => card.vgpu.is_some(),
        Some("error") => card.error.is_some(),
        _ => true,
    })
}

/// A reason for every gap of an NVIDIA card that has none yet.
pub fn missing(part: &mut Part, reason: &str) {
    for (index, card) in part.facts.gpus.clone().unwrap_or_default().iter().enumerate() {
        if card.vendor != Some(Vendor::Nvidia) {
            continue;
        }
        let reason = card.error.as_deref().unwrap_or(reason);
        let gaps =
            [("name", card.name.is_none()), ("compute", card.compute.is_none()), ("memory_bytes", card.memory_bytes.is_none())];
        for (key, _) in gaps.iter().filter(|(_, gap)| *gap) {
            part.facts.unknown.entry(format!("gpus.{index}.{key}")).or_insert_with(|| reason.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(vendor: Vendor, pci: &str, name: &str) -> Gpu {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Gpu { vendor: Some(vendor), pci: text(pci), name: text(name), ..Gpu::default() }
    }

    #[test]
    fn cards_of_two_sources_meet_by_address() {
        let bus = vec![
            Gpu { kernel_driver: Some("nvidia".into()), ..card(Vendor::Nvidia, "0000:02:00.0", "") },
            card(Vendor::Nvidia, "0000:05:00.0", "Old"),
            card(Vendor::Intel, "0000:00:02.0", ""),
        ];
        let merged = number(merge(bus, vec![card(Vendor::Nvidia, "0000:02:00.0", "NVIDIA T4")]));
        let seen: Vec<_> = merged.iter().map(|card| (card.index, card.pci.as_deref(), card.name.as_deref())).collect();
        assert_eq!(
            seen,
            [
                (Some(0), Some("0000:02:00.0"), Some("NVIDIA T4")),
                (Some(1), Some("0000:05:00.0"), Some("Old")),
                (Some(2), Some("0000:00:02.0"), None)
            ]
        );
        assert_eq!(merged[0].kernel_driver.as_deref(), Some("nvidia"));
    }

    #[test]
    fn without_addresses_the_order_decides_when_the_numbers_agree() {
        let bus = vec![card(Vendor::Nvidia, "0000:02:00.0", ""), card(Vendor::Nvidia, "0000:03:00.0", "")];
        let merged = merge(bus.clone(), vec![card(Vendor::Nvidia, "", "A"), card(Vendor::Nvidia, "", "B")]);
        assert_eq!(
            merged.iter().map(|card| card.pci.as_deref()).collect::<Vec<_>>(),
            [Some("0000:02:00.0"), Some("0000:03:00.0")]
        );
        assert_eq!(merge(bus, vec![card(Vendor::Nvidia, "", "A")]).len(), 3);
    }
}
