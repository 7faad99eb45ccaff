//! Nix: where it is, which one it is, whether its daemon answers, and the settings that decide.

use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use rustix::net::{AddressFamily, SocketAddrUnix, SocketType};

use super::options::ProbeOptions;
use super::part::Part;
use super::{nix_settings, programs, users};
use crate::core::facts::{Nix, NixFlavour};

/// Where the daemon listens, unless the environment has moved it.
fn socket_path(options: &ProbeOptions) -> PathBuf {
    let moved = || Some(options.vars.path("NIX_STATE_DIR")?.join("daemon-socket/socket"));
    let path = options.vars.path("NIX_DAEMON_SOCKET_PATH").or_else(moved);
    options.root.at(path.unwrap_or_else(|| "/nix/var/nix/daemon-socket/socket".into()))
}

/// Where the store is.
fn store(options: &ProbeOptions) -> PathBuf {
    options.vars.path("NIX_STORE_DIR").unwrap_or_else(|| "/nix/store".into())
}

/// Fills `nix`.
pub fn ask(options: &ProbeOptions, part: &mut Part) {
    let root = &options.root;
    let on_path = programs::on_path(options, "nix");
    let program = on_path.clone().or_else(|| known_places(options).into_iter().find(|path| programs::runnable(options, path)));
    let mut nix = Nix { installed: Some(program.is_some()), on_path: Some(on_path.is_some()), ..Nix::default() };
    nix.path = program.as_ref().map(|path| options.shown(path));
    if let Some(program) = &program {
        match programs::version_text(options, program, &["--version"]) {
            Ok(said) => match version(&said) {
                Some((flavour, version)) => {
                    nix.flavour = Some(flavour);
                    nix.version = Some(version);
                    part.source("nix.version", "program");
                    part.source("nix.flavour", "program");
                }
                None => nix.error = Some(format!("`nix --version` said `{said}`")),
            },
            Err(reason) => nix.error = Some(format!("`nix --version`: {reason}")),
        }
        if let Some(reason) = &nix.error {
            part.unknown("nix.version", reason.clone());
        }
    } else if root.is_dir(store(options)) {
        nix.error = Some("/nix/store is there, and no `nix` program was found".to_owned());
    }
    if program.is_some() || root.is_dir(store(options)) {
        daemon(options, part, &mut nix);
        settings(options, part, &mut nix);
    }
    part.facts.nix = Some(nix);
    part.rest_from("nix", "search");
}

/// Where installers put it when the shell does not know it yet.
fn known_places(options: &ProbeOptions) -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> =
        ["/nix/var/nix/profiles/default/bin/nix", "/run/current-system/sw/bin/nix", "/usr/bin/nix"].map(PathBuf::from).to_vec();
    if let Some(home) = &options.home {
        places.extend([home.join(".nix-profile/bin/nix"), home.join(".local/state/nix/profile/bin/nix")]);
    }
    places
}

/// `nix (Nix) 2.34.6`, `nix (Determinate Nix 3.22.2) 2.35.2`, `nix (Lix, like Nix) 2.95.1`.
fn version(said: &str) -> Option<(NixFlavour, String)> {
    let rest = said.strip_prefix("nix (")?;
    let (name, version) = rest.rsplit_once(") ")?;
    let flavour = match name.split([' ', ',']).next()? {
        "Determinate" => NixFlavour::Determinate,
        "Lix" => NixFlavour::Lix,
        _ => NixFlavour::Nix,
    };
    let fits = version.starts_with(|c: char| c.is_ascii_digit()) && version.len() <= 40 && !version.contains(' ');
    fits.then(|| (flavour, version.to_owned()))
}

fn daemon(options: &ProbeOptions, part: &mut Part, nix: &mut Nix) {
    let root = &options.root;
    let socket = socket_path(options);
    let units = [
        "/etc/systemd/system/nix-daemon.socket",
        "/lib/systemd/system/nix-daemon.socket",
        "/usr/lib/systemd/system/nix-daemon.socket",
    ];
    let unit = units.iter().any(|unit| root.exists(unit));
    let multi_user = socket.exists() || (unit && users::has_group(root, "nixbld"));
    nix.multi_user = Some(multi_user);
    if !multi_user {
        return;
    }
    match knock(&socket) {
        Ok(()) => nix.daemon = Some(true),
        Err(rustix::io::Errno::ACCESS | rustix::io::Errno::PERM) => {
            part.unknown("nix.daemon", "this user may not open the daemon's socket");
        }
        Err(rustix::io::Errno::AGAIN) => part.unknown("nix.daemon", "the daemon is busy"),
        Err(_) => nix.daemon = Some(false),
    }
    part.source("nix.daemon", "socket");
}

