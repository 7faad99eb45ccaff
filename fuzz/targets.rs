//! What is fuzzed: text from outside, and what must hold of it whatever it is. `cargo fuzz` and the replay in tests/trust share it.

use std::sync::{Arc, OnceLock};

use nixml::core::answers::{Answers, file};
use nixml::core::catalog::Catalog;
use nixml::core::class;
use nixml::core::data::Data;
use nixml::core::explain::{Explainer, Knowledge};
use nixml::core::facts::Facts;
use nixml::core::merge;
use nixml::core::nix_log::NixLog;
use nixml::core::plan::{self, Plan};
use nixml::core::render::render;
use nixml::core::step;
use nixml::core::text::{Private, Redactor, harmless, label, sanitise};
use nixml::core::wizard::Wizard;
use nixml::edge::probe::read_helper_output;
use nixml::front::tui::Theme;
use nixml::front::tui::pane::{Pane, draw};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A name and what takes the bytes.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("answers", answers),
    ("steps", steps),
    ("names", names),
    ("pane", pane),
    ("explain", explain),
    ("nix_log", nix_log),
    ("nvml", nvml),
    ("redactor", redactor),
    ("merge", merging),
];

fn data() -> &'static Data {
    static DATA: OnceLock<Data> = OnceLock::new();
    DATA.get_or_init(Data::embedded)
}

fn wizard() -> &'static Wizard {
    static WIZARD: OnceLock<Wizard> = OnceLock::new();
    WIZARD.get_or_init(|| Wizard {
        steps: Arc::new(step::load(data()).unwrap()),
        catalog: Arc::new(Catalog::load(data()).unwrap()),
        facts: Arc::new(Facts::default()),
        folder: "demo".to_owned(),
        resolved: None,
    })
}

/// A plan to spoil.
fn sample() -> &'static Plan {
    static PLAN: OnceLock<Plan> = OnceLock::new();
    PLAN.get_or_init(|| decided("name = \"lab\"\nframework = \"jax\"\ntargets = [\"cpu\"]\n").unwrap())
}

fn decided(text: &str) -> Option<Plan> {
    let wizard = wizard();
    let given = file::read("x.toml", text, &wizard.steps).ok()?;
    for step in wizard.steps.iter() {
        if let Some(answer) = given.get(&step.id) {
            wizard.check(step, &answer.value, &given).ok()?;
        }
    }
    let filled: Answers = wizard.filled(&given).ok()?;
    plan::decide(&wizard.choices(&filled)?, &wizard.facts, &wizard.catalog).ok()
}

/// Every file of a plan that is not refused is read by its language.
fn assert_parses(plan: &Plan) {
    let Ok(files) = render(plan, data()) else { return };
    for (path, file) in &files.0 {
        match path.rsplit('.').next() {
            Some("nix") => assert!(rnix::Root::parse(&file.text).errors().is_empty(), "{path}"),
            Some("toml") => assert!(file.text.parse::<toml::Table>().is_ok(), "{path}"),
            _ => {}
        }
    }
    let project: toml::Table = files.text("pyproject.toml").unwrap().parse().unwrap();
    assert_eq!(project["project"]["name"].as_str(), Some(plan.name.as_str()));
    assert!(project["tool"].as_table().unwrap().keys().all(|key| key == "uv"));
}

/// An answers file and a class file, from anybody.
pub fn answers(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(plan) = decided(&text) {
        assert_parses(&plan);
    }
    let _ = class::read("class.toml", &text, &wizard().steps);
}

/// A step file of an instructor.
pub fn steps(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let over = data().clone().overlaid([("wizard-steps/55-more.toml".to_owned(), text)]);
    let Ok(steps) = step::load(&over) else { return };
    let wizard = Wizard { steps: Arc::new(steps), ..wizard().clone() };
    let given = file::read("x.toml", "name = \"lab\"\nframework = \"jax\"\ntargets = [\"cpu\"]\n", &wizard.steps);
    let Ok(given) = given else { return };
    if let Ok(filled) = wizard.filled(&given)
        && let Some(choices) = wizard.choices(&filled)
        && let Ok(plan) = plan::decide(&choices, &wizard.facts, &wizard.catalog)
        && let Ok(files) = render(&plan, &over)
    {
        assert!(files.text("nixml.toml").unwrap().parse::<toml::Table>().is_ok());
    }
    let _ = wizard.next(&Answers::default(), false);
}

/// Words that reach the flake: refused, or read back from it as they were.
pub fn names(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (name, rest) = text.split_once('|').unwrap_or((&text, &text));
    let plan = Plan {
        name: name.to_owned(),
        title: rest.to_owned(),
        shell_env: [("X".to_owned(), rest.to_owned())].into(),
        packages: vec![rest.to_owned()],
        ..sample().clone()
    };
    assert_parses(&plan);
    let plan = Plan { shell_env: plan.shell_env, ..sample().clone() };
    if let Ok(files) = render(&plan, data()) {
        let flake = files.text("flake.nix").unwrap();
        let line = flake.lines().find_map(|line| line.trim().strip_prefix("X = \"")?.strip_suffix("\";")).unwrap();
        assert_eq!(unescaped(line), rest);
    }
}

