//! What `init` will not touch, and that nothing is touched when it refuses.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt, chown, symlink};

use rustix::fs::{FlockOperation, flock};

use crate::room::{JAX, Room, everything};
use crate::support::{need, skip};

/// Refused with `exit`, the words said, nothing changed; and a dry run says the same.
#[track_caller]
fn refused(room: &Room, dir: &str, more: &[&str], exit: i32, says: &[&str]) {
    let before = room.everything();
    for dry in [&[][..], &["--dry-run"]] {
        let args = [&["init", dir], &JAX[..], more, dry].concat();
        let ran = room.run(&args);
        ran.exits(exit);
        for words in says {
            ran.says(words);
        }
        assert_eq!(room.everything(), before, "{args:?}");
    }
}

#[test]
fn a_file_that_nixml_did_not_write_is_refused_named_and_kept_with_force() {
    for path in ["flake.nix", "flake.lock", "nix/uv.nix", "pyproject.toml", "nixml.toml"] {
        let text = if path == "pyproject.toml" { "[project]\nname = \"mine\"\n" } else { "mine\n" };
        let room = Room::with(&[(&format!("demo/{path}"), text)]);
        refused(&room, "demo", &[], 4, &[path, "--force", "nothing was written"]);
        for number in ["1", "2"] {
            room.jax(&["--force"]).exits(0).says(&format!("{path}.nixml-bak.{number}"));
            assert_eq!(room.0.read(&format!("project/demo/{path}.nixml-bak.{number}")), text);
            // as if nixml had never been here
            fs::remove_file(room.path("demo/nixml.toml")).unwrap();
            fs::remove_dir_all(room.0.at("home/.local")).unwrap();
            fs::write(room.path(&format!("demo/{path}")), text).unwrap();
        }
    }
}

/// Also in a project that nixml made: each time a copy of its own, and `undo` gives the last one back.
#[test]
fn force_writes_anew_what_somebody_made_something_else_of() {
    for path in ["flake.nix", "flake.lock", "nix/uv.nix", "pyproject.toml"] {
        let room = Room::new();
        room.jax(&[]).exits(0);
        let ours = room.0.read(&format!("project/demo/{path}"));
        for number in ["1", "2", "3"] {
            let text = if path == "pyproject.toml" { "[project]\nname = \"mine\"\n" } else { "mine\n" };
            fs::write(room.path(&format!("demo/{path}")), text).unwrap();
            room.jax(&["--force"]).exits(0).says(&format!("{path}.nixml-bak.{number}"));
            assert_eq!(room.0.read(&format!("project/demo/{path}.nixml-bak.{number}")), text);
            let now = room.0.read(&format!("project/demo/{path}"));
            assert!(if path == "pyproject.toml" { now.contains("jax==") } else { now == ours }, "{path}: {now}");
        }
        room.run(&["undo", "demo"]).exits(0);
        assert!(room.0.read(&format!("project/demo/{path}")).contains("mine"));
    }
}

/// What goes together with nixml's own stays where it is.
#[test]
fn force_leaves_what_uv_add_and_names_in_lists_changed() {
    let room = Room::new();
    room.jax(&[]).exits(0);
    let change = |path: &str, from: &str, to: &str| {
        let text = room.0.read(&format!("project/demo/{path}"));
        assert!(text.contains(from), "{text}");
        room.0.write(&format!("project/demo/{path}"), &text.replacen(from, to, 1));
    };
    change("pyproject.toml", "dependencies = [", "# the lab's\ndependencies = [\n    \"einops>=0.8\",");
    change("flake.nix", "programs = [", "programs = [ \"ffmpeg\"");
    let before = room.everything();
    room.jax(&["--force"]).exits(0).never_says("nixml-bak");
    assert_eq!(room.everything(), before);
}

/// A path, what lies there, and how it came to lie there.
type Case = (&'static str, &'static str, fn(&Room));

#[test]
fn what_is_no_file_is_refused_even_with_force_and_the_way_out_is_a_true_one() {
    let cases: [Case; 7] = [
        ("flake.nix", "a link", |room| symlink("/etc/passwd", room.path("demo/flake.nix")).unwrap()),
        ("flake.nix", "a link", |room| symlink("nowhere", room.path("demo/flake.nix")).unwrap()),
        ("README.md", "a folder", |room| fs::create_dir(room.path("demo/README.md")).unwrap()),
        ("pyproject.toml", "a pipe", |room| drop(room.0.run("mkfifo", &["demo/pyproject.toml"]))),
        ("main.py", "a socket", |room| drop(std::os::unix::net::UnixListener::bind(room.path("demo/main.py")).unwrap())),
        ("nix/", "not a folder", |room| symlink("/tmp", room.path("demo/nix")).unwrap()),
        ("nix/", "not a folder", |room| fs::write(room.path("demo/nix"), "").unwrap()),
    ];
    for (path, what, make) in cases {
        let room = Room::new();
        fs::create_dir(room.path("demo")).unwrap();
        make(&room);
        refused(&room, "demo", &[], 4, &[path, what, "move it away"]);
        refused(&room, "demo", &["--force"], 4, &[path, what, "move it away"]);
    }
}

