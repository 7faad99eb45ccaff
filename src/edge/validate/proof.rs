//! The last phase: the framework computes on every device, in the shell and once more as an editor would start it.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::core::document;
use crate::core::finding::{Finding, Verdict};
use crate::core::plan::Target;
use crate::core::validation::{Device, Outside, PhaseId, Proof};
use crate::edge::child::{Environment, Order};

use super::Runner;
use super::project::Project;
use super::shell::Entered;
use super::trial::{Fault, Trial, judge};

const FOLDER: &str = "assets/proof/";
/// How the line begins that a program reads.
const MARK: &str = "@nixml-proof ";
/// What an editor's Python keeps of the world: a home, a place for temporary files, and which cards it may use.
const KEPT_OUTSIDE: &[&str] = &[
    "HOME",
    "CUDA_VISIBLE_DEVICES",
    "CUDA_DEVICE_ORDER",
    "NVIDIA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
];

/// The marked line of a proof.
#[derive(Debug, Deserialize)]
struct Answer {
    ok: bool,
    #[serde(default)]
    version: String,
    #[serde(default)]
    build: String,
    #[serde(default)]
    devices: Vec<Device>,
    #[serde(default)]
    prefix: PathBuf,
    #[serde(default)]
    error: Option<String>,
}

/// Runs the proof of the project's framework twice.
pub fn prove(trial: &mut Trial<'_>, project: &Project, entered: &Entered) -> Result<Proof, Fault> {
    trial.phase(PhaseId::Proof, &format!("{} computes", project.plan.title), |trial| {
        let script = write(trial, project)?;
        let target = project.target().target;
        let nix = trial.options.runner == Runner::Nix;
        let inside = python(project, entered)?;
        // The shell brings a compiler, so on a card its absence is a fault; elsewhere it is worth a word.
        let jit = if nix && target == Target::Cuda { "required" } else { "optional" };
        let place = if nix { "in the shell" } else { "in the environment" };
        let answer = run(trial, project, &script, inside, entered.env.clone(), jit, place)?;
        let jit = if target == Target::Cuda { "optional" } else { "skip" };
        let python = project.venv().join("bin/python");
        let mut env = Environment::empty().keeping(KEPT_OUTSIDE).with("TMPDIR", trial.temp.path());
        for (name, value) in &project.plan.shell_env {
            env = env.with(name, value);
        }
        let again = run(trial, project, &script, python, env, jit, "outside the shell")?;
        look_at(trial, project, &answer);
        let shown = format!("{}/bin/python", project.target().venv);
        let outside = Outside {
            ok: true,
            python: shown,
            detail: format!("{} computed with an empty environment", devices(&again.devices)),
        };
        let detail = format!(
            "{} {} ({}) computed on {}, {place} and outside",
            project.plan.title,
            answer.version,
            answer.build,
            devices(&answer.devices)
        );
        let proof = Proof {
            framework: project.plan.framework.clone(),
            version: answer.version,
            build: answer.build,
            devices: answer.devices,
            outside: Some(outside),
        };
        Ok((proof, detail))
    })
}

/// Puts all proofs beside each other: some are built on others.
fn write(trial: &Trial<'_>, project: &Project) -> Result<PathBuf, Fault> {
    let folder = trial.temp.path().join("proof");
    let place = |name: &str| folder.join(format!("nixml_proof_{name}"));
    let failed = |error: std::io::Error| Fault::failed(format!("the proof cannot be written to `{}`: {error}", folder.display()));
    std::fs::create_dir_all(&folder).map_err(failed)?;
    for (path, text) in trial.options.data.below(FOLDER, ".py") {
        let name = path.strip_prefix(FOLDER).unwrap_or(path);
        if !name.contains('/') {
            std::fs::write(place(name), text).map_err(failed)?;
        }
    }
    let script = place(&format!("{}.py", project.plan.proof));
    if script.is_file() {
        Ok(script)
    } else {
        Err(Fault::failed(format!("there is no proof `{FOLDER}{}.py`", project.plan.proof)))
    }
}

/// `python` as the shell finds it must be the environment's.
fn python(project: &Project, entered: &Entered) -> Result<PathBuf, Fault> {
    let ours = project.venv().join("bin/python");
    let found = entered.program("python", &project.dir);
    match found {
        Some(found)
            if found.parent().and_then(|dir| dir.canonicalize().ok())
                == ours.parent().and_then(|dir| dir.canonicalize().ok()) =>
        {
            Ok(found)
        }
        Some(found) => Err(Fault::failed(format!(
            "`python` in the shell is `{}`, not the one of {}",
            found.display(),
            project.target().venv
        ))
        .next("the shell's hook must put the environment first on PATH: `nixml init` writes it again")),
        None => Err(Fault::failed(format!("there is no `python` in the shell: {} has none", project.target().venv))),
    }
}

