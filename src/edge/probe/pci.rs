//! Graphics cards on the PCI bus, from the kernel's lists: no card is woken, nothing is started.

use super::options::ProbeOptions;
use super::root::Root;
use crate::core::facts::{Gpu, Vendor};

/// The cards of the bus, or why they are not known. NVIDIA's that its driver holds come first, in the order in which it counts
/// them, then its others, then those of other makers.
pub fn cards(options: &ProbeOptions) -> Result<Vec<Gpu>, String> {
    const DEVICES: &str = "/sys/bus/pci/devices";
    let root = &options.root;
    let mut cards: Vec<Gpu> = root.names(DEVICES).iter().filter_map(|address| card(root, DEVICES, address)).collect();
    // A container may hide the bus and show the driver's own list.
    for address in root.names("/proc/driver/nvidia/gpus") {
        if !cards.iter().any(|card| card.pci.as_ref() == Some(&address)) {
            let held = Some("nvidia".to_owned());
            cards.push(Gpu { vendor: Some(Vendor::Nvidia), pci: Some(address), kernel_driver: held, ..Gpu::default() });
        }
    }
    if !cards.iter().any(|card| card.vendor == Some(Vendor::Nvidia)) {
        cards.extend(tegra(root));
    }
    if cards.is_empty() && !root.is_dir("/sys/bus") {
        return Err("/sys is not there".to_owned());
    }
    cards.sort_by_key(|card| match (card.vendor, card.kernel_driver.as_deref()) {
        (Some(Vendor::Nvidia), Some("nvidia" | "nvgpu")) => 0,
        (Some(Vendor::Nvidia), _) => 1,
        (Some(Vendor::Amd), _) => 2,
        _ => 3,
    });
    name(root, &mut cards);
    Ok(cards)
}

/// The card inside a Jetson's chip, which is on no bus.
fn tegra(root: &Root) -> Option<Gpu> {
    let model = root.line("/proc/device-tree/model").filter(|model| model.contains("NVIDIA") || model.contains("Jetson"));
    if model.is_none() && !root.exists("/etc/nv_tegra_release") {
        return None;
    }
    let held = root.is_dir("/sys/module/nvgpu").then(|| "nvgpu".to_owned());
    Some(Gpu { vendor: Some(Vendor::Nvidia), name: model, kernel_driver: held, ..Gpu::default() })
}

fn card(root: &Root, devices: &str, address: &str) -> Option<Gpu> {
    let number = |file: &str| {
        let line = root.line(format!("{devices}/{address}/{file}"))?;
        u32::from_str_radix(line.trim_start_matches("0x"), 16).ok()
    };
    let class = number("class")? >> 16;
    let vendor_id = number("vendor")?;
    let vendor = match vendor_id {
        0x10de => Vendor::Nvidia,
        0x1002 => Vendor::Amd,
        0x8086 => Vendor::Intel,
        _ => return None,
    };
    // 03 is a display controller of any kind; AMD's accelerators call themselves processing accelerators.
    if class != 0x03 && !(class == 0x12 && vendor == Vendor::Amd) {
        return None;
    }
    let memory = root.line(format!("{devices}/{address}/mem_info_vram_total"));
    Some(Gpu {
        vendor: Some(vendor),
        pci: Some(address.to_owned()),
        pci_id: Some(format!("{vendor_id:04x}:{:04x}", number("device").unwrap_or(0) & 0xffff)),
        kernel_driver: root.link_name(format!("{devices}/{address}/driver")),
        memory_bytes: memory.and_then(|text| text.parse().ok()).filter(|bytes| *bytes > 0),
        ..Gpu::default()
    })
}

/// Where the NVIDIA driver says what it knows of the card at this address.
#[must_use]
pub fn information(address: &str) -> String {
    format!("/proc/driver/nvidia/gpus/{address}/information")
}

/// The name in that file.
#[must_use]
pub fn model(text: &str) -> Option<String> {
    let name = text.lines().find_map(|line| line.strip_prefix("Model:"))?.trim();
    (!name.is_empty() && name != "Unknown").then(|| name.to_owned())
}

/// Names: what the NVIDIA driver calls the card, else what the list of PCI names says.
fn name(root: &Root, cards: &mut [Gpu]) {
    // The driver answers from a file of its own, and one that hangs would take us along: only a recording is read here.
    if root.is_recorded() {
        for card in cards.iter_mut() {
            let address = card.pci.as_deref().unwrap_or_default();
            card.name = root.text(information(address)).as_deref().and_then(model).or(card.name.take());
        }
    }
    if cards.iter().all(|card| card.name.is_some()) {
        return;
    }
    let files = ["/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids"];
    let Some(bytes) = files.iter().find_map(|file| root.bytes(file, 8 << 20)) else { return };
    let list = String::from_utf8_lossy(&bytes);
    for card in cards.iter_mut().filter(|card| card.name.is_none()) {
        card.name = card.pci_id.as_deref().and_then(|id| listed(&list, id));
    }
}

/// The name of `vendor:device` in the text of pci.ids, as the shops say it: the words in brackets where there are some.
fn listed(list: &str, id: &str) -> Option<String> {
    let (vendor, device) = id.split_once(':')?;
    let maker = match vendor {
        "10de" => "NVIDIA",
        "1002" => "AMD",
        _ => "Intel",
    };
    let start = list.find(&format!("\n{vendor}  "))? + 1;
    let line = list[start..]
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('\t') || line.starts_with('#'))
        .find_map(|line| line.strip_prefix('\t')?.strip_prefix(device)?.strip_prefix("  "))?;
    let short = line.rsplit_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or(line, |(inside, _)| inside);
    Some(format!("{maker} {short}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_names_is_read_by_maker_and_device() {
        let list = "# x\n1002  Advanced Micro Devices, Inc. [AMD/ATI]\n\t744c  Navi 31 [Radeon RX 7900 XTX]\n10de  NVIDIA Corporation\n\t2684  AD102 [GeForce RTX 4090]\n\t\t1028 0001  x\n\t2704  AD103\n8086  Intel\n";
        for (id, name) in [
            ("10de:2684", Some("NVIDIA GeForce RTX 4090")),
            ("1002:744c", Some("AMD Radeon RX 7900 XTX")),
            ("10de:2704", Some("NVIDIA AD103")),
            ("10de:744c", None),
            ("8086:1234", None),
        ] {
            assert_eq!(listed(list, id).as_deref(), name, "{id}");
        }
    }
}
