//! Processor and memory.

use super::apple;
use super::options::ProbeOptions;
use super::part::Part;
use crate::core::facts::{Cpu, Memory};

/// Fills `cpu` and `memory`.
pub fn ask(options: &ProbeOptions, part: &mut Part) {
    let root = &options.root;
    if cfg!(target_os = "macos") && !root.is_recorded() {
        let (cpu, memory) = apple::chip(options);
        part.facts.cpu = Some(cpu);
        part.facts.memory = Some(memory);
        part.rest_from("cpu", "sysctl");
        part.rest_from("memory", "sysctl");
        return;
    }
    if let Some(text) = root.text("/proc/cpuinfo") {
        part.facts.cpu = Some(cpu(&text));
        part.rest_from("cpu", "procfs");
    } else if !root.is_recorded() {
        let cores = std::thread::available_parallelism().ok().and_then(|cores| u32::try_from(cores.get()).ok());
        part.facts.cpu = Some(Cpu { model: None, cores });
        part.rest_from("cpu", "process");
    }
    let Some(text) = root.text("/proc/meminfo") else {
        part.unknown("memory", "/proc/meminfo is not there");
        return;
    };
    let mut memory = Memory { total_bytes: kilobytes(&text, "MemTotal"), available_bytes: kilobytes(&text, "MemAvailable") };
    // A container may get less than the machine has.
    let limit = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        .iter()
        .find_map(|path| root.line(path)?.parse::<u64>().ok());
    if let (Some(limit), Some(total)) = (limit, memory.total_bytes)
        && limit < total
    {
        memory.total_bytes = Some(limit);
        memory.available_bytes = memory.available_bytes.map(|free| free.min(limit));
        part.source("memory.total_bytes", "cgroup");
    }
    part.facts.memory = Some(memory);
    part.rest_from("memory", "procfs");
}

fn cpu(text: &str) -> Cpu {
    let value = |key: &str| {
        text.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.trim() == key)
            .map(|(_, value)| value.trim().to_owned())
    };
    let cores = text.lines().filter(|line| line.split_once(':').is_some_and(|(name, _)| name.trim() == "processor")).count();
    Cpu { model: value("model name").or_else(|| value("Model")), cores: u32::try_from(cores).ok().filter(|cores| *cores > 0) }
}

fn kilobytes(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.split(':').next() == Some(key))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_of_both_kinds_are_counted() {
        let x86 = "processor\t: 0\nmodel name\t: AMD Ryzen 7\n\nprocessor\t: 1\nmodel name\t: AMD Ryzen 7\n";
        assert_eq!(cpu(x86), Cpu { model: Some("AMD Ryzen 7".into()), cores: Some(2) });
        assert_eq!(cpu("processor\t: 0\nCPU implementer\t: 0x41\n"), Cpu { model: None, cores: Some(1) });
        assert_eq!(cpu(""), Cpu::default());
    }

    #[test]
    fn memory_is_told_in_kilobytes() {
        assert_eq!(kilobytes("MemTotal:       16 kB\nMemFree: 1 kB\n", "MemTotal"), Some(16384));
        assert_eq!(kilobytes("MemTotal: many kB\n", "MemTotal"), None);
    }
}
