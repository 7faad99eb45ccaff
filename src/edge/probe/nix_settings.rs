//! Nix's settings as its files and `NIX_CONFIG` say them; only the keys that nixml judges, never a token.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::options::ProbeOptions;

/// The keys that decide something for nixml. `access-tokens` and its like are not among them, and so never kept.
const JUDGED: &[&str] = &[
    "accept-flake-config",
    "allowed-users",
    "build-dir",
    "builders-use-substitutes",
    "connect-timeout",
    "cores",
    "experimental-features",
    "fallback",
    "max-jobs",
    "min-free",
    "require-sigs",
    "sandbox",
    "ssl-cert-file",
    "substitute",
    "substituters",
    "trusted-public-keys",
    "trusted-substituters",
    "trusted-users",
    "use-xdg-base-directories",
    "warn-dirty",
];
/// Old names of the same settings.
const OLD_NAMES: &[(&str, &str)] = &[
    ("binary-caches", "substituters"),
    ("trusted-binary-caches", "trusted-substituters"),
    ("build-use-sandbox", "sandbox"),
    ("build-max-jobs", "max-jobs"),
    ("build-cores", "cores"),
];

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    pub values: BTreeMap<String, String>,
    /// Files that are there and may not be read.
    pub unreadable: Vec<String>,
}

/// Reads the system's file, the user's, then `NIX_CONFIG`: later ones win, `extra-` keys add.
#[must_use]
pub fn read(options: &ProbeOptions) -> Settings {
    let mut settings = Settings::default();
    let vars = &options.vars;
    let system = vars.path("NIX_CONF_DIR").unwrap_or_else(|| "/etc/nix".into()).join("nix.conf");
    file(options, &system, 0, &mut settings);
    let mut users = vars.folders("NIX_USER_CONF_FILES");
    if users.is_empty() {
        let home = vars.path("XDG_CONFIG_HOME").or_else(|| options.home.as_ref().map(|home| home.join(".config")));
        users.extend(home.map(|folder| folder.join("nix/nix.conf")));
        let mut shared = vars.folders("XDG_CONFIG_DIRS");
        if shared.is_empty() {
            shared.push("/etc/xdg".into());
        }
        users.extend(shared.into_iter().map(|folder| folder.join("nix/nix.conf")));
    }
    for path in users.iter().rev() {
        file(options, path, 0, &mut settings);
    }
    if let Some(text) = vars.get("NIX_CONFIG") {
        lines(options, &text, Path::new("/"), 0, &mut settings);
    }
    settings
}

fn file(options: &ProbeOptions, path: &Path, depth: u8, settings: &mut Settings) {
    match options.root.text(path) {
        Some(text) => lines(options, &text, path.parent().unwrap_or(Path::new("/")), depth, settings),
        None if options.root.exists(path) => settings.unreadable.push(options.shown(path)),
        None => {}
    }
}

fn lines(options: &ProbeOptions, text: &str, folder: &Path, depth: u8, settings: &mut Settings) {
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        let included = line.strip_prefix("include ").or_else(|| line.strip_prefix("!include "));
        if let Some(name) = included {
            if depth < 8 {
                file(options, &folder.join(PathBuf::from(name.trim())), depth + 1, settings);
            }
        } else if let Some((key, value)) = line.split_once('=') {
            set(settings, key.trim(), &value.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
}

fn set(settings: &mut Settings, key: &str, value: &str) {
    let (adds, name) = match key.strip_prefix("extra-") {
        Some(name) => (true, name),
        None => (false, key),
    };
    let name = OLD_NAMES.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| new);
    if !JUDGED.contains(&name) {
        return;
    }
    let slot = settings.values.entry(name.to_owned()).or_default();
    if adds && !slot.is_empty() {
        slot.push(' ');
        slot.push_str(value);
    } else {
        value.clone_into(slot);
    }
}

/// A value without names of people, and without names and passwords in addresses.
#[must_use]
pub fn shown(key: &str, value: &str) -> String {
    let people = matches!(key, "trusted-users" | "allowed-users");
    let word = |word: &str| {
        if people && word != "root" && word != "*" && !word.starts_with('@') {
            return "[user]".to_owned();
        }
        match word.split_once("://") {
            Some((scheme, rest)) => {
                let (host, path) = rest.split_once('/').map_or((rest, None), |(host, path)| (host, Some(path)));
                let host = host.rsplit('@').next().unwrap_or(host);
                let path = path.map(|path| path.split('?').next().unwrap_or(path));
                path.map_or_else(|| format!("{scheme}://{host}"), |path| format!("{scheme}://{host}/{path}"))
            }
            None => word.to_owned(),
        }
    };
    value.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_include_files_and_later_ones_win() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
        write(
            "nix.conf",
            "sandbox = true # no\nexperimental-features = nix-command\n!include nix.custom.conf\n!include missing.conf\n",
        );
        write(
            "nix.custom.conf",
            "extra-experimental-features =  flakes\naccess-tokens = github.com=ghp_secret\ninclude nix.custom.conf\n",
        );
        let vars = [
            ("NIX_CONF_DIR", dir.path().to_str().unwrap()),
            ("NIX_CONFIG", "sandbox = false\nnetrc-file = /x"),
            ("HOME", "/nonexistent"),
        ];
        let settings = read(&ProbeOptions::new(vars.into_iter().collect(), None));
        assert_eq!(settings.values["sandbox"], "false");
        assert!(settings.values["experimental-features"].contains("nix-command flakes"));
        assert!(!format!("{settings:?}").contains("secret"));
    }

    #[test]
    fn addresses_lose_their_passwords_and_people_their_names() {
        assert_eq!(
            shown("substituters", "https://ada:pw@cache.example/x?token=1 https://cache.nixos.org"),
            "https://cache.example/x https://cache.nixos.org"
        );
        assert_eq!(shown("trusted-users", "ada root @wheel *"), "[user] root @wheel *");
    }
}
