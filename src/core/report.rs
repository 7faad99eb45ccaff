//! A report to paste into an issue: versions, findings, facts, the project and the end of the last validation, as Markdown.

use std::fmt::Write as _;

use crate::core::facts::Facts;
use crate::core::finding::{Finding, Summary, Verdict};
use crate::core::plan::Plan;

/// What a report is made of; every text in it is already redacted.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// nixml's own version.
    pub version: &'a str,
    pub facts: &'a Facts,
    pub findings: &'a [Finding],
    pub plan: Option<&'a Plan>,
    /// What the lock files say, a line each.
    pub locks: &'a [String],
    /// The name and the last lines of the newest log of a validation.
    pub log: Option<(&'a str, &'a str)>,
}

/// The whole report.
#[must_use]
pub fn markdown(report: &Report<'_>) -> String {
    let mut out = format!("# nixml report\n\nnixml {}", report.version);
    let version = |what: &str, version: Option<&String>| version.map(|version| format!(", {what} {version}")).unwrap_or_default();
    let facts = report.facts;
    out += &version("Nix", facts.nix.as_ref().and_then(|nix| nix.version.as_ref()));
    out += &version("uv", facts.uv.as_ref().and_then(|uv| uv.version.as_ref()));
    out += &version("git", facts.git.as_ref().and_then(|git| git.version.as_ref()));
    out += &version("NVIDIA driver", facts.driver.as_ref().and_then(|driver| driver.version.as_ref()));
    if let Some(system) = facts.system() {
        let _ = write!(out, ", {system}");
    }
    out.push('\n');
    findings(&mut out, report.findings);
    if let Some(plan) = report.plan {
        project(&mut out, plan, report.locks);
    }
    table(&mut out, facts);
    if let Some((name, tail)) = report.log {
        let fence = "`".repeat(longest_ticks(tail).max(2) + 1);
        let _ = write!(out, "\n## The end of {}\n\n{fence}text\n{}\n{fence}\n", code(name), tail.trim_end());
    }
    out
}

fn findings(out: &mut String, findings: &[Finding]) {
    let summary = Summary::of(findings);
    let _ = write!(
        out,
        "\n## Findings\n\n{} failed, {} broken, {} to mind, {} to know, {} passed, {} skipped\n\n",
        summary.fail, summary.broken, summary.warn, summary.note, summary.pass, summary.skipped
    );
    let loud = |finding: &&Finding| !matches!(finding.verdict, Verdict::Pass | Verdict::Skipped);
    for finding in findings.iter().filter(loud) {
        let required = if finding.required { ", required" } else { "" };
        let word = match finding.verdict {
            Verdict::Fail => "fail",
            Verdict::Broken => "broken",
            Verdict::Warn => "warn",
            _ => "note",
        };
        let code_word = finding.code.as_deref().unwrap_or(&finding.check);
        let _ = writeln!(out, "- **{word}**{required} {}: {}. {}", code(code_word), plain(&finding.title), code(&finding.seen));
    }
    let passed: Vec<_> =
        findings.iter().filter(|finding| finding.verdict == Verdict::Pass).map(|finding| finding.check.as_str()).collect();
    if !passed.is_empty() {
        let _ = writeln!(out, "- pass: {}", passed.join(", "));
    }
}

fn project(out: &mut String, plan: &Plan, locks: &[String]) {
    let targets: Vec<_> = plan.targets.iter().map(|target| format!("{} ({})", target.target.word(), target.build)).collect();
    let _ = write!(
        out,
        "\n## Project\n\n- {} {}, targets {}, Python {}\n- nixpkgs {}, catalog of {}\n",
        plain(&plan.title),
        plain(&plan.version),
        targets.join(", "),
        plan.python,
        code(&plan.pin.rev),
        plan.catalog_date
    );
    if !plan.packages.is_empty() {
        let _ = writeln!(out, "- packages: {}", code(&plan.packages.join(", ")));
    }
    for line in locks {
        let _ = writeln!(out, "- {}", plain(line));
    }
}

fn table(out: &mut String, facts: &Facts) {
    out.push_str("\n## Facts\n\n| fact | value | source |\n|---|---|---|\n");
    for row in facts.rows() {
        let _ = writeln!(out, "| {} | {} | {} |", row.path, code(&row.value), row.source);
    }
    for (path, reason) in &facts.unknown {
        let _ = writeln!(out, "| {path} | not known | {} |", code(reason));
    }
}

/// A value as code, whatever it holds: on one line, with ticks and bars that break nothing.
fn code(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_ticks(&text) + 1);
    let space = if text.contains('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// A sentence in which nothing is markup.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if matches!(c, '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '\\' | '@') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn longest_ticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::facts::{Driver, Gpu};

    #[test]
    fn a_hostile_machine_makes_no_markup() {
        let name = "``` | <img src=x> ![](http://x) `".to_owned();
        let facts = Facts {
            gpus: Some(vec![Gpu { name: Some(name.clone()), ..Gpu::default() }]),
            driver: Some(Driver { version: Some("550.1".to_owned()), ..Driver::default() }),
            ..Facts::default()
        };
        let mut finding = Finding::new("gpu", Verdict::Fail, &name);
        finding.seen.clone_from(&name);
        let log = "a\n```\nb";
        let text = markdown(&Report {
            version: "0.1.0",
            facts: &facts,
            findings: &[finding],
            plan: None,
            locks: &[],
            log: Some(("x.log", log)),
        });
        assert!(text.contains("NVIDIA driver 550.1"), "{text}");
        assert!(text.contains("| gpus.0.name | ```` ``` \\| <img src=x> ![](http://x) ` ```` |"), "{text}");
        assert!(text.contains(": ``` \\| \\<img src=x\\> !\\[\\](http://x) `."), "{text}");
        assert!(text.ends_with("````text\na\n```\nb\n````\n"), "{text}");
    }
}
