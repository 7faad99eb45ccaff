//! The first choice: go on with what was begun, the whole plan on one page, or a question a page.

use super::model::Model;
use super::seen::{GUIDED, QUICK, RESUME, Rows};
use super::widgets::choices::Row;
use crate::core::session::{At, Intent, Kept};
use crate::core::text;

/// The rows of the machine's screen.
pub(super) fn machine_rows(model: &Model) -> Rows {
    let row = |title: &str, detail: String| Row { title: title.to_owned(), detail, ..Row::default() };
    let waits = |intent: &Intent| model.waiting.as_ref() == Some(intent);
    let waiting = || "waiting for the machine to answer".to_owned();
    let (mut rows, mut ids) = Rows::default();
    if let Some(kept) = model.session.kept() {
        let steps = |id: &str| model.session.steps().iter().find(|step| step.id == id).map(|step| step.title.clone());
        rows.push(row("Continue", if waits(&Intent::Resume) { waiting() } else { kept_words(kept, steps) }));
        ids.push(RESUME.to_owned());
    }
    let quick = match model.seen.quick.as_ref().map(|(_, plan)| plan) {
        _ if waits(&Intent::Quick) => waiting(),
        Some(Ok(plan)) => {
            let size = plan.download_bytes().map_or(String::new(), |bytes| format!(", {} to download", text::bytes(bytes)));
            format!("{} {} ({}), Python {}{size}", plan.title, plan.version, plan.build, plan.python)
        }
        Some(Err(conflict)) => conflict.lines().next().unwrap_or_default().to_owned(),
        None => "what suits this machine best, on one page".to_owned(),
    };
    let anew = if model.session.kept().is_some() { ", anew" } else { "" };
    rows.push(row(&format!("Quick{anew}"), quick));
    let guided = format!("Step by step{anew}");
    rows.push(row(&guided, "choose framework, target, Python and extras".to_owned()));
    ids.extend([QUICK, GUIDED].map(str::to_owned));
    (rows, ids)
}

/// What was begun, where it stood, and when.
pub(crate) fn kept_words(kept: &Kept, title: impl Fn(&str) -> Option<String>) -> String {
    let python = kept.answers.text("python").map(|python| format!("Python {python}"));
    let targets = Some(kept.answers.words("targets").join("+")).filter(|targets| !targets.is_empty());
    let known: Vec<String> = kept
        .answers
        .text("framework")
        .map(str::to_owned)
        .into_iter()
        .chain(targets)
        .chain(python)
        .map(|word| text::label(&word))
        .collect();
    let what = if known.is_empty() { kept.answers.text("name").map(text::label).unwrap_or_default() } else { known.join(", ") };
    let place = match &kept.at {
        At::Step(step) => title(step).map(|title| format!("you were at {title}")),
        At::Review => Some("you were at the review".to_owned()),
        At::Written => Some("written, not proved yet".to_owned()),
        At::Project => Some("this folder's project".to_owned()),
    };
    // The row may be cut: what helps most to remember comes first.
    let told = [place, Some(what).filter(|what| !what.is_empty())].into_iter().flatten().collect::<Vec<_>>().join(": ");
    kept.age.filter(|age| *age >= 60).map_or_else(|| told.clone(), |age| format!("{told} ({})", ago(age)))
}

fn ago(seconds: u64) -> String {
    let (count, unit) = match seconds / 60 {
        minutes @ 0..60 => (minutes, "minute"),
        minutes @ 60..1440 => (minutes / 60, "hour"),
        minutes => (minutes / 1440, "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}
