//! Every recorded machine, every framework, every target: each way ends in a plan or in a refusal with a reason and a way out.

use std::sync::Arc;

use nixml::core::answers::{Answers, Value};
use nixml::core::data::Data;
use nixml::core::session::{Event, Intent, Session, Stage};
use nixml::core::step::{self, Kind};
use nixml::core::wizard::Question;

use crate::stage::{host, hosts};

fn asked(session: &Session) -> Option<Question> {
    match session.stage() {
        Stage::Asking(question) => Some((**question).clone()),
        _ => None,
    }
}

/// The values a person can give here.
fn values(question: &Question) -> Vec<Value> {
    let open: Vec<String> =
        question.offers.iter().filter(|offer| offer.blocked.is_none() || offer.foreign).map(|offer| offer.id.clone()).collect();
    match question.step.kind {
        Kind::Choice => open.into_iter().map(Value::Text).collect(),
        Kind::Many => {
            let mut sets: Vec<Value> = open.iter().map(|id| Value::List(vec![id.clone()])).collect();
            sets.push(Value::List(open));
            sets
        }
        _ => vec![Value::Text("demo".to_owned())],
    }
}

fn walk(session: &Session, depth: usize, ends: &mut (usize, usize)) {
    let Some(question) = asked(session) else { return };
    for offer in &question.offers {
        let why = offer.blocked.as_deref();
        assert!(why.is_none_or(|why| why.len() > 8), "{}: `{}` is blocked without a reason", question.step.id, offer.id);
    }
    for value in values(&question) {
        let mut next = session.clone();
        next.handle(Intent::Answer(value.clone()));
        if let Some(refusal) = next.refusal() {
            assert!(refusal.why.is_some() || refusal.next.is_some(), "{refusal}");
            ends.1 += 1;
            continue;
        }
        // From the third question on the rest is left to the defaults.
        if depth < 2 {
            walk(&next, depth + 1, ends);
            continue;
        }
        next.handle(Intent::Quick);
        match (next.refusal(), next.stage()) {
            (None, Stage::Review(review)) => {
                assert!(review.files.text("flake.nix").is_some() && review.files.text("pyproject.toml").is_some());
                ends.0 += 1;
            }
            (Some(refusal), _) => {
                assert!(refusal.why.is_some(), "{refusal}");
                ends.1 += 1;
            }
            (None, stage) => panic!("{value:?} leads nowhere: {stage:?}"),
        }
    }
}

#[test]
fn every_way_ends_well() {
    let data = Arc::new(Data::embedded());
    let steps = Arc::new(step::load(&data).unwrap());

    for name in hosts() {
        let mut session = Session::new(Arc::clone(&data), Arc::clone(&steps), "demo", Answers::default(), true);
        session.report(Event::Probed { facts: Box::new(host(&name)), complete: true });
        session.handle(Intent::Accept);
        let mut ends = (0, 0);
        walk(&session, 0, &mut ends);
        assert!(ends.0 > 0, "{name}: no way leads to a plan");
        session.handle(Intent::Quick);
        assert!(
            matches!(session.stage(), Stage::Review(_)),
            "{name}: quick does not lead to the review: {:?}",
            session.refusal()
        );
    }
}
