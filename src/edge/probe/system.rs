//! The operating system: its name, its kernel, what it runs inside, and the limits it sets.

use rustix::process::{Resource, getegid, getgroups, getrlimit};

use super::container;
use super::options::ProbeOptions;
use super::part::Part;
use super::users;
use crate::core::facts::{Os, OsKind};

/// The groups that open devices or Nix.
const GROUPS: &[&str] = &["docker", "nix-users", "nixbld", "podman", "render", "sudo", "video", "wheel"];

/// Fills `os`.
pub fn ask(options: &ProbeOptions, part: &mut Part) {
    let root = &options.root;
    let mut os = Os { root: Some(options.is_root()), ..Os::default() };
    let uname = rustix::system::uname();
    let told = |text: &std::ffi::CStr| text.to_str().ok().map(str::to_owned);
    if cfg!(target_os = "macos") && !root.is_recorded() {
        os.kind = Some(OsKind::Macos);
        os.version = root.text("/System/Library/CoreServices/SystemVersion.plist").as_deref().and_then(plist_version);
        part.source("os.version", "system");
    } else {
        os.kind = Some(OsKind::Linux);
    }
    part.source("os.kind", "uname");
    // A recorded machine may be of another kind of processor than this one; since Linux 6.1 it says so.
    os.arch = root.line("/proc/sys/kernel/arch").or_else(|| told(uname.machine())).map(|arch| match arch.as_str() {
        "arm64" => "aarch64".to_owned(),
        "amd64" => "x86_64".to_owned(),
        _ => arch,
    });
    os.kernel = match root.line("/proc/sys/kernel/osrelease") {
        Some(kernel) => Some(kernel),
        None if root.is_recorded() => None,
        None => told(uname.release()),
    };
    part.source("os.arch", "uname");
    part.source("os.kernel", "uname");
    if let Some(text) = root.text("/etc/os-release").or_else(|| root.text("/usr/lib/os-release")) {
        let value = |key: &str| os_release(&text, key);
        os.distro = value("ID");
        os.like = value("ID_LIKE").map(|like| like.split_whitespace().map(str::to_owned).collect()).unwrap_or_default();
        os.version = value("VERSION_ID");
    }
    if root.exists("/etc/NIXOS") {
        os.distro = Some("nixos".to_owned());
    }
    for key in ["os.distro", "os.like", "os.version"] {
        part.source(key, "os-release");
    }
    let inside = container::ask(options);
    os.wsl = Some(inside.wsl);
    os.container = Some(inside.kind.is_some());
    os.container_kind = inside.kind;
    os.systemd = Some(root.exists("/run/systemd/system"));
    os.jetson = Some(root.exists("/etc/nv_tegra_release"));
    secure_boot(options, part, &mut os);
    os.libc = libc(options);
    os.groups = groups(options);
    os.open_files = getrlimit(Resource::Nofile).current;
    os.shm_bytes = rustix::fs::statvfs(root.at("/dev/shm")).ok().map(|stat| stat.f_blocks * stat.f_frsize);
    os.user_namespaces = user_namespaces(options);
    for (key, source) in
        [("groups", "process"), ("root", "process"), ("open_files", "process"), ("shm_bytes", "statvfs"), ("libc", "files")]
    {
        part.source(format!("os.{key}"), source);
    }
    for key in ["systemd", "jetson", "container", "container_kind", "wsl"] {
        part.source(format!("os.{key}"), "files");
    }
    let gaps = [("distro", os.distro.is_none()), ("kernel", os.kernel.is_none()), ("libc", os.libc.is_none())];
    part.facts.os = Some(os);
    part.facts.sources.retain(|path, _| !gaps.iter().any(|(key, gap)| *gap && *path == format!("os.{key}")));
    for (key, gap) in gaps {
        if gap && cfg!(target_os = "linux") {
            part.unknown(format!("os.{key}"), "the system does not say");
        }
    }
    part.rest_from("os", "procfs");
}

/// One value of os-release, without its quotes.
fn os_release(text: &str, key: &str) -> Option<String> {
    text.lines()
        .filter_map(|line| line.trim().split_once('='))
        .find(|(name, _)| *name == key)
        .map(|(_, value)| value.trim().trim_matches(['"', '\'']).to_owned())
        .filter(|value| !value.is_empty())
}

