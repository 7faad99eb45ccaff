//! How nixml comes to a machine: the install script, nixml's own flake, and what the packaged crate holds.

use std::fs;
use std::path::PathBuf;

use crate::room::Room;
use crate::support::place::Place;
use crate::support::ran::Ran;
use crate::support::standin::Standin;
use crate::support::{need, skip, tools};

fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A release that lies in a folder: an archive whose nixml only tells its version.
fn release(room: &Room, version: &str) -> String {
    let name = format!("nixml-{version}-{}-unknown-linux-gnu", std::env::consts::ARCH);
    room.0.write(&format!("project/{name}/nixml"), &format!("#!/bin/sh\necho nixml {version}\n"));
    room.0.run("chmod", &["755", &format!("{name}/nixml")]);
    fs::create_dir_all(room.path("release")).unwrap();
    room.0.run("tar", &["-czf", &format!("release/{name}.tar.gz"), &name]);
    room.0.run("bash", &["-c", "cd release && sha256sum *.tar.gz > SHA256SUMS"]);
    format!("file://{}", room.path("release").display())
}

fn install(room: &Room, variables: &[(&str, &str)], args: &[&str]) -> Ran {
    let mut command = room.0.command("sh");
    command.arg(repository("scripts/install.sh")).args(args).envs(variables.iter().copied());
    command.output().unwrap().into()
}

#[test]
fn a_release_is_installed_once_its_checksum_fits() {
    let room = Room::new();
    let from = release(&room, "1.0.0");
    install(&room, &[], &[&from]).exits(0).says("installed nixml 1.0.0").says("is not on your PATH");
    let program = room.0.at("home/.local/bin/nixml");
    assert_eq!(room.0.run(&program, &[]), "nixml 1.0.0\n");
    // a newer one takes its place; nothing else is left beside it
    fs::remove_dir_all(room.path("release")).unwrap();
    install(&room, &[], &[&release(&room, "1.1.0")]).exits(0);
    assert_eq!(room.0.run(&program, &[]), "nixml 1.1.0\n");
    assert_eq!(fs::read_dir(room.0.at("home/.local/bin")).unwrap().count(), 1);
    assert_eq!(fs::read_dir(room.0.at("tmp")).unwrap().count(), 0);
    install(&room, &[], &[&from, room.path("here").to_str().unwrap()]).exits(0);
    assert!(room.path("here/nixml").is_file());
}

#[test]
fn a_release_that_is_not_what_was_promised_is_not_installed() {
    let spoiled: [(&str, &str); 6] = [
        ("echo more >> release/*.tar.gz", "checksum"),
        ("sed -i 's/^..../0000/' release/SHA256SUMS", "checksum"),
        ("rm release/SHA256SUMS", "could not fetch"),
        ("rm release/*.tar.gz", "could not fetch"),
        ("sed -i 's/-linux-gnu/-other/' release/SHA256SUMS", "nothing for"),
        ("cd release; sed -i 's, nixml, ../nixml,' SHA256SUMS", "nothing for"),
    ];
    for (spoil, says) in spoiled {
        let room = Room::new();
        let from = release(&room, "1.0.0");
        room.0.run("bash", &["-c", spoil]);
        install(&room, &[], &[&from]).exits(1).says(says);
        assert!(!room.0.at("home/.local").exists(), "{spoil}");
    }
    let room = Room::new();
    let from = release(&room, "1.0.0");
    install(&room, &[("NIXML_SHA256", &"0".repeat(64))], &[&from]).exits(1).says("checksum");
    for wrong in ["http://example.org/x", "ftp://example.org/x", "/tmp", "file://relative"] {
        install(&room, &[], &[wrong]).exits(1).says("neither https:// nor file:///");
    }
    install(&room, &[], &[]).exits(1).says("where from?");
    // half of the script does nothing at all
    let whole = fs::read_to_string(repository("scripts/install.sh")).unwrap();
    room.0.write("project/half.sh", &whole[..whole.len() - 20]);
    room.0.command("sh").args(["half.sh", &from]).output().unwrap();
    assert!(!room.0.at("home/.local").exists());
}

/// The flake of nixml itself, on the oldest and the newest Nix: what it offers evaluates, and its shell opens.
#[test]
fn nixml_s_own_flake_evaluates_and_its_shell_opens() {
    let uv = need!(tools::uv(), "no uv: run scripts/install-tools");
    for version in ["2.8", "newest"] {
        let nix = need!(tools::nix(version), "no Nix: run scripts/install-nixes");
        let place = Place::new().with_nix(&nix);
        for file in ["flake.nix", "flake.lock", "Cargo.toml", "Cargo.lock"] {
            fs::copy(repository(file), place.project().join(file)).unwrap();
        }
        place.run("git", &["init", "-q"]);
        place.run("git", &["add", "--intent-to-add", "."]);
        let with = ["--extra-experimental-features", "nix-command flakes", "--override-input", "nixpkgs"];
        let from = Standin::of(&uv).flakeref();
        let nix = |command: &str, rest: &[&str]| place.run("nix", &[&[command], &with[..], &[&from], rest].concat());
        for system in ["x86_64-linux", "aarch64-linux", "aarch64-darwin"] {
            let built = nix("eval", &["--raw", &format!(".#packages.{system}.default.drvPath")]);
            assert!(built.ends_with(".drv") && built.contains(env!("CARGO_PKG_VERSION")), "{built}");
            let program = nix("eval", &["--raw", &format!(".#apps.{system}.default.program")]);
            assert!(program.ends_with("/bin/nixml"), "{program}");
        }
        assert_eq!(nix("develop", &["--command", "cargo"]), "cargo-standin\n");
    }
}

/// The same nixpkgs for nixml as for the projects it writes.
#[test]
fn nixml_s_own_lock_is_the_catalog_s_pin() {
    let room = Room::new();
    room.jax(&[]).exits(0);
    assert_eq!(fs::read_to_string(repository("flake.lock")).unwrap(), room.0.read("project/demo/flake.lock"));
}

#[test]
fn the_packaged_crate_holds_what_it_needs_and_nothing_else() {
    if !repository(".git").exists() {
        skip!("cargo names the files of a package by git");
    }
    let listed = std::process::Command::new(env!("CARGO"))
        .args(["package", "--list", "--offline", "--allow-dirty"])
        .current_dir(repository(""))
        .output()
        .unwrap();
    let files = String::from_utf8(listed.stdout).unwrap();
    let files: Vec<&str> = files.lines().collect();
    for needed in ["Cargo.lock", "build.rs", "README.md", "LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY.md", "src/main.rs"] {
        assert!(files.contains(&needed), "{needed}: {files:?}");
    }
    // everything that the built program carries
    for path in nixml::core::data::Data::embedded().paths() {
        assert!(files.contains(&path), "{path} is not in the package");
    }
    let strange =
        |path: &&&str| !["src/", "assets/", "templates/", "wizard-steps/"].iter().any(|folder| path.starts_with(folder));
    let strange: Vec<_> = files.iter().filter(strange).filter(|path| path.contains('/')).collect();
    assert!(strange.is_empty(), "{strange:?}");
    let bytes: u64 = files.iter().filter_map(|path| fs::metadata(repository(path)).ok()).map(|found| found.len()).sum();
    assert!(bytes < 10_000_000, "{bytes} bytes");
}
