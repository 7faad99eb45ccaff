//! A folder that somebody swaps for a link while nixml works: nothing is written through the link.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::time::Duration;

use nixml::core::changes::{Allowed, Known, decide};
use nixml::core::files::{Files, Ownership, ProjectFile};
use nixml::edge::files::{Folder, write};

use crate::room::{INIT, Room, tree};
use crate::support::{skip, tools};
use crate::traced;

fn files(paths: &[&str]) -> Files {
    let file = || ProjectFile { text: "ours\n".to_owned(), ownership: Ownership::Owned };
    Files(paths.iter().map(|path| ((*path).to_owned(), file())).collect())
}

#[test]
fn the_writer_stays_in_the_folder_it_opened() {
    for inner in [false, true] {
        let room = Room::new();
        fs::create_dir_all(room.path("demo/nix")).unwrap();
        fs::create_dir(room.path("victim")).unwrap();
        fs::write(room.path("victim/flake.nix"), "precious\n").unwrap();
        let wanted = files(&["flake.nix", "nix/flake.nix"]);
        let folder = Folder::open(&room.path("demo")).unwrap();
        let changes = decide(&wanted, &folder.on_disk(&wanted), &Known::default(), &Allowed::default());
        let swapped = if inner { "demo/nix" } else { "demo" };
        write(&folder, &changes, || {
            fs::rename(room.path(swapped), room.path("moved")).unwrap();
            symlink(room.path("victim"), room.path(swapped)).unwrap();
            Ok(())
        })
        .unwrap();
        assert_eq!(folder.still_there(), inner);
        let victim = tree(&room.path("victim"));
        assert_eq!(victim.len(), 1, "{victim:?}");
        assert_eq!(victim["flake.nix"], b"precious\n");
        assert_eq!(fs::read(room.path("moved/flake.nix")).unwrap(), b"ours\n");
    }
}

#[test]
fn the_whole_run_touches_nothing_behind_the_link() {
    if !traced::possible() {
        skip!("strace is not installed, or may not trace here");
    }
    let room = Room::new();
    fs::create_dir(room.path("demo")).unwrap();
    fs::create_dir(room.path("victim")).unwrap();
    fs::write(room.path("victim/flake.nix"), "precious\n").unwrap();
    // Two seconds between the last file that is staged and the first that gets its name.
    let mut command = Command::new(tools::strace());
    command.args(["-o", "/dev/null", "-e", "trace=renameat2", "-e", "inject=renameat2:delay_enter=2000000:when=1"]);
    command.arg(env!("CARGO_BIN_EXE_nixml"));
    let child = room.dressed(command, &INIT).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !tree(&room.path("demo")).keys().any(|path| path.starts_with(".nixml-")) {
        std::thread::sleep(Duration::from_millis(2));
    }
    fs::rename(room.path("demo"), room.path("moved")).unwrap();
    symlink(room.path("victim"), room.path("demo")).unwrap();
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(0), "{said}");
    assert!(said.contains("was moved while nixml was at work"), "{said}");
    let victim = tree(&room.path("victim"));
    assert_eq!((victim.len(), victim["flake.nix"].as_slice()), (1, b"precious\n".as_slice()), "{victim:?}");
    assert!(!room.path("victim/.git").exists());
    assert!(room.path("moved/flake.nix").is_file());
}

/// git would make its repository at the other end.
#[test]
fn a_link_in_the_place_of_the_repository_is_not_followed() {
    for file in [false, true] {
        let room = Room::new();
        fs::create_dir_all(room.path("demo")).unwrap();
        fs::create_dir(room.path("victim")).unwrap();
        if file {
            fs::write(room.path("demo/.git"), "gitdir: ../victim\n").unwrap();
        } else {
            symlink(room.path("victim"), room.path("demo/.git")).unwrap();
        }
        room.init(&[]).exits(0).says("no git repository was made");
        assert!(tree(&room.path("victim")).is_empty(), "{:?}", tree(&room.path("victim")).keys());
        room.run(&["undo", "demo"]).exits(0);
        assert!(room.path("demo/.git").symlink_metadata().is_ok() && room.path("victim").is_dir());
    }
}
