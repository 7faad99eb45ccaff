//! The end: the proof and what to do next; or the cause, the fix and the last lines.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use super::running;
use crate::core::doctor;
use crate::core::failure::{Exit, Failure};
use crate::core::finding::{Finding, Verdict};
use crate::core::session::Stage;
use crate::core::text::sanitise;
use crate::core::validation::{Device, PhaseStatus, Proof, ValidationReport};
use crate::front::tui::layout;
use crate::front::tui::model::{Focus, Model};
use crate::front::tui::theme::Theme;
use crate::front::tui::trial;
use crate::front::tui::widgets::{boxed, phases, plain, prose, table};

/// What is where, for whoever opens the folder.
const WHERE: &str = "`pyproject.toml` has the packages (`uv add NAME` adds one), `flake.nix` the tools around them, `main.py` a first program. \
                     `nixml undo` takes these files back as long as you changed none of them.";

/// Draws the screen; where the cursor stands.
pub fn draw(model: &Model, body: Rect, buffer: &mut Buffer) -> Option<Position> {
    let pane = layout::pane(model, body);
    let top = match pane {
        Some(area) if model.zoom || area.y <= body.y => return running::output(model, area, buffer),
        Some(area) => Rect { height: area.y - body.y, ..body },
        None => body,
    };
    let good = match model.session.stage() {
        Stage::Done { report, .. } => report.as_ref().is_none_or(|report| report.ok),
        Stage::Stopped { failure, wrote, .. } => *wrote && failure.exit == Exit::Done,
        _ => false,
    };
    let title = match model.session.stage() {
        Stage::Stopped { .. } if good => "Written, not proved yet",
        _ if good => "Done",
        _ => "What went wrong",
    };
    let inner = boxed(top, buffer, &model.theme, title, model.focus == Focus::Main);
    let shown = text(model, inner.width.min(prose::READABLE));
    model.shown.first.set(table::scroll(&shown, model.first, inner, buffer, &model.theme));
    let typed = pane.and_then(|area| running::output(model, area, buffer));
    if model.focus == Focus::Pane {
        return typed;
    }
    model.shown.page.set(inner.height);
    Some(Position { x: inner.x, y: inner.y })
}

fn text(model: &Model, width: u16) -> Vec<Line<'static>> {
    let theme = &model.theme;
    let mut out = Vec::new();
    match model.session.stage() {
        Stage::Done { report: Some(report), notes, .. } if report.ok => {
            proved(&mut out, model, report, width);
            noted(&mut out, notes, width, theme);
            next(&mut out, model, width);
            took(&mut out, report, width, theme);
            out.extend(prose::wrap(WHERE, width, theme, theme.paint.dim));
        }
        Stage::Done { report: Some(report), .. } => failed(&mut out, report, width, theme),
        Stage::Done { report: None, notes, .. } => {
            out.push(plain("The project is written; it was not validated.", theme.paint.title));
            noted(&mut out, notes, width, theme);
            next(&mut out, model, width);
        }
        Stage::Stopped { failure, wrote, .. } => {
            let what = if *wrote { "The project is written, but it was not validated." } else { "Nothing was written." };
            out.push(plain(what, theme.paint.title));
            // What is missing for the proof, with the commands that bring it.
            let missing: Vec<Finding> = if *wrote { doctor::run(model.session.facts(), None, &["nix"]) } else { Vec::new() };
            let missing: Vec<&Finding> = missing.iter().filter(|finding| finding.verdict != Verdict::Pass).collect();
            // A finding says it better than the sentence of whoever could not go on.
            if !missing.iter().any(|finding| finding.code.as_deref() == Some("nix-missing")) {
                out.push(Line::default());
                stopped(&mut out, failure, width, theme);
            }
            for finding in missing {
                out.push(Line::default());
                found(&mut out, finding, width, theme);
            }
            if *wrote {
                next(&mut out, model, width);
            }
        }
        _ => {}
    }
    out
}

fn proved(out: &mut Vec<Line<'static>>, model: &Model, report: &ValidationReport, width: u16) {
    let theme = &model.theme;
    let Some(proof) = &report.proof else {
        let phase = report.phases.last().map_or("", |phase| phase.detail.as_str());
        out.extend(prose::wrap(&format!("It is ready. {}", sanitise(phase)), width, theme, theme.paint.title));
        return;
    };
    out.extend(prose::wrap(&computed(model, proof), width, theme, theme.paint.title));
    for device in &proof.devices {
        out.push(Line::default());
        out.push(Line::from(vec![
            Span::styled("ok    ", theme.paint.ok),
            Span::styled(format!("{} {}", device.kind, device.index), theme.paint.title),
            Span::styled(format!("  {}", sanitise(&device.name)), theme.paint.text),
        ]));
        let details = format!("- {}", measured(device));
        out.extend(
            prose::wrap(&details, width.saturating_sub(6), theme, theme.paint.dim).into_iter().map(|line| indented(line, 6)),
        );
    }
}

fn computed(model: &Model, proof: &Proof) -> String {
    format!("{} {} ({}) computed, and the result is right.", name(model, &proof.framework), proof.version, proof.build)
}

/// What came of it in one sentence, for the person's own screen, where nothing of this one is seen any more.
#[must_use]
pub fn verdict(model: &Model) -> Option<String> {
    match model.session.stage() {
        Stage::Done { report: Some(report), .. } if report.ok => {
            report.proof.as_ref().map(|proof| sanitise(&computed(model, proof)).into_owned())
        }
        Stage::Done { report: Some(report), .. } => {
            let phase = report.failed().map_or("a phase", |phase| trial::title(phase.id));
            Some(format!("It does not work yet: \"{phase}\" failed. `nixml validate` tries again."))
        }
        _ => None,
    }
}

