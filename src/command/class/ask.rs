//! The questions of `nixml class new`, line by line: the course, the wizard's own steps, what a machine needs.

use std::io::{BufRead as _, Write as _};
use std::sync::Arc;

use nixml::core::answers::{Answers, Origin, Value, check};
use nixml::core::catalog::Catalog;
use nixml::core::class::{Class, Course, GpuNeed};
use nixml::core::facts::Facts;
use nixml::core::failure::{Exit, Failure};
use nixml::core::plan::Target;
use nixml::core::step::{Kind, Step};
use nixml::core::text::{bytes, label};
use nixml::core::version::Version;
use nixml::core::wizard::{Question, Wizard};
use nixml::front::print;

use super::new::{self, Args};

/// Asks for everything; `None`: the person has stopped.
pub fn class(args: &Args, steps: &[Step], catalog: &Arc<Catalog>, facts: Facts) -> Result<Option<Class>, Failure> {
    print::say("A class file says what everybody in a course gets. Enter takes what stands in brackets; Ctrl-C stops.\n");
    let title = ask("title of the course", "ML course", |text| Ok(label(text)))?;
    let mut class = new::begun(args, title);
    if class.date.is_empty() {
        class.date = ask("when is it (text, as you like)", "", |text| Ok(label(text)))?;
    }
    if class.contact.is_empty() {
        class.contact = ask("whom do students ask", "", |text| Ok(label(text)))?;
    }
    let wizard = Wizard {
        steps: Arc::new(steps.to_vec()),
        catalog: Arc::clone(catalog),
        facts: Arc::new(facts),
        folder: check::suggest_name(&class.title),
        resolved: None,
    };
    let mut answers = new::given(args, steps)?;
    for step in steps.iter().filter(|step| !["name", "strategy"].contains(&step.id.as_str()) && step.kind != Kind::Note) {
        if answers.get(&step.id).is_some() || !wizard.applying(&answers, true)?.iter().any(|one| one.id == step.id) {
            continue;
        }
        let question = wizard.question(step, &answers)?;
        let value = answer(&question)?;
        let Some(value) = value else { continue };
        answers = answers.with(&step.id, value, Origin::Asked);
    }
    for (key, answer) in answers.iter() {
        new::set(&mut class, key, answer.value.clone());
        class.locked.push(key.to_owned());
    }
    let free = ask("which other Pythons may a student take (3.12,3.13; empty: none)", "", |text| {
        let step = steps.iter().find(|step| step.id == "python");
        let words: Vec<String> = text.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect();
        for word in &words {
            step.map_or(Ok(()), |step| check::from_words(step, std::slice::from_ref(word)).map(drop))?;
            word.parse::<Version>().map_err(|_| format!("`{}` is no version", label(word)))?;
        }
        Ok(words)
    })?;
    if !free.is_empty() {
        let own = answers.text("python").map(str::to_owned);
        class
            .allowed
            .insert("python".to_owned(), own.into_iter().filter(|own| !free.contains(own)).chain(free.clone()).collect());
        class.locked.retain(|key| key != "python");
    }
    needs(&mut class, &answers, steps, catalog)?;
    Ok(Some(class))
}

