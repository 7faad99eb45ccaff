//! What `nixml explain` tells a person: each cause with its line, the reason, and what to do.

use std::fmt::Write as _;

use crate::core::explain::Explained;

/// Lines longer than this are broken at spaces.
const WIDTH: usize = 78;

/// All causes, the most certain first, as plain text.
#[must_use]
pub fn explained(found: &[Explained]) -> String {
    let mut out = String::new();
    for (place, one) in found.iter().enumerate() {
        if place > 0 {
            out.push('\n');
        }
        let finding = &one.finding;
        let code = finding.code.as_deref().unwrap_or_default();
        let _ = writeln!(out, "{code}: {} ({})", finding.title, sure(one.confidence));
        let _ = writeln!(out, "  line {}: {}", one.line, one.text);
        if finding.seen != one.text {
            part(&mut out, "seen", &finding.seen);
        }
        part(&mut out, "why", finding.cause.as_deref().unwrap_or_default());
        if let Some(remedy) = &finding.remedy {
            part(&mut out, "do", &remedy.say);
            for command in &remedy.commands {
                let _ = writeln!(out, "        {}", command.shell);
            }
            if let Some(undo) = &remedy.undo {
                part(&mut out, "undo", undo);
            }
        }
        let _ = writeln!(out, "  more  nixml explain {code}");
    }
    out
}

fn sure(confidence: f64) -> &'static str {
    match confidence {
        sure if sure >= 0.9 => "certain",
        likely if likely >= 0.7 => "likely",
        _ => "possible",
    }
}

/// A word in front, the text broken behind it.
fn part(out: &mut String, word: &str, text: &str) {
    let mut line = format!("  {word:<4} ");
    for piece in text.split_whitespace() {
        if line.chars().count() + piece.chars().count() >= WIDTH && line.trim().len() > word.len() {
            let _ = writeln!(out, "{}", line.trim_end());
            line = " ".repeat(7);
        }
        let _ = write!(line, " {piece}");
    }
    let _ = writeln!(out, "{}", line.trim_end());
}
