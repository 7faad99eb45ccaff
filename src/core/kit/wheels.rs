//! The wheels that a lock names, from the standard form of a lock (`uv export --format pylock.toml`).

use crate::core::document;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::Platform;

/// One wheel to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wheel {
    /// The file name, with `%2B` read as `+`.
    pub name: String,
    pub url: String,
    /// 64 hexadecimal digits.
    pub sha256: String,
    /// Not every index says it.
    pub bytes: Option<u64>,
}

// A lock of another tool may say more than we need: unknown keys are its own business.
#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    #[serde(default)]
    version: String,
    marker: Option<String>,
    #[serde(default)]
    wheels: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    url: Option<String>,
    size: Option<u64>,
    #[serde(default)]
    hashes: BTreeMap<String, String>,
}

/// The wheels for these machines, each once, by name.
///
/// # Errors
/// In words: it is no such lock, or a package has no wheel for one of the machines.
pub fn of_lock(text: &str, python: &str, platform: Platform) -> Result<Vec<Wheel>, String> {
    let lock: Lock = document::toml(text).map_err(|error| format!("uv's lock cannot be read: {error}"))?;
    let mut found: BTreeMap<String, Wheel> = BTreeMap::new();
    for package in &lock.packages {
        if package.marker.as_ref().is_some_and(|marker| !platform.wants(marker, python)) {
            continue;
        }
        let mut any = false;
        for wheel in &package.wheels {
            let (Some(url), Some(sha256)) = (&wheel.url, wheel.hashes.get("sha256")) else { continue };
            let Some(name) = file_name(url) else { continue };
            if platform.takes(&name, python) {
                any = true;
                let wheel = Wheel { name: name.clone(), url: url.clone(), sha256: sha256.clone(), bytes: wheel.size };
                found.insert(name, wheel);
            }
        }
        if !any {
            return Err(format!("{} {} has no wheel for {} and Python {python}", package.name, package.version, platform.word()));
        }
    }
    Ok(found.into_values().collect())
}

/// The last part of an https address; `None` for anything that is no plain file name.
fn file_name(url: &str) -> Option<String> {
    let path = url.strip_prefix("https://")?.split(['?', '#']).next()?;
    let name = path.rsplit('/').next()?.replace("%2B", "+").replace("%2b", "+").replace("%21", "!");
    let plain = |c: char| c.is_ascii_alphanumeric() || "._+-!".contains(c);
    (name.ends_with(".whl") && !name.starts_with(['.', '-']) && name.chars().all(plain)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"
lock-version = "1.0"
created-by = "uv"
[[packages]]
name = "torch"
version = "2.15.0+cpu"
marker = "sys_platform == 'linux'"
wheels = [
  { url = "https://example.org/whl/cpu/torch-2.15.0%2Bcpu-cp313-cp313-manylinux_2_28_x86_64.whl", size = 7, hashes = { sha256 = "aa" } },
  { url = "https://example.org/whl/cpu/torch-2.15.0%2Bcpu-cp313-cp313-manylinux_2_28_aarch64.whl", hashes = { sha256 = "bb" } },
]
[[packages]]
name = "einops"
version = "0.8.2"
wheels = [{ url = "https://example.org/einops-0.8.2-py3-none-any.whl", hashes = { sha256 = "cc" } }]
"#;

    #[test]
    fn each_machine_gets_its_wheels() {
        let names =
            |platform| -> Vec<String> { of_lock(LOCK, "3.13", platform).unwrap().into_iter().map(|wheel| wheel.name).collect() };
        let einops = "einops-0.8.2-py3-none-any.whl";
        assert_eq!(names(Platform::X86Linux), [einops, "torch-2.15.0+cpu-cp313-cp313-manylinux_2_28_x86_64.whl"]);
        assert_eq!(names(Platform::ArmMac), [einops]);
        assert_eq!(of_lock(LOCK, "3.13", Platform::X86Linux).unwrap()[1].bytes, Some(7));
    }

    #[test]
    fn a_package_without_a_wheel_and_a_strange_name_are_said() {
        let why = of_lock(LOCK, "3.12", Platform::X86Linux).unwrap_err();
        assert_eq!(why, "torch 2.15.0+cpu has no wheel for x86_64-linux and Python 3.12");
        for url in
            ["http://example.org/a.whl", "https://example.org/..%2Fa.whl", "https://example.org/-o.whl", "https://x/a.zip", ""]
        {
            assert_eq!(file_name(url), None, "{url}");
        }
        assert!(of_lock("][", "3.13", Platform::X86Linux).is_err());
    }
}
