//! What follows from the conversation and the cursor: the outline and the rows at every input, the plan as it would be at every frame.

use super::model::{Draft, Model};
use super::screens::found;
use super::start_rows::machine_rows;
use super::widgets::choices::Row;
use super::widgets::field::Field;
use crate::core::answers::{Value, check};
use crate::core::session::{Intent, Review, Stage};
use crate::core::step::{Kind, Step};
use crate::core::wizard::Question;

/// Rows that are no offers.
pub(super) const RESUME: &str = "<resume>";
pub(super) const QUICK: &str = "<quick>";
pub(super) const GUIDED: &str = "<guided>";
pub(super) const WRITE: &str = "<write>";
pub(super) const GIT: &str = "<git>";

/// Works out what the next key needs: the outline and the rows. Cheap, for it follows every input.
pub(super) fn refresh(model: &mut Model) {
    model.stale = true;
    if model.session.stage().review().is_some() && !matches!(model.session.stage(), Stage::Review(_)) {
        // Nothing is asked any more, and much is heard: only the end of the outline changes.
        let last = last_title(model.session.stage());
        model.seen.at = model.seen.outline.len().saturating_sub(1);
        if let Some((_, title)) = model.seen.outline.last_mut() {
            last.clone_into(title);
        }
        return;
    }
    settle(model);
    let asked = (model.screen().to_owned(), model.session.answers().clone(), model.session.probed());
    let same = model.seen.asked.as_ref() == Some(&asked);
    if !same {
        (model.seen.outline, model.seen.at) = outline(model);
        model.seen.asked = Some(asked);
    }
    let (rows, ids) = match model.session.stage() {
        Stage::Machine => machine_rows(model),
        Stage::Asking(question) => offers(question, model.draft()),
        // What can be changed stays the same while the cursor moves.
        Stage::Review(review) if same && !model.seen.rows.is_empty() => review_again(model, review),
        Stage::Review(review) => review_rows(model, review),
        _ => (Vec::new(), Vec::new()),
    };
    (model.seen.rows, model.seen.ids) = (rows, ids);
    follow(model);
}

/// Works out what is only looked at: the plan as it would be, its files, the reasons. Once a frame, however many keys came before.
pub fn prepare(model: &mut Model) {
    if !std::mem::take(&mut model.stale) {
        return;
    }
    look(model);
    match model.session.stage() {
        Stage::Machine if model.session.probed() => {
            quick(model);
            imagine(model, if model.here() == Some(RESUME) { Intent::Resume } else { Intent::Quick });
            (model.seen.rows, model.seen.ids) = machine_rows(model);
        }
        Stage::Asking(question) => {
            let question = question.clone();
            match under_cursor(model, &question) {
                Some(value) => imagine(model, Intent::Answer(value)),
                None => show(model, None),
            }
            model.seen.why = explain(model, &question);
        }
        Stage::Review(review) => {
            (model.seen.plan, model.seen.files) = (Some(review.plan.clone()), Some(review.files.clone()));
            model.seen.imagined = None;
        }
        _ => {}
    }
}

/// What the machine is, and what it is good for, when that was not worked out yet.
fn look(model: &mut Model) {
    let (facts, probed) = (model.session.facts(), model.session.probed());
    if model.seen.looked.as_ref().is_some_and(|(looked, was)| looked == facts && *was == probed) {
        return;
    }
    (model.seen.facts, model.seen.troubles) = (found::facts(facts, probed), found::troubles(facts, probed));
    model.seen.looked = Some((facts.clone(), probed));
    // The catalog is read only once the machine is known, so that no first frame waits for it.
    model.seen.able = probed.then(|| model.session.fresh().imagine(Intent::Quick).map(|review| review.plan));
    (model.seen.quick, model.seen.imagined) = (None, None);
}

/// What Quick would make of the answers so far.
fn quick(model: &mut Model) {
    let answers = model.session.answers();
    if model.seen.quick.as_ref().is_some_and(|(known, _)| known == answers) {
        return;
    }
    let plan = match &model.seen.able {
        Some(able) if answers.iter().next().is_none() => able.clone(),
        _ => model.session.imagine(Intent::Quick).map(|review| review.plan),
    };
    model.seen.quick = Some((answers.clone(), plan));
}

/// Shows what the intent would lead to; what is shown already is not worked out again.
fn imagine(model: &mut Model, intent: Intent) {
    let key = (model.screen().to_owned(), model.session.answers().clone(), intent);
    if model.seen.imagined.as_ref() != Some(&key) {
        show(model, Some(model.session.imagine(key.2.clone())));
        model.seen.imagined = Some(key);
    }
}

