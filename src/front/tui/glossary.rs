//! The words of the trade in plain language: `assets/glossary/WORD.md`.

use crate::core::data::Data;

const FOLDER: &str = "assets/glossary/";

/// One word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    pub id: &'a str,
    pub title: &'a str,
    pub text: &'a str,
}

impl Entry<'_> {
    /// The text as paragraphs of one line each, for a window of any width.
    #[must_use]
    pub fn flowing(&self) -> String {
        let paragraphs = self.text.replace("\nSee also:", "\n\nSee also:");
        paragraphs.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect::<Vec<_>>().join("\n")
    }
}

/// What a word means, written as it stands in a sentence (`compute capability`); `None` when the glossary does not have it.
#[must_use]
pub fn entry<'a>(data: &'a Data, id: &str) -> Option<Entry<'a>> {
    let id = id.to_lowercase().replace(' ', "-");
    all(data).find(|entry| entry.id == id)
}

/// Every word, by its id.
pub fn all(data: &Data) -> impl Iterator<Item = Entry<'_>> {
    data.below(FOLDER, ".md").map(|(path, text)| {
        let id = path.trim_start_matches(FOLDER).trim_end_matches(".md");
        let (title, text) = text.split_once('\n').unwrap_or((text, ""));
        Entry { id, title: title.trim_start_matches('#').trim(), text: text.trim() }
    })
}

#[cfg(test)]
mod tests {
    use crate::front::tui::widgets::prose::terms;

    use super::*;

    #[test]
    fn every_entry_has_a_title_and_leads_somewhere() {
        let data = Data::embedded();
        assert!(all(&data).count() > 20);
        for found in all(&data) {
            assert!(!found.title.is_empty() && found.text.len() > 60, "{}", found.id);
            for term in terms(found.text) {
                assert!(entry(&data, term).is_some(), "{}: `{term}` is not in the glossary", found.id);
            }
        }
    }

    #[test]
    fn the_steps_link_to_words_that_are_there() {
        let data = Data::embedded();
        for step in crate::core::step::load(&data).unwrap() {
            for term in terms(&step.help) {
                assert!(entry(&data, term).is_some(), "{}: `{term}` is not in the glossary", step.file);
            }
        }
    }
}
