//! `init` in a folder that holds somebody's project: what its files ask for becomes answers.

use std::path::Path;
use std::sync::Arc;

use nixml::core::adopt::{self, Adopted, Found, Judge};
use nixml::core::answers::Answers;
use nixml::core::catalog::Catalog;
use nixml::core::data::Data;
use nixml::core::facts::Facts;
use nixml::core::failure::{Exit, Failure};
use nixml::core::step::Step;
use nixml::core::wizard::Wizard;
use nixml::edge::adopting;
use nixml::front::print;

/// What is there. A file that cannot be read on stops those who asked for it (`--adopt`); the wizard goes on without.
pub fn found(asked: bool, dir: &Path, data: &Data) -> Result<Option<Found>, Failure> {
    match adopting::read(dir, data) {
        Err(failure) if !asked && failure.exit == Exit::Usage => {
            print::say(&format!("note: {failure}"));
            Ok(None)
        }
        other => other,
    }
}

/// The answers that the wizard begins with, and what its review must say besides. The machine is not known yet: nothing is refused.
pub fn for_wizard(
    found: Option<&Found>,
    answers: Answers,
    steps: &[Step],
    data: &Data,
) -> Result<(Answers, Vec<String>), Failure> {
    let Some(found) = found else { return Ok((answers, Vec::new())) };
    let wizard = Wizard {
        steps: Arc::new(steps.to_vec()),
        catalog: Catalog::of(data)?,
        facts: Arc::new(Facts::default()),
        folder: String::new(),
        resolved: None,
    };
    let adopted = adopt::judge(found, &answers, &wizard, Judge::Kindly)?;
    Ok((adopted.answers(answers), adopted.sentences()))
}

/// Nothing in the files names a framework: say what was read.
pub fn missing(adopted: Option<&Adopted>, mut failure: Failure) -> Failure {
    if let Some(adopted) = adopted {
        failure.why = Some(format!("no line of {} names a framework of the catalog", adopted.from.join(", ")));
    }
    failure
}
