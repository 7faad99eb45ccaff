//! The project that is validated: opened, locked, read, and refused when running it would run somebody else's code.

use std::path::{Path, PathBuf};

use crate::core::changes::OnDisk;
use crate::core::failure::Failure;
use crate::core::files::Files;
use crate::core::names;
use crate::core::plan::{Plan, Target, TargetPlan};
use crate::core::project;
use crate::edge::files::{Folder, git};

use super::{Runner, ValidateOptions};

/// An open project.
#[derive(Debug)]
pub struct Project {
    pub dir: PathBuf,
    pub folder: Folder,
    pub plan: Plan,
    /// Index of the target that is proved.
    chosen: usize,
}

impl Project {
    /// # Errors
    /// Exit 2: no such target, an nixml.toml that cannot be read. Exit 3: not a project, not in git. Exit 4: see [`Folder::open`], or
    /// Nix files that nixml did not write.
    /// True beside it: it is only a question of trust.
    pub fn open(options: &ValidateOptions) -> Result<Self, (bool, Failure)> {
        let (project, files) = Self::read(options).map_err(|failure| (false, failure))?;
        if options.runner == Runner::Nix {
            project.refuse_copying().map_err(|failure| (false, failure))?;
        }
        if !options.trust {
            if options.runner == Runner::Nix {
                project.refuse_strange(&files).map_err(|failure| (true, failure))?;
            }
            project.refuse_foreign_python().map_err(|failure| (true, failure))?;
        }
        Ok(project)
    }

    fn read(options: &ValidateOptions) -> Result<(Self, Files), Failure> {
        let dir = std::fs::canonicalize(&options.dir).map_err(|error| {
            Failure::precondition(format!("open the folder `{}`", options.dir.display()))
                .why(error.to_string())
                .next("name a project's folder, or make one with `nixml init`")
        })?;
        let folder = if options.locked { Folder::open_locked(&dir)? } else { Folder::open(&dir)? };
        folder.probe_writable()?;
        let toml = match folder.look("nixml.toml") {
            OnDisk::File(bytes) => {
                String::from_utf8(bytes).map_err(|_| Failure::usage("read `nixml.toml`").why("it is not UTF-8"))?
            }
            OnDisk::Absent => {
                return Err(Failure::precondition(format!("validate `{}`", options.dir.display()))
                    .why("there is no nixml.toml: nixml did not write a project here")
                    .next("make one with `nixml init`"));
            }
            OnDisk::Other(what) => return Err(Failure::refused("read `nixml.toml`").why(format!("it is {what}"))),
            OnDisk::Unread(why) => return Err(Failure::precondition("read `nixml.toml`").why(why)),
        };
        let (plan, files) = project::expected(&toml, &options.data)?;
        let chosen = choose(&plan, options.shell)?;
        Ok((Self { dir, folder, plan, chosen }, files))
    }

    pub fn target(&self) -> &TargetPlan {
        &self.plan.targets[self.chosen]
    }

    /// The target is the one that plain `uv` and `nix develop` take.
    pub fn is_first(&self) -> bool {
        self.chosen == 0
    }

    pub fn venv(&self) -> PathBuf {
        self.dir.join(&self.target().venv)
    }

    /// What to do when there is no card.
    pub fn without_gpu(&self) -> String {
        if self.plan.targets.iter().any(|target| target.target == Target::Cpu) {
            "prove the CPU side with `nixml validate --shell cpu`, or all but the proof with `--allow-no-gpu`".to_owned()
        } else {
            "check all but the proof with `nixml validate --allow-no-gpu`; `nixml doctor` says what the machine has".to_owned()
        }
    }

    /// Outside git Nix copies the whole folder into its store at every evaluation, environments of many gigabytes included.
    fn refuse_copying(&self) -> Result<(), Failure> {
        let in_git = self.dir.ancestors().any(|dir| dir.join(".git").exists());
        let venv = self.plan.targets.iter().find(|target| self.dir.join(&target.venv).exists());
        match venv.filter(|_| !in_git) {
            None => Ok(()),
            Some(target) => Err(Failure::precondition(format!("enter the shell of `{}`", self.dir.display()))
                .why(format!("it is not in a git repository, so Nix would copy it, `{}` included, each time", target.venv))
                .next("run `git init && git add --intent-to-add .` in it")),
        }
    }

