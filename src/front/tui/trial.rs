//! The validation as it is seen: the phases the conversation knows, with the times it does not.

use super::pane::Pane;
use super::widgets::phases::{Row, State};
use crate::core::nix_log::Progress;
use crate::core::session::{Running, Stage};
use crate::core::text;
use crate::core::validation::{Phase, PhaseId, PhaseStatus, ValidationEvent};

/// Shows on `pane` what an event printed; true when that is all there is to it. Called by whoever hears the event, on its own
/// thread: the screen has better things to do than to read a flood.
#[must_use]
pub fn show(event: &ValidationEvent, pane: &Pane) -> bool {
    match event {
        ValidationEvent::Line { text, .. } => pane.line(text),
        ValidationEvent::Terminal { bytes, .. } => pane.feed(bytes),
        ValidationEvent::Started { what, phase } if !what.is_empty() && *phase != PhaseId::Build => {
            // The proof is no command of a person's.
            let sign = if *phase == PhaseId::Proof { "" } else { "$ " };
            pane.line(&format!("\x1b[1m{sign}{what}\x1b[0m"));
            return false;
        }
        _ => return false,
    }
    true
}

/// When what began, in milliseconds since the start of the program.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trial {
    began: Option<u64>,
    phase_began: u64,
    ended: Option<u64>,
}

impl Trial {
    /// A new run.
    #[must_use]
    pub fn started(now: u64) -> Self {
        Self { began: Some(now), phase_began: now, ended: None }
    }

    /// Notes the time of what happened.
    pub fn hear(&mut self, event: &ValidationEvent, now: u64) {
        if matches!(event, ValidationEvent::Started { .. }) {
            self.phase_began = now;
        }
    }

    /// It is over.
    pub fn finish(&mut self, now: u64) {
        self.ended = Some(now);
    }

    /// It has ended within so many milliseconds: what is typed now was meant for what was on the screen before.
    #[must_use]
    pub fn ended_within(&self, length: u64, now: u64) -> bool {
        self.ended.is_some_and(|ended| now.saturating_sub(ended) < length)
    }

    /// Milliseconds it has taken so far, or took.
    #[must_use]
    pub fn elapsed(&self, now: u64) -> Option<u64> {
        self.began.map(|began| self.ended.unwrap_or(now).saturating_sub(began))
    }

    /// Every phase as a row at this moment.
    #[must_use]
    pub fn rows(&self, stage: &Stage, now: u64) -> Vec<Row> {
        let nothing = Running::default();
        let (running, over): (&Running, &[Phase]) = match stage {
            Stage::Validating { progress, .. } => (progress, &progress.ended),
            Stage::Done { report: Some(report), .. } => (&nothing, &report.phases),
            _ => (&nothing, &[]),
        };
        PhaseId::ALL
            .into_iter()
            .map(|id| match (over.iter().find(|phase| phase.id == id), &running.phase) {
                (Some(phase), _) => ended(phase),
                (None, Some((now_runs, what))) if *now_runs == id => {
                    let mut row = Row {
                        title: title(id).to_owned(),
                        state: State::Running,
                        detail: what.clone(),
                        took: Some(now.saturating_sub(self.phase_began)),
                        progress: None,
                    };
                    if let Some(progress) = &running.nix {
                        advance(&mut row, progress);
                    }
                    row
                }
                _ => Row { title: title(id).to_owned(), ..Row::default() },
            })
            .collect()
    }
}

fn ended(phase: &Phase) -> Row {
    let state = match phase.status {
        PhaseStatus::Ok => State::Ok,
        PhaseStatus::Failed => State::Failed,
        PhaseStatus::Skipped => State::Skipped,
    };
    Row {
        title: title(phase.id).to_owned(),
        state,
        progress: None,
        detail: phase.detail.lines().next().unwrap_or_default().to_owned(),
        took: (phase.status != PhaseStatus::Skipped).then_some(phase.duration_ms),
    }
}

/// The largest thing that is counted makes the bar; the words name all that is.
fn advance(row: &mut Row, progress: &Progress) {
    let counts = [&progress.download, &progress.unpacked, &progress.copies, &progress.builds];
    row.progress = counts.into_iter().find(|count| count.expected > 0).map(|count| (count.done, count.expected));
    let mut words = Vec::new();
    if progress.download.expected > 0 {
        words.push(format!("{} of {}", text::bytes(progress.download.done), text::bytes(progress.download.expected)));
    }
    if progress.copies.expected > 0 {
        words.push(format!("{} of {} paths", progress.copies.done, progress.copies.expected));
    }
    if progress.builds.expected > 0 {
        words.push(format!("{} of {} builds", progress.builds.done, progress.builds.expected));
    }
    words.extend(progress.now.clone());
    if !words.is_empty() {
        row.detail = words.join(", ");
    }
}

/// What a phase does, for people.
#[must_use]
pub fn title(phase: PhaseId) -> &'static str {
    match phase {
        PhaseId::Evaluate => "read the flake",
        PhaseId::Build => "get the tools",
        PhaseId::Lock => "lock the packages",
        PhaseId::Sync => "install the packages",
        PhaseId::Proof => "compute on every device",
    }
}
