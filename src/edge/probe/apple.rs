//! macOS: its chip is the card, and one program names it.

use std::process::Command;

use super::options::ProbeOptions;
use crate::core::facts::{Cpu, Gpu, Memory, Vendor};
use crate::edge::child::brief;

/// The chip as a card; `None` on any other system and on Intel Macs, whose cards no framework uses.
#[must_use]
pub fn card(options: &ProbeOptions) -> Option<Gpu> {
    let arm = cfg!(target_os = "macos") && std::env::consts::ARCH == "aarch64" && !options.root.is_recorded();
    arm.then(|| Gpu {
        name: chip(options).0.model.or_else(|| Some("Apple GPU".to_owned())),
        vendor: Some(Vendor::Apple),
        memory_bytes: chip(options).1.total_bytes,
        ..Gpu::default()
    })
}

/// Processor and memory, as the kernel's list says.
#[must_use]
pub fn chip(options: &ProbeOptions) -> (Cpu, Memory) {
    let mut command = Command::new("/usr/sbin/sysctl");
    command.args(["-n", "machdep.cpu.brand_string", "hw.logicalcpu", "hw.memsize"]);
    let said = brief::run(command, options.deadline(), 4096, &|_| false).text().unwrap_or_default();
    read(&said)
}

fn read(said: &str) -> (Cpu, Memory) {
    let mut lines = said.lines().map(str::trim);
    let model = lines.next().filter(|line| !line.is_empty()).map(str::to_owned);
    let cores = lines.next().and_then(|line| line.parse().ok());
    let total_bytes = lines.next().and_then(|line| line.parse().ok());
    (Cpu { model, cores }, Memory { total_bytes, available_bytes: None })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_chip_is_named() {
        let (cpu, memory) = super::read("Apple M2 Max\n12\n34359738368\n");
        assert_eq!((cpu.model.as_deref(), cpu.cores, memory.total_bytes), (Some("Apple M2 Max"), Some(12), Some(34_359_738_368)));
        assert_eq!(super::read("").0.model, None);
    }
}
