//! The NVIDIA driver as the kernel and the disk show it, without asking the driver itself.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};

use super::libraries;
use super::options::ProbeOptions;
use super::part::Part;
use super::root::Root;
use super::users;
use crate::core::facts::{DeviceNode, Driver};

/// Modules whose presence says something about graphics.
const MODULES: &[&str] = &[
    "nvidia",
    "nvidia_uvm",
    "nvidia_modeset",
    "nvidia_drm",
    "nvgpu",
    "nouveau",
    "nova_core",
    "amdgpu",
    "i915",
    "xe",
    "vfio_pci",
];

/// Fills `driver` from files; `None` inside stays unknown. Says whether a driver is loaded that may be asked.
pub fn look(options: &ProbeOptions, part: &mut Part) -> bool {
    let root = &options.root;
    let mut driver = Driver { modules: modules(root), nodes: nodes(root), ..Driver::default() };
    let procfs = root.line("/proc/driver/nvidia/version");
    if let Some(version) = root.line("/sys/module/nvidia/version") {
        driver.kernel_module = Some(version);
        part.source("driver.kernel_module", "sysfs");
    } else if let Some(version) = procfs.as_deref().and_then(module_version) {
        driver.kernel_module = Some(version);
        part.source("driver.kernel_module", "procfs");
    }
    driver.open = procfs.as_deref().map(|line| line.contains("Open Kernel Module"));
    part.source("driver.open", "procfs");
    part.source("driver.modules", "sysfs");
    part.source("driver.nodes", "files");
    let folders = libraries::folders(options);
    // The loader looks into these first; a copy there wins over the driver's own.
    let mut searched = options.vars.folders("LD_LIBRARY_PATH");
    searched.extend(folders.iter().cloned());
    driver.libcuda = libraries::find(options, &searched, "libcuda.so.1");
    driver.libnvml = libraries::find(options, &folders, "libnvidia-ml.so.1");
    let own = libraries::find(options, &folders, "libcuda.so.1");
    let first = own.iter().find(|file| !file.stub);
    driver.library_dir = first.and_then(|file| Some(file.path.rsplit_once('/')?.0.to_owned()));
    part.source("driver.library_dir", "files");
    let of_library =
        [first, driver.libnvml.iter().find(|file| !file.stub)].into_iter().flatten().find_map(|file| file.version.clone());
    if let Some(version) = of_library {
        driver.version = Some(version);
        part.source("driver.version", "library name");
    } else if let Some(version) = driver.kernel_module.clone() {
        driver.version = Some(version);
        let source = part.facts.sources.get("driver.kernel_module").cloned().unwrap_or_default();
        part.source("driver.version", &source);
    }
    let wsl = root.exists("/dev/dxg");
    let on_disk = module_on_disk(options);
    driver.module_on_disk = on_disk;
    driver.linux_driver_in_wsl = wsl.then(|| linux_driver(root, &driver));
    driver.container_toolkit = container_toolkit(options);
    let loaded = driver.kernel_module.is_some()
        || procfs.is_some()
        || root.is_dir("/sys/module/nvidia")
        || root.is_dir("/sys/module/nvgpu")
        || (wsl && root.exists("/usr/lib/wsl/lib/libnvidia-ml.so.1"));
    let held = |name: &str| driver.modules.iter().flatten().any(|module| module == name);
    let some = loaded
        || on_disk == Some(true)
        || !driver.libcuda.is_empty()
        || !driver.libnvml.is_empty()
        || held("nouveau")
        || held("nvidia")
        || driver.nodes.iter().flatten().any(|node| node.path.starts_with("/dev/nvidia"));
    if some {
        part.facts.driver = Some(driver);
        part.rest_from("driver", "files");
    } else {
        part.facts.sources.retain(|path, _| !path.starts_with("driver."));
    }
    loaded
}

/// `550.163.01` in `NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.163.01  Tue ...` and its open variant.
fn module_version(line: &str) -> Option<String> {
    line.split_whitespace()
        .find(|word| word.contains('.') && word.chars().all(|c| c.is_ascii_digit() || c == '.') && !word.starts_with('.'))
        .map(str::to_owned)
}

fn modules(root: &Root) -> Option<Vec<String>> {
    if !root.is_dir("/sys/module") && !root.exists("/proc/modules") {
        return None;
    }
    let list = root.text("/proc/modules").unwrap_or_default();
    let loaded: Vec<&str> = list.lines().filter_map(|line| line.split(' ').next()).collect();
    Some(
        MODULES
            .iter()
            .filter(|name| loaded.contains(name) || root.is_dir(format!("/sys/module/{name}")))
            .map(|name| (*name).to_owned())
            .collect(),
    )
}