/// The version in macOS's SystemVersion.plist.
fn plist_version(text: &str) -> Option<String> {
    let after = text.split_once("<key>ProductVersion</key>")?.1;
    Some(after.split_once("<string>")?.1.split_once("</string>")?.0.trim().to_owned())
}

/// The variable of the firmware: four bytes of attributes, then 1 when what is booted must be signed.
fn secure_boot(options: &ProbeOptions, part: &mut Part, os: &mut Os) {
    const VARIABLE: &str = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
    let root = &options.root;
    if !root.is_dir("/sys/firmware") {
        part.unknown("os.secure_boot", "/sys/firmware is not there");
    } else if !root.is_dir("/sys/firmware/efi") {
        os.secure_boot = Some(false); // Booted without UEFI: nothing verifies.
        part.source("os.secure_boot", "sysfs");
    } else if let Some(bytes) = root.bytes(VARIABLE, 16) {
        os.secure_boot = bytes.get(4).map(|on| *on == 1);
        part.source("os.secure_boot", "sysfs");
    } else {
        part.unknown("os.secure_boot", "the firmware's variables cannot be read here");
    }
}

/// The C library of the system, not the one nixml is linked with.
fn libc(options: &ProbeOptions) -> Option<String> {
    let root = &options.root;
    if ["x86_64", "aarch64"].iter().any(|arch| root.exists(format!("/lib/ld-musl-{arch}.so.1"))) {
        return Some("musl".to_owned());
    }
    let folders = [
        "/lib/x86_64-linux-gnu",
        "/lib/aarch64-linux-gnu",
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/lib64",
        "/usr/lib64",
        "/usr/lib",
    ];
    let file = folders.iter().map(|folder| format!("{folder}/libc.so.6")).find(|file| root.exists(file))?;
    if let Some(version) = root.link_name(&file).as_deref().and_then(|name| name.strip_prefix("libc-")?.strip_suffix(".so")) {
        return Some(format!("glibc {version}"));
    }
    let bytes = root.bytes(&file, 4 << 20)?;
    let pattern = regex::bytes::Regex::new(r"(?-u)GNU C Library [^\n]{0,80}release version ([0-9]+\.[0-9]+)").ok()?;
    let version = std::str::from_utf8(pattern.captures(&bytes)?.get(1)?.as_bytes()).ok()?.to_owned();
    Some(format!("glibc {version}"))
}

fn groups(options: &ProbeOptions) -> Vec<String> {
    let mut ids: Vec<u32> = getgroups().unwrap_or_default().into_iter().map(rustix::process::Gid::as_raw).collect();
    ids.push(getegid().as_raw());
    let mut names: Vec<String> =
        users::group_names(&options.root, &ids).into_iter().filter(|name| GROUPS.contains(&name.as_str())).collect();
    names.sort();
    names.dedup();
    names
}

/// What the kernel's switches say; absent when there are none.
fn user_namespaces(options: &ProbeOptions) -> Option<bool> {
    let switch = |path: &str| options.root.line(path);
    let most = switch("/proc/sys/user/max_user_namespaces");
    let denied = most.as_deref() == Some("0")
        || switch("/proc/sys/kernel/unprivileged_userns_clone").as_deref() == Some("0")
        || switch("/proc/sys/kernel/apparmor_restrict_unprivileged_userns").as_deref() == Some("1");
    (denied || most.is_some()).then_some(!denied)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn os_release_is_read_with_and_without_quotes() {
        let text = "NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE='debian'\nVERSION_ID=\"24.04\"\nEMPTY=\n";
        assert_eq!(os_release(text, "ID").as_deref(), Some("ubuntu"));
        assert_eq!(os_release(text, "ID_LIKE").as_deref(), Some("debian"));
        assert_eq!(os_release(text, "VERSION_ID").as_deref(), Some("24.04"));
        assert_eq!((os_release(text, "EMPTY"), os_release(text, "VERSION")), (None, None));
    }

    #[test]
    fn macos_says_its_version_in_a_property_list() {
        let text = "<dict>\n<key>ProductVersion</key>\n<string>15.7.7</string>\n</dict>";
        assert_eq!(plist_version(text).as_deref(), Some("15.7.7"));
        assert_eq!(plist_version("<key>ProductVersion</key>"), None);
    }
}
