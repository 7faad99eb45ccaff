//! The machine below everything else: system, processor, memory, disks, environment variables.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OsKind {
    Linux,
    Macos,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Os {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<OsKind>,
    /// `x86_64` or `aarch64`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arch: Option<String>,
    /// The `ID` of os-release: `ubuntu`, `debian`, `fedora`, `arch`, `nixos`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distro: Option<String>,
    /// The `ID_LIKE` of os-release, in its order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub like: Vec<String>,
    /// The release: `24.04`, `12`, `14.6` on macOS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// 0, 1 or 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wsl: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<bool>,
    /// `docker`, `podman`, `apptainer`, `lxc`, ... when it is a container and says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_kind: Option<String>,
    /// systemd is process 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub systemd: Option<bool>,
    /// The firmware verifies what it boots, and so kernel modules must be signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secure_boot: Option<bool>,
    /// The C library: `glibc 2.36` or `musl`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub libc: Option<String>,
    /// nixml runs as root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<bool>,
    /// The groups of the user that matter for devices: `video`, `render`, `docker`, `nix-users`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// The soft limit of open files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_files: Option<u64>,
    /// Size of /dev/shm in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shm_bytes: Option<u64>,
    /// Unprivileged user namespaces are allowed (the Nix sandbox needs them).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_namespaces: Option<bool>,
    /// `/etc/nv_tegra_release` is there: an NVIDIA Jetson.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jetson: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Cpu {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Logical processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cores: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_bytes: Option<u64>,
}

/// What a disk place is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DiskRole {
    /// Where the Nix store is or would be.
    Nix,
    /// The project's folder.
    Project,
    /// Where temporary files go.
    Temp,
    /// Where uv keeps its cache.
    Cache,
}

/// Free space at one place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Disk {
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<DiskRole>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_bytes: Option<u64>,
    /// It lives in memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tmpfs: Option<bool>,
    /// `ext4`, `btrfs`, `9p` (a Windows drive under WSL), `nfs`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filesystem: Option<String>,
}

/// Who sets a variable, as far as a look at the usual files tells.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SetBy {
    /// The file, with the home folder as `~`.
    pub file: String,
    /// 1-based.
    pub line: u32,
}

/// Variables that change what Python, Nix or the loader do; present only if set. Values that can hold secrets are never kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Env {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ld_library_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ld_preload: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cuda_visible_devices: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pythonpath: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pythonhome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cuda_home: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virtual_env: Option<String>,
    /// The name of the active conda environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conda_env: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_nix_shell: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tmpdir: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssl_cert_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nix_ssl_cert_file: Option<String>,
    /// The files named by the two above that do not exist.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing_cert_files: Vec<String>,
    /// The host part of a proxy, without user and password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// `UV_INDEX` or `UV_EXTRA_INDEX_URL` is set (they change which wheels a project gets).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uv_index: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_has_conda: Option<bool>,
    /// Who set a variable, by its name in upper case.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub set_by: BTreeMap<String, SetBy>,
}
