//! Machines of many kinds, seen through their files.

use super::machine::Machine;

const GNU: &str = "/usr/lib/x86_64-linux-gnu";

fn nvidia(version: &str) -> Machine {
    Machine::new()
        .card("0000:01:00.0", "0300", "10de:2684", "nvidia")
        .file("/sys/module/nvidia/version", format!("{version}\n"))
        .file(
            "/proc/driver/nvidia/version",
            format!("NVRM version: NVIDIA UNIX x86_64 Kernel Module  {version}  Tue Apr  8 12:41:17 UTC 2025\n"),
        )
        .file(
            "/proc/driver/nvidia/gpus/0000:01:00.0/information",
            "Model: \t\t NVIDIA GeForce RTX 4090\nGPU UUID: \t GPU-4cf8db2d-06c0-7d70-1a51-e59b25b2c16c\n",
        )
        .file(&format!("{GNU}/libcuda.so.{version}"), "x")
        .link(&format!("{GNU}/libcuda.so.1"), &format!("libcuda.so.{version}"))
        .link(&format!("{GNU}/libcuda.so"), "libcuda.so.1")
}

#[test]
fn an_nvidia_driver_is_seen_without_asking_it() {
    let seen = nvidia("550.163.01").file("/etc/os-release", "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"24.04\"\n").probe();
    assert_eq!((seen.text("driver.version"), seen.source("driver.version")), ("550.163.01", "library name"));
    assert_eq!((seen.text("driver.kernel_module"), seen.source("driver.kernel_module")), ("550.163.01", "sysfs"));
    assert_eq!((seen.text("driver.library_dir"), seen.yes("driver.open")), (GNU, Some(false)));
    assert_eq!((seen.text("gpus.0.name"), seen.text("gpus.0.pci_id")), ("NVIDIA GeForce RTX 4090", "10de:2684"));
    assert_eq!((seen.text("gpus.0.vendor"), seen.text("gpus.0.kernel_driver")), ("nvidia", "nvidia"));
    assert_eq!(seen.unknown("gpus.0.compute"), "neither NVML nor `nvidia-smi` is there to ask");
    assert_eq!((seen.text("os.distro"), seen.text("os.version"), seen.fact("os.wsl").as_u64()), ("ubuntu", "24.04", Some(0)));
    assert!(!seen.text.contains("4cf8db2d"), "no UUID");
}

#[test]
fn an_open_module_and_a_module_alone_are_told_from_procfs() {
    let line = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (builder@host)\n";
    let seen = Machine::new().file("/proc/driver/nvidia/version", line).probe();
    assert_eq!(
        (seen.text("driver.version"), seen.source("driver.version"), seen.yes("driver.open")),
        ("580.65.06", "procfs", Some(true))
    );
    let seen = Machine::new().file("/sys/module/nvidia/version", "580.65.06\n").probe();
    assert_eq!(seen.source("driver.version"), "sysfs");
}

#[test]
fn a_container_that_hides_the_bus_shows_the_drivers_own_list() {
    let machine = nvidia("550.163.01");
    std::fs::remove_dir_all(machine.at("root/sys")).unwrap();
    let seen = machine.probe();
    assert_eq!((seen.text("gpus.0.name"), seen.text("gpus.0.pci")), ("NVIDIA GeForce RTX 4090", "0000:01:00.0"));
}

#[test]
fn library_and_module_of_different_versions_are_both_told() {
    let seen = nvidia("525.85.12").file("/sys/module/nvidia/version", "520.56.06\n").probe();
    assert_eq!((seen.text("driver.version"), seen.text("driver.kernel_module")), ("525.85.12", "520.56.06"));
}

#[test]
fn no_card_is_a_fact_and_an_unknown_bus_is_not() {
    let seen = Machine::new().probe();
    assert_eq!((seen.fact("gpus").as_array().map(Vec::len), seen.source("gpus")), (Some(0), "sysfs"));
    assert!(seen.fact("driver").is_null());
    let bare = Machine::new();
    std::fs::remove_dir_all(bare.at("root/sys")).unwrap();
    let seen = bare.probe();
    assert!(seen.fact("gpus").is_null());
    assert_eq!(seen.unknown("gpus"), "/sys is not there");
}