/// How long each phase took.
fn took(out: &mut Vec<Line<'static>>, report: &ValidationReport, width: u16, theme: &Theme) {
    let ran = report.phases.iter().filter(|phase| phase.status != PhaseStatus::Skipped);
    let words: Vec<String> =
        ran.map(|phase| format!("{} {}", trial::title(phase.id), phases::whole(phase.duration_ms))).collect();
    out.push(Line::default());
    out.extend(prose::wrap(&format!("Time: {}.", words.join(", ")), width, theme, theme.paint.dim));
    out.push(Line::default());
}

/// The framework as people call it.
fn name(model: &Model, id: &str) -> String {
    model
        .session
        .stage()
        .review()
        .filter(|review| review.plan.framework == id)
        .map_or_else(|| id.to_owned(), |review| review.plan.title.clone())
}

fn measured(device: &Device) -> String {
    let mut words = vec![device.kernel.clone()];
    words.extend(device.compute.as_ref().map(|compute| format!("compute {compute}")));
    words.extend(device.max_error.map(|error| format!("largest error {error:.1e}")));
    words.extend(
        device.jit.map(|jit| if jit { "just-in-time path works".to_owned() } else { "just-in-time path did not run".to_owned() }),
    );
    words.push(phases::whole(device.duration_ms));
    sanitise(&words.join(", ")).into_owned()
}

fn failed(out: &mut Vec<Line<'static>>, report: &ValidationReport, width: u16, theme: &Theme) {
    if let Some(phase) = report.failed() {
        out.push(Line::from(vec![
            Span::styled("failed  ", theme.paint.fail),
            Span::styled(trial::title(phase.id).to_owned(), theme.paint.title),
        ]));
        out.extend(prose::wrap(&sanitise(&phase.detail), width, theme, theme.paint.text));
    }
    for finding in
        report.findings.iter().filter(|finding| matches!(finding.verdict, Verdict::Fail | Verdict::Warn | Verdict::Broken))
    {
        out.push(Line::default());
        found(out, finding, width, theme);
    }
    if let Some(failure) = report.failure.as_ref().filter(|_| report.findings.is_empty()) {
        out.push(Line::default());
        let told = report.failed().is_some();
        let parts = failure.why.iter().filter(|_| !told).chain(&failure.next);
        for part in parts {
            out.extend(prose::wrap(&sanitise(part), width, theme, theme.paint.text));
        }
    }
    let last = report.failed().map(|phase| phase.output.as_slice()).unwrap_or_default();
    if !last.is_empty() {
        out.push(Line::default());
        out.push(plain("The last lines of the real output:", theme.paint.title));
        out.extend(last.iter().map(|line| plain(format!("  {}", sanitise(line)), theme.paint.dim)));
    }
    out.push(Line::default());
    let log = report.log.as_ref().map_or(String::new(), |log| format!(" The whole output is in `{log}`."));
    out.extend(prose::wrap(
        &format!("Mend it and press r: what is done already is not done again.{log}"),
        width,
        theme,
        theme.paint.text,
    ));
}

fn found(out: &mut Vec<Line<'static>>, finding: &Finding, width: u16, theme: &Theme) {
    out.extend(prose::wrap(&sanitise(&finding.title), width, theme, theme.paint.title));
    if let Some(cause) = &finding.cause {
        out.extend(prose::wrap(&format!("Cause: {}", sanitise(cause)), width, theme, theme.paint.text));
    }
    if let Some(remedy) = &finding.remedy {
        out.extend(prose::wrap(&format!("Fix: {}", sanitise(&remedy.say)), width, theme, theme.paint.text));
        for command in &remedy.commands {
            out.extend(prose::wrap(&format!("  {}", sanitise(&command.shell)), width, theme, theme.paint.text));
        }
    }
    if let Some(code) = &finding.code {
        out.push(plain(format!("More: nixml explain {code}"), theme.paint.dim));
    }
}

fn stopped(out: &mut Vec<Line<'static>>, failure: &Failure, width: u16, theme: &Theme) {
    if failure.exit != Exit::Done {
        out.extend(prose::wrap(&format!("Failed: {}", sanitise(&failure.what)), width, theme, theme.paint.fail));
    }
    for part in failure.why.iter().chain(&failure.next) {
        out.extend(prose::wrap(&sanitise(part), width, theme, theme.paint.text));
    }
}

fn noted(out: &mut Vec<Line<'static>>, notes: &[String], width: u16, theme: &Theme) {
    for note in notes {
        out.extend(prose::wrap(&format!("- {}", sanitise(note)), width, theme, theme.paint.note));
    }
}

fn next(out: &mut Vec<Line<'static>>, model: &Model, width: u16) {
    let (theme, lines) = (&model.theme, model.next_lines());
    out.push(Line::default());
    out.push(plain("What to type next", theme.paint.title));
    let widest = lines.iter().map(|(command, _)| command.width()).max().unwrap_or(0);
    for (command, what) in lines {
        if widest + what.len() + 4 > usize::from(width) {
            out.extend(prose::wrap(&format!("  {command}"), width, theme, theme.paint.command));
            continue;
        }
        let pad = " ".repeat(widest - command.width() + 2);
        out.push(Line::from(vec![
            Span::raw("  "),
            Span::styled(command, theme.paint.command),
            Span::styled(format!("{pad}{what}"), theme.paint.dim),
        ]));
    }
}

fn indented(line: Line<'static>, by: usize) -> Line<'static> {
    Line::from([vec![Span::raw(" ".repeat(by))], line.spans].concat())
}

/// The same for the page that says why.
#[must_use]
pub fn explanation(model: &Model) -> String {
    text(model, 200).iter().map(|line| line.to_string().trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}