/// A plan that stays the same keeps its marks; another one is marked against the last that was seen.
fn show(model: &mut Model, played: Option<Result<Review, String>>) {
    let last = model.seen.files.take();
    (model.seen.plan, model.seen.conflict, model.seen.imagined) = (None, None, None);
    match played {
        Some(Ok(review)) => (model.seen.plan, model.seen.files) = (Some(review.plan), Some(review.files)),
        Some(Err(why)) => model.seen.conflict = Some(why),
        None => {}
    }
    if model.seen.files != last {
        model.seen.before = last.or(model.seen.before.take());
    }
}

/// A step that is asked for the first time starts from its answer, or from its default.
fn settle(model: &mut Model) {
    let Stage::Asking(question) = model.session.stage() else { return };
    if model.drafts.contains_key(&question.step.id) {
        return;
    }
    let id = question.step.id.clone();
    let value = model.session.answers().get(&id).map(|answer| answer.value.clone()).or_else(|| question.default.clone());
    let words = value.as_ref().map(Value::words).unwrap_or_default();
    let text = match question.step.kind {
        Kind::Text | Kind::List => words.join(", "),
        _ => String::new(),
    };
    let draft = Draft { at: words.first().cloned(), chosen: words, field: Field::with(&text), ..Draft::default() };
    model.drafts.insert(id, draft);
}

/// The cursor stays on its row when the rows around it change.
fn follow(model: &mut Model) {
    let Some(wanted) = model.draft().and_then(|draft| draft.at.clone()) else { return };
    if let Some(place) = model.seen.ids.iter().position(|id| *id == wanted) {
        model.draft_mut().cursor = place;
    }
}

/// Every screen with its title, and which of them this is.
fn outline(model: &Model) -> (Vec<(Option<String>, String)>, usize) {
    let (session, stage) = (&model.session, model.session.stage());
    let now = model.step().map(|step| step.id.clone());
    let asked = |step: &Step| !step.quiet || now.as_ref() == Some(&step.id);
    let steps: Vec<Step> = if matches!(stage, Stage::Machine) && !model.session.probed() {
        session.steps().to_vec()
    } else {
        let applying = session.wizard().and_then(|wizard| {
            wizard.applying(model.session.answers(), true).map(|steps| steps.into_iter().cloned().collect::<Vec<_>>())
        });
        applying.unwrap_or_else(|_| session.steps().to_vec())
    };
    let mut outline = vec![(None, "Your machine".to_owned())];
    outline.extend(steps.iter().filter(|step| asked(step)).map(|step| (Some(step.id.clone()), step.title.clone())));
    outline.push((None, "Review".to_owned()));
    outline.push((None, last_title(stage).to_owned()));
    let at = match stage {
        Stage::Machine => 0,
        Stage::Asking(question) => outline.iter().position(|(id, _)| id.as_ref() == Some(&question.step.id)).unwrap_or(0),
        Stage::Review(_) => outline.len() - 2,
        _ => outline.len() - 1,
    };
    (outline, at)
}

fn last_title(stage: &Stage) -> &'static str {
    match stage {
        Stage::Writing { .. } => "Write",
        Stage::Done { report: Some(report), .. } if report.ok => "It works",
        Stage::Done { report: None, .. } => "Written",
        Stage::Done { .. } => "It does not work yet",
        Stage::Stopped { wrote: true, .. } => "Written, not validated",
        Stage::Stopped { .. } => "Nothing was written",
        _ => "Validate",
    }
}

/// Rows, and the id behind each.
pub(super) type Rows = (Vec<Row>, Vec<String>);

fn offers(question: &Question, draft: Option<&Draft>) -> Rows {
    let draft = draft.cloned().unwrap_or_default();
    if question.step.kind == Kind::Confirm {
        let yes = draft.chosen.first().is_some_and(|word| word == "true");
        let row = |title: &str, chosen| Row { title: title.to_owned(), chosen, ..Row::default() };
        return (vec![row("Yes", yes), row("No", !yes)], vec!["true".to_owned(), "false".to_owned()]);
    }
    let (mut rows, mut ids) = Rows::default();
    let search = draft.search.unwrap_or_default().to_lowercase();
    let many = question.step.kind == Kind::Many;
    // Where one offer is the best, the first that is chosen is the default: the order matters.
    let ordered = many && draft.chosen.len() > 1 && question.offers.iter().any(|offer| offer.best);
    for offer in &question.offers {
        if ![&offer.title, &offer.id].iter().any(|name| name.to_lowercase().contains(&search)) {
            continue;
        }
        let place = draft.chosen.iter().position(|id| *id == offer.id);
        rows.push(Row {
            title: offer.title.clone(),
            detail: offer.blocked.clone().unwrap_or_else(|| offer.why.clone()),
            tag: if offer.best && offer.blocked.is_none() { "recommended".to_owned() } else { String::new() },
            blocked: offer.blocked.is_some() && place.is_none(),
            chosen: place.is_some(),
            place: place.filter(|_| ordered),
        });
        ids.push(offer.id.clone());
    }
    (rows, ids)
}

