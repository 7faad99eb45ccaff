//! The page of a cause, from its data file: what `nixml explain CODE` shows and what `docs/codes` holds.

use std::fmt::Write as _;

use super::advice::Line;
use super::diagnosis::Diagnosis;

/// Markdown, readable as it is in a terminal.
#[must_use]
pub fn page(diagnosis: &Diagnosis) -> String {
    let mut out = format!("# {}\n\n{}\n\n## Why\n\n{}\n", diagnosis.code, sentence(&diagnosis.title), diagnosis.cause.trim());
    if !diagnosis.looks.is_empty() {
        out.push_str("\n## How it looks\n\n```text\n");
        for line in &diagnosis.looks {
            let _ = writeln!(out, "{line}");
        }
        out.push_str("```\n");
    }
    let remedy = &diagnosis.remedy;
    let _ = write!(out, "\n## What to do\n\n{}\n", remedy.say.trim());
    commands(&mut out, &remedy.commands, remedy.undo.as_deref(), remedy.source.as_deref());
    for variant in &remedy.variants {
        let _ = write!(out, "\n### {}\n\n{}\n", variant.title, variant.say.trim());
        commands(&mut out, &variant.commands, variant.undo.as_deref(), variant.source.as_deref());
    }
    if !diagnosis.page.trim().is_empty() {
        let _ = write!(out, "\n## More\n\n{}\n", diagnosis.page.trim());
    }
    if !diagnosis.alike.is_empty() {
        let alike: Vec<_> = diagnosis.alike.iter().map(|code| format!("[{code}]({code}.md)")).collect();
        let _ = write!(out, "\nEasily taken for it: {}.\n", alike.join(", "));
    }
    let _ = write!(out, "\nSource: {} (checked {})\n", diagnosis.source, diagnosis.verified);
    out
}

fn commands(out: &mut String, lines: &[Line], undo: Option<&str>, source: Option<&str>) {
    if !lines.is_empty() {
        out.push_str("\n```sh\n");
        for line in lines {
            let _ = writeln!(out, "{}", line.command().shell);
        }
        out.push_str("```\n");
    }
    if let Some(undo) = undo {
        let _ = write!(out, "\nTo take it back: {}\n", undo.trim());
    }
    if let Some(source) = source {
        let _ = write!(out, "\nSee {source}\n");
    }
}

/// A title as a sentence of its own.
fn sentence(title: &str) -> String {
    let mut letters = title.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}
