//! A course in words: what it sets, what a machine needs, what is missing, what to do.

use crate::core::answers::Answers;
use crate::core::class::{Class, GpuNeed, Met, Outcome, Standing, Unmet};
use crate::core::text::{bytes, label};

/// The course as its file says it, before anything is done with it.
#[must_use]
pub fn introduction(class: &Class, answers: &Answers) -> String {
    let mut head = label(&class.title);
    if !class.date.is_empty() {
        head = format!("{head}, {}", label(&class.date));
    }
    if !class.contact.is_empty() {
        head = format!("{head}; questions go to {}", label(&class.contact));
    }
    let mut lines = vec![head];
    let mut row = |name: &str, text: String| {
        if !text.is_empty() {
            lines.push(format!("  {name:<16} {text}"));
        }
    };
    let set: Vec<String> =
        answers.iter().map(|(key, answer)| format!("{} {}", label(key), label(&answer.value.argument()))).collect();
    row("the course sets", set.join(", "));
    let open: Vec<String> =
        class.allowed.iter().map(|(key, values)| format!("{} ({})", label(key), label(&values.join(", ")))).collect();
    row("you may choose", open.join(", "));
    row("a machine needs", needs(class));
    if class.fallback.is_some() {
        row("otherwise", "the course's CPU path, which is planned for".to_owned());
    }
    lines.join("\n")
}

fn needs(class: &Class) -> String {
    let needs = &class.needs;
    let mut parts = Vec::new();
    parts.extend(needs.disk_bytes.map(|disk| format!("{} of free disk", bytes(disk))));
    parts.extend(needs.memory_bytes.map(|memory| format!("{} of memory", bytes(memory))));
    if needs.gpu == Some(GpuNeed::Required) {
        parts.push("an NVIDIA GPU".to_owned());
    }
    parts.extend(needs.driver.as_ref().map(|driver| format!("NVIDIA driver {} or newer", label(driver))));
    parts.extend(needs.compute.as_ref().map(|compute| format!("compute capability {} or newer", label(compute))));
    parts.join(", ")
}

/// Every need with its mark.
#[must_use]
pub fn checks(met: &[Met], planned: bool) -> String {
    let mark = |met: &Met| match met.unmet {
        None => "ok",
        // Not a failure: the course has a path for it.
        Some(unmet) if planned && unmet.of_the_card() => "planned",
        Some(_) => "missing",
    };
    met.iter().map(|met| format!("  {:<8} {}", mark(met), label(&met.say))).collect::<Vec<_>>().join("\n")
}

/// What this machine will do in the course, in a sentence.
#[must_use]
pub fn path(standing: &Standing) -> String {
    let plan = &standing.plan;
    let what = format!("{} {} for the {} target, Python {}", plan.title, plan.version, standing.target().word(), plan.python);
    match standing.outcome {
        Outcome::Served => format!("this machine takes part as the course is meant: {what}"),
        Outcome::Fallback => format!("this machine takes the course's CPU path, as planned: {what}"),
        Outcome::Fails => "this machine cannot take part as it is".to_owned(),
    }
}

/// What to do, in order, and what was done since the last look.
#[must_use]
pub fn to_do(missing: &[Unmet], fixed: &[Unmet]) -> String {
    let mut lines = Vec::new();
    if !fixed.is_empty() {
        let fixed: Vec<&str> = fixed.iter().map(|unmet| unmet.say()).collect();
        lines.push(format!("mended since the last time: {}", fixed.join(", ")));
    }
    if !missing.is_empty() {
        lines.push("to do:".to_owned());
        lines.extend(missing.iter().enumerate().map(|(at, unmet)| format!("  {}. {}", at + 1, unmet.to_do())));
        lines.push("then run the same command again: it says what was mended".to_owned());
    }
    lines.join("\n")
}
