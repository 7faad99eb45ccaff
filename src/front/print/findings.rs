//! Findings for people, grouped by verdict, the gravest first.

use std::fmt::Write as _;

use super::look::Look;
use crate::core::finding::{Finding, Remedy, Summary, Verdict};

/// Tells what was found. `all`: also what passed and what was skipped, one by one; `quiet`: only what is wrong.
#[must_use]
pub fn findings(findings: &[Finding], look: &Look, all: bool, quiet: bool) -> String {
    let mut out = String::new();
    for verdict in [Verdict::Broken, Verdict::Fail, Verdict::Warn, Verdict::Note, Verdict::Pass, Verdict::Skipped] {
        let group: Vec<_> = findings.iter().filter(|finding| finding.verdict == verdict).collect();
        let calm = matches!(verdict, Verdict::Note | Verdict::Pass | Verdict::Skipped);
        if group.is_empty() || (quiet && calm) {
            continue;
        }
        let brief = matches!(verdict, Verdict::Pass | Verdict::Skipped);
        if !out.is_empty() && (!brief || all || verdict == Verdict::Pass) {
            out.push('\n');
        }
        if !brief || all {
            for finding in group {
                one(&mut out, finding, look);
            }
        } else {
            let names: Vec<_> = group.iter().map(|finding| finding.check.as_str()).collect();
            let what =
                if verdict == Verdict::Skipped { format!("{} that do not apply here", group.len()) } else { names.join(", ") };
            out.push_str(&head(look, verdict, &what));
        }
    }
    if !quiet {
        let _ = write!(out, "\n{}", closing(findings, look));
    }
    out
}

/// `✗ fail     text`.
fn head(look: &Look, verdict: Verdict, text: &str) -> String {
    let label = format!("{} {:<7}", look.mark(verdict), word(verdict));
    let block = look.block(0, &label, text);
    block.replacen(&label, &look.paint(verdict, &label), 1)
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Note => "note",
        Verdict::Warn => "warn",
        Verdict::Fail => "fail",
        Verdict::Skipped => "skipped",
        Verdict::Broken => "broken",
    }
}

/// One finding with everything it says.
fn one(out: &mut String, finding: &Finding, look: &Look) {
    const INDENT: usize = 10;
    let grave = matches!(finding.verdict, Verdict::Fail | Verdict::Warn | Verdict::Broken);
    let required = if finding.required && grave { " (required)" } else { "" };
    if !grave && finding.verdict != Verdict::Note {
        out.push_str(&head(look, finding.verdict, &format!("{}: {}", finding.check, finding.seen)));
        return;
    }
    let title = head(look, finding.verdict, &format!("{}{required}", finding.title));
    out.push_str(&title);
    if !finding.seen.is_empty() {
        out.push_str(&look.block(INDENT, "seen", &finding.seen));
    }
    if let Some(cause) = &finding.cause {
        out.push_str(&look.block(INDENT, "why", cause));
    }
    if let Some(remedy) = &finding.remedy {
        self::remedy(out, remedy, look, INDENT);
    }
    if let Some(code) = finding.code.as_ref().filter(|_| finding.link.is_some()) {
        out.push_str(&look.block(INDENT, "more", &format!("nixml explain {code}")));
    }
}

/// What to do, with the lines to type; a line for root says so.
pub fn remedy(out: &mut String, remedy: &Remedy, look: &Look, indent: usize) {
    out.push_str(&look.block(indent, "do", &remedy.say));
    for command in &remedy.commands {
        let _ = writeln!(out, "{:width$}$ {}", "", look.strong(&command.shell), width = indent + 6);
    }
    if remedy.commands.iter().any(|command| command.needs_root) {
        out.push_str(&look.block(indent + 6, "", "(as root: for you to run, nixml never does)"));
    }
    if let Some(undo) = &remedy.undo {
        out.push_str(&look.block(indent, "undo", undo));
    }
}

/// The count of each verdict and what it means.
fn closing(findings: &[Finding], look: &Look) -> String {
    let summary = Summary::of(findings);
    let counts = [
        (summary.broken, "broken"),
        (summary.fail, "failed"),
        (summary.warn, "to mind"),
        (summary.note, "to know"),
        (summary.pass, "passed"),
        (summary.skipped, "skipped"),
    ];
    let counts: Vec<_> = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let required =
        findings.iter().filter(|finding| finding.required && matches!(finding.verdict, Verdict::Fail | Verdict::Broken)).count();
    let meaning = match (required, summary.fail + summary.broken + summary.warn) {
        (0, 0) => "Nothing is in the way.",
        (0, _) => "Nothing that is required is broken. If everything works for you, do not worry about the rest.",
        (1, _) => "One of them must be mended first.",
        _ => "The required ones must be mended first.",
    };
    look.block(0, "", &format!("{}. {meaning}", counts.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::finding::RemedyCommand;

    fn samples() -> Vec<Finding> {
        let mut bad = Finding::new("nouveau", Verdict::Fail, "nouveau holds the NVIDIA card");
        bad.code = Some("nouveau-loaded".to_owned());
        bad.link = Some("docs/codes/nouveau-loaded.md".to_owned());
        bad.required = true;
        bad.seen = "the kernel module `nouveau` is loaded for the card".to_owned();
        bad.cause = Some("nouveau draws a desktop and cannot run CUDA; only one driver can hold a card".to_owned());
        bad.remedy = Some(Remedy {
            say: "Install NVIDIA's driver (it puts nouveau aside), then reboot.".to_owned(),
            commands: vec![RemedyCommand::as_root("sudo ubuntu-drivers install")],
            ..Remedy::default()
        });
        let pass = Finding { seen: "/dev/shm 16.0 GB".to_owned(), ..Finding::new("shared-memory", Verdict::Pass, "room") };
        let skipped = Finding { seen: "not under WSL".to_owned(), ..Finding::new("wsl-driver", Verdict::Skipped, "x") };
        vec![pass, skipped, bad]
    }

    #[test]
    fn the_gravest_first_and_within_the_columns() {
        insta::assert_snapshot!(findings(&samples(), &Look::default(), false, false), @r"
        x fail    nouveau holds the NVIDIA card (required)
                  seen  the kernel module `nouveau` is loaded for the card
                  why   nouveau draws a desktop and cannot run CUDA; only one driver can
                        hold a card
                  do    Install NVIDIA's driver (it puts nouveau aside), then reboot.
                        $ sudo ubuntu-drivers install
                        (as root: for you to run, nixml never does)
                  more  nixml explain nouveau-loaded

        + pass    shared-memory
        - skipped 1 that do not apply here

        1 failed, 1 passed, 1 skipped. One of them must be mended first.
        ");
    }

    #[test]
    fn quiet_tells_only_what_is_wrong_and_colours_change_no_word() {
        let plain = findings(&samples(), &Look::default(), true, true);
        assert!(!plain.contains("shared-memory") && plain.starts_with("x fail"), "{plain}");
        let colored = findings(&samples(), &Look { color: true, ..Look::default() }, true, true);
        let bare = ["\x1b[31m", "\x1b[1m", "\x1b[0m"].iter().fold(colored, |text, code| text.replace(code, ""));
        assert_eq!(bare, plain);
    }
}
