//! The search for the host's driver on fake machines: the right directory, one at a time and sixteen at once.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, reason = "tests touch the world")]

mod support;

use std::fmt::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::place::{Place, told};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/nix/driver.sh");

/// Libraries of a driver, and what lies beside them in a system directory and must never be found.
const DRIVER: [&str; 6] = [
    "libcuda.so.1",
    "libcuda.so.550.163.01",
    "libnvidia-ml.so.1",
    "libnvidia-ptxjitcompiler.so.1",
    "libnvcuvid.so.1",
    "libcudadebugger.so.1",
];
const SYSTEM: [&str; 3] = ["libc.so.6", "libstdc++.so.6", "libz.so.1"];

/// What a search must answer.
enum Answer {
    /// This directory of the machine.
    Directory(&'static str),
    /// A farm whose `libcuda.so.1` leads to this directory.
    Farm(&'static str),
    Nothing,
}

struct Machine {
    name: &'static str,
    /// Directories with a driver.
    drivers: &'static [&'static str],
    /// Other files, as they stand.
    files: &'static [&'static str],
    /// What its ldconfig prints, `library => directory`; none: it has no ldconfig.
    ldconfig: Option<&'static [(&'static str, &'static str)]>,
    arch: &'static str,
    answer: Answer,
}

const X86: &str = "/usr/lib/x86_64-linux-gnu";

const MACHINES: &[Machine] = &[
    Machine {
        name: "nixos",
        drivers: &["/run/opengl-driver/lib"],
        files: &[],
        ldconfig: None,
        arch: "x86_64",
        answer: Answer::Directory("/run/opengl-driver/lib"),
    },
    Machine {
        name: "ubuntu",
        drivers: &[X86],
        files: &[],
        ldconfig: Some(&[("libcuda.so.1", X86), ("libnvidia-ml.so.1", X86)]),
        arch: "x86_64",
        answer: Answer::Farm(X86),
    },
    Machine {
        name: "debian",
        drivers: &["/usr/lib/x86_64-linux-gnu/nvidia/current"],
        files: &[],
        ldconfig: Some(&[("libcuda.so.1", "/usr/lib/x86_64-linux-gnu/nvidia/current")]),
        arch: "x86_64",
        answer: Answer::Farm("/usr/lib/x86_64-linux-gnu/nvidia/current"),
    },
    Machine {
        name: "fedora",
        drivers: &["/usr/lib64"],
        files: &[],
        ldconfig: Some(&[("libcuda.so.1", "/usr/lib64"), ("libnvidia-ml.so.1", "/usr/lib64")]),
        arch: "x86_64",
        answer: Answer::Farm("/usr/lib64"),
    },
    Machine {
        name: "arch",
        drivers: &["/usr/lib"],
        files: &[],
        ldconfig: Some(&[("libcuda.so.1", "/usr/lib"), ("libnvidia-ml.so.1", "/usr/lib")]),
        arch: "x86_64",
        answer: Answer::Farm("/usr/lib"),
    },
    // Somebody installed a Linux driver inside WSL, and NixOS-WSL has its own link as well: Windows' driver wins.
    Machine {
        name: "wsl2",
        drivers: &["/usr/lib/wsl/lib", "/run/opengl-driver/lib", X86],
        files: &["/dev/dxg"],
        ldconfig: Some(&[("libcuda.so.1", X86)]),
        arch: "x86_64",
        answer: Answer::Directory("/usr/lib/wsl/lib"),
    },
    // A container on WSL: the toolkit puts everything into the image's own directory, the helper of WSL too.
    Machine {
        name: "wsl2-container",
        drivers: &[X86],
        files: &["/dev/dxg", "/usr/lib/x86_64-linux-gnu/libdxcore.so"],
        ldconfig: None,
        arch: "x86_64",
        answer: Answer::Farm(X86),
    },
    Machine {
        name: "container",
        drivers: &["/usr/lib64"],
        files: &[],
        ldconfig: None,
        arch: "x86_64",
        answer: Answer::Farm("/usr/lib64"),
    },
    // NGC: libcuda is in a compat directory that has no libnvidia-ml.
    Machine {
        name: "compat",
        drivers: &[X86],
        files: &["/usr/local/cuda/compat/libcuda.so.1"],
        ldconfig: Some(&[("libcuda.so.1", "/usr/local/cuda/compat"), ("libcuda.so.1", X86), ("libnvidia-ml.so.1", X86)]),
        arch: "x86_64",
        answer: Answer::Farm("/usr/local/cuda/compat"),
    },
    Machine {
        name: "colab",
        drivers: &["/usr/lib64-nvidia"],
        files: &[],
        ldconfig: Some(&[]),
        arch: "x86_64",
        answer: Answer::Directory("/usr/lib64-nvidia"),
    },
    Machine {
        name: "gke",
        drivers: &["/usr/local/nvidia/lib64"],
        files: &[],
        ldconfig: None,
        arch: "x86_64",
        answer: Answer::Directory("/usr/local/nvidia/lib64"),
    },
    Machine {
        name: "apptainer",
        drivers: &["/.singularity.d/libs"],
        files: &[],
        ldconfig: None,
        arch: "x86_64",
        answer: Answer::Directory("/.singularity.d/libs"),
    },
    Machine {
        name: "jetson",
        drivers: &["/usr/lib/aarch64-linux-gnu/nvidia"],
        files: &["/etc/nv_tegra_release"],
        ldconfig: Some(&[("libcuda.so.1", "/usr/lib/aarch64-linux-gnu/nvidia")]),
        arch: "aarch64",
        answer: Answer::Directory("/usr/lib/aarch64-linux-gnu/nvidia"),
    },
    // 32-bit libraries of a game launcher, and no driver for this machine's programs.
    Machine {
        name: "only-32-bit",
        drivers: &["/usr/lib32"],
        files: &[],
        ldconfig: Some(&[("i386 libcuda.so.1", "/usr/lib32")]),
        arch: "x86_64",
        answer: Answer::Nothing,
    },
    Machine { name: "none", drivers: &[], files: &[], ldconfig: Some(&[]), arch: "x86_64", answer: Answer::Nothing },
];