#[test]
fn cards_of_every_maker_are_listed_and_management_chips_are_not() {
    let seen = Machine::new()
        .card("0000:00:02.0", "0300", "8086:9a49", "i915")
        .card("0000:03:00.0", "0300", "1002:744c", "amdgpu")
        .file("/sys/bus/pci/devices/0000:03:00.0/mem_info_vram_total", "25753026560\n")
        .card("0000:05:00.0", "1200", "1002:74a1", "amdgpu")
        .card("0000:06:00.0", "0300", "1a03:2000", "ast")
        .card("0000:07:00.0", "0302", "10de:1db1", "vfio-pci")
        .card("0000:08:00.0", "0302", "10de:2330", "nvidia")
        .card("0000:08:00.1", "0403", "10de:22bd", "snd_hda_intel")
        .card("0000:09:00.0", "0680", "10de:22a3", "nvidia-nvswitch")
        .file("/usr/share/misc/pci.ids", "10de  NVIDIA Corporation\n\t1db1  GV100GL [Tesla V100 SXM2 16GB]\n")
        .probe();
    let list: Vec<_> = seen
        .fact("gpus")
        .as_array()
        .unwrap()
        .iter()
        .map(|card| format!("{} {} {}", card["index"], card["vendor"], card["pci_id"]))
        .collect();
    assert_eq!(
        list,
        [
            "0 \"nvidia\" \"10de:2330\"",
            "1 \"nvidia\" \"10de:1db1\"",
            "2 \"amd\" \"1002:744c\"",
            "3 \"amd\" \"1002:74a1\"",
            "4 \"intel\" \"8086:9a49\""
        ]
    );
    assert_eq!(
        (seen.fact("gpus.2.memory_bytes").as_u64(), seen.text("gpus.1.kernel_driver")),
        (Some(25_753_026_560), "vfio-pci")
    );
    assert!(seen.unknown("gpus.2.compute").is_empty(), "a card of another maker has no such thing");
}

#[test]
fn nouveau_and_a_driver_that_is_not_loaded_are_told_apart() {
    let seen = Machine::new().card("0000:01:00.0", "0300", "10de:1f82", "nouveau").dir("/sys/module/nouveau").probe();
    assert_eq!(
        (seen.fact("driver.modules").to_string(), seen.text("gpus.0.kernel_driver")),
        ("[\"nouveau\"]".to_owned(), "nouveau")
    );
    assert_eq!(seen.unknown("gpus.0.compute"), "the NVIDIA driver is not loaded");
    let seen = nvidia("550.120");
    std::fs::remove_dir_all(seen.at("root/sys/module/nvidia")).unwrap();
    std::fs::remove_dir_all(seen.at("root/proc/driver")).unwrap();
    let seen = seen.file("/lib/modules/6.8.0-45-generic/modules.dep", "updates/dkms/nvidia.ko.zst: x\n").probe();
    assert_eq!((seen.text("driver.version"), seen.yes("driver.module_on_disk")), ("550.120", Some(true)));
    assert!(seen.fact("driver.kernel_module").is_null());
    assert_eq!(seen.unknown("driver.cuda"), "the NVIDIA driver is not loaded");
}

#[test]
fn wsl_is_told_by_number_and_its_libraries_come_first() {
    let wsl = |kernel: &str| {
        Machine::new()
            .file("/proc/sys/kernel/osrelease", format!("{kernel}\n"))
            .file("/usr/lib/wsl/lib/libcuda.so.1", "x")
            .file("/usr/lib/wsl/lib/libnvidia-ml.so.1", "x")
    };
    let seen = wsl("5.15.153.1-microsoft-standard-WSL2").file("/dev/dxg", "").probe();
    assert_eq!((seen.fact("os.wsl").as_u64(), seen.text("driver.library_dir")), (Some(2), "/usr/lib/wsl/lib"));
    assert_eq!(seen.yes("driver.linux_driver_in_wsl"), Some(false));
    assert!(seen.fact("gpus").is_null() && !seen.unknown("gpus").is_empty(), "WSL shows its cards through the driver only");
    let seen = wsl("6.6.87.2-microsoft-standard-WSL2")
        .file("/dev/dxg", "")
        .file(&format!("{GNU}/libcuda.so.550.120"), "x")
        .link(&format!("{GNU}/libcuda.so.1"), "libcuda.so.550.120")
        .probe();
    assert_eq!((seen.text("driver.library_dir"), seen.yes("driver.linux_driver_in_wsl")), ("/usr/lib/wsl/lib", Some(true)));
    assert_eq!(wsl("4.4.0-19041-Microsoft").probe().fact("os.wsl").as_u64(), Some(1));
}

#[test]
fn driver_folders_are_found_wherever_a_system_puts_them() {
    for (folder, arch) in [
        ("/run/opengl-driver/lib", "x86_64"),
        ("/usr/lib64-nvidia", "x86_64"),
        ("/usr/local/nvidia/lib64", "x86_64"),
        ("/.singularity.d/libs", "x86_64"),
        ("/usr/lib/x86_64-linux-gnu/nvidia/current", "x86_64"),
        ("/usr/lib64", "x86_64"),
        ("/usr/lib", "x86_64"),
        ("/usr/lib/aarch64-linux-gnu", "aarch64"),
        ("/usr/lib/aarch64-linux-gnu/nvidia", "aarch64"),
        ("/usr/lib/aarch64-linux-gnu/tegra", "aarch64"),
    ] {
        let seen = Machine::new().file("/proc/sys/kernel/arch", arch).file(&format!("{folder}/libcuda.so.1"), "x").probe();
        assert_eq!((seen.text("driver.library_dir"), seen.text("os.arch")), (folder, arch));
    }
    let cache = b"glibc-ld.so.cache1.1\0libcuda.so.1\0/opt/odd/lib/libcuda.so.1\0";
    let seen = Machine::new().file("/etc/ld.so.cache", cache).file("/opt/odd/lib/libcuda.so.1", "x").probe();
    assert_eq!(seen.text("driver.library_dir"), "/opt/odd/lib");
}

