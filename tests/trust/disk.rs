//! A full disk, a read-only one, a folder that belongs to somebody else: refused in words, and everything is as it was.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::process::Command;

use crate::room::{INIT, Room, host, litter};
use crate::support::ran::Ran;
use crate::support::{need, skip};

/// Runs a script with mounts of its own; `None` where that is not allowed.
fn apart(room: &Room, script: &str) -> Option<Ran> {
    let own = if rustix::process::geteuid().is_root() { "-m" } else { "-rm" };
    Command::new("unshare").args([own, "true"]).output().ok().filter(|tried| tried.status.success())?;
    let mut command = Command::new("unshare");
    command.args([own, "sh", "-ec", script]);
    let mut command = room.dressed(command, &[]);
    command.env("NIXML", env!("CARGO_BIN_EXE_nixml")).env("INIT", INIT.join(" "));
    Some(command.output().unwrap().into())
}

const WHY: &str = "mounts of one's own are not allowed here";

#[test]
fn a_full_disk_is_all_or_nothing_however_little_room_there_is() {
    let room = Room::new();
    fs::create_dir(room.path("demo")).unwrap();
    let script = r#"
        for pages in 1 2 3 5 8 11 14 17 20 23 26 29 32 40 48; do
            mount -t tmpfs -o size=$((pages * 4))k,mode=755 tmpfs demo
            echo mine > demo/README.md
            code=0; "$NIXML" $INIT --no-git > out 2> err || code=$?
            echo "$pages $code $(find demo -type f | wc -l) $(find demo -mindepth 1 -name '.*nixml*' | wc -l) $(cat demo/README.md) $(tail -n1 err | head -c 300)"
            umount demo
        done"#;
    let ran = need!(apart(&room, script), "{WHY}");
    ran.exits(0);
    let mut codes = Vec::new();
    for line in ran.out().lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let (code, files, left) = (words[1], words[2].parse::<usize>().unwrap(), words[3]);
        assert_eq!((left, words[4]), ("0", "mine"), "{line}");
        assert!(if code == "0" { files > 10 } else { code == "3" && files == 1 }, "{line}");
        codes.push(code.to_owned());
    }
    assert_eq!((codes.first().unwrap().as_str(), codes.last().unwrap().as_str()), ("3", "0"), "{}", ran.out());
    assert_eq!(litter(&room.tree("home")), Vec::<&String>::new());
}

#[test]
fn a_full_disk_says_which_file_and_why() {
    let room = Room::new();
    fs::create_dir(room.path("demo")).unwrap();
    let script = r#"mount -t tmpfs -o size=16k,mode=755 tmpfs demo; exec "$NIXML" $INIT --no-git"#;
    let ran = need!(apart(&room, script), "{WHY}");
    ran.exits(3).says("No space left").says("nothing was written");
    assert!(ran.err().contains('`'), "{}", ran.err());
}

#[test]
fn a_full_home_costs_the_receipt_and_says_so() {
    let room = Room::new();
    let script = r#"
        mount -t tmpfs -o size=4k,mode=755 tmpfs home
        head -c 4096 /dev/zero > home/full
        exec "$NIXML" $INIT --no-git"#;
    let ran = need!(apart(&room, script), "{WHY}");
    ran.exits(0).says("nixml undo");
    assert!(room.path("demo/flake.nix").is_file());
}

#[test]
fn a_read_only_folder_is_refused_before_the_first_question() {
    let room = Room::new();
    fs::create_dir(room.path("demo")).unwrap();
    let mounted = "mount --bind demo demo; mount -o remount,ro,bind demo; ";
    let ran = need!(apart(&room, &format!(r#"{mounted} exec "$NIXML" $INIT"#)), "{WHY}");
    ran.exits(3).says("demo").says("Read-only");
    let ran = apart(&room, &format!(r#"{mounted} exec "$NIXML" $INIT --dry-run"#)).unwrap();
    ran.exits(3);

    let own = if rustix::process::geteuid().is_root() { "-m" } else { "-rm" };
    let script = format!(r#"{mounted} exec "$NIXML" init demo"#);
    let unshare = which::which("unshare").unwrap();
    let mut terminal = room.terminal(&unshare, &[own, "sh", "-ec", &script], &[], 80);
    assert_eq!(terminal.end(), 3);
    let bytes = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    assert!(!bytes.contains("\x1b[?1049h") && bytes.contains("Read-only"), "{bytes:?}");
}

/// nixml as nobody, from a place that nobody can enter.
fn as_nobody(room: &Room, script: &str) -> Option<Ran> {
    if !rustix::process::geteuid().is_root() || which::which("setpriv").is_err() {
        return None;
    }
    fs::copy(env!("CARGO_BIN_EXE_nixml"), room.path("nixml")).unwrap();
    fs::copy(host(), room.path("host.toml")).unwrap();
    for path in ["", "home", "nixml", "host.toml"] {
        fs::set_permissions(room.path(path), fs::Permissions::from_mode(0o755)).unwrap();
    }
    chown(room.path("home"), Some(65534), Some(65534)).unwrap();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "sh", "-ec", script]);
    let mut command = room.dressed(command, &[]);
    command.env("NIXML_HOST", room.path("host.toml")).env("INIT", INIT.join(" "));
    Some(command.output().unwrap().into())
}

#[test]
fn a_folder_that_may_not_be_written_is_refused() {
    let room = Room::new();
    fs::create_dir(room.path("demo")).unwrap();
    let ran = need!(as_nobody(&room, "./nixml $INIT"), "becoming another user needs root and setpriv");
    // The folder is root's: that comes first.
    ran.exits(4).says("another user");
    chown(room.path("demo"), Some(65534), Some(65534)).unwrap();
    fs::set_permissions(room.path("demo"), fs::Permissions::from_mode(0o555)).unwrap();
    let ran = as_nobody(&room, "./nixml $INIT").unwrap();
    ran.exits(3).says("Permission denied").says("choose a folder that you can write to");
    // A folder that cannot be made at all.
    let ran = as_nobody(&room, "./nixml init other --framework jax --targets cpu --yes --no-validate").unwrap();
    ran.exits(3).says("Permission denied");
    assert_eq!(room.tree("demo").len(), 0);
}

#[test]
fn somebody_else_s_folder_is_left_alone() {
    if !rustix::process::geteuid().is_root() {
        skip!("only root can give a folder away");
    }
    let room = Room::new();
    room.init(&[]).exits(0);
    chown(room.path("demo"), Some(65534), Some(65534)).unwrap();
    let before = room.tree("demo");
    for arguments in [&INIT[..], &["undo", "demo"], &["validate", "demo"], &["upgrade", "demo"]] {
        room.run(arguments).exits(4).says("another user");
    }
    assert!(room.tree("demo") == before);
}
