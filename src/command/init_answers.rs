//! The layers of answers of a scripted `init`: flag, variable, file, user configuration.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use nixml::core::answers::{Answers, Origin, check, file};
use nixml::core::choices::Resolved;
use nixml::core::failure::Failure;
use nixml::core::project;
use nixml::core::step::Step;
use nixml::edge;

use crate::cli::variable;

/// What the command line and the environment said.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    pub answers: Option<&'a PathBuf>,
    /// `KEY=VALUE` each.
    pub set: &'a [String],
    pub set_by_variable: bool,
    /// Step, words, and whether a flag said it (else a variable).
    pub steps: &'a [(String, String, bool)],
}

/// The layers of answers, the strongest first, and what an earlier run resolved for the answers file.
pub fn layered(
    args: &Given<'_>,
    steps: &[Step],
    config: Option<&(String, String)>,
) -> Result<(Answers, Option<Resolved>), Failure> {
    let mut answers = Answers::default();
    for text in args.set {
        let (id, value) = file::read_set(text, steps)?;
        answers = answers.with(&id, value, if args.set_by_variable { Origin::Variable } else { Origin::Flag });
    }
    for (id, text, from_flag) in args.steps {
        let Some(step) = steps.iter().find(|step| &step.id == id) else { continue };
        let (origin, name) = if *from_flag { (Origin::Flag, format!("--{id}")) } else { (Origin::Variable, variable(id)) };
        let value = check::from_text(step, text).map_err(|why| Failure::usage(format!("read `{name}`")).why(why))?;
        answers = answers.with(id, value, origin);
    }
    let mut resolved = None;
    if let Some(path) = args.answers {
        let (name, text) = read_answers(path)?;
        let from_file = file::read(&name, &text, steps)?;
        for (id, answer) in from_file.iter() {
            answers = answers.with(id, answer.value.clone(), Origin::File);
        }
        if project::still_resolved(steps, &from_file, &answers) {
            resolved = project::resolved(&text);
        }
    }
    if let Some((name, text)) = config {
        for (id, answer) in file::read_config(name, text, steps)?.iter() {
            answers = answers.with(id, answer.value.clone(), Origin::Config);
        }
    }
    Ok((answers, resolved))
}

fn read_answers(path: &Path) -> Result<(String, String), Failure> {
    let most = u64::try_from(file::MOST_BYTES).unwrap_or(u64::MAX) + 1;
    let mut bytes = Vec::new();
    let name = if path == Path::new("-") {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes).map(|_| "standard input".to_owned())
    } else {
        edge::read_capped(path, most).map(|read| {
            bytes = read;
            path.display().to_string()
        })
    };
    let name = name.map_err(|error| Failure::usage(format!("read `{}`", path.display())).why(error.to_string()))?;
    String::from_utf8(bytes)
        .map(|text| (name.clone(), text))
        .map_err(|_| Failure::usage(format!("read `{name}`")).why("it is not UTF-8 text"))
}
