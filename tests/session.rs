//! The conversation without a screen: every path of every recorded machine, back and forth, nothing written before it is confirmed.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, reason = "tests touch the world")]

use std::sync::Arc;

use nixml::core::answers::{Answers, Value};
use nixml::core::data::Data;
use nixml::core::facts::Facts;
use nixml::core::session::{Effect, Event, Intent, Session, Stage};
use nixml::core::step::{self, Kind};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

fn session(facts: &Facts) -> Session {
    let data = Arc::new(Data::embedded());
    let steps = Arc::new(step::load(&data).unwrap());
    let mut session = Session::new(data, steps, "demo", Answers::default(), false);
    session.report(Event::Probed { facts: Box::new(facts.clone()), complete: true });
    session
}

/// The recorded machines.
fn hosts() -> Vec<(String, Facts)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts");
    let mut hosts = vec![("nothing known".to_owned(), Facts::default())];
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let facts = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            hosts.push((path.file_stem().unwrap().to_string_lossy().into_owned(), facts));
        }
    }
    hosts
}

/// The value that a person who presses Enter gives.
fn first_answer(session: &Session) -> Option<Value> {
    let Stage::Asking(question) = session.stage() else { return None };
    if let Some(default) = &question.default {
        return Some(default.clone());
    }
    let offer = question.offers.iter().find(|offer| offer.blocked.is_none())?;
    Some(match question.step.kind {
        Kind::Many | Kind::List => Value::List(vec![offer.id.clone()]),
        _ => Value::Text(offer.id.clone()),
    })
}

#[test]
fn enter_all_the_way_reaches_the_review_on_every_machine() {
    for (name, facts) in hosts() {
        let mut session = session(&facts);
        session.handle(Intent::Accept);
        for _ in 0..20 {
            match session.stage() {
                Stage::Review(_) => break,
                _ => {
                    let value = first_answer(&session)
                        .unwrap_or_else(|| panic!("{name}: nothing can be chosen at {:?}", session.stage()));
                    session.handle(Intent::Answer(value));
                    assert_eq!(session.refusal(), None, "{name}");
                }
            }
        }
        assert!(matches!(session.stage(), Stage::Review(_)), "{name}: stuck at {:?}", session.stage());
    }
}

#[test]
fn every_offer_of_every_question_leads_on_or_says_why_not() {
    for (name, facts) in hosts() {
        let mut start = session(&facts);
        start.handle(Intent::Accept);
        start.handle(Intent::Answer(Value::Text("demo".into())));
        let Stage::Asking(question) = start.stage().clone() else { panic!("{name}") };
        for offer in &question.offers {
            let mut session = start.clone();
            session.handle(Intent::Answer(Value::Text(offer.id.clone())));
            match &offer.blocked {
                // Greyed here, and taken for another machine: the plan says so.
                Some(why) if offer.foreign => {
                    assert!(!why.is_empty());
                    assert_eq!(session.refusal(), None, "{name}: {}", offer.id);
                    session.handle(Intent::Quick);
                    let plan = session.stage().review().map(|review| review.plan.clone());
                    assert!(plan.is_some_and(|plan| plan.not_here.is_some()), "{name}: {}", offer.id);
                }
                Some(why) => {
                    assert!(!why.is_empty());
                    assert!(session.refusal().is_some(), "{name}: {} is blocked and was taken", offer.id);
                }
                None => {
                    assert_eq!(session.refusal(), None, "{name}: {}", offer.id);
                    session.handle(Intent::Quick);
                    assert!(matches!(session.stage(), Stage::Review(_)), "{name}: {}: {:?}", offer.id, session.refusal());
                }
            }
        }
    }
}

#[test]
fn back_and_forth_keeps_every_answer() {
    let mut session = session(&Facts::default());
    session.handle(Intent::Accept);
    session.handle(Intent::Answer(Value::Text("lab".into())));
    session.handle(Intent::Answer(Value::Text("jax".into())));
    let before = session.answers().clone();
    for _ in 0..10 {
        session.handle(Intent::Back);
    }
    assert_eq!(session.stage(), &Stage::Machine);
    assert_eq!(session.answers(), &before);
    session.handle(Intent::Accept);
    let Stage::Asking(question) = session.stage() else { panic!() };
    assert_eq!(question.step.id, "name");
}

