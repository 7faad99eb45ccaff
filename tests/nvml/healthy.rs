//! Drivers that answer: generations, many cards, partitions, slices, and cards that are lost among good ones.

use std::os::unix::fs::PermissionsExt as _;

use super::lab::{Lab, Variant};
use super::support::need;
use super::support::ran::nixml;

#[test]
fn five_generations_are_read() {
    for (driver, cuda, name, compute, memory) in [
        ("535.261.03", "12020", "NVIDIA GeForce GTX 1080 Ti", "6.1", 11_811_160_064_u64),
        ("550.163.01", "12040", "NVIDIA H100 80GB HBM3", "9.0", 85_899_345_920),
        ("570.124.06", "12080", "NVIDIA GeForce RTX 5090", "12.0", 34_359_738_368),
        ("580.65.06", "13000", "NVIDIA B200", "10.0", 206_158_430_208),
        ("610.43.02", "13030", "NVIDIA L40S", "8.9", 51_539_607_552),
    ] {
        let lab = Lab::new(&format!("driver = {driver}\ncuda = {cuda}\nname = {name}\ncompute = {compute}\nmemory = {memory}"));
        let seen = need!(lab.probe(), "no C compiler");
        assert_eq!((seen.text("driver.version"), seen.source("driver.version")), (driver, "nvml"));
        let number: u32 = cuda.parse().unwrap();
        assert_eq!(seen.text("driver.cuda"), format!("{}.{}", number / 1000, number % 1000 / 10));
        assert_eq!((seen.text("gpus.0.name"), seen.text("gpus.0.compute")), (name, compute));
        assert_eq!((seen.fact("gpus.0.memory_bytes").as_u64(), seen.source("gpus.0.memory_bytes")), (Some(memory), "nvml"));
        assert_eq!((seen.fact("gpus.0.index").as_u64(), seen.text("gpus.0.vendor"), seen.cards()), (Some(0), "nvidia", 1));
        assert_eq!((seen.fact("gpus.0.mig").as_bool(), seen.fact("gpus.0.vgpu").as_bool()), (Some(false), Some(false)));
        assert_eq!((seen.text("gpus.0.pci"), seen.text("gpus.0.pci_id")), ("0000:01:00.0", "10de:1eb8"));
        assert!(!seen.facts.to_string().contains("4cf8db2d"), "no UUID");
        seen.assert_no_helper_left();
    }
}

#[test]
fn what_is_printed_is_valid_input() {
    let lab = Lab::new("count = 2\ncode.handle.1 = 15\nmemory = 18446744073709551615");
    let seen = need!(lab.probe(), "no C compiler");
    let file = lab.folder.path().join("host.json");
    std::fs::write(&file, seen.facts.to_string()).unwrap();
    let again = nixml(lab.folder.path(), &["probe", "--json", "--host", file.to_str().unwrap()]);
    assert_eq!(again.err(), "");
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&again.stdout).unwrap(), seen.facts);
}

#[test]
fn none_one_and_sixteen_cards_are_counted_and_four_thousand_million_are_not_believed() {
    for (count, cards) in [("0", 0), ("16", 16)] {
        let seen = need!(Lab::new(&format!("count = {count}\nname.15 = NVIDIA A100-SXM4-40GB")).probe(), "no C compiler");
        assert_eq!((seen.cards(), seen.fact("gpus").is_array()), (cards, true));
        assert_eq!(seen.text("gpus.15.name"), if cards == 16 { "NVIDIA A100-SXM4-40GB" } else { "" });
    }
    let seen = need!(Lab::new("count = 4294967295").probe(), "no C compiler");
    assert_eq!(seen.cards(), 64);
    assert!(seen.unknown("gpus").contains("4294967295 cards"));
}

#[test]
fn a_partitioned_card_and_a_slice_are_told() {
    let seen = need!(Lab::new("count = 2\nmig.0 = 1\ncode.memory.0 = 4\nvirtualization.1 = 2").probe(), "no C compiler");
    assert_eq!((seen.fact("gpus.0.mig").as_bool(), seen.fact("gpus.1.vgpu").as_bool()), (Some(true), Some(true)));
    assert!(seen.fact("gpus.0.memory_bytes").is_null());
    assert_eq!(seen.unknown("gpus.0.memory_bytes"), "no permission to talk to the driver");
    assert_eq!(seen.text("gpus.0.compute"), "7.5", "the card stays usable");
}

#[test]
fn one_lost_card_does_not_take_the_others_with_it() {
    let seen = need!(Lab::new("count = 4\ncode.handle.0 = 15\ncode.name.2 = 16\nname.3 = NVIDIA L4").probe(), "no C compiler");
    assert_eq!(seen.cards(), 4);
    assert_eq!(seen.text("gpus.0.error"), "the card is lost: it fell off the bus");
    assert_eq!(seen.text("gpus.2.error"), "the card must be reset before it works again");
    assert_eq!((seen.text("gpus.1.name"), seen.text("gpus.3.name")), ("NVIDIA T4", "NVIDIA L4"));
    assert!(seen.fact("gpus.1.error").is_null());
    assert!(!seen.unknown("gpus.0.compute").is_empty());
}

#[test]
fn a_missing_function_costs_one_fact() {
    let seen = need!(Lab::new("driver = 470.82.01\ncuda = 11040").variant(Variant::WithoutMemory).probe(), "no C compiler");
    assert!(seen.fact("gpus.0.memory_bytes").is_null());
    assert_eq!(seen.unknown("gpus.0.memory_bytes"), "the library does not have this function");
    assert_eq!((seen.text("gpus.0.compute"), seen.text("gpus.0.name")), ("7.5", "NVIDIA T4"));
    let seen = need!(Lab::new("").variant(Variant::WithoutName).probe(), "no C compiler");
    assert_eq!((seen.unknown("gpus.0.name"), seen.text("gpus.0.compute")), ("the library does not have this function", "7.5"));
}

#[test]
fn the_memory_that_an_old_driver_cannot_tell_comes_from_nvidia_smi() {
    let lab = Lab::new("driver = 470.82.01\npci = 00000000:01:00.0")
        .variant(Variant::WithoutMemory)
        .file(
            "/proc/driver/nvidia/version",
            "NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.82.01  Wed Oct 27 21:21:55 UTC 2021\n",
        )
        .file("/usr/bin/nvidia-smi", SMI);
    let program = lab.folder.path().join("root/usr/bin/nvidia-smi");
    std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let seen = need!(lab.probe(), "no C compiler");
    assert_eq!(
        (seen.fact("gpus.0.memory_bytes").as_u64(), seen.source("gpus.0.memory_bytes")),
        (Some(15109 << 20), "nvidia-smi")
    );
    assert_eq!(seen.source("gpus.0.compute"), "nvml");
    assert!(seen.facts["unknown"]["gpus.0.memory_bytes"].is_null());
}

/// A driver before 510 refuses the field `compute_cap`.
const SMI: &str = r#"#!/bin/sh
case $1 in
  *compute_cap*) echo 'Field "compute_cap" is not a valid field to query.'; exit 2 ;;
  --query-gpu*) echo '0, 00000000:01:00.0, 470.82.01, 15109, Tesla T4' ;;
  *) echo '| NVIDIA-SMI 470.82.01    Driver Version: 470.82.01    CUDA Version: 11.4     |' ;;
esac
"#;
