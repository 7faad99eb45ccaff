//! `nixml clean`: sizes that are true, links that are not followed, nothing outside without its name.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::support::place::{Place, told};
use crate::support::pty::Terminal;
use crate::support::schema::faults;
use crate::support::standin::Standin;
use crate::support::{need, tools};
use crate::{exits, json, schema};

/// A project with two environments (one shares a file with a cache), store links, logs, and things that must survive.
fn project() -> Place {
    let place = Place::new();
    exits(&place.nixml(["init", "--framework", "jax", "--targets", "cpu", "--yes", "--no-validate"]), 0);
    place.write("cache/wheel", &"w".repeat(300_000));
    place.write("project/.venv/pyvenv.cfg", "home = /usr/bin\n");
    place.write("project/.venv/own", &"o".repeat(100_000));
    place.write("project/.venv/lib/python3.13/site-packages/some_wheel-1.0.dist-info/METADATA", "");
    fs::hard_link(place.at("cache/wheel"), place.at("project/.venv/wheel")).unwrap();
    place.write("project/.venv-cpu/pyvenv.cfg", "home = /usr/bin\n");
    place.write("project/.nixml/logs/validate-1.log", "said\n");
    place.write("victim/precious", "precious\n");
    symlink(place.at("victim"), place.at("project/.venv/inside")).unwrap();
    symlink(place.at("victim"), place.at("project/.venv-linked")).unwrap();
    place.write("project/.venv-notes/mine.txt", "mine\n");
    symlink("/nix/store/00000000000000000000000000000000-shell", place.at("project/.nixml/profile-1-link")).unwrap();
    symlink("profile-1-link", place.at("project/.nixml/profile")).unwrap();
    symlink(place.at("victim"), place.at("project/result")).unwrap();
    place
}