/// Connects and goes away again, without waiting.
fn knock(path: &std::path::Path) -> rustix::io::Result<()> {
    let address = SocketAddrUnix::new(path)?;
    let socket = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None)?;
    // Two steps, because not every system takes these with the first.
    rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
    rustix::fs::fcntl_setfl(&socket, rustix::fs::OFlags::NONBLOCK)?;
    rustix::net::connect(&socket, &address)
}

fn settings(options: &ProbeOptions, part: &mut Part, nix: &mut Nix) {
    let read = nix_settings::read(options);
    if let Some(file) = read.unreadable.first() {
        part.unknown("nix.settings", format!("`{file}` cannot be read"));
    }
    let features = read.values.get("experimental-features").map(String::as_str).unwrap_or_default();
    let on = ["nix-command", "flakes"].iter().all(|feature| features.split_whitespace().any(|word| word == *feature));
    nix.flakes = match nix.flavour {
        Some(NixFlavour::Determinate) => Some(true), // It has no switch: flakes are always on.
        _ if on => Some(true),
        _ if !read.unreadable.is_empty() => None,
        _ => Some(false),
    };
    part.source("nix.flakes", "settings");
    nix.trusted = trusted(options, nix, &read);
    part.source("nix.trusted", "settings");
    let shown = |(key, value): (String, String)| {
        let value = nix_settings::shown(&key, &value);
        (key, value)
    };
    nix.settings = read.values.into_iter().map(shown).collect();
    part.source("nix.settings", "settings");
    let judged: Vec<String> = nix.settings.keys().map(|key| format!("nix.settings.{key}")).collect();
    part.facts.sources.remove("nix.settings");
    for path in judged {
        part.source(path, "settings");
    }
}

/// Root and the owner of a single-user store are trusted; others when the settings name them.
fn trusted(options: &ProbeOptions, nix: &Nix, read: &nix_settings::Settings) -> Option<bool> {
    if options.is_root() {
        return Some(true);
    }
    let own = rustix::process::geteuid().as_raw();
    if nix.multi_user == Some(false) && std::fs::metadata(options.root.at(store(options))).is_ok_and(|meta| meta.uid() == own) {
        return Some(true);
    }
    if !read.unreadable.is_empty() {
        return None;
    }
    let mut ids: Vec<u32> =
        rustix::process::getgroups().unwrap_or_default().into_iter().map(rustix::process::Gid::as_raw).collect();
    ids.push(rustix::process::getegid().as_raw());
    let groups = users::group_names(&options.root, &ids);
    let login = users::login(&options.root)?;
    let named = read.values.get("trusted-users").map_or("root", String::as_str);
    Some(named.split_whitespace().any(|word| match word.strip_prefix('@') {
        Some(group) => groups.iter().any(|own| own == group),
        None => word == "*" || word == login,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flavour_says_its_version_its_own_way() {
        for (said, expected) in [
            ("nix (Nix) 2.34.6", Some((NixFlavour::Nix, "2.34.6"))),
            ("nix (Nix) 2.19.0pre20231018_a1fdc68", Some((NixFlavour::Nix, "2.19.0pre20231018_a1fdc68"))),
            ("nix (Determinate Nix 3.22.2) 2.35.2", Some((NixFlavour::Determinate, "2.35.2"))),
            ("nix (Lix, like Nix) 2.95.1", Some((NixFlavour::Lix, "2.95.1"))),
            ("nix (Lix, like Nix", None),
            ("bash: nix: command not found", None),
            ("", None),
        ] {
            assert_eq!(version(said), expected.map(|(flavour, text)| (flavour, text.to_owned())), "{said}");
        }
    }
}
