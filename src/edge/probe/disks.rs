//! Free space where a project needs it: the Nix store, the project, temporary files, uv's cache.

use std::path::{Path, PathBuf};

use super::options::ProbeOptions;
use super::part::Part;
use crate::core::facts::{Disk, DiskRole};

/// Fills `disks`.
pub fn ask(options: &ProbeOptions, part: &mut Part) {
    let mounts = options.root.text("/proc/self/mounts").or_else(|| options.root.text("/proc/mounts")).unwrap_or_default();
    for (role, place) in places(options) {
        let index = part.facts.disks.len();
        match disk(options, &mounts, role, &place) {
            Ok(disk) => {
                part.facts.disks.push(disk);
                for key in ["tmpfs", "filesystem"] {
                    part.source(format!("disks.{index}.{key}"), "procfs");
                }
            }
            Err(reason) => {
                part.facts.disks.push(Disk { path: options.shown(&place), role: Some(role), ..Disk::default() });
                part.unknown(format!("disks.{index}.free_bytes"), reason);
            }
        }
    }
    part.rest_from("disks", "statvfs");
}

/// The folders that matter, whether they exist already or not.
fn places(options: &ProbeOptions) -> Vec<(DiskRole, PathBuf)> {
    let vars = &options.vars;
    let cache = vars.path("UV_CACHE_DIR").or_else(|| {
        let caches = vars.path("XDG_CACHE_HOME").or_else(|| options.home.as_ref().map(|home| home.join(".cache")));
        caches.map(|caches| caches.join("uv"))
    });
    let mut places = vec![(DiskRole::Nix, PathBuf::from("/nix"))];
    places.extend(options.project.clone().map(|project| (DiskRole::Project, project)));
    places.push((DiskRole::Temp, vars.path("TMPDIR").unwrap_or_else(|| "/tmp".into())));
    places.extend(cache.map(|cache| (DiskRole::Cache, cache)));
    places
}

fn disk(options: &ProbeOptions, mounts: &str, role: DiskRole, place: &Path) -> Result<Disk, String> {
    let root = &options.root;
    let there = place.ancestors().find(|path| root.exists(path)).unwrap_or(Path::new("/"));
    let real = root.at(there);
    let space = rustix::fs::statvfs(&real).map_err(|error| format!("the space there cannot be asked: {error}"))?;
    let filesystem = filesystem(mounts, &real.canonicalize().unwrap_or(real.clone())).or_else(|| kind(&real));
    Ok(Disk {
        path: options.shown(place),
        role: Some(role),
        free_bytes: Some(space.f_bavail.saturating_mul(space.f_frsize)),
        total_bytes: Some(space.f_blocks.saturating_mul(space.f_frsize)),
        tmpfs: filesystem.as_deref().map(|name| matches!(name, "tmpfs" | "ramfs")),
        filesystem,
    })
}

/// The type of the mount that holds `path`: the longest mount point before it, the last one mounted there.
fn filesystem(mounts: &str, path: &Path) -> Option<String> {
    let mut best: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let mut fields = line.split(' ').skip(1);
        let (Some(point), Some(kind)) = (fields.next(), fields.next()) else { continue };
        let point = point.replace("\\040", " ");
        let length = point.len();
        if path.starts_with(&point) && best.is_none_or(|(found, _)| length >= found) {
            best = Some((length, kind));
        }
    }
    best.map(|(_, kind)| kind.to_owned())
}

/// The few types that matter, by the number the kernel gives, when it lists no mounts.
#[cfg(target_os = "linux")]
fn kind(path: &Path) -> Option<String> {
    let number = rustix::fs::statfs(path).ok()?.f_type;
    let name = match u32::try_from(number).ok()? {
        0x0102_1994 => "tmpfs",
        0xef53 => "ext4",
        0x9123_683e => "btrfs",
        0x5846_5342 => "xfs",
        0x794c_7630 => "overlay",
        0x6969 => "nfs",
        0x0102_1997 => "9p",
        _ => return None,
    };
    Some(name.to_owned())
}

#[cfg(not(target_os = "linux"))]
fn kind(_path: &Path) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mount_decides_and_the_last_one_covers() {
        let mounts = "/dev/sda1 / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\nC:\\134 /mnt/c 9p rw 0 0\nx /tmp xfs rw 0 0\nd /my\\040disk btrfs rw 0 0\n";
        for (path, kind) in
            [("/home/ada", "ext4"), ("/tmp/x", "xfs"), ("/mnt/c/Users", "9p"), ("/tmpfile", "ext4"), ("/my disk/a", "btrfs")]
        {
            assert_eq!(filesystem(mounts, Path::new(path)).as_deref(), Some(kind), "{path}");
        }
        assert_eq!(filesystem("", Path::new("/")), None);
    }
}