fn run(
    trial: &mut Trial<'_>,
    project: &Project,
    script: &Path,
    python: PathBuf,
    env: Environment,
    jit: &str,
    place: &str,
) -> Result<Answer, Fault> {
    let mark = format!("{MARK}{} ", crate::edge::random_word());
    let target = project.target();
    let modules: Vec<&str> = project.plan.import.split([',', ' ']).filter(|module| !module.is_empty()).collect();
    let order = serde_json::json!({ "mark": mark, "target": target.target.word(), "build": target.build, "jit": jit, "modules": modules });
    let command = Order::new(python, &project.dir, env).args([script.as_os_str(), order.to_string().as_ref()]);
    let played = trial.play(PhaseId::Proof, command)?;
    let name = format!("the proof {place}");
    let answer = read(&played.out, &mark);
    let said = answer.as_ref().and_then(|answer| answer.error.clone());
    judge(&played.ended, &name, &trial.text(), trial.options.timeout).map_err(|mut fault| {
        if let (Some(said), false) = (&said, super::ended_early(fault.exit)) {
            fault = Fault::failed(format!("{name} failed: {said}"));
        }
        fault
    })?;
    let answer = answer.ok_or_else(|| Fault::failed(format!("{name} ended without an answer")))?;
    check(project, &answer).map_err(|why| Fault::failed(format!("{name} failed: {why}")))?;
    Ok(answer)
}

/// What a person sees of a proof's output: the line for the program is told in words. `answering`: in the middle of that line.
pub(super) fn seen(mut bytes: &[u8], answering: &mut bool) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let found = if *answering { memchr::memchr(b'\n', bytes) } else { memchr::memmem::find(bytes, MARK.as_bytes()) };
        match (found, *answering) {
            (Some(at), true) => bytes = bytes.get(at + 1..).unwrap_or_default(),
            (Some(at), false) => {
                out.extend_from_slice(bytes.get(..at).unwrap_or_default());
                out.extend_from_slice(b"it has answered; the answer is compared\r\n");
                bytes = bytes.get(at..).unwrap_or_default();
            }
            (None, true) => return out,
            (None, false) => {
                out.extend_from_slice(bytes);
                return out;
            }
        }
        *answering = !*answering;
    }
}

/// The last line with the mark; a terminal ends lines with `\r\n`.
fn read(out: &[u8], mark: &str) -> Option<Answer> {
    let text = String::from_utf8_lossy(out);
    let line = text.lines().rev().find_map(|line| line.trim_end().strip_prefix(mark))?;
    document::json(line).ok()
}

/// What a program says of itself is not enough: the right devices, in the right environment, with a result that was compared.
fn check(project: &Project, answer: &Answer) -> Result<(), String> {
    let kind = project.target().target.word();
    if !answer.ok {
        return Err(answer.error.clone().unwrap_or_else(|| "it says that it did not work".to_owned()));
    }
    if answer.version.is_empty() || answer.devices.is_empty() {
        return Err("no device computed".to_owned());
    }
    if let Some(other) = answer.devices.iter().find(|device| device.kind != kind) {
        return Err(format!("it computed on {}, not on {kind}", other.kind));
    }
    if answer.devices.iter().any(|device| device.max_error.is_some_and(|error| !error.is_finite())) {
        return Err("a result is not a number".to_owned());
    }
    if answer.prefix.canonicalize().ok() != project.venv().canonicalize().ok() {
        return Err(format!("Python ran in `{}`, not in {}", answer.prefix.display(), project.target().venv));
    }
    Ok(())
}

/// What worked, and still deserves a word.
fn look_at(trial: &mut Trial<'_>, project: &Project, answer: &Answer) {
    let planned = &project.target().build;
    let same = answer.build.starts_with(planned.as_str()) || planned.starts_with(answer.build.as_str());
    if !same {
        let mut finding = Finding::new("validate", Verdict::Warn, "the installed build is not the planned one");
        finding.code = Some("build-differs".to_owned());
        finding.seen = format!("{} {} carries {}, nixml.toml says {planned}", project.plan.title, answer.version, answer.build);
        finding.cause = Some("pyproject.toml or uv.lock was changed, or another index served the wheel".to_owned());
        trial.finding(finding);
    }
    for device in answer.devices.iter().filter(|device| device.jit == Some(false)) {
        let mut finding = Finding::new("validate", Verdict::Warn, "just-in-time compilation does not work");
        finding.code = Some("jit-unavailable".to_owned());
        finding.seen = format!("{} {}: {}", device.kind, device.index, device.jit_detail.as_deref().unwrap_or("no reason given"));
        finding.cause = Some("compiled functions need a C++ compiler that Python can start; all else works".to_owned());
        trial.finding(finding);
    }
}

fn devices(devices: &[Device]) -> String {
    match devices {
        [one] => format!("{} {} ({})", one.kind, one.index, one.name),
        many => format!("{} devices", many.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_has_to_read_the_line_for_the_program() {
        let mut answering = false;
        let shown: Vec<u8> = [&b"a\r\n@nixml-proof x {\"ok\":"[..], b" true,", b"1}\r\nb\r\n", b"c"]
            .into_iter()
            .flat_map(|bytes| seen(bytes, &mut answering))
            .collect();
        assert_eq!(String::from_utf8_lossy(&shown), "a\r\nit has answered; the answer is compared\r\nb\r\nc");
    }

    #[test]
    fn only_the_marked_line_is_read() {
        let out = b"noise\n@nixml-proof x {\"ok\":false}\r\n@nixml-proof y {\"ok\":true,\"version\":\"1\"}\r\nlater\n";
        let answer = read(out, "@nixml-proof y ").unwrap();
        assert!(answer.ok && answer.version == "1");
        assert!(read(out, "@nixml-proof z ").is_none());
        assert!(read(b"@nixml-proof y {\"ok\":true", "@nixml-proof y ").is_none());
    }
}