#[test]
fn a_changed_mind_says_what_else_changed() {
    let mut session = session(&Facts::default());
    session.handle(Intent::Accept);
    session.handle(Intent::Answer(Value::Text("lab".into())));
    session.handle(Intent::Answer(Value::Text("jax".into())));
    session.handle(Intent::Answer(Value::List(vec!["cpu".into()])));
    session.handle(Intent::Answer(Value::Text("3.14".into())));
    session.handle(Intent::Jump("framework".into()));
    session.handle(Intent::Answer(Value::Text("tensorflow".into())));
    if session.refusal().is_none() {
        assert!(session.changed().iter().any(|line| line.starts_with("Python: 3.14 ->")), "{:?}", session.changed());
    }
}

#[test]
fn an_answer_given_early_waits_for_the_question_it_hangs_on() {
    let answers = Answers::default().with("python", Value::Text("3.12".into()), nixml::core::answers::Origin::Flag);
    let data = Arc::new(Data::embedded());
    let steps = Arc::new(step::load(&data).unwrap());
    let mut session = Session::new(data, steps, "demo", answers, false);
    session.report(Event::Probed { facts: Box::default(), complete: true });
    session.handle(Intent::Accept);
    session.handle(Intent::Answer(Value::Text("lab".into())));
    assert_eq!((session.answers().text("python"), session.changed()), (Some("3.12"), &[][..]));
}

fn intents() -> impl Strategy<Value = Intent> {
    let word = prop_oneof![
        Just("jax".to_owned()),
        Just("scikit-learn".to_owned()),
        Just("cpu".to_owned()),
        Just("cuda".to_owned()),
        Just("3.13".to_owned()),
        "[ -~\\n]{0,20}",
        any::<String>(),
    ];
    prop_oneof![
        word.clone().prop_map(|word| Intent::Answer(Value::Text(word))),
        proptest::collection::vec(word.clone(), 0..4).prop_map(|words| Intent::Answer(Value::List(words))),
        Just(Intent::Back),
        word.prop_map(Intent::Jump),
        Just(Intent::Accept),
        Just(Intent::Quick),
        Just(Intent::Rescan),
        Just(Intent::Retry),
        Just(Intent::Cancel),
        Just(Intent::Quit),
        Just(Intent::Interrupt),
    ]
}

/// Plays intents and answers of the world, and holds what must hold after each.
fn keeps_its_promises(play: Vec<Intent>) -> Result<(), TestCaseError> {
    let mut session = session(&Facts::default());
    let mut compared = false;
    for intent in play {
        let (stage, before) = (session.stage().clone(), session.answers().clone());
        let accepted = intent == Intent::Accept && matches!(stage, Stage::Review(_));
        let effects = session.handle(intent.clone());
        if session.refusal().is_some() {
            prop_assert!(effects.is_empty() && *session.stage() == stage, "a refusal of {intent:?} moved something");
            prop_assert_eq!(session.answers(), &before);
        }
        if intent == Intent::Back {
            let kept = before.iter().all(|(id, answer)| session.answers().get(id) == Some(answer));
            prop_assert!(kept, "the way back lost an answer");
        }
        let quits = effects.iter().any(|effect| matches!(effect, Effect::Quit(_)));
        prop_assert_eq!(quits, matches!(intent, Intent::Quit | Intent::Interrupt), "{:?}", intent);
        for effect in &effects {
            prop_assert!(!matches!(effect, Effect::Write(_)) || (accepted && compared), "written without a confirmed review");
            prop_assert!(!matches!(effect, Effect::Validate), "validated what was not written");
        }
        if let Stage::Asking(question) = session.stage() {
            let offered = question.offers.is_empty() || question.offers.iter().any(|offer| offer.blocked.is_none());
            prop_assert!(offered || question.step.kind == Kind::Many, "nothing can be chosen at {}", question.step.id);
        }
        compared &= matches!(session.stage(), Stage::Review(_));
        if effects.iter().any(|effect| matches!(effect, Effect::Compare(_))) {
            session.report(Event::Compared(Vec::new()));
            compared = true;
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_play_panics_or_writes_before_the_review_is_confirmed(play in proptest::collection::vec(intents(), 1..40)) {
        keeps_its_promises(play)?;
    }
}

#[test]
#[ignore = "long: five hundred plays of two hundred intents"]
fn thousands_of_plays_keep_the_invariants() {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 500,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner.run(&proptest::collection::vec(intents(), 100..200), keeps_its_promises).unwrap();
}