/// The answer as it would be with the row under the cursor, or with what is typed.
fn under_cursor(model: &Model, question: &Question) -> Option<Value> {
    let (draft, place) = (model.draft()?, model.cursor());
    let row = model.seen.rows.get(place).zip(model.seen.ids.get(place));
    match question.step.kind {
        Kind::Choice => row.filter(|(row, _)| !row.blocked).map(|(_, id)| Value::Text(id.clone())),
        Kind::Confirm => row.map(|(_, id)| Value::Yes(id == "true")),
        Kind::Many => match row {
            Some((row, id)) if !row.blocked && one_is_meant(question, draft, id) => Some(Value::List(vec![id.clone()])),
            _ => Some(Value::List(draft.chosen.clone())),
        },
        Kind::Text | Kind::List => check::from_text(&question.step, &draft.field.text()).ok(),
        Kind::Note => Some(Value::Yes(true)),
    }
}

/// Of many, where one at least is expected: whoever marked nothing with Space, and has at most one, means the row under the cursor.
pub(super) fn one_is_meant(question: &Question, draft: &Draft, here: &str) -> bool {
    let expected = question.default.as_ref().is_some_and(|default| !default.words().is_empty());
    let open = draft.chosen.is_empty() || (!draft.marked && draft.chosen.len() == 1);
    expected && open && !draft.chosen.iter().any(|id| id == here)
}

fn explain(model: &Model, question: &Question) -> String {
    let draft = model.draft().cloned().unwrap_or_default();
    let offer = model.here().and_then(|id| question.offers.iter().find(|offer| offer.id == id));
    let mut parts: Vec<String> = model.session.changed().iter().map(|changed| format!("Changed: {changed}")).collect();
    match offer {
        Some(offer) if offer.foreign => {
            parts.push(format!("{} does not run on this machine: {}", offer.title, offer.blocked.clone().unwrap_or_default()));
        }
        Some(offer) if offer.blocked.is_some() => {
            parts.push(format!("{} cannot be chosen here: {}", offer.title, offer.blocked.clone().unwrap_or_default()));
        }
        Some(offer) if !offer.why.is_empty() => parts.push(format!("{}: {}", offer.title, offer.why)),
        _ => {}
    }
    let typed = draft.field.text();
    match question.step.kind {
        Kind::List => parts.extend(check::each(&question.step, &typed).into_iter().map(|(word, wrong)| match wrong {
            None => format!("- `{word}` is fine"),
            Some(why) => format!("- {why}"),
        })),
        Kind::Text if !typed.is_empty() => parts.extend(check::from_text(&question.step, &typed).err()),
        _ => {}
    }
    parts.extend(model.seen.conflict.clone());
    parts.join("\n")
}

fn review_rows(model: &Model, review: &Review) -> Rows {
    let session = &model.session;
    let (mut rows, mut ids) = Rows::default();
    let mut push = |id: &str, row: Row| {
        ids.push(id.to_owned());
        rows.push(row);
    };
    push(WRITE, super::screens::review::write_row(review, model));
    let steps: Vec<Question> = session
        .wizard()
        .and_then(|wizard| {
            let answers = model.session.answers();
            wizard.applying(answers, true)?.into_iter().map(|step| wizard.question(step, answers)).collect()
        })
        .unwrap_or_default();
    for question in steps {
        let step = &question.step;
        // A question with one possible answer is none.
        let open = match step.kind {
            Kind::Note => false,
            Kind::Text | Kind::List | Kind::Confirm => true,
            Kind::Choice | Kind::Many => {
                question.offers.iter().filter(|offer| offer.blocked.is_none() || offer.foreign).count() > 1
            }
        };
        if open || !step.quiet {
            push(&step.id, super::screens::review::answer_row(step, &question, model.session.answers(), &review.plan));
        }
    }
    with_git(model, rows, ids)
}

/// The same answers: only the first row and the last can have changed.
fn review_again(model: &Model, review: &Review) -> Rows {
    let (mut rows, mut ids) = (model.seen.rows.clone(), model.seen.ids.clone());
    if let Some(first) = rows.first_mut() {
        *first = super::screens::review::write_row(review, model);
    }
    if ids.last().is_some_and(|id| id == GIT) {
        rows.pop();
        ids.pop();
    }
    with_git(model, rows, ids)
}

fn with_git(model: &Model, mut rows: Vec<Row>, mut ids: Vec<String>) -> Rows {
    if let Some(git) = model.git {
        let detail = if git { "yes, it keeps Nix fast" } else { "no: slower, Nix copies everything" }.to_owned();
        ids.push(GIT.to_owned());
        rows.push(Row { title: "Git repository".to_owned(), detail, ..Row::default() });
    }
    (rows, ids)
}