#[test]
fn stubs_and_libraries_for_32_bits_are_no_driver() {
    let elf = |class: u8| [b"\x7fELF".as_slice(), &[class, 1, 1, 0], &[0; 64]].concat();
    let seen = Machine::new()
        .file("/usr/local/cuda-12.4/lib64/stubs/libcuda.so", elf(2))
        .file("/usr/local/cuda-12.4/version.json", "{\"cuda\": {\"version\": \"12.4.1\"}}")
        .link(&format!("{GNU}/libcuda.so.1"), "/usr/local/cuda-12.4/lib64/stubs/libcuda.so")
        .file("/usr/lib64/libcuda.so.1", elf(2))
        .file("/usr/lib/libcuda.so.1", elf(1))
        .probe();
    assert_eq!(
        seen.fact("driver.libcuda").as_array().map(|list| list.iter().all(|file| file["stub"] == true)),
        Some(true),
        "{}",
        seen.text
    );
    assert_eq!(seen.fact("driver.libcuda").as_array().map(Vec::len), Some(2));
    assert!(seen.fact("driver.library_dir").is_null() && seen.fact("driver.version").is_null());
    assert_eq!(seen.text("toolkits.0.version"), "12.4.1");
}

#[test]
fn a_jetson_has_a_card_that_is_on_no_bus() {
    let seen = Machine::new()
        .file("/proc/sys/kernel/arch", "aarch64")
        .file("/etc/nv_tegra_release", "# R36 (release), REVISION: 4.0\n")
        .file("/proc/device-tree/model", "NVIDIA Jetson AGX Orin Developer Kit\0")
        .dir("/sys/module/nvgpu")
        .probe();
    assert_eq!((seen.yes("os.jetson"), seen.text("gpus.0.name")), (Some(true), "NVIDIA Jetson AGX Orin Developer Kit"));
    assert_eq!((seen.text("gpus.0.vendor"), seen.text("gpus.0.kernel_driver")), ("nvidia", "nvgpu"));
}

#[test]
fn containers_firmware_and_limits_are_read() {
    let variable = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
    for (machine, kind) in [
        (Machine::new().file("/.dockerenv", ""), "docker"),
        (Machine::new().file("/run/.containerenv", ""), "podman"),
        (Machine::new().dir("/.singularity.d"), "apptainer"),
        (Machine::new().file("/proc/1/cgroup", "0::/kubepods/besteffort/pod1\n"), "kubernetes"),
        (Machine::new().file("/run/systemd/container", "lxc\n"), "lxc"),
    ] {
        let seen = machine.file("/proc/self/mounts", "overlay / overlay rw 0 0\ntmpfs /dev/nvidia0 tmpfs rw 0 0\n").probe();
        assert_eq!((seen.yes("os.container"), seen.text("os.container_kind")), (Some(true), kind));
    }
    for (byte, on) in [(1, true), (0, false)] {
        let seen = Machine::new().file(variable, [6, 0, 0, 0, byte]).probe();
        assert_eq!(seen.yes("os.secure_boot"), Some(on));
    }
    assert_eq!(Machine::new().probe().yes("os.secure_boot"), Some(false));
    let seen = Machine::new()
        .file("/proc/meminfo", "MemTotal: 67108864 kB\nMemAvailable: 60000000 kB\n")
        .file("/sys/fs/cgroup/memory.max", "8589934592\n")
        .file("/proc/sys/user/max_user_namespaces", "100\n")
        .file("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n")
        .file("/etc/NIXOS", "")
        .probe();
    assert_eq!((seen.fact("memory.total_bytes").as_u64(), seen.source("memory.total_bytes")), (Some(8_589_934_592), "cgroup"));
    assert_eq!((seen.yes("os.user_namespaces"), seen.text("os.distro")), (Some(false), "nixos"));
}

#[test]
fn hostile_files_do_no_harm() {
    let huge = "x".repeat(3 << 20);
    let seen = Machine::new()
        .file("/etc/os-release", format!("ID=\u{1b}]52;c;ZXZpbA==\u{7}evil\nVERSION_ID={huge}\n"))
        .file("/proc/cpuinfo", "model name\t: \u{1b}[31mCPU\u{202e}\nprocessor : 0\n")
        .file("/sys/module/nvidia/version", [0xff, 0xfe, b'\n', b'5'])
        .file("/proc/meminfo", "MemTotal: 99999999999999999999 kB\n")
        .card("0000:01:00.0", "0300", "10de:zzzz", "nvidia")
        .probe();
    assert!(!seen.text.contains(['\u{1b}', '\u{202e}']) && seen.text.len() < 64 << 10, "{} bytes", seen.text.len());
    assert_eq!((seen.text("os.distro"), seen.text("cpu.model")), ("evil", "CPU"));
}
