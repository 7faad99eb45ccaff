//! Into the project's shell: Nix evaluates and builds it, and its environment is taken over for what comes after.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::core::failure::Exit;
use crate::core::nix_log::{Count, NixLog, Progress, Said, mebibytes};
use crate::core::validation::{PhaseId, PhaseStatus, ValidationEvent};
use crate::edge::child::{self, Environment, Heard, Order};

use super::project::Project;
use super::trial::{Fault, Trial, judge, millis};

/// The newest progress is told this often.
const PACE: Duration = Duration::from_millis(100);
/// The variable whose value proves that the shell's environment came through whole.
const PROOF_OF_ENTRY: &str = "NIXML_ENTERED";
const MOST_ENVIRONMENT: usize = 8 << 20;

/// The environment that the later phases run in.
#[derive(Debug)]
pub struct Entered {
    pub env: Environment,
    pub uv: PathBuf,
}

impl Entered {
    /// A program as the shell finds it.
    pub fn program(&self, name: &str, dir: &Path) -> Option<PathBuf> {
        which::which_in(name, self.env.get("PATH"), dir).ok()
    }
}

/// Where Nix is, on PATH or where installers put it (a shell that was open before does not know yet).
#[must_use]
pub fn find_nix() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let places = ["/nix/var/nix/profiles/default/bin".into(), home.join(".nix-profile/bin"), "/run/current-system/sw/bin".into()];
    child::find("nix", &places.each_ref().map(PathBuf::as_path))
}

/// Where uv is, on PATH or where its installers put it.
fn find_uv() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    child::find("uv", &[&home.join(".local/bin"), &home.join(".cargo/bin")])
}