#[test]
fn a_huge_file_in_the_way_is_not_read() {
    let room = Room::new();
    fs::create_dir(room.path("demo")).unwrap();
    let file = fs::File::create(room.path("demo/flake.nix")).unwrap();
    file.set_len(1 << 40).unwrap();
    let before = fs::metadata(room.path("demo/flake.nix")).unwrap();
    room.jax(&[]).exits(4).says("flake.nix");
    let after = fs::metadata(room.path("demo/flake.nix")).unwrap();
    assert_eq!((before.len(), before.mtime()), (after.len(), after.mtime()));
}

#[test]
fn a_folder_that_cannot_be_made_is_exit_3() {
    let room = Room::with(&[("file", "")]);
    refused(&room, "file", &[], 3, &["file", "another"]);
    refused(&room, "no/such/parent", &[], 3, &["no/such/parent", "parent"]);
    refused(&room, "file/below", &[], 3, &["file/below"]);
}

#[test]
fn a_folder_that_cannot_be_written_is_exit_3() {
    let room = Room::in_the_open();
    for dir in ["closed", "above"] {
        fs::create_dir(room.path(dir)).unwrap();
        fs::set_permissions(room.path(dir), PermissionsExt::from_mode(0o555)).unwrap();
    }
    room.give_away();
    for dir in ["closed", "above/demo"] {
        for dry in [&[][..], &["--dry-run"]] {
            let ran =
                need!(room.as_nobody(&[&["init", dir], &JAX[..], dry].concat()), "becoming another user needs root and setpriv");
            ran.exits(3).says("Permission denied").says(dir);
        }
    }
    assert!(room.everything().is_empty());
}

#[test]
fn somebody_else_s_folder_is_exit_4_also_where_it_is_closed() {
    if !rustix::process::geteuid().is_root() {
        skip!("only root can give a folder away");
    }
    let room = Room::in_the_open();
    room.jax(&[]).exits(0);
    fs::create_dir(room.path("closed")).unwrap();
    chown(room.path("demo"), Some(65534), Some(65534)).unwrap();
    for args in [&["validate", "demo"][..], &["undo", "demo"], &["upgrade", "demo"]] {
        room.run(args).exits(4).says("another user");
    }
    refused(&room, "demo", &[], 4, &["another user", "of your own"]);
    // and for a plain user, whom the folder shuts out
    fs::set_permissions(room.path("closed"), PermissionsExt::from_mode(0o700)).unwrap();
    fs::set_permissions(room.0.at(""), PermissionsExt::from_mode(0o755)).unwrap();
    let ran = need!(room.as_nobody(&[&["init", "closed"], &JAX[..]].concat()), "becoming another user needs setpriv");
    ran.exits(4).says("another user");
}

#[test]
fn one_nixml_at_a_time() {
    let room = Room::new();
    room.jax(&[]).exits(0);
    let held = fs::File::open(room.path("demo")).unwrap();
    flock(&held, FlockOperation::LockExclusive).unwrap();
    let me = std::process::id().to_string();
    refused(&room, "demo", &[], 4, &["another nixml", &me]);
    for args in [&["validate", "demo"][..], &["undo", "demo"], &["upgrade", "demo"]] {
        room.run(args).exits(4).says("another nixml").says(&me);
    }
    drop(held);
    room.jax(&[]).exits(0);
}

#[test]
fn a_dry_run_leaves_no_trace() {
    let room = Room::new();
    let stamp =
        |path: &std::path::Path| fs::metadata(path).map(|found| (found.mtime(), found.mtime_nsec(), found.ino())).unwrap();
    fs::create_dir(room.path("demo")).unwrap();
    let (folder, home) = (stamp(&room.path("demo")), everything(&room.0.at("home")));
    room.jax(&["--dry-run"]).exits(0).says("Nothing was written.").says("+++ b/flake.nix");
    assert_eq!((stamp(&room.path("demo")), everything(&room.0.at("home"))), (folder, home));
    assert!(room.everything().is_empty() && !room.path("demo/.git").exists());
}

#[test]
fn undo_loses_nothing() {
    let room = Room::new();
    room.run(&["undo", "demo"]).exits(2);
    room.jax(&[]).exits(0);
    fs::write(room.path("demo/main.py"), "print('mine')\n").unwrap();
    let before = room.everything();
    for dry in [&["undo", "demo"][..], &["undo", "demo", "--dry-run"]] {
        room.run(dry).exits(4).says("main.py");
        assert_eq!(room.everything(), before);
    }
}