/// The nodes in /dev that CUDA opens, and those of other makers.
fn nodes(root: &Root) -> Option<Vec<DeviceNode>> {
    if !root.is_dir("/dev") {
        return None;
    }
    let names = root
        .names("/dev")
        .into_iter()
        .filter(|name| name.starts_with("nvidia") || ["dxg", "kfd", "nvmap", "nvhost-gpu"].contains(&name.as_str()));
    let render = root.names("/dev/dri").into_iter().filter(|name| name.starts_with("renderD")).map(|name| format!("dri/{name}"));
    Some(names.chain(render).take(64).filter_map(|name| node(root, format!("/dev/{name}"))).collect())
}

fn node(root: &Root, path: String) -> Option<DeviceNode> {
    let real = root.at(&path);
    let meta = fs::metadata(&real).ok()?;
    if meta.is_dir() {
        return None; // /dev/nvidia-caps holds nodes of its own.
    }
    let usable = rustix::fs::access(&real, rustix::fs::Access::READ_OK | rustix::fs::Access::WRITE_OK).is_ok();
    let letters: String =
        [(0o400, 'r'), (0o200, 'w'), (0o100, 'x'), (0o40, 'r'), (0o20, 'w'), (0o10, 'x'), (4, 'r'), (2, 'w'), (1, 'x')]
            .iter()
            .map(|(bit, letter)| if meta.permissions().mode() & bit == 0 { '-' } else { *letter })
            .collect();
    let kind = if meta.file_type().is_char_device() { 'c' } else { '-' };
    let owner = if meta.uid() == 0 { "root".to_owned() } else { meta.uid().to_string() };
    let group = users::group_names(root, &[meta.gid()]).into_iter().next().unwrap_or_else(|| meta.gid().to_string());
    Some(DeviceNode { path, usable, mode: Some(format!("{kind}{letters} {owner} {group}")) })
}

/// An `nvidia` module for the running kernel lies on the disk.
fn module_on_disk(options: &ProbeOptions) -> Option<bool> {
    let root = &options.root;
    let kernel = root.line("/proc/sys/kernel/osrelease")?;
    let lists = [
        format!("/lib/modules/{kernel}/modules.dep"),
        format!("/run/booted-system/kernel-modules/lib/modules/{kernel}/modules.dep"),
    ];
    let list = lists.iter().find_map(|path| root.bytes(path, 8 << 20))?;
    let list = String::from_utf8_lossy(&list);
    Some(["/nvidia.ko", "/nvidia-current.ko"].iter().any(|name| list.contains(name)))
}

/// WSL's libraries come from Windows; any other copy was installed by mistake.
fn linux_driver(root: &Root, driver: &Driver) -> bool {
    driver.libcuda.iter().any(|file| {
        !file.stub && !file.path.starts_with("/usr/lib/wsl/") && !root.resolve(&file.path).starts_with("/usr/lib/wsl")
    }) || root.names("/var/lib/dpkg/info").iter().any(|name| {
        name.ends_with(".list")
            && ["libnvidia-compute-", "nvidia-driver-", "nvidia-kernel-"].iter().any(|start| name.starts_with(start))
    })
}

/// Inside a container: whether its runtime put the driver in.
fn container_toolkit(options: &ProbeOptions) -> Option<bool> {
    let root = &options.root;
    let inside = super::container::ask(options).kind.is_some();
    let mounts = root.text("/proc/self/mounts").or_else(|| root.text("/proc/mounts"))?;
    inside.then(|| {
        mounts.lines().any(|line| {
            ["/dev/nvidia", "/libnvidia-ml.so", "/libcuda.so", "/proc/driver/nvidia"].iter().any(|mark| line.contains(mark))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_says_its_version_in_several_ways() {
        for (line, version) in [
            ("NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.163.01  Tue Apr  8 12:41:17 UTC 2025", Some("550.163.01")),
            (
                "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (dvs-builder@U22)",
                Some("580.65.06"),
            ),
            ("NVRM version: NVIDIA UNIX Open Kernel Module for aarch64  540.4.0  Release Build", Some("540.4.0")),
            ("nothing", None),
        ] {
            assert_eq!(module_version(line).as_deref(), version);
        }
    }
}