struct Built<'a> {
    machine: &'a Machine,
    root: PathBuf,
    place: Place,
}

fn build(machine: &Machine) -> Built<'_> {
    let place = Place::new();
    let root = place.at("root");
    let write = |path: String, text: &str| place.write(&format!("root{path}"), text);
    for directory in [X86, "/usr/lib64", "/usr/lib", "/etc"] {
        for library in SYSTEM {
            write(format!("{directory}/{library}"), "glibc");
        }
    }
    for directory in machine.drivers {
        for library in DRIVER {
            write(format!("{directory}/{library}"), machine.name);
        }
    }
    for file in machine.files {
        write((*file).to_owned(), machine.name);
    }
    if let Some(known) = machine.ldconfig {
        let mut lines = String::new();
        for (library, directory) in known {
            let (kind, library) = match library.strip_prefix("i386 ") {
                Some(library) => ("libc6", library),
                None if machine.arch == "x86_64" => ("libc6,x86-64", *library),
                None => ("libc6,AArch64", *library),
            };
            writeln!(lines, "\t{library} ({kind}) => {}{directory}/{library}", root.display()).unwrap();
        }
        // LD_LIBRARY_PATH of the caller must not reach it
        write(
            "/sbin/ldconfig".into(),
            &format!(
                "#!/bin/bash\n[ -z \"${{LD_LIBRARY_PATH:-}}\" ] || exit 9\ncat <<'E'\n{} libs found\n{lines}E\n",
                known.len()
            ),
        );
        executable(&root.join("sbin/ldconfig"));
    }
    place.write(
        "tools/uname",
        &format!("#!/bin/bash\ncase $1 in -m) echo {} ;; *) exec /usr/bin/uname \"$@\" ;; esac\n", machine.arch),
    );
    executable(&place.at("tools/uname"));
    Built { machine, root, place }
}

fn executable(path: &Path) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

