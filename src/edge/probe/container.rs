//! What this system runs inside: WSL 1 or 2, and which kind of container.

use super::options::ProbeOptions;

/// What was found around this system.
#[derive(Debug, PartialEq, Eq)]
pub struct Inside {
    /// 0, 1 or 2.
    pub wsl: u8,
    /// `docker`, `podman`, ...; `None`: no container.
    pub kind: Option<String>,
}

/// Reads markers only; nothing is started.
#[must_use]
pub fn ask(options: &ProbeOptions) -> Inside {
    let root = &options.root;
    let kernel = root.line("/proc/sys/kernel/osrelease").or_else(|| root.line("/proc/version")).unwrap_or_default();
    let dxg = root.exists("/dev/dxg");
    let interop = root.exists("/proc/sys/fs/binfmt_misc/WSLInterop") || root.exists("/run/WSL");
    let named = !root.is_recorded() && options.vars.has("WSL_DISTRO_NAME");
    Inside { wsl: wsl(&kernel, dxg, interop || named), kind: kind(options) }
}

/// WSL 1 imitates a kernel and calls it `-Microsoft`; WSL 2 runs a real one, by default `-microsoft-standard-WSL2`.
fn wsl(kernel: &str, dxg: bool, marks: bool) -> u8 {
    let low = kernel.to_ascii_lowercase();
    if low.contains("microsoft") && kernel.contains("Microsoft") && !low.contains("wsl2") && !dxg {
        1
    } else if low.contains("microsoft-standard") || low.contains("wsl2") || dxg || (low.contains("microsoft") || marks) {
        2
    } else {
        0
    }
}

fn kind(options: &ProbeOptions) -> Option<String> {
    let root = &options.root;
    if root.exists("/run/.containerenv") {
        return Some("podman".to_owned());
    }
    if root.exists("/.singularity.d") {
        return Some("apptainer".to_owned());
    }
    let cgroup = root.text("/proc/1/cgroup").unwrap_or_default();
    let says = |word: &str| cgroup.contains(word);
    let kubernetes = !root.is_recorded() && options.vars.has("KUBERNETES_SERVICE_HOST");
    if says("kubepods") || kubernetes {
        return Some("kubernetes".to_owned());
    }
    if root.exists("/.dockerenv") || says("/docker") {
        return Some("docker".to_owned());
    }
    // systemd notes what started it.
    if let Some(word) = root.line("/run/systemd/container") {
        return Some(word).filter(|word| word != "wsl");
    }
    if says("/lxc") {
        return Some("lxc".to_owned());
    }
    if !root.is_recorded()
        && let Some(word) = options.vars.get("container")
    {
        return Some(word);
    }
    (says("containerd") || says("libpod")).then(|| "oci".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wsl_is_told_by_the_kernel_and_the_device() {
        for (kernel, dxg, marks, expected) in [
            ("4.4.0-19041-Microsoft", false, true, 1),
            ("5.15.153.1-microsoft-standard-WSL2", true, true, 2),
            ("6.6.87.2-microsoft-standard-WSL2", false, false, 2),
            ("6.12.1-myown", true, true, 2),
            ("6.12.1-myown", false, true, 2),
            ("6.8.0-45-generic", false, false, 0),
        ] {
            assert_eq!(wsl(kernel, dxg, marks), expected, "{kernel}");
        }
    }
}