/// What a machine needs, and what becomes of one that falls short.
fn needs(class: &mut Class, answers: &Answers, steps: &[Step], catalog: &Arc<Catalog>) -> Result<(), Failure> {
    let course =
        Course { class: class.clone(), answers: answers.clone(), steps: Arc::new(steps.to_vec()), catalog: Arc::clone(catalog) };
    let plans = course.projects()?;
    let on_cards = plans.iter().any(|(_, plan)| plan.first().target == Target::Cuda);
    if on_cards {
        if class.needs.gpu.is_none() {
            let required = yes("must every machine have an NVIDIA GPU?")?;
            class.needs.gpu = Some(if required { GpuNeed::Required } else { GpuNeed::Optional });
        }
        if class.needs.driver.is_none() {
            let driver = ask("the oldest NVIDIA driver, 550 for example (empty: what the newest build wants)", "", |text| {
                if text.is_empty() || text.parse::<Version>().is_ok() {
                    Ok(text.to_owned())
                } else {
                    Err("it is no version".to_owned())
                }
            })?;
            class.needs.driver = Some(driver).filter(|driver| !driver.is_empty());
        }
        if class.fallback.is_none() && yes("may a machine without such a GPU work on its CPU, as a planned path?")? {
            class.fallback = Some("cpu".to_owned());
        }
    }
    if class.needs.disk_bytes.is_none() {
        let size = plans.iter().filter_map(|(_, plan)| Some(plan.download_bytes()? + plan.installed_bytes()?)).max();
        // The shell's own packages come on top.
        let usual = size.map_or(5, |size| (size >> 30) + 3);
        let disk = ask("free disk space that a machine needs, in GB", &usual.to_string(), |text| {
            text.parse::<u64>().ok().filter(|disk| *disk < 10_000).ok_or_else(|| "it is no number of gigabytes".to_owned())
        })?;
        class.needs.disk_bytes = Some(disk * 1_000_000_000).filter(|disk| *disk > 0);
        if let Some(size) = size {
            print::say(&format!("  (the packages are {} downloaded and unpacked)", bytes(size)));
        }
    }
    Ok(())
}

/// Asks one of the wizard's questions; `None`: left to nixml.
fn answer(question: &Question) -> Result<Option<Value>, Failure> {
    let step = &question.step;
    for (number, offer) in question.offers.iter().enumerate() {
        // A course is for other machines than this one: what this one lacks forbids nothing.
        let here = offer.blocked.as_ref().map_or(String::new(), |why| format!("   (on this machine not: {})", label(why)));
        print::say(&format!("  {:>2}. {:<14} {}{here}", number + 1, offer.id, label(&offer.title)));
    }
    let usual = question.default.as_ref().map(Value::argument).unwrap_or_default();
    let list = if matches!(step.kind, Kind::Many | Kind::List) { " (several: a,b)" } else { "" };
    let text = ask(&format!("{}{list}", step.ask.trim_end_matches('?')), &usual, |text| {
        let words: Vec<String> = text
            .split(',')
            .map(str::trim)
            .map(|word| {
                let at = word.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
                at.and_then(|at| question.offers.get(at)).map_or_else(|| word.to_owned(), |offer| offer.id.clone())
            })
            .collect();
        let known = |word: &String| {
            question.offers.is_empty() || word.is_empty() || question.offers.iter().any(|offer| offer.id == *word)
        };
        if let Some(strange) = words.iter().find(|word| !known(word)) {
            return Err(format!("`{}` is none of the choices", label(strange)));
        }
        let text = if question.offers.is_empty() { text.to_owned() } else { words.join(",") };
        if text.is_empty() { Ok(None) } else { check::from_text(step, &text).map(Some) }
    })?;
    Ok(text)
}

/// Asks until the answer can be read.
fn ask<T>(question: &str, usual: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<T, Failure> {
    loop {
        let shown = if usual.is_empty() { String::new() } else { format!(" [{usual}]") };
        let _ = write!(std::io::stderr().lock(), "{question}{shown}: ");
        let line = line()?;
        let typed = if line.trim().is_empty() { usual } else { line.trim() };
        match read(typed) {
            Ok(value) => return Ok(value),
            Err(why) => print::say(&format!("  {why}")),
        }
    }
}

/// Asks yes or no; Enter is yes.
pub fn yes(question: &str) -> Result<bool, Failure> {
    loop {
        let _ = write!(std::io::stderr().lock(), "{question} [Y/n]: ");
        match line()?.trim().to_lowercase().as_str() {
            "" | "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            _ => print::say("  y or n"),
        }
    }
}

fn line() -> Result<String, Failure> {
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line) {
        Ok(size) if size > 0 => Ok(line),
        _ => Err(Failure::new(Exit::Usage, "make a class file").why("the input has ended; nothing was written")),
    }
}
