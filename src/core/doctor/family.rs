//! Which family of distributions a machine belongs to: decides the words of a remedy.

use crate::core::facts::{Os, OsKind};

/// Distributions whose commands are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Ubuntu,
    Debian,
    Fedora,
    Arch,
    Opensuse,
    Nixos,
    /// Any distribution under Windows: its driver is the one of Windows.
    Wsl,
    Macos,
    Other,
}

impl Family {
    /// All of them.
    pub const ALL: &[Self] =
        &[Self::Ubuntu, Self::Debian, Self::Fedora, Self::Arch, Self::Opensuse, Self::Nixos, Self::Wsl, Self::Macos, Self::Other];

    /// The family of a machine. WSL wins over the distribution inside it.
    #[must_use]
    pub fn of(os: Option<&Os>) -> Self {
        let Some(os) = os else { return Self::Other };
        if os.wsl.unwrap_or(0) > 0 {
            return Self::Wsl;
        }
        if os.kind == Some(OsKind::Macos) {
            return Self::Macos;
        }
        os.distro.iter().chain(&os.like).find_map(|id| Self::named(id)).unwrap_or(Self::Other)
    }

    /// The family of the distribution inside, whatever runs it: for commands that install a package.
    #[must_use]
    pub fn inside(os: Option<&Os>) -> Self {
        let inner = os.map(|os| Os { wsl: None, ..os.clone() });
        Self::of(inner.as_ref())
    }

    fn named(id: &str) -> Option<Self> {
        Some(match id {
            "ubuntu" | "pop" | "linuxmint" | "neon" | "zorin" | "elementary" => Self::Ubuntu,
            "debian" => Self::Debian,
            "fedora" | "rhel" | "centos" | "rocky" | "almalinux" => Self::Fedora,
            "arch" | "archarm" | "manjaro" | "endeavouros" | "cachyos" => Self::Arch,
            "nixos" => Self::Nixos,
            id if id.starts_with("opensuse") || id.starts_with("sles") || id == "suse" => Self::Opensuse,
            _ => return None,
        })
    }

    /// The word of it in a `family` of `assets/diagnoses`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ubuntu => "ubuntu",
            Self::Debian => "debian",
            Self::Fedora => "fedora",
            Self::Arch => "arch",
            Self::Opensuse => "opensuse",
            Self::Nixos => "nixos",
            Self::Wsl => "wsl",
            Self::Macos => "macos",
            Self::Other => "any",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn os(distro: &str, like: &[&str], wsl: u8) -> Os {
        Os {
            kind: Some(OsKind::Linux),
            distro: Some(distro.to_owned()),
            like: like.iter().map(ToString::to_string).collect(),
            wsl: Some(wsl),
            ..Os::default()
        }
    }

    #[test]
    fn families() {
        assert_eq!(Family::of(Some(&os("ubuntu", &["debian"], 0))), Family::Ubuntu);
        assert_eq!(Family::of(Some(&os("kali", &["debian"], 0))), Family::Debian);
        assert_eq!(Family::of(Some(&os("opensuse-tumbleweed", &[], 0))), Family::Opensuse);
        assert_eq!(Family::of(Some(&os("ubuntu", &[], 2))), Family::Wsl);
        assert_eq!(Family::inside(Some(&os("ubuntu", &[], 2))), Family::Ubuntu);
        assert_eq!(Family::of(Some(&os("void", &[], 0))), Family::Other);
        assert_eq!(Family::of(None), Family::Other);
    }
}