/// Evaluates and builds with one run of Nix: the phases `evaluate` and `build`.
pub fn enter(trial: &mut Trial<'_>, project: &Project) -> Result<Entered, Fault> {
    let target = project.target().target.word();
    let begin = trial.begin(PhaseId::Evaluate, &format!("nix develop .#{target}"));
    let Some(nix) = find_nix() else {
        let fault = Fault::new(Exit::Precondition, "Nix is not installed (no `nix` on PATH)")
            .next(if find_uv().is_some() {
                "uv is here and enough: `nixml validate --runner uv`; or install Nix, `nixml doctor nix` shows how"
            } else {
                "install one of them: uv is one file (docs.astral.sh/uv) and enough for `nixml validate --runner uv`; for Nix `nixml doctor nix` shows how"
            });
        return Err(trial.fail(PhaseId::Evaluate, begin, fault));
    };
    let word = crate::edge::random_word();
    let order = order(trial, project, nix, &word);
    let mut run = Run { log: NixLog::new(), phase: PhaseId::Evaluate, begin, told: None };
    let mut out = Vec::new();
    let played = trial.run(PhaseId::Evaluate, &order, &mut |trial, heard| match heard {
        Heard::Out(bytes) => {
            let room = MOST_ENVIRONMENT.saturating_sub(out.len());
            out.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
        Heard::Err(bytes) => run.heard(trial, bytes),
        _ => {}
    });
    run.finish(trial);
    let Run { log, phase, begin, .. } = run;
    let env = match played.and_then(|ended| {
        judge_nix(trial, &ended, &log)?;
        environment(&out, &word).ok_or_else(|| {
            Fault::failed("the shell's hook ended it before any command ran").next("read nix/hook.sh: it must not `exit`")
        })
    }) {
        Ok(env) => env,
        Err(fault) => return Err(trial.fail(phase, begin, fault)),
    };
    if phase == PhaseId::Evaluate {
        trial.end(PhaseId::Evaluate, begin, PhaseStatus::Ok, "the flake evaluates");
        let begin = trial.begin(PhaseId::Build, "nix develop");
        trial.end(PhaseId::Build, begin, PhaseStatus::Ok, "all of it was there already");
    } else {
        trial.end(PhaseId::Build, begin, PhaseStatus::Ok, &amount(log.progress()));
    }
    prune_profiles(&project.dir);
    let temp = trial.temp.path();
    let env = ["TMP", "TEMP", "TEMPDIR"].iter().fold(env.with("TMPDIR", temp), |env, name| env.cleared(&[name]));
    let uv = which::which_in("uv", env.get("PATH"), &project.dir)
        .map_err(|_| Fault::new(Exit::Precondition, "there is no `uv` in the shell"))?;
    Ok(Entered { env, uv })
}

/// `--runner uv`: the same variables that the shell would set, and uv's own ways for the rest.
pub fn without_nix(trial: &mut Trial<'_>, project: &Project) -> Result<Entered, Fault> {
    trial.skip(PhaseId::Evaluate, "the runner is uv: Nix is not used");
    trial.skip(PhaseId::Build, "the runner is uv: Nix is not used");
    let uv = find_uv().ok_or_else(|| {
        Fault::new(Exit::Precondition, "uv is not installed (no `uv` on PATH)")
            .next("install uv, or validate with Nix, which brings it")
    })?;
    let venv = project.venv();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs = std::iter::once(venv.join("bin")).chain(std::env::split_paths(&path));
    let mut env = Environment::cleaned()
        .with("TMPDIR", trial.temp.path())
        .with("UV_PROJECT_ENVIRONMENT", &project.target().venv)
        .with("VIRTUAL_ENV", &venv)
        .with("PATH", std::env::join_paths(dirs).unwrap_or(path.clone()));
    for (name, value) in &project.plan.shell_env {
        env = env.with(name, value);
    }
    if !project.is_first() {
        env = env.with("UV_NO_GROUP", project.plan.first().target.word());
    }
    Ok(Entered { env, uv })
}

fn order(trial: &Trial<'_>, project: &Project, nix: PathBuf, word: &str) -> Order {
    let env = Environment::cleaned().with("TMPDIR", trial.temp.path());
    let mut order = Order::new(nix, &project.dir, env)
        // Harmless where they are on already, and the shell opens where they are off.
        .args(["--extra-experimental-features", "nix-command flakes", "develop"])
        .args([format!(".#{}", project.target().target.word())])
        .args(["--log-format", "internal-json", "--no-write-lock-file", "--profile", ".nixml/profile"])
        // Old versions wait for ever on a network that swallows packets.
        .args(["--option", "connect-timeout", "10", "--option", "warn-dirty", "false"]);
    if trial.options.wheels.is_some() {
        // All of it came with the kit: no cache is asked, none has to time out.
        order = order.args(["--offline"]);
    }
    if let Some(nixpkgs) = &trial.options.nixpkgs {
        order = order.args(["--override-input", "nixpkgs", &flake_reference(nixpkgs)]);
    }
    order.args(["--command", "env", "-0"]).args([format!("{PROOF_OF_ENTRY}={word}")]).deadline(trial.deadline)
}

/// A folder is named by `path:`, so that files git does not know are seen too.
fn flake_reference(nixpkgs: &str) -> String {
    let folder = Path::new(nixpkgs);
    let local = folder.is_absolute() || nixpkgs.starts_with("./") || nixpkgs.starts_with("../");
    match folder.canonicalize() {
        Ok(real) if local && real.is_dir() => format!("path:{}", real.display()),
        _ => nixpkgs.to_owned(),
    }
}

/// One run of Nix, which is two phases: it evaluates until it begins to build or to fetch.
struct Run {
    log: NixLog,
    phase: PhaseId,
    begin: Instant,
    told: Option<Instant>,
}

impl Run {
    fn heard(&mut self, trial: &mut Trial<'_>, bytes: &[u8]) {
        let mut lines = Vec::new();
        self.log.feed(bytes, |said| lines.push(said));
        self.say(trial, &lines);
    }

    fn finish(&mut self, trial: &mut Trial<'_>) {
        let mut lines = Vec::new();
        self.log.finish(|said| lines.push(said));
        self.told = None;
        self.say(trial, &lines);
    }

    fn say(&mut self, trial: &mut Trial<'_>, lines: &[Said]) {
        if self.phase == PhaseId::Evaluate && self.log.progress().realising {
            trial.end(PhaseId::Evaluate, self.begin, PhaseStatus::Ok, "the flake evaluates");
            self.phase = PhaseId::Build;
            self.begin = trial.begin(PhaseId::Build, "nix develop");
        }
        for said in lines {
            for line in said.line().lines() {
                trial.line(self.phase, line);
            }
        }
        if self.told.is_none_or(|told| told.elapsed() >= PACE) {
            self.told = Some(Instant::now());
            let elapsed_ms = millis(trial.begin.elapsed());
            trial.event(ValidationEvent::Progress { phase: self.phase, progress: self.log.progress().clone(), elapsed_ms });
        }
    }
}

/// Nix's own first error is the cause; without one it was the hook or the command.
fn judge_nix(trial: &Trial<'_>, ended: &child::Ended, log: &NixLog) -> Result<(), Fault> {
    let timeout = trial.options.timeout;
    let Some(error) = log.errors().first() else { return judge(ended, "`nix develop`", &trial.text(), timeout) };
    let whole: String = log.errors().iter().flat_map(|error| [error.text.as_str(), "\n"]).collect();
    judge(ended, "`nix develop`", &whole, timeout).map_err(|mut fault| {
        if matches!(fault.exit, Exit::Failed | Exit::Network) {
            let first: Vec<&str> = error.raw.lines().map(str::trim).filter(|line| !line.is_empty()).take(3).collect();
            fault.detail = first.join(" ").chars().take(500).collect();
            if let Some((name, mut lines)) = log.failed_build().map(|(name, lines)| (name, lines.collect::<Vec<_>>())) {
                let last = lines.pop().unwrap_or("");
                fault.detail = format!("{name} could not be built: {last}");
            }
        }
        fault
    })
}

/// What `env -0` printed, when it came to its end: the variable that was asked for is there. Before it stands what the hook printed.
fn environment(out: &[u8], word: &str) -> Option<Environment> {
    let mut variables = BTreeMap::new();
    for entry in out.split(|byte| *byte == 0) {
        let Some(equals) = entry.iter().position(|byte| *byte == b'=') else { continue };
        let name = entry[..equals].rsplit(|byte| *byte == b'\n').next().unwrap_or(&[]);
        if name.is_empty() || name.contains(&b' ') {
            continue;
        }
        variables.insert(OsString::from_vec(name.to_vec()), OsString::from_vec(entry[equals + 1..].to_vec()));
    }
    let proof = variables.remove(OsStr::new(PROOF_OF_ENTRY))?;
    variables.remove(OsStr::new("NIXML_RUN"));
    (proof.as_bytes() == word.as_bytes()).then(|| Environment::from_variables(variables))
}

fn amount(progress: &Progress) -> String {
    let parts =
        [(progress.builds.done, "built".to_owned()), (progress.copies.done, format!("fetched{}", bytes(progress.download)))];
    let said: Vec<String> = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if said.is_empty() { "nothing had to be built".to_owned() } else { said.join(", ") }
}

fn bytes(count: Count) -> String {
    if count.done == 0 { String::new() } else { format!(" ({} MiB)", mebibytes(count.done)) }
}

/// Nix keeps every earlier shell as `profile-N-link`; only the newest is to be kept from being collected.
fn prune_profiles(dir: &Path) {
    let folder = dir.join(".nixml");
    let Ok(current) = std::fs::read_link(folder.join("profile")) else { return };
    for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let old = name.to_str().is_some_and(|name| name.starts_with("profile-") && name.ends_with("-link"));
        if old && current.file_name() != Some(name.as_os_str()) && entry.file_type().is_ok_and(|kind| kind.is_symlink()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_taken_whole_or_not_at_all() {
        let out = b"hook says\nhello\nPATH=/bin\0EMPTY=\0LINES=a\nb=c\0NIXML_RUN=x\0NIXML_ENTERED=w\0";
        let env = environment(out, "w").unwrap();
        assert_eq!(env.get("PATH"), Some(OsStr::new("/bin")));
        assert_eq!(env.get("EMPTY"), Some(OsStr::new("")));
        assert_eq!(env.get("LINES"), Some(OsStr::new("a\nb=c")));
        assert_eq!(env.get("NIXML_RUN"), None);
        assert_eq!(environment(out, "other"), None);
        assert_eq!(environment(b"PATH=/bin\0", "w"), None);
        assert_eq!(environment(b"", "w"), None);
    }

    #[test]
    fn a_folder_becomes_a_path_reference_and_the_rest_stays() {
        assert_eq!(flake_reference("/tmp"), format!("path:{}", Path::new("/tmp").canonicalize().unwrap().display()));
        for reference in
            ["github:NixOS/nixpkgs/nixos-26.05", "path:/tmp", "nixpkgs", "http://127.0.0.1:1/x.tar.gz", "/no/such/folder"]
        {
            assert_eq!(flake_reference(reference), reference);
        }
    }
}
