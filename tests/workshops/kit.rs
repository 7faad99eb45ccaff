//! A kit with real Nix and real uv: made, stopped, gone on with, damaged, mended, and used by another user without any network.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::code_of;
use crate::support::need;
use crate::support::ran::Ran;
use crate::support::standin::Standin;
use crate::support::tools::{self, Nix};

/// Nobody's number on any machine.
const STUDENT: u32 = 51_234;
const CATALOG: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/catalog/nixpkgs.toml"));

/// A room: the instructor's part and the student's, one after the other on the same Nix store.
struct Room {
    folder: tempfile::TempDir,
    nix: Nix,
}

impl Room {
    /// With a stand-in for nixpkgs that the flakes are locked to, by its hash, at nixpkgs' own address.
    fn new(nix: &Nix, python: &Path) -> Self {
        // Other users must get in: not below somebody's home.
        let folder = tempfile::Builder::new().prefix("nixml-kit").tempdir_in("/tmp").unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let room = Self { folder, nix: nix.clone() };
        for inner in ["home", "tmp", "work", "source"] {
            fs::create_dir(room.at(inner)).unwrap();
        }
        let standin = Standin::of(&tools::uv().unwrap()).folder;
        for entry in fs::read_dir(standin).unwrap().flatten().filter(|entry| entry.path().is_file()) {
            fs::copy(entry.path(), room.at("source").join(entry.file_name())).unwrap();
        }
        let mut host = Command::new("bash");
        host.arg(room.at("source/host.sh")).arg(tools::uv().unwrap()).env("NIXML_PYTHONS", python);
        assert!(host.output().unwrap().status.success());
        let hash =
            room.nix(&["--extra-experimental-features", "nix-command", "hash", "path", room.at("source").to_str().unwrap()]);
        let mut add = room.command("home", &nix.bin.join("nix-store"));
        assert!(add.arg("--add").arg(room.at("source")).output().unwrap().status.success());
        let pinned: Vec<String> = CATALOG
            .lines()
            .map(|line| if line.starts_with("nar_hash") { format!("nar_hash = {:?}", hash.trim()) } else { line.to_owned() })
            .collect();
        fs::create_dir_all(room.at("data/assets/catalog")).unwrap();
        fs::write(room.at("data/assets/catalog/nixpkgs.toml"), pinned.join("\n")).unwrap();
        fs::write(room.at("host.toml"), crate::PLAIN).unwrap();
        room
    }

    fn at(&self, inner: &str) -> PathBuf {
        self.folder.path().join(inner)
    }