impl Built<'_> {
    fn command(&self) -> Command {
        let mut command = self.place.command("bash");
        command.arg(SCRIPT).env("NIXML_TEST_ROOT", &self.root).env("LD_LIBRARY_PATH", "/nowhere");
        command.env("PATH", format!("{}:/usr/bin:/bin", self.place.at("tools").display()));
        command
    }

    fn check(&self, output: &Output) {
        let name = self.machine.name;
        let said = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{name}");
        match self.machine.answer {
            Answer::Nothing => assert!(output.status.code() == Some(1) && said.is_empty(), "{name}: {}", told(output)),
            Answer::Directory(directory) => assert_eq!(said, format!("{}{directory}", self.root.display()), "{name}"),
            Answer::Farm(directory) => self.is_farm(Path::new(&said), directory),
        }
    }

    fn is_farm(&self, farm: &Path, directory: &str) {
        let name = self.machine.name;
        assert!(farm.parent().is_some_and(|parent| parent.ends_with("nixml/driver-libs")), "{name}: {}", farm.display());
        let cuda = std::fs::canonicalize(farm.join("libcuda.so.1")).unwrap();
        assert_eq!(cuda, self.root.join(&directory[1..]).join("libcuda.so.1"), "{name}");
        for library in ["libcuda.so", "libnvidia-ml.so", "libnvidia-ml.so.1", "libnvidia-ptxjitcompiler.so.1"] {
            // beside a compat libcuda the rest of the driver is known by ldconfig's list only
            if library.contains("ptx") && name == "compat" {
                continue;
            }
            assert!(farm.join(library).exists(), "{name}: no {library}");
        }
        for library in SYSTEM {
            assert!(!farm.join(library).exists(), "{name}: {library} is in the farm");
        }
        assert_eq!(
            farm.join("libdxcore.so").exists(),
            self.machine.files.iter().any(|file| file.ends_with("libdxcore.so")),
            "{name}"
        );
    }

    /// `count` searches that start together.
    fn at_once(&self, count: usize) {
        let children: Vec<_> = (0..count)
            .map(|_| self.command().stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap())
            .collect();
        let answers: Vec<Output> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
        for output in &answers {
            self.check(output);
            assert_eq!(output.stdout, answers[0].stdout, "{}: two answers", self.machine.name);
        }
        let cache = self.place.at("home/.cache/nixml/driver-libs");
        let left = std::fs::read_dir(cache)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with('.'));
        assert_eq!(left.count(), 0, "{}: something was left behind", self.machine.name);
    }

    /// Between rounds the cache goes, or another driver comes.
    fn rounds(&self, rounds: usize) {
        for round in 0..rounds {
            self.at_once(16);
            if round % 2 == 0 {
                let _ = std::fs::remove_dir_all(self.place.at("home/.cache"));
            } else {
                for directory in self.machine.drivers {
                    let new = self.root.join(&directory[1..]).join(format!("libcuda.so.6{round}"));
                    std::fs::write(new, self.machine.name).unwrap();
                }
            }
        }
    }
}

#[test]
fn every_machine_gets_its_answer() {
    for machine in MACHINES {
        let built = build(machine);
        built.check(&built.command().output().unwrap());
        // again: the farm is there already
        built.check(&built.command().output().unwrap());
    }
}

#[test]
fn sixteen_at_once_agree() {
    for machine in MACHINES {
        build(machine).rounds(2);
    }
}

#[test]
#[ignore = "long: 100 rounds of sixteen on every machine"]
fn sixteen_at_once_agree_a_hundred_times() {
    for machine in MACHINES {
        build(machine).rounds(100);
    }
}

#[test]
fn another_driver_is_another_farm() {
    let ubuntu = MACHINES.iter().find(|machine| machine.name == "ubuntu").unwrap();
    let built = build(ubuntu);
    let answer = || String::from_utf8(built.command().output().unwrap().stdout).unwrap();
    let before = answer();
    std::fs::write(built.root.join(&X86[1..]).join("libnvidia-gpucomp.so.580.1"), "").unwrap();
    let after = answer();
    assert_ne!(before, after);
    assert!(Path::new(before.trim()).join("libcuda.so.1").exists(), "one that is in use must stay");
    // a farm that lost its libraries is not trusted, and not taken away either
    std::fs::remove_file(Path::new(after.trim()).join("libcuda.so.1")).unwrap();
    let private = answer();
    assert!(private != after && Path::new(private.trim()).join("libcuda.so.1").exists(), "{private}");
}

/// A read-only home (a container, a service): a folder of the user's own elsewhere, never one that somebody else made.
#[test]
fn without_a_home_it_takes_a_private_folder() {
    let ubuntu = MACHINES.iter().find(|machine| machine.name == "ubuntu").unwrap();
    let built = build(ubuntu);
    let run = built.place.at("run");
    std::fs::create_dir(&run).unwrap();
    // root may write everywhere: a file in the way of the folder does the same for it
    built.place.write("home/.cache", "");
    let in_runtime = built.command().env("XDG_RUNTIME_DIR", &run).output().unwrap();
    assert!(told(&in_runtime).starts_with(run.to_str().unwrap()), "{}", told(&in_runtime));
    let in_temporary = built.command().env_remove("HOME").output().unwrap();
    let farm = told(&in_temporary);
    assert!(farm.starts_with(built.place.at("tmp/nixml-").to_str().unwrap()), "{farm}");
    let private = Path::new(farm.trim()).ancestors().nth(2).unwrap().to_owned();
    assert_eq!(std::fs::metadata(&private).unwrap().permissions().mode() & 0o777, 0o700);
    // a link that somebody put there is not followed
    std::fs::remove_dir_all(&private).unwrap();
    symlink(built.place.at("home"), &private).unwrap();
    let trapped = built.command().env_remove("HOME").output().unwrap();
    assert_eq!(trapped.status.code(), Some(1), "{}", told(&trapped));
}