fn items(report: &serde_json::Value, freed: bool) -> Vec<String> {
    let items = report["items"].as_array().unwrap().iter().filter(|item| item["freed"] == freed);
    items.map(|item| item["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn it_shows_true_sizes_and_touches_nothing_unasked() {
    let place = project();
    let output = place.nixml(["clean", "--json"]);
    exits(&output, 0);
    let report = json(&output);
    assert_eq!(faults(&schema(&place, "clean"), &report), Vec::<String>::new());
    assert_eq!((&report["dry_run"], &report["freed_bytes"]), (&true.into(), &0.into()));
    let find = |path: &str| {
        report["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|item| item["path"] == path)
            .unwrap_or_else(|| panic!("{path}: {report}"))
            .clone()
    };
    let venv = find(".venv");
    assert!((400_000..600_000).contains(&venv["bytes"].as_u64().unwrap()), "{venv}");
    assert!((300_000..310_000).contains(&venv["shared_bytes"].as_u64().unwrap()), "{venv}");
    assert!(find(".venv-linked")["kept"].as_str().unwrap().contains("a link"));
    assert!(find(".venv-notes")["kept"].as_str().unwrap().contains("pyvenv.cfg"));
    assert_eq!(find(".nixml/profile")["group"], "roots");
    assert!(!report["items"].to_string().contains("\"result\""), "`result` leads elsewhere: {report}");
    for wrong in [&["clean", "--venvs"][..], &["clean", "--yes"]] {
        let output = place.nixml(wrong);
        exits(&output, 2);
        assert!(told(&output).contains("--"), "{}", told(&output));
    }
    let before = json(&place.nixml(["clean", "--json"]));
    let dry = json(&place.nixml(["clean", "--all", "--dry-run", "--json"]));
    assert!(dry["freed_bytes"].as_u64().unwrap() > 100_000);
    assert_eq!(json(&place.nixml(["clean", "--json"])), before, "a dry run removed something");
}

#[test]
fn it_frees_what_was_chosen_and_follows_no_link() {
    let place = project();
    let output = place.nixml(["clean", "--venvs", "--yes", "--json"]);
    exits(&output, 0);
    let report = json(&output);
    assert_eq!(items(&report, true), [".venv", ".venv-cpu"]);
    let freed = report["freed_bytes"].as_u64().unwrap();
    assert!((100_000..300_000).contains(&freed), "the shared file stays in the cache: {freed}");
    for gone in [".venv", ".venv-cpu"] {
        assert!(!place.at("project").join(gone).exists(), "{gone}");
    }
    for kept in ["victim/precious", "cache/wheel", "project/.venv-notes/mine.txt", "project/.nixml/logs", "project/main.py"] {
        assert!(place.at(kept).exists(), "{kept} is gone");
    }
    let output = place.nixml(["clean", "--all", "--yes"]);
    exits(&output, 0);
    assert!(told(&output).contains("nix-collect-garbage"), "{}", told(&output));
    assert!(!place.at("project/.nixml/profile").is_symlink() && !place.at("project/.nixml/logs").exists());
    assert!(place.at("project/.venv-linked").is_symlink() && place.at("project/result").is_symlink());
    assert!(place.at("project/flake.nix").exists() && place.at("victim/precious").exists());
    let left =
        fs::read_dir(place.project()).unwrap().flatten().filter(|entry| entry.file_name().to_string_lossy().contains("going"));
    assert_eq!(left.count(), 0);
}

#[test]
fn refusals_have_their_codes() {
    let place = Place::new();
    exits(&place.nixml(["clean"]), 2);
    exits(&place.nixml(["clean", "nowhere"]), 2);
    let place = project();
    // uv and Nix are not on this PATH.
    for flag in ["--uv-cache", "--store"] {
        let output = place.nixml(["clean", flag, "--venvs", "--yes"]);
        exits(&output, 3);
        assert!(place.at("project/.venv").exists(), "half of it was done: {}", told(&output));
    }
    if !rustix::process::geteuid().is_root() {
        fs::set_permissions(place.project(), fs::Permissions::from_mode(0o555)).unwrap();
        exits(&place.nixml(["clean", "--venvs", "--yes"]), 3);
        fs::set_permissions(place.project(), fs::Permissions::from_mode(0o755)).unwrap();
    }
    // Another nixml works there.
    let lock = fs::File::open(place.project()).unwrap();
    lock.lock().unwrap();
    exits(&place.nixml(["clean", "--venvs", "--yes"]), 4);
}

/// With the real uv and a cache of its own: the project's packages go out of it, another's stay.
#[test]
fn uv_s_cache_gives_back_this_project_s_packages() {
    let uv = need!(tools::uv(), "no uv: run scripts/install-tools");
    let standin = Standin::of(&uv);
    let python = need!(standin.newest_python(&["3.11", "3.12", "3.13"]), "no Python 3.11 to 3.13");
    let mut place = Place::new().with_program(&uv);
    place.set("UV_CACHE_DIR", place.at("own-cache"));
    place.set("UV_PYTHON", &standin.pythons[python]);
    exits(&place.nixml(["init", "--framework", "jax", "--targets", "cpu", "--yes", "--no-validate"]), 0);
    let install = |words: &[&str]| {
        let target = place.at("other");
        let target = target.to_str().unwrap();
        let _ = fs::remove_dir_all(target);
        place.command(&uv).args(["pip", "install", "--quiet", "--target", target]).args(words).output().unwrap().status.success()
    };
    place.run("uv", &["venv", "--quiet", ".venv"]);
    place.run("uv", &["pip", "install", "--quiet", "--python", ".venv", "iniconfig"]);
    assert!(install(&["toolz"]) && install(&["--offline", "iniconfig"]), "both are in the cache");
    let shown = json(&place.nixml(["clean", "--json"]));
    let item = shown["items"].as_array().unwrap().iter().find(|item| item["group"] == "uv-cache").unwrap().clone();
    assert!(item["path"] == place.at("own-cache").to_str().unwrap() && item["freed"] == false, "{shown}");
    let output = place.nixml(["clean", "--uv-cache", "--yes", "--json"]);
    exits(&output, 0);
    assert_eq!(items(&json(&output), true), [place.at("own-cache").to_str().unwrap()]);
    assert!(!install(&["--offline", "iniconfig"]), "it is still in the cache");
    assert!(install(&["--offline", "toolz"]), "another project's package went as well");
    place.run(place.at("project/.venv/bin/python"), &["-c", "import iniconfig"]);
}

/// With the real Nix and a store of its own: what nothing holds goes, what the project's links hold goes with them alone.
#[test]
fn the_store_gives_back_what_nothing_holds() {
    let nix = need!(tools::nix("newest"), "no Nix: run scripts/install-nixes");
    let place = Place::new().with_nix(&nix);
    exits(&place.nixml(["init", "--framework", "jax", "--targets", "cpu", "--yes", "--no-validate"]), 0);
    let add = |name: &str| {
        place.write(name, &name.repeat(1000));
        place.run("nix-store", &["--add", place.at(name).to_str().unwrap()]).trim().to_owned()
    };
    let (held, loose) = (add("held"), add("loose"));
    fs::create_dir_all(place.at("project/.nixml")).unwrap();
    place.run("nix-store", &["--realise", &held, "--add-root", ".nixml/profile-1-link", "--indirect"]);
    symlink("profile-1-link", place.at("project/.nixml/profile")).unwrap();
    let there = |path: &str| fs::symlink_metadata(path).is_ok();
    assert!(held.starts_with(place.at("nix/store").to_str().unwrap()) && there(&held) && there(&loose));
    let dry = place.nixml(["clean", "--store", "--dry-run", "--json"]);
    exits(&dry, 0);
    assert!(there(&loose), "a dry run collected");
    let output = place.nixml(["clean", "--store", "--yes", "--json"]);
    exits(&output, 0);
    assert!(json(&output)["notes"].to_string().contains("nix-store --gc"), "{}", told(&output));
    assert!(there(&held) && !there(&loose), "{}", told(&output));
    exits(&place.nixml(["clean", "--roots", "--store", "--yes"]), 0);
    assert!(!there(&held) && place.at("project/flake.nix").exists());
}

#[test]
fn the_driver_links_of_the_past_go_and_those_of_today_stay() {
    let mut place = project();
    let cache = place.at("home/.cache");
    place.set("XDG_CACHE_HOME", &cache);
    let farms = cache.join("nixml/driver-libs");
    for (name, age) in [("host-1", 300), ("host-2", 0), ("other-3", 100)] {
        fs::create_dir_all(farms.join(name)).unwrap();
        symlink("/usr/lib/libcuda.so.1", farms.join(name).join("libcuda.so.1")).unwrap();
        let when = std::time::SystemTime::now() - std::time::Duration::from_secs(age);
        fs::File::open(farms.join(name)).unwrap().set_modified(when).unwrap();
    }
    exits(&place.nixml(["clean", "--all", "--yes"]), 0);
    assert!(farms.join("host-1").exists(), "not named, and gone");
    exits(&place.nixml(["clean", "--driver-links", "--yes"]), 0);
    let left: Vec<bool> = ["host-1", "host-2", "other-3"].iter().map(|name| farms.join(name).exists()).collect();
    assert_eq!(left, [false, true, true]);
}

#[test]
fn on_a_terminal_it_asks_group_by_group() {
    let place = project();
    let env = place.variables();
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let terminal = Terminal::start(env!("CARGO_BIN_EXE_nixml").as_ref(), &["clean"], &place.project(), &env, 80, 24);
    terminal.wait_for("remove environments");
    terminal.send("n\r");
    terminal.wait_for("remove links that hold");
    terminal.send("\r");
    terminal.wait_for("remove logs");
    terminal.send("y\r");
    terminal.wait_for("gave back");
    assert!(place.at("project/.venv").exists() && place.at("project/.nixml/profile").is_symlink());
    assert!(!place.at("project/.nixml/logs").exists());
}