    fn command(&self, home: &str, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().stdin(Stdio::null()).current_dir(self.at(home));
        for (name, inner) in [("HOME", home), ("TMPDIR", "tmp"), ("NIX_STORE_DIR", "nix/store"), ("NIX_STATE_DIR", "nix/var")] {
            command.env(name, self.at(inner));
        }
        for name in ["SSL_CERT_FILE", "HTTPS_PROXY", "NO_PROXY", "UV_DEFAULT_INDEX", "LLVM_PROFILE_FILE"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        let curl = tools::curl().and_then(|curl| Some(curl.parent()?.display().to_string())).unwrap_or_default();
        command.env("NIX_LOG_DIR", self.at("nix/log")).env("PATH", format!("{}:/usr/bin:/bin:{curl}", self.nix.bin.display()));
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("LANG", "C.UTF-8");
        command
    }

    fn nix(&self, arguments: &[&str]) -> String {
        let output = self.command("home", &self.nix.program()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn instructor(&self, arguments: &[&str]) -> Ran {
        self.instructing(arguments).output().unwrap().into()
    }

    fn instructing(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("work", Path::new(env!("CARGO_BIN_EXE_nixml")));
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn bundle(&self, more: &[&str]) -> Ran {
        let (kit, data) = (self.at("kit"), self.at("data"));
        let own = ["bundle", kit.to_str().unwrap(), "--data", data.to_str().unwrap()];
        self.instructor(&[&own[..], more].concat())
    }

    /// A student: the kit's own nixml, in a network of nobody, as another user whose home, cache and Nix store are empty at first.
    fn student(&self) -> Command {
        if !self.at("student").exists() {
            let _ = Command::new("chmod").args(["-R", "u+w"]).arg(self.at("nix")).status();
            fs::remove_dir_all(self.at("nix")).unwrap();
            for inner in ["nix", "student", "student/tmp"] {
                fs::create_dir(self.at(inner)).unwrap();
                chown(self.at(inner), Some(STUDENT), Some(STUDENT)).unwrap();
            }
        }
        let mut command = self.command("student", Path::new("unshare"));
        let number = STUDENT.to_string();
        command.args(["--net", "setpriv", "--reuid", &number, "--regid", &number, "--clear-groups"]);
        // Old versions of Nix want a name where the machine has none for that number.
        command.env("TMPDIR", self.at("student/tmp")).env("USER", "student");
        let program = fs::read_dir(self.at("kit/bin")).unwrap().flatten().next().unwrap().path();
        command.arg(program).args(["join", "--kit"]).arg(self.at("kit")).args(["lab", "--host"]).arg(self.at("host.toml"));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = Command::new("chmod").args(["-R", "u+w"]).arg(self.folder.path()).stderr(Stdio::null()).status();
    }
}

/// A Python that every user of this machine may start, of a release that JAX has wheels for.
fn python() -> Option<(PathBuf, String)> {
    ["3.14", "3.13", "3.12", "3.11"].into_iter().find_map(|minor| {
        let path = ["/usr/bin", "/usr/local/bin"]
            .into_iter()
            .map(|dir| Path::new(dir).join(format!("python{minor}")))
            .find(|path| path.is_file())?;
        Some((path, minor.to_owned()))
    })
}

/// Another user and a network of nobody can be had.
fn can_leave() -> bool {
    let number = STUDENT.to_string();
    let mut command = Command::new("unshare");
    command.args(["--net", "setpriv", "--reuid", &number, "--regid", &number, "--clear-groups", "true"]);
    command.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

#[test]
fn a_kit_serves_another_user_without_a_network() {
    let nix = need!(tools::nix("newest"), "no Nix: run scripts/install-nixes");
    need!(tools::uv().and(tools::curl()), "no uv or curl: run scripts/install-tools");
    let (path, minor) = need!(python(), "no Python of the system from 3.11 to 3.14");
    need!(can_leave().then_some(()), "no other user or network namespace can be had: not root");
    serve(&nix, &path, &minor);
}

/// The same on the oldest Nix.
#[test]
#[ignore = "long: `just soak`"]
fn a_kit_serves_on_an_old_nix() {
    for version in ["2.8", "2.26"] {
        let nix = need!(tools::nix(version), "no Nix {version}: run scripts/install-nixes");
        let (path, minor) = need!(python(), "no Python of the system from 3.11 to 3.14");
        need!(can_leave().then_some(()), "no other user or network namespace can be had: not root");
        serve(&nix, &path, &minor);
    }
}

fn serve(nix: &Nix, python: &Path, minor: &str) {
    let room = Room::new(nix, python);
    let class = ["class", "new", "--title", "ML 101", "--set", "framework=jax", "--set", "targets=cpu", "--output", "class.toml"];
    room.instructor(&[&class[..], &["--set", &format!("python={minor}")]].concat()).exits(0);

    // How large, before anything is fetched.
    let dry = room.bundle(&["--dry-run", "--json"]);
    dry.exits(0).says("wheels (").says("store paths (");
    crate::support::schema::check("bundle", &dry.json());
    assert!(dry.json()["bytes"].as_u64().unwrap() > 50_000_000, "{}", dry.told());
    assert!(!room.at("kit/wheels").exists() && !room.at("kit/kit.toml").exists());

    // Stopped in the middle: no kit yet, and the next run goes on.
    let (kit, data) = (room.at("kit"), room.at("data"));
    let mut stopped = room.instructing(&["bundle", kit.to_str().unwrap(), "--data", data.to_str().unwrap()]).spawn().unwrap();
    let until = Instant::now() + Duration::from_mins(2);
    while !room.at("kit/wheels").exists() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
    kill_process(Pid::from_child(&stopped), Signal::INT).unwrap();
    assert_eq!(stopped.wait().unwrap().code(), Some(130));
    let join: Ran = room.instructor(&["join", "--kit", kit.to_str().unwrap()]);
    join.exits(2).says("stopped");
    let made = room.bundle(&["--json"]);
    made.exits(0);
    let report = made.json();
    crate::support::schema::check("bundle", &report);
    let wheels: Vec<PathBuf> = fs::read_dir(room.at("kit/wheels")).unwrap().flatten().map(|entry| entry.path()).collect();
    assert!(wheels.len() >= 5 && wheels.iter().all(|path| path.extension().is_some_and(|end| end == "whl")), "{wheels:?}");

    // A copy of a wheel that was cut short is gone on with; the others are left as they are.
    let (whole, cut) = (
        wheels.iter().find(|path| name(path).starts_with("numpy")).unwrap(),
        fs::metadata(&wheels[0]).unwrap().modified().unwrap(),
    );
    let bytes = fs::read(whole).unwrap();
    fs::remove_file(whole).unwrap();
    fs::write(whole.with_file_name(format!("{}.part", name(whole))), &bytes[..bytes.len() / 2]).unwrap();
    room.bundle(&[]).exits(0);
    assert!(fs::read(whole).unwrap() == bytes, "the rest was not fetched");
    if &wheels[0] != whole {
        assert_eq!(fs::metadata(&wheels[0]).unwrap().modified().unwrap(), cut, "what was there was fetched again");
    }

    // Damage is found and named, by the instructor and by the student, who then has nothing half done.
    let nar = fs::read_dir(room.at("kit/store/nar"))
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .max_by_key(|path| fs::metadata(path).unwrap().len())
        .unwrap();
    damage(whole);
    damage(&nar);
    let verified = room.instructor(&["bundle", kit.to_str().unwrap(), "--verify", "--json"]);
    verified.exits(1);
    crate::support::schema::check("bundle", &verified.json());
    let harmed: Vec<String> =
        verified.json()["harmed"].as_array().unwrap().iter().map(|harm| harm["path"].as_str().unwrap().to_owned()).collect();
    assert_eq!(harmed, [format!("store/nar/{}", name(&nar)), format!("wheels/{}", name(whole))]);
    room.bundle(&[]).exits(0).says("it is made again");
    room.instructor(&["bundle", kit.to_str().unwrap(), "--verify"]).exits(0).says("the kit is whole");
    damage(whole);
    let refused = Ran(room.student().output().unwrap());
    refused.exits(1).says(&format!("`wheels/{}` is damaged", name(whole))).says("needs a kit without damage");
    assert!(!room.at("student/lab").exists());
    damage(whole);

    // No network, another user, an empty store: stopped on the way, and then to the end.
    let mut first = room.student().spawn().unwrap();
    let until = Instant::now() + Duration::from_mins(2);
    // A store that is only just being made does not survive that: the first paths are in it.
    let there = || fs::read_dir(room.at("nix/store")).is_ok_and(|paths| paths.count() > 4);
    while !there() && first.try_wait().unwrap().is_none() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = kill_process(Pid::from_child(&first), Signal::INT);
    Ran(first.wait_with_output().unwrap()).exits(130);
    let joined = Ran(room.student().output().unwrap());
    joined.exits(0).says("store paths are here").says("(ready)").says("jax");
    assert!(joined.out().contains("largest error"), "not proved:\n{}", joined.told());

    fs::write(room.at("work/codes"), format!("Ada {}\n", code_of(&joined))).unwrap();
    let board = room.instructor(&["class", "board", "codes", "--class", "class.toml", "--json"]);
    board.exits(0);
    crate::support::schema::check("board", &board.json());
    assert_eq!((board.json()["ready"].as_u64(), board.json()["total"].as_u64()), (Some(1), Some(1)));
}

/// einops for the processor, and with one more package for the card: two environments that differ, and cost little.
const TINY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/workshops/tiny/assets");
const ON_THE_CARD: &str = r#"
[[build]]
id = "cu12"
cuda = "12.4"
systems = ["x86_64-linux", "aarch64-linux"]
sm = { x86_64-linux = [80, 86, 90], aarch64-linux = [80, 86, 90] }
requirements = ["six==1.17.0"]
source = "a test's own"
verified = "2026-11-21"
"#;
const CARD: &str = "schema = 1\n[os]\nkind = \"linux\"\narch = \"x86_64\"\n[driver]\nversion = \"580.95.05\"\ncuda = \"13.0\"\n\
    [[gpus]]\nindex = 0\nname = \"NVIDIA GeForce RTX 3060\"\nvendor = \"nvidia\"\ncompute = \"8.6\"\n";

#[test]
fn a_kit_fills_the_environment_of_the_second_target_too() {
    let nix = need!(tools::nix("newest"), "no Nix: run scripts/install-nixes");
    need!(tools::uv().and(tools::curl()), "no uv or curl: run scripts/install-tools");
    let (path, minor) = need!(python(), "no Python of the system from 3.11 to 3.14");
    need!(can_leave().then_some(()), "no other user or network namespace can be had: not root");
    let room = Room::new(&nix, &path);
    let read = |inner: &str| fs::read_to_string(Path::new(TINY).join(inner)).unwrap();
    for inner in ["catalog/frameworks", "proof"] {
        fs::create_dir_all(room.at("data/assets").join(inner)).unwrap();
    }
    let both = read("catalog/frameworks/tiny.toml") + ON_THE_CARD;
    fs::write(room.at("data/assets/catalog/frameworks/tiny.toml"), both).unwrap();
    fs::write(room.at("data/assets/proof/tiny.py"), read("proof/tiny.py")).unwrap();
    let class = format!(
        "schema = 1\ntitle = \"Both\"\n[answers]\nframework = \"tiny\"\ntargets = [\"cpu\", \"cuda\"]\npython = \"{minor}\"\n"
    );
    fs::write(room.at("work/class.toml"), class).unwrap();
    room.bundle(&[]).exits(0);
    // Without a card nobody needs the second one, and it is said what would fill it.
    let without = Ran(room.student().arg("--check-only").output().unwrap());
    without.exits(0).says("the cuda environment is left out");
    fs::write(room.at("host.toml"), CARD).unwrap();
    let joined = Ran(room.student().output().unwrap());
    joined.exits(0).says("(ready)").never_says("left out").never_says("was not filled");
    let installed = |venv: &str, module: &str| {
        let pythons = fs::read_dir(room.at("student/lab").join(venv).join("lib")).unwrap().flatten();
        pythons.map(|python| python.path().join("site-packages").join(module)).any(|module| module.exists())
    };
    assert!(installed(".venv", "einops") && !installed(".venv", "six.py"));
    assert!(installed(".venv-cuda", "einops") && installed(".venv-cuda", "six.py"), "{}", joined.told());
    // The lock is the kit's own.
    let of_kit = fs::read(room.at("kit/locks/cpu-cuda/uv.lock")).unwrap();
    assert!(fs::read(room.at("student/lab/uv.lock")).unwrap() == of_kit);
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// Turns one byte in the middle round; twice is as before.
fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(path, bytes).unwrap();
}
