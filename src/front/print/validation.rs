//! A validation as lines: while it runs, and its report.

use crate::core::finding::{Finding, Verdict};
use crate::core::nix_log::{Count, Progress, mebibytes};
use crate::core::text::label;
use crate::core::validation::{Device, Phase, PhaseStatus, Proof, ValidationReport};

/// One phase that is over.
#[must_use]
pub fn phase(phase: &Phase) -> String {
    let word = match phase.status {
        PhaseStatus::Ok => "ok",
        PhaseStatus::Failed => "failed",
        PhaseStatus::Skipped => "skipped",
    };
    let time = if phase.status == PhaseStatus::Skipped { String::new() } else { format!(" ({})", duration(phase.duration_ms)) };
    format!("{word:<8} {:<9} {}{time}", phase.id.word(), phase.detail)
}

/// How far Nix is, when there is something to count.
#[must_use]
pub fn progress(progress: &Progress) -> Option<String> {
    let mut parts = Vec::new();
    if progress.copies.expected > 0 {
        parts.push(format!("{} of {} fetched{}", progress.copies.done, progress.copies.expected, bytes(progress.download)));
    }
    if progress.builds.expected > 0 {
        parts.push(format!("{} of {} built", progress.builds.done, progress.builds.expected));
    }
    let now = progress.now.as_deref().map(label).unwrap_or_default();
    match (parts.is_empty(), now.is_empty()) {
        (true, true) => None,
        (true, false) => Some(now),
        (false, true) => Some(parts.join(", ")),
        (false, false) => Some(format!("{}; {now}", parts.join(", "))),
    }
}

/// The whole report, for standard output. `dir` is how the person named the folder.
#[must_use]
pub fn report(report: &ValidationReport, dir: &str) -> String {
    let mut lines = report.proof.as_ref().map(proven).unwrap_or_default();
    lines.extend(report.findings.iter().flat_map(found));
    if let Some(failed) = report.failed() {
        if !failed.output.is_empty() {
            lines.extend([String::new(), "the last lines of its output:".to_owned()]);
            lines.extend(failed.output.iter().map(|line| format!("  {line}")));
        }
        if let Some(log) = &report.log {
            lines.extend([String::new(), format!("all of it: {dir}/{log}")]);
        }
    }
    if report.ok {
        lines.extend([String::new(), "next:".to_owned()]);
        lines.extend(next(report, dir).iter().map(|line| format!("  {line}")));
    }
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

fn proven(proof: &Proof) -> Vec<String> {
    let mut lines = vec![String::new(), format!("{} {} ({})", proof.framework, proof.version, proof.build)];
    lines.extend(proof.devices.iter().map(|one| format!("  {}", device(one))));
    lines.extend(proof.outside.iter().map(|outside| format!("  {}: {}", outside.python, outside.detail)));
    lines
}

fn device(device: &Device) -> String {
    let compute = device.compute.as_ref().map_or_else(String::new, |compute| format!(", compute {compute}"));
    let error = device.max_error.map_or_else(String::new, |error| format!(", largest error {error:.1e}"));
    let jit = match (device.jit, &device.jit_detail) {
        (Some(true), Some(path)) => format!(", {path} works"),
        (Some(false), Some(why)) => format!(", {}", label(why)),
        _ => String::new(),
    };
    let name = label(&device.name);
    format!("{} {}  {name}{compute}: {}{error}{jit} ({})", device.kind, device.index, device.kernel, duration(device.duration_ms))
}

/// A finding with its remedy.
fn found(finding: &Finding) -> Vec<String> {
    let word = match finding.verdict {
        Verdict::Fail | Verdict::Broken => "cause",
        Verdict::Warn => "warning",
        _ => "note",
    };
    let code = finding.code.as_ref().map_or_else(String::new, |code| format!(" [{code}]"));
    let mut lines = vec![String::new(), format!("{word}: {}{code}", finding.title)];
    let texts = [Some(&finding.seen), finding.cause.as_ref()];
    lines.extend(texts.into_iter().flatten().filter(|text| !text.is_empty()).map(|text| format!("  {text}")));
    if let Some(remedy) = &finding.remedy {
        lines.push(format!("  hint: {}", remedy.say));
        lines.extend(remedy.commands.iter().map(|command| {
            let root = if command.needs_root { " (as root)" } else { "" };
            format!("    {}{root}", command.shell)
        }));
    }
    lines
}

/// Three commands to go on with.
#[must_use]
pub fn next(report: &ValidationReport, dir: &str) -> Vec<String> {
    let enter = if report.default_shell { String::new() } else { format!(" .#{}", report.shell) };
    let mut lines = Vec::new();
    if dir != "." {
        lines.push(format!("cd {dir}"));
    }
    if report.runner == "uv" {
        // Plain uv takes the first target; another one has its own environment.
        let python = report.proof.as_ref().and_then(|proof| proof.outside.as_ref()).map(|outside| &outside.python);
        match python.filter(|_| !report.default_shell) {
            Some(python) => lines.push(format!("{python} main.py")),
            None => lines.extend(["uv run main.py".to_owned(), "uv add PACKAGE".to_owned()]),
        }
    } else {
        let off = report.findings.iter().any(|finding| finding.code.as_deref() == Some("flakes-disabled"));
        let on = if off { " --extra-experimental-features 'nix-command flakes'" } else { "" };
        lines.push(format!("nix{on} develop{enter}"));
        lines.push("python main.py".to_owned());
        if dir == "." {
            lines.push("uv add PACKAGE".to_owned());
        }
    }
    lines
}

fn bytes(count: Count) -> String {
    if count.expected == 0 { String::new() } else { format!(" ({} of {} MiB)", mebibytes(count.done), mebibytes(count.expected)) }
}

/// Milliseconds for a person.
#[must_use]
pub fn duration(ms: u64) -> String {
    match ms {
        0..1000 => format!("{ms} ms"),
        1000..60_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::validation::PhaseId;

    #[test]
    fn lines_say_what_happened() {
        let over =
            |status| Phase { id: PhaseId::Build, status, duration_ms: 1234, detail: "12 built".into(), output: Vec::new() };
        assert_eq!(phase(&over(PhaseStatus::Ok)), "ok       build     12 built (1.2 s)");
        assert_eq!(phase(&over(PhaseStatus::Skipped)), "skipped  build     12 built");
        assert_eq!(duration(999), "999 ms");
        assert_eq!(duration(61_500), "1 min 1 s");
    }

    #[test]
    fn progress_counts_what_is_known() {
        let count = |done, expected| Count { done, expected, running: 0, failed: 0 };
        let mut nix = Progress::default();
        assert_eq!(progress(&nix), None);
        nix.now = Some("evaluating".into());
        assert_eq!(progress(&nix).as_deref(), Some("evaluating"));
        nix.builds = count(1, 4);
        nix.copies = count(2, 3);
        nix.download = count(1 << 20, 3 << 19);
        assert_eq!(progress(&nix).as_deref(), Some("2 of 3 fetched (1.0 of 1.5 MiB), 1 of 4 built; evaluating"));
    }
}
