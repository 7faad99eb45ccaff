//! A validation as JUnit XML, which CI services show as tests.

use std::fmt::Write as _;

use crate::core::validation::{Phase, PhaseStatus, ValidationReport};

/// The whole file: one suite, one test a phase, and one more when nothing could be begun.
#[must_use]
pub fn xml(report: &ValidationReport) -> String {
    let class = format!("nixml.validate.{}", if report.shell.is_empty() { "project" } else { &report.shell });
    let unbegun = report.failed().is_none().then_some(report.failure.as_ref()).flatten();
    let count = |status: PhaseStatus| report.phases.iter().filter(|phase| phase.status == status).count();
    let tests = report.phases.len() + usize::from(unbegun.is_some());
    let total: u64 = report.phases.iter().map(|phase| phase.duration_ms).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    let _ = writeln!(
        out,
        "  <testsuite name=\"nixml validate\" tests=\"{tests}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\">",
        count(PhaseStatus::Failed),
        usize::from(unbegun.is_some()),
        count(PhaseStatus::Skipped),
        seconds(total)
    );
    for phase in &report.phases {
        test(&mut out, phase, &class);
    }
    if let Some(failure) = unbegun {
        let _ = writeln!(out, "    <testcase classname=\"{}\" name=\"begin\" time=\"0.000\">", escaped(&class));
        let _ = writeln!(out, "      <error message=\"{}\"/>\n    </testcase>", escaped(&failure.to_string()));
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

fn test(out: &mut String, phase: &Phase, class: &str) {
    let (name, time, detail) = (phase.id.word(), seconds(phase.duration_ms), escaped(&phase.detail));
    let _ = write!(out, "    <testcase classname=\"{}\" name=\"{name}\" time=\"{time}\">", escaped(class));
    let _ = match phase.status {
        PhaseStatus::Ok => write!(out, "<system-out>{detail}</system-out>"),
        PhaseStatus::Skipped => write!(out, "<skipped message=\"{detail}\"/>"),
        PhaseStatus::Failed => write!(out, "<failure message=\"{detail}\">{}</failure>", escaped(&phase.output.join("\n"))),
    };
    out.push_str("</testcase>\n");
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// Text for an attribute or an element; what XML cannot carry becomes a question mark.
fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, one| {
        match one {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push('\t'),
            one if one.is_control() || matches!(one, '\u{fffe}' | '\u{ffff}') => out.push('?'),
            one => out.push(one),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::failure::Failure;
    use crate::core::validation::PhaseId;

    fn report(phases: Vec<Phase>, failure: Option<Failure>) -> ValidationReport {
        ValidationReport {
            schema_version: 1,
            ok: failure.is_none(),
            phases,
            proof: None,
            findings: Vec::new(),
            shell: "cpu".into(),
            runner: "nix".into(),
            log: None,
            default_shell: true,
            untrusted: false,
            failure,
        }
    }

    #[test]
    fn each_phase_is_a_test_and_nothing_breaks_out() {
        let phase = |id, status, detail: &str| Phase {
            id,
            status,
            duration_ms: 1234,
            detail: detail.into(),
            output: vec!["]]></failure><x a=\"\u{1b}[31m".into()],
        };
        let text = xml(&report(
            vec![
                phase(PhaseId::Evaluate, PhaseStatus::Ok, "fine"),
                phase(PhaseId::Lock, PhaseStatus::Failed, "uv said \"no\" & <left>"),
                phase(PhaseId::Proof, PhaseStatus::Skipped, "not reached"),
            ],
            Some(Failure::usage("lock failed")),
        ));
        assert!(text.contains("tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\" time=\"3.702\""), "{text}");
        assert!(text.contains("message=\"uv said &quot;no&quot; &amp; &lt;left&gt;\""), "{text}");
        assert!(!text.contains('\u{1b}') && !text.contains("<x"), "{text}");
    }

    #[test]
    fn what_could_not_begin_is_an_error() {
        let text = xml(&report(Vec::new(), Some(Failure::precondition("open `x`"))));
        assert!(text.contains("errors=\"1\"") && text.contains("<error message=\"open `x`\"/>"), "{text}");
    }
}