    /// Running a flake runs its code: only what nixml's own templates give is run unasked, with the names that a person filled in.
    fn refuse_strange(&self, files: &Files) -> Result<(), Failure> {
        let strange = self.strange(files);
        let Some((path, how)) = strange.first() else { return Ok(()) };
        let more = strange.len() - 1;
        let others = if more > 0 { format!(" (and {more} more)") } else { String::new() };
        Err(Failure::refused(format!("run `{path}`{others}"))
            .why(format!("it {how}, and entering the shell would run it"))
            .next("read it, then allow it: `nixml validate --trust`"))
    }

    /// An environment is made on each machine anew. One that came with the project would be asked for its Python, and so would a file
    /// that `.python-version` names.
    fn refuse_foreign_python(&self) -> Result<(), Failure> {
        let committed = |venv: &&str| self.dir.join(venv).symlink_metadata().is_ok() && git::tracks(&self.dir, venv);
        if let Some(venv) = self.plan.targets.iter().map(|target| target.venv.as_str()).find(committed) {
            return Err(Failure::refused(format!("run what is in `{venv}`"))
                .why("it came with the project (git tracks it), and its programs would be run")
                .next(format!("remove it, uv makes it anew: `git rm -rq {venv}`; or allow it: `nixml validate --trust`")));
        }
        let version = match self.folder.look(".python-version") {
            OnDisk::File(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            _ => return Ok(()),
        };
        let Some(program) = version.lines().map(str::trim).find(|line| !line.starts_with('#') && line.contains(['/', '\\']))
        else {
            return Ok(());
        };
        Err(Failure::refused(format!("run `{program}`"))
            .why("`.python-version` names it as the project's Python, where only a version is expected")
            .next("write a version there, or remove the file; or allow it: `nixml validate --trust`"))
    }

    /// The Nix files that are not what nixml would write, and how they differ.
    pub fn strange(&self, files: &Files) -> Vec<(String, String)> {
        let ours = |path: &str| path == "flake.nix" || path == "flake.lock" || path.starts_with("nix/");
        let mut strange: Vec<(String, String)> = files
            .0
            .iter()
            .filter(|(path, _)| ours(path))
            .filter_map(|(path, file)| {
                let how = match self.folder.look(path) {
                    OnDisk::File(bytes) if names::is_ours(path, &file.text, &bytes) => return None,
                    OnDisk::File(_) => "is not what nixml writes for this nixml.toml".to_owned(),
                    OnDisk::Absent => "is missing".to_owned(),
                    OnDisk::Other(what) => format!("is {what}"),
                    OnDisk::Unread(why) => format!("cannot be read ({why})"),
                };
                Some((path.clone(), how))
            })
            .collect();
        strange.extend(
            below(&self.dir.join("nix"), "nix")
                .into_iter()
                .filter(|path| !files.0.contains_key(path))
                .map(|path| (path, "was not written by nixml".to_owned())),
        );
        // git could show Nix what was committed in the place of what lies here and was compared.
        let overlooked = git::overlooked(&self.dir, &["flake.nix", "flake.lock", "nix"]);
        strange.extend(
            overlooked.into_iter().map(|path| (path, "may differ from what git shows: its changes are overlooked".to_owned())),
        );
        strange.sort();
        strange
    }
}

/// Everything that lies in a folder, links not followed.
fn below(dir: &Path, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten().take(1000) {
        let path = format!("{name}/{}", entry.file_name().to_string_lossy());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(below(&entry.path(), &path)),
            _ => found.push(path),
        }
    }
    found
}

fn choose(plan: &Plan, wanted: Option<Target>) -> Result<usize, Failure> {
    let runs_here = |target: Target| !(cfg!(target_os = "macos") && matches!(target, Target::Cuda | Target::Rocm));
    match wanted {
        None => Ok(plan.targets.iter().position(|target| runs_here(target.target)).unwrap_or(0)),
        Some(wanted) => plan.targets.iter().position(|target| target.target == wanted).ok_or_else(|| {
            let targets: Vec<&str> = plan.targets.iter().map(|target| target.target.word()).collect();
            Failure::usage(format!("validate the shell `{}`", wanted.word()))
                .why(format!("the project has {}", targets.join(" and ")))
                .next(format!("`nixml validate --shell {}`", targets[0]))
        }),
    }
}
