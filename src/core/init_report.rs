//! The object that `nixml init --json` prints.

use serde::{Deserialize, Serialize};

use crate::core::adopt::Adopted;
use crate::core::answers::{Answers, Origin};
use crate::core::changes::{Action, Change};
use crate::core::choices::STEPS;
use crate::core::plan::Plan;
use crate::core::text::harmless;
use crate::core::validation::ValidationReport;

/// One file of the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReport {
    pub path: String,
    pub action: Action,
    /// Of what the file has now, in hexadecimal.
    pub sha256: String,
    /// Why it is a conflict, or what the person should know of the change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Of a merge that clashed: the file with both versions between markers; not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub both: Option<String>,
}

impl FileReport {
    #[must_use]
    pub fn of(change: &Change) -> Self {
        let (path, action) = (change.path.clone(), change.action);
        Self { path, action, sha256: change.sha256(), why: change.why.clone(), both: change.both.clone() }
    }
}

/// The plan as far as a script needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanReport {
    pub framework: String,
    pub version: String,
    pub build: String,
    pub index: String,
    /// Null: PyPI, whose address the client knows.
    pub url: Option<String>,
    pub python: String,
    pub targets: Vec<String>,
    pub nixpkgs_rev: String,
    /// Null: not known.
    pub download_bytes: Option<u64>,
    pub installed_bytes: Option<u64>,
    pub reasons: Vec<String>,
    pub notes: Vec<String>,
    pub hosts: Vec<String>,
}

/// What `init` did or would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InitReport {
    pub schema_version: u32,
    pub dir: String,
    pub files: Vec<FileReport>,
    /// Parts of nixml's machinery that these answers do without.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
    pub plan: PlanReport,
    /// What was taken over from the files of a project that was there before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adopted: Option<Adopted>,
    /// The scripted command that repeats these answers.
    pub command: String,
    pub next: Vec<String>,
    pub validation: Option<ValidationReport>,
}

impl InitReport {
    #[must_use]
    pub fn new(dir: &str, changes: &[Change], plan: &Plan, command: String, next: Vec<String>) -> Self {
        let (gone, there): (Vec<&Change>, Vec<&Change>) = changes.iter().partition(|change| change.action == Action::Removed);
        let files = there.into_iter().map(FileReport::of).collect();
        let removed = gone.into_iter().map(|change| change.path.clone()).collect();
        let plan = PlanReport {
            framework: plan.framework.clone(),
            version: plan.version.clone(),
            build: plan.build.clone(),
            index: plan.index.clone(),
            url: plan.url.clone(),
            python: plan.python.clone(),
            targets: plan.targets.iter().map(|target| target.target.word().to_owned()).collect(),
            nixpkgs_rev: plan.pin.rev.clone(),
            download_bytes: plan.download_bytes(),
            installed_bytes: plan.installed_bytes(),
            reasons: plan.reasons.clone(),
            notes: plan.notes.clone(),
            hosts: plan.hosts.clone(),
        };
        Self { schema_version: 1, dir: dir.to_owned(), files, removed, plan, adopted: None, command, next, validation: None }
    }
}

/// The command line that repeats these answers in `dir`; an empty answer of a step's own default is left out.
#[must_use]
pub fn command(dir: &str, answers: &Answers) -> String {
    let mut words = vec!["nixml".to_owned(), "init".to_owned(), folder(dir)];
    for id in STEPS {
        let Some(answer) = answers.get(id) else { continue };
        let always = ["framework", "targets", "python"].contains(&id);
        if answer.value.argument().is_empty() || (!always && answer.from == Origin::Default) {
            continue;
        }
        words.push(format!("--{id}"));
        words.push(quote(&answer.value.argument()));
    }
    for (id, answer) in answers.iter().filter(|(id, answer)| !STEPS.contains(id) && answer.from != Origin::Default) {
        words.push("--set".to_owned());
        words.push(quote(&format!("{id}={}", answer.value.argument())));
    }
    words.push("--yes".to_owned());
    words.join(" ")
}

/// A folder as a POSIX shell takes it, and no program for a flag.
#[must_use]
pub fn folder(dir: &str) -> String {
    if dir.starts_with('-') { quote(&format!("./{dir}")) } else { quote(dir) }
}

/// A word as a POSIX shell takes it; one with letters that act on a terminal as bash takes it, so that they are seen.
#[must_use]
pub fn quote(word: &str) -> String {
    if !word.chars().all(harmless) {
        let shown = |letter: char| match letter {
            '\'' | '\\' => format!("\\{letter}"),
            letter if harmless(letter) => letter.to_string(),
            letter => letter.to_string().bytes().fold(String::new(), |out, byte| out + &format!("\\x{byte:02x}")),
        };
        return format!("$'{}'", word.chars().map(shown).collect::<String>());
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./,:=@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_acts_on_a_terminal_is_spelled_out() {
        assert_eq!(quote("a\x1b]52;c\u{202e}'\\"), r"$'a\x1b]52;c\xe2\x80\xae\'\\'");
        assert_eq!((quote("a b").as_str(), quote("it's").as_str()), ("'a b'", r"'it'\''s'"));
    }

    use crate::core::answers::Value;

    #[test]
    fn the_command_repeats_what_was_answered() {
        let list = |words: &[&str]| Value::List(words.iter().map(ToString::to_string).collect());
        let answers = Answers::default()
            .with("name", Value::Text("my lab".into()), Origin::Default)
            .with("framework", Value::Text("jax".into()), Origin::Asked)
            .with("targets", list(&["cuda", "cpu"]), Origin::Default)
            .with("packages", list(&["pandas>=2,<3"]), Origin::Asked)
            .with("course", Value::Text("ml 101".into()), Origin::Asked)
            .with("extras", list(&[]), Origin::Default);
        assert_eq!(
            command("./my lab", &answers),
            "nixml init './my lab' --framework jax --targets cuda,cpu --packages 'pandas>=2,<3' --set 'course=ml 101' --yes"
        );
    }
}