/// What Nix reads between double quotes; an interpolation would be one.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '\\' => out.push(match rest.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                other => other.unwrap(),
            }),
            '$' => {
                assert_ne!(rest.peek(), Some(&'{'), "an interpolation in {text:?}");
                out.push('$');
            }
            '"' => panic!("the string ends early in {text:?}"),
            letter => out.push(letter),
        }
    }
    out
}

/// Output of a program in the pane, with resizes, scrolling and searches between.
pub fn pane(bytes: &[u8]) {
    static THEME: OnceLock<Theme> = OnceLock::new();
    let theme = THEME.get_or_init(|| Theme::load(data(), false, false).unwrap());
    let pane = Pane::new(6, 20);
    let mut rest = bytes;
    while let Some((how, after)) = rest.split_first() {
        let size = usize::from(*how >> 2).min(after.len());
        let (chunk, next) = after.split_at(size);
        rest = next;
        match how & 3 {
            0 => pane.feed(chunk),
            1 => {
                let size = |at: usize| u16::from(chunk.get(at).copied().unwrap_or(0));
                let _ = pane.resize(size(0), size(1));
            }
            2 => pane.scroll(isize::from(chunk.first().copied().unwrap_or(0)) - 100),
            _ => drop(pane.search(&String::from_utf8_lossy(chunk))),
        }
    }
    let (rows, columns) = pane.size();
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    draw(&pane, area, &mut buffer, theme);
    assert!(buffer.content.iter().all(|cell| cell.symbol().chars().all(harmless)));
    drop(pane.text());
}

/// A log of anybody's.
pub fn explain(bytes: &[u8]) {
    static KNOWLEDGE: OnceLock<Arc<Knowledge>> = OnceLock::new();
    let knowledge = KNOWLEDGE.get_or_init(|| Arc::new(Knowledge::load(data()).unwrap()));
    let read = |most: usize| {
        let mut explainer = Explainer::with(Arc::clone(knowledge));
        bytes.chunks(most).for_each(|part| explainer.feed(part));
        explainer.finish(None)
    };
    let whole = read(bytes.len().max(1));
    assert_eq!(whole, read(7), "where the log is cut changes nothing");
    for found in whole {
        assert!(
            found.text.chars().all(|letter| letter == '\t' || harmless(letter)) && found.text.chars().count() < 500,
            "{:?}",
            found.text
        );
        assert!((0.0..=1.0).contains(&found.confidence));
    }
}

/// Nix's log, line by line or not.
pub fn nix_log(bytes: &[u8]) {
    let read = |most: usize| {
        let (mut log, mut said) = (NixLog::new(), Vec::new());
        bytes.chunks(most).for_each(|part| log.feed(part, |one| said.push(one.line())));
        log.finish(|one| said.push(one.line()));
        let errors: Vec<String> = log.errors().iter().map(|error| error.text.clone()).collect();
        (said, errors, log.progress().clone())
    };
    assert_eq!(read(bytes.len().max(1)), read(5), "where the log is cut changes nothing");
}

/// What the helper that asks the driver's library prints.
pub fn nvml(bytes: &[u8]) {
    let answers = read_helper_output(bytes);
    let cards = answers.cards.iter().flatten();
    assert!(cards.clone().count() <= 64);
    let texts = cards.flat_map(|card| [&card.name, &card.compute, &card.error, &card.pci]).flatten();
    let texts = texts.chain(&answers.driver).chain(&answers.cuda).chain(&answers.failure).chain(answers.unknown.values());
    for text in texts {
        assert!(text.chars().all(harmless) && text.chars().count() < 1000, "{text:?}");
    }
}

/// Text on its way to a screen or a report.
pub fn redactor(bytes: &[u8]) {
    static REDACTOR: OnceLock<Redactor> = OnceLock::new();
    let redactor = REDACTOR.get_or_init(|| {
        Redactor::new(&Private {
            homes: vec!["/home/ada".into()],
            users: vec!["ada".into()],
            hosts: vec!["enigma.lab.example".into()],
            others: vec!["0324718012345".into()],
        })
    });
    let text = String::from_utf8_lossy(bytes);
    let shown = sanitise(&text);
    assert!(shown.chars().all(|letter| matches!(letter, '\n' | '\t') || harmless(letter)), "{shown:?}");
    assert_eq!(sanitise(&shown), shown, "once is enough");
    assert!(label(&text).chars().all(harmless));
    let told = redactor.redact(&text);
    assert!(!told.contains("0324718012345") && !told.contains("/home/ada/"), "{told:?}");
    let word = |part: &str| part.eq_ignore_ascii_case("ada") || part.eq_ignore_ascii_case("enigma");
    assert!(!told.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).any(word), "{told:?}");
}

/// A person's pyproject.toml beside nixml's.
pub fn merging(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let files = render(sample(), data()).unwrap();
    let ours = files.text("pyproject.toml").unwrap();
    if let Ok((merged, _)) = merge::pyproject("", ours, &text, &["jax".to_owned()]) {
        let read: toml::Table = merged.parse().unwrap_or_else(|wrong| panic!("{wrong}: {merged}"));
        assert!(read.contains_key("project"), "{merged}");
    }
}
