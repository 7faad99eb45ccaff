//! What to do about a fault, once for all who speak of it: `doctor` and `explain` ask here.

use serde::Deserialize;
use serde_json::Value;

use super::condition::{self, Condition};
use crate::core::doctor::Family;
use crate::core::facts::Facts;
use crate::core::finding::{Remedy, RemedyCommand};

/// The first variant that fits the machine, else the general words.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advice {
    pub say: String,
    #[serde(default)]
    pub commands: Vec<Line>,
    #[serde(default)]
    pub undo: Option<String>,
    /// Where the commands come from, when the diagnosis has it from elsewhere.
    #[serde(default)]
    pub source: Option<String>,
    #[serde(default, rename = "variant")]
    pub variants: Vec<Variant>,
}

/// The same for one kind of machine.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// For people: `NixOS`.
    pub title: String,
    /// The word of a family of distributions; `wsl` is one of its own, as its driver is the one of Windows.
    #[serde(default)]
    pub family: Option<String>,
    /// The same for what is installed inside, where WSL is as good as a machine.
    #[serde(default)]
    pub inside: Option<String>,
    #[serde(default)]
    pub when: Vec<Condition>,
    pub say: String,
    #[serde(default)]
    pub commands: Vec<Line>,
    #[serde(default)]
    pub undo: Option<String>,
    #[serde(default)]
    pub source: Option<String>,
}

/// A command of a remedy: an argument list, or a line for a shell. What needs root is shown, never run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    #[serde(default)]
    pub argv: Vec<String>,
    #[serde(default)]
    pub shell: String,
    #[serde(default)]
    pub root: bool,
}

impl Advice {
    /// What to do on this machine.
    #[must_use]
    pub fn of(&self, facts: Option<&Facts>) -> Remedy {
        let os = facts.and_then(|facts| facts.os.as_ref());
        let (family, inside) = (Family::of(os).word(), Family::inside(os).word());
        let known = facts.and_then(|facts| serde_json::to_value(facts).ok());
        match self.variants.iter().find(|variant| variant.fits(family, inside, known.as_ref())) {
            Some(variant) => remedy(&variant.say, &variant.commands, variant.undo.as_ref()),
            None => remedy(&self.say, &self.commands, self.undo.as_ref()),
        }
    }
}

impl Variant {
    fn fits(&self, family: &str, inside: &str, facts: Option<&Value>) -> bool {
        let is = |wanted: &Option<String>, word: &str| wanted.as_ref().is_none_or(|wanted| wanted == word);
        is(&self.family, family) && is(&self.inside, inside) && condition::all(&self.when, facts) == Some(true)
    }
}

impl Line {
    /// As a finding carries it.
    #[must_use]
    pub fn command(&self) -> RemedyCommand {
        let shell = if self.shell.is_empty() { self.argv.join(" ") } else { self.shell.clone() };
        if self.root {
            return RemedyCommand::as_root(&format!("sudo {shell}"));
        }
        RemedyCommand { argv: self.argv.clone(), shell, needs_root: false }
    }
}

fn remedy(say: &str, commands: &[Line], undo: Option<&String>) -> Remedy {
    Remedy { say: super::one_line(say), commands: commands.iter().map(Line::command).collect(), undo: undo.cloned(), safe: false }
}

#[cfg(test)]
mod tests {
    use super::super::Knowledge;
    use super::*;
    use crate::core::data::Data;

    #[test]
    fn every_variant_says_for_whom_it_is() {
        for diagnosis in Knowledge::load(&Data::embedded()).unwrap().diagnoses() {
            let (code, remedy) = (&diagnosis.code, &diagnosis.remedy);
            for variant in &remedy.variants {
                let title = &variant.title;
                let families = [&variant.family, &variant.inside];
                assert!(!variant.when.is_empty() || families.iter().any(|family| family.is_some()), "{code}: {title}");
                for word in families.into_iter().flatten() {
                    assert!(Family::ALL.iter().any(|known| known.word() == word), "{code}: no family `{word}`");
                }
                assert_ne!(variant.inside.as_deref(), Some("wsl"), "{code}: nothing is inside of it");
                let apt = variant.commands.iter().any(|line| line.command().shell.starts_with("sudo apt"));
                let debian = |word: &str| matches!(word, "ubuntu" | "debian" | "wsl");
                let named = families.into_iter().flatten().any(|word| debian(word));
                assert!(
                    !apt || named || variant.when.iter().any(|one| one.is.iter().any(|word| debian(word))),
                    "{code}: {title}: apt"
                );
            }
            for line in remedy.commands.iter().chain(remedy.variants.iter().flat_map(|variant| &variant.commands)) {
                let words = [line.argv.first().map_or("", String::as_str), line.shell.as_str()];
                assert!(!words.iter().any(|word| word.starts_with("sudo")), "{code}: the `sudo` is added");
            }
        }
    }

    #[test]
    fn the_first_variant_that_fits_is_taken() {
        let advice: Advice = toml::from_str(
            "say = 'any'\n[[variant]]\ntitle = 'W'\nfamily = 'wsl'\nsay = 'wsl'\n[[variant]]\ntitle = 'D'\ninside = 'debian'\nsay = 'debian'\n\
             [[variant]]\ntitle = 'U'\nfamily = 'ubuntu'\nwhen = [{ fact = 'os.container', flag = true }]\nsay = 'ubuntu'",
        )
        .unwrap();
        for (os, say) in [
            ("wsl = 2\ndistro = 'debian'", "wsl"),
            ("distro = 'debian'", "debian"),
            ("distro = 'ubuntu'\ncontainer = true", "ubuntu"),
            ("distro = 'ubuntu'", "any"),
        ] {
            let facts: Facts = toml::from_str(&format!("[os]\n{os}")).unwrap();
            assert_eq!(advice.of(Some(&facts)).say, say, "{os}");
        }
        assert_eq!(advice.of(None).say, "any");
    }
}
