//! The kinds of machines that a kit can serve, and which wheels fit them.

use crate::core::requirement::Marker;

/// A kind of machine, as Nix names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Platform {
    X86Linux,
    ArmLinux,
    ArmMac,
}

impl Platform {
    pub const ALL: [Self; 3] = [Self::X86Linux, Self::ArmLinux, Self::ArmMac];

    /// `x86_64-linux`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::X86Linux => "x86_64-linux",
            Self::ArmLinux => "aarch64-linux",
            Self::ArmMac => "aarch64-darwin",
        }
    }

    /// The platform of that word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|platform| platform.word() == word)
    }

    /// For uv's `--python-platform`: with a glibc as new as Nix's.
    #[must_use]
    pub fn for_uv(self) -> &'static str {
        match self {
            Self::X86Linux => "x86_64-manylinux_2_40",
            Self::ArmLinux => "aarch64-manylinux_2_40",
            Self::ArmMac => "aarch64-apple-darwin",
        }
    }

    /// True when a package with this marker is for such a machine with this Python; a marker that cannot be read keeps its package.
    #[must_use]
    pub fn wants(self, marker: &str, python: &str) -> bool {
        let Ok(marker) = marker.parse::<Marker>() else { return true };
        let (machine, system, kind) = match self {
            Self::X86Linux => ("x86_64", "Linux", "linux"),
            Self::ArmLinux => ("aarch64", "Linux", "linux"),
            Self::ArmMac => ("arm64", "Darwin", "darwin"),
        };
        let full = format!("{python}.0");
        marker.holds(&|variable| {
            let text = match variable {
                "implementation_name" => "cpython",
                "implementation_version" | "python_full_version" => &full,
                "os_name" => "posix",
                "platform_machine" => machine,
                "platform_python_implementation" => "CPython",
                "platform_system" => system,
                "python_version" => python,
                "sys_platform" => kind,
                _ => return None,
            };
            Some(text.to_owned())
        })
    }

    /// True when a wheel of this file name can be installed on such a machine into this Python.
    #[must_use]
    pub fn takes(self, wheel: &str, python: &str) -> bool {
        let Some(stem) = wheel.strip_suffix(".whl") else { return false };
        let mut tags = stem.rsplitn(4, '-');
        let (Some(platforms), Some(abis), Some(pythons)) = (tags.next(), tags.next(), tags.next()) else { return false };
        let own = format!("cp{}", python.replace('.', ""));
        let minor = |tag: &str| tag.strip_prefix("cp3").and_then(|minor| minor.parse::<u32>().ok());
        let newest = minor(&own).unwrap_or(0);
        let fits_python = pythons.split('.').any(|tag| match tag {
            "py3" | "py2.py3" => true,
            tag if tag == own || tag.strip_prefix("py") == own.strip_prefix("cp") => true,
            tag => abis == "abi3" && minor(tag).is_some_and(|oldest| oldest <= newest),
        });
        let fits_abi = abis.split('.').any(|abi| abi == "none" || abi == "abi3" || abi == own);
        fits_python && fits_abi && platforms.split('.').any(|tag| self.runs(tag))
    }

    fn runs(self, tag: &str) -> bool {
        let linux = |machine: &str| tag.starts_with("manylinux") && tag.ends_with(machine) || tag == format!("linux_{machine}");
        tag == "any"
            || match self {
                Self::X86Linux => linux("x86_64"),
                Self::ArmLinux => linux("aarch64"),
                Self::ArmMac => tag.starts_with("macosx_") && (tag.ends_with("_arm64") || tag.ends_with("_universal2")),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wheel_fits_by_python_abi_and_machine() {
        use Platform::{ArmLinux, ArmMac, X86Linux};
        for (wheel, fits) in [
            ("einops-0.8.2-py3-none-any.whl", &[X86Linux, ArmLinux, ArmMac][..]),
            ("six-1.0-py2.py3-none-any.whl", &[X86Linux, ArmLinux, ArmMac]),
            ("jaxlib-0.12.0.1-cp313-cp313-manylinux_2_27_x86_64.whl", &[X86Linux]),
            ("ml_dtypes-0.6.0-cp313-cp313-manylinux_2_27_aarch64.manylinux_2_28_aarch64.whl", &[ArmLinux]),
            ("ml_dtypes-0.6.0-cp313-cp313-macosx_10_13_universal2.whl", &[ArmMac]),
            ("torch-2.15.0-1-cp313-cp313-manylinux_2_28_x86_64.whl", &[X86Linux]),
            ("tokenizers-0.21-cp39-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", &[X86Linux]),
            ("new-1-cp314-abi3-manylinux_2_17_x86_64.whl", &[]),
            ("numpy-2.5.5-cp313-cp313t-manylinux_2_27_x86_64.whl", &[]),
            ("numpy-2.5.5-cp312-cp312-manylinux_2_27_x86_64.whl", &[]),
            ("numpy-2.5.5-cp313-cp313-musllinux_1_2_x86_64.whl", &[]),
            ("numpy-2.5.5-cp313-cp313-win_amd64.whl", &[]),
            ("nvidia_cublas-13.0-py3-none-manylinux_2_27_x86_64.whl", &[X86Linux]),
            ("numpy-2.5.5.tar.gz", &[]),
            ("x.whl", &[]),
        ] {
            let found: Vec<_> = Platform::ALL.into_iter().filter(|platform| platform.takes(wheel, "3.13")).collect();
            assert_eq!(found, fits, "{wheel}");
        }
    }

    #[test]
    fn a_marker_chooses_the_machines() {
        let linux = "(platform_machine == 'arm64' and sys_platform == 'darwin') or sys_platform == 'linux'";
        assert!(Platform::ALL.into_iter().all(|platform| platform.wants(linux, "3.13")));
        assert!(!Platform::ArmMac.wants("sys_platform == 'linux'", "3.13"));
        assert!(!Platform::X86Linux.wants("python_full_version < '3.12'", "3.13"));
        assert!(Platform::X86Linux.wants("platform_machine == 'x86_64'", "3.13"));
        assert!(Platform::X86Linux.wants("no marker at all", "3.13"));
    }
}
