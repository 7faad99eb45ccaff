//! Two targets in one project: whatever uv is asked, in either shell or in none, each environment keeps its own build.
//!
//! Real uv, real `nix develop`; the PyTorch index answers with small stand-in wheels, everything else is PyPI's.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use nixml::core::plan::{Plan, Target};

use super::project::{Project, installed};
use super::support::index::{Index, Wheel};
use super::support::place::{Place, told};
use super::support::standin::Standin;
use super::support::{need, tools};
use super::{NOTHING, plans};

const PLATFORMS: &[&str] = &["py3-none-manylinux_2_28_x86_64", "py3-none-manylinux_2_28_aarch64"];

/// What the matrix is of, sorted; each in both shells and in none.
const COMMANDS: [&str; 9] = ["add", "add --dev", "export", "pip", "remove", "run", "sync", "sync --locked", "tree"];

/// A project for cuda (the default) and cpu, each build from its own index. The GPU build drags in `einops`, as the real one
/// drags in the nvidia packages: found beside the CPU build, it was installed by mistake.
struct Both {
    project: Project,
    uv: PathBuf,
    /// The variables of the shells `cuda` and `cpu`.
    shells: [(&'static str, Vec<(String, String)>); 2],
    /// Answers as long as it is kept.
    _index: Index,
}

impl Both {
    fn new(uv: PathBuf, packages: &[&str]) -> Option<Self> {
        let standin = Standin::of(&uv);
        let python = standin.newest_python(&["3.11", "3.12", "3.13"])?;
        let mut place = Place::new().with_nix(&tools::nix("newest")?).with_program(&uv);
        // the stand-ins must not get into the cache that other tests share
        place.set("UV_CACHE_DIR", place.at("uv-cache"));
        let wheel = |index, version, requires| Wheel { index, name: "torch", version, tags: PLATFORMS, requires };
        let wheels = [wheel("whl/cu126", "2.14.1+cu126", &["einops==0.8.1"][..]), wheel("whl/cpu", "2.14.1+cpu", &[])];
        let index = Index::start(&mut place, "download.pytorch.org", &wheels)?;
        let torch = ["torch==2.14.1"];
        let targets = vec![
            plans::target(Target::Cuda, "cu126", &torch, Some("pytorch-cu126")),
            plans::target(Target::Cpu, "cpu", &torch, Some("pytorch-cpu")),
        ];
        let plan = plans::plan("both", "pytorch", "2.14.1", targets);
        let plan = Plan { python: python.into(), packages: plans::strings(packages), ..plan };
        let project = Project::in_place(place, &plan, &standin);
        let shells = ["cuda", "cpu"].map(|shell| (shell, project.variables(shell)));
        Some(Self { project, uv, shells, _index: index })
    }

    /// What `uv ARGUMENTS` prints, in a shell or (`none`) where a colleague without Nix or an editor would call it.
    fn uv(&self, shell: &str, arguments: &str) -> String {
        let (fine, text) = self.try_uv(shell, arguments);
        assert!(fine, "{}: {shell}: uv {arguments}: {text}", self.uv.display());
        text
    }

    fn try_uv(&self, shell: &str, arguments: &str) -> (bool, String) {
        let output = self.bash(shell, &format!("uv {arguments}")).output().unwrap();
        (output.status.success(), told(&output))
    }

    fn bash(&self, shell: &str, script: &str) -> Command {
        let mut command = self.project.place.command("bash");
        if let Some((_, variables)) = self.shells.iter().find(|(name, _)| *name == shell) {
            command.env_clear().envs(variables.iter().map(|(name, value)| (name, value)));
        }
        command.args(["-c", script]);
        command
    }

    fn read(&self, file: &str) -> String {
        self.project.place.read(&format!("project/{file}"))
    }

    fn environment(&self, shell: &str) -> Vec<String> {
        installed(&self.project.place.project().join(if shell == "cpu" { ".venv-cpu" } else { ".venv" }))
    }

    /// By file: the right build and nothing of the other one.
    fn is_right(&self, shell: &str, after: &str) {
        let all = self.environment(shell);
        let has = |name: &str| all.iter().any(|one| one == name);
        let right = if shell == "cpu" { has("torch-2.14.1+cpu") } else { has("torch-2.14.1+cu126") && has("einops-0.8.1") };
        let mixed = shell == "cpu" && (has("einops-0.8.1") || all.iter().any(|one| one.starts_with("nvidia")));
        assert!(right && !mixed, "{}: {shell} after {after}: {all:?}", self.uv.display());
    }

    /// The whole row of commands in one shell; gives how many of [`COMMANDS`] were tried. The other shell's environment must not change.
    fn row(&self, shell: &str) -> usize {
        let tried = RefCell::new(BTreeSet::<&str>::new());
        let note = |arguments: &str| {
            let known = |name: &&&str| name.split(' ').all(|word| arguments.split(' ').any(|own| own == word));
            // The longest name fits best: `add --dev`, not `add`.
            let name = COMMANDS.iter().filter(known).max_by_key(|name| name.len());
            tried.borrow_mut().extend(name);
        };
        let other = if shell == "cpu" { "cuda" } else { "cpu" };
        let before = self.environment(other);
        let lock = self.read("uv.lock");
        let version = if shell == "cpu" { "2.14.1+cpu" } else { "2.14.1+cu126" };
        let calm = |arguments: &str, words: &str| {
            note(arguments);
            let lock = self.read("uv.lock");
            let text = self.uv(shell, arguments);
            assert!(text.contains(words), "{shell}: uv {arguments}: no `{words}` in {text}");
            assert_eq!(self.read("uv.lock"), lock, "{shell}: uv {arguments} churned the lock");
            self.is_right(shell, arguments);
        };
        let changes = |arguments: &str, package: &str, there: bool| {
            note(arguments);
            self.uv(shell, arguments);
            let found = self.environment(shell).iter().any(|one| one.starts_with(package));
            assert_eq!(found, there, "{shell}: uv {arguments}");
            self.is_right(shell, arguments);
        };
        calm("sync", "");
        calm("sync", "");
        calm("run python -c 'import torch; print(torch.__version__)'", version);
        changes("add iniconfig", "iniconfig", true);
        calm("run python -c 'import torch, iniconfig; print(torch.__version__)'", version);
        changes("add --dev toolz", "toolz", true);
        calm("sync --locked", "");
        calm("--quiet sync --no-dev", "");
        calm("sync", "");
        changes("remove iniconfig", "iniconfig", false);
        changes("remove --dev toolz", "toolz", false);
        // uv's own tree forgets what only one of two excluding groups has, unless it shows all platforms (0.11.13 and 0.13.8)
        calm("tree", "both v0.1.0");
        calm("tree --universal", &format!("torch v{version}"));
        calm("export --no-hashes", &format!("torch=={version}"));
        calm("run --with iniconfig python -c 'import torch, iniconfig; print(torch.__version__)'", version);
        calm("--project . run python -c 'import torch; print(torch.__version__)'", version);
        calm("lock --check", "");
        calm("pip list", version);
        calm("--color never pip install --no-progress iniconfig", "iniconfig");
        calm("sync", "");
        assert_eq!(self.read("uv.lock"), lock, "{shell}: what was added and removed leaves the lock as it was");
        assert_eq!(self.environment(other), before, "{shell} touched the other environment");
        assert_eq!(tried.borrow().iter().collect::<Vec<_>>(), COMMANDS.iter().collect::<Vec<_>>(), "not tried in {shell}");
        tried.take().len()
    }
}

fn rows(uv: &Path) -> Option<()> {
    let all = [Both::new(uv.to_owned(), &[])?, Both::new(uv.to_owned(), &["torch-ema==0.3"])?];
    let cells: usize = std::thread::scope(|scope| {
        let running = all.each_ref().map(|both| {
            scope.spawn(|| {
                both.uv("cpu", "sync");
                both.is_right("cpu", "the first sync of all");
                both.uv("cuda", "sync");
                ["cuda", "cpu", "none"].map(|shell| both.row(shell)).iter().sum::<usize>()
            })
        });
        running.map(|row| row.join().unwrap()).iter().sum()
    });
    println!("{}: {cells} cells keep their build", uv.display());
    Some(())
}

#[test]
fn every_command_keeps_its_build_with_the_newest_uv() {
    need!(tools::uv().and_then(|uv| rows(&uv)), "{NOTHING}, or no openssl");
}

#[test]
fn every_command_keeps_its_build_with_the_uv_of_the_pin() {
    need!(tools::uv_of_the_pin().and_then(|uv| rows(&uv)), "{NOTHING}, or no openssl");
}

/// Each of these went wrong in the first form of the shim.
#[test]
fn what_is_special_keeps_working() {
    for uv in [tools::uv(), tools::uv_of_the_pin()] {
        let both = need!(uv.and_then(|uv| Both::new(uv, &[])), "{NOTHING}, or no openssl");
        both.uv("cpu", "sync");
        let (pyproject, lock) = (both.read("pyproject.toml"), both.read("uv.lock"));
        let warns = |text: &str| text.contains("no effect") || text.contains("warning");
        // outside a project, and for scripts, there are no groups to speak of
        both.project.place.write("elsewhere/script.py", "# /// script\n# dependencies = []\n# ///\nprint('ran')\n");
        let elsewhere = both.project.place.at("elsewhere").display().to_string();
        for command in ["run --no-project python -c 'print(\"ran\")'", "run --script ../elsewhere/script.py"] {
            let text = both.uv("cpu", command);
            assert!(text.contains("ran") && !warns(&text), "{command}: {text}");
        }
        let output = both.bash("cpu", &format!("cd {elsewhere} && uv run script.py && uv --version")).output().unwrap();
        assert!(output.status.success() && told(&output).contains("ran") && !warns(&told(&output)), "{}", told(&output));
        // a group of one's own choice is uv's matter
        both.uv("cpu", "run --only-group dev python -c 'print(1)'");
        both.uv("cpu", "sync");
        both.is_right("cpu", "run --only-group");
        // `version` would sync the default group
        both.uv("cpu", "version --bump patch");
        both.is_right("cpu", "version --bump");
        both.project.place.write("project/pyproject.toml", &pyproject);
        both.uv("cpu", "lock");
        assert_eq!(both.read("uv.lock"), lock);
        // both steps of `add` hear of an option: offline, nothing new can come
        let (fine, text) = both.try_uv("cpu", "add --offline --no-cache iniconfig");
        assert!(!fine, "{text}");
        assert_eq!((both.read("pyproject.toml"), both.read("uv.lock")), (pyproject.clone(), lock.clone()), "{text}");
        // the packages resolve, the installing fails: both files are as they were
        let broken = "rm -rf .venv-cpu && mkdir .venv-cpu && echo mine > .venv-cpu/notes";
        assert!(both.bash("none", broken).status().unwrap().success());
        let (fine, text) = both.try_uv("cpu", "add iniconfig");
        assert!(!fine && text.contains("pyproject.toml and uv.lock are as they were"), "{text}");
        assert_eq!((both.read("pyproject.toml"), both.read("uv.lock")), (pyproject, lock), "{text}");
    }
}
