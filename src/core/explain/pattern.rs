//! One regular expression and the fixed words without which it cannot match: a log is searched for the words first.

use std::sync::OnceLock;

use memchr::memmem;
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{Capture, Class, ClassBytes, ClassBytesRange, Hir, HirKind};

use super::pairs::Pairs;
use super::words::{Sets, of_literal, one_of, shortest, words};

/// Shorter words are in every log.
const SHORTEST_WORD: usize = 3;

/// The parts of a text that an expression names.
pub(super) type Named = Vec<(String, String)>;

/// A regular expression, compiled when a line holds all its words. Upper and lower case are the same. It works on bytes: what it
/// names is ASCII, and an expression that knows Unicode takes many times as long to compile.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) source: String,
    /// Every text that matches holds a word of each of these sets; lower case.
    pub(super) needs: Sets,
    compiled: OnceLock<Option<Compiled>>,
}

#[derive(Debug)]
struct Compiled {
    /// It is for texts in lower case.
    lower: bool,
    regex: Regex,
}

impl Pattern {
    /// # Errors
    /// What is wrong with the expression, for the one who wrote it.
    pub(super) fn new(source: &str) -> Result<Self, String> {
        let long = |needs: &Sets| needs.iter().any(|set| shortest(set) >= SHORTEST_WORD);
        let mut needs = match words(source).filter(long) {
            Some(needs) => needs,
            None => parsed(source)?,
        };
        if !long(&needs) {
            return Err(format!("`{source}`: needs a fixed word of {SHORTEST_WORD} letters or more in every branch"));
        }
        needs.sort_by_key(|set| std::cmp::Reverse(shortest(set)));
        Ok(Self { source: source.to_owned(), needs, compiled: OnceLock::new() })
    }

    /// The sets of words that are long enough to look for.
    pub(super) fn choices(&self) -> impl Iterator<Item = &[String]> {
        self.needs.iter().map(Vec::as_slice).filter(|set| shortest(set) >= SHORTEST_WORD)
    }

    /// Whether it matches anywhere in `text`; `lower` is the same in lower case, `pairs` the pairs of letters in that.
    pub(super) fn matches(&self, text: &str, lower: &[u8], pairs: &Pairs) -> bool {
        let all = |holds: &dyn Fn(&String) -> bool| self.needs.iter().all(|set| set.iter().any(holds));
        // What is not compiled yet is worth a closer look first: most never are.
        if !all(&|word| pairs.may_hold(word))
            || (self.compiled.get().is_none() && !all(&|word| memmem::find(lower, word.as_bytes()).is_some()))
        {
            return false;
        }
        self.compiled().is_some_and(|compiled| compiled.regex.is_match(if compiled.lower { lower } else { text.as_bytes() }))
    }

    /// Where it matches first, and the named parts of the text there.
    pub(super) fn locate(&self, text: &str, lower: &[u8]) -> Option<(usize, Named)> {
        let Compiled { regex, lower: small, .. } = self.compiled()?;
        let captures = regex.captures(if *small { lower } else { text.as_bytes() })?;
        let part = |name: &str| Some(String::from_utf8_lossy(text.as_bytes().get(captures.name(name)?.range())?).into_owned());
        let named = regex.capture_names().flatten().filter_map(|name| Some((name.to_owned(), part(name)?)));
        Some((captures.get(0)?.start(), named.collect()))
    }

    /// `None` only for an expression that passes the parser and is too large to compile.
    fn compiled(&self) -> Option<&Compiled> {
        let compile = || {
            let small = lower_case(&self.source);
            let source = small.as_deref().unwrap_or(&self.source);
            let regex = RegexBuilder::new(source).case_insensitive(small.is_none()).unicode(false).build().ok()?;
            Some(Compiled { lower: small.is_some(), regex })
        };
        self.compiled.get_or_init(compile).as_ref()
    }
}

/// One expression that matches where any of these does.
pub(super) fn any_of(sources: &[String]) -> Option<Pattern> {
    let all: Vec<String> = sources.iter().map(|source| format!("(?:{source})")).collect();
    Pattern::new(&all.join("|")).ok()
}

/// The expression for texts that are in lower case already: with one case its fixed words stay words, and it takes a fraction of the
/// time to compile and to run. `None` for one that tells the cases apart somewhere.
fn lower_case(source: &str) -> Option<String> {
    if source.contains("(?-") {
        return None;
    }
    let hir = regex_syntax::ParserBuilder::new().case_insensitive(true).unicode(false).utf8(false).build().parse(source).ok()?;
    Some(without_capitals(&hir).to_string())
}

fn without_capitals(hir: &Hir) -> Hir {
    let capitals = ClassBytes::new([ClassBytesRange::new(b'A', b'Z')]);
    match hir.kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0.to_ascii_lowercase()),
        HirKind::Class(Class::Bytes(class)) => {
            let mut class = class.clone();
            class.difference(&capitals);
            Hir::class(Class::Bytes(class))
        }
        HirKind::Class(class) => Hir::class(class.clone()),
        HirKind::Look(look) => Hir::look(*look),
        HirKind::Repetition(repetition) => Hir::repetition(repetition.with(without_capitals(&repetition.sub))),
        HirKind::Capture(capture) => Hir::capture(Capture { sub: Box::new(without_capitals(&capture.sub)), ..capture.clone() }),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(without_capitals).collect()),
        HirKind::Alternation(branches) => Hir::alternation(branches.iter().map(without_capitals).collect()),
    }
}

/// The sets of words, by the real parser.
///
/// # Errors
/// What is wrong with the expression.
pub(super) fn parsed(source: &str) -> Result<Sets, String> {
    let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
    let mut sets = Vec::new();
    gather(&parser.parse(source).map_err(|error| format!("`{source}`: {error}"))?, &mut sets);
    Ok(sets)
}

fn gather(hir: &Hir, sets: &mut Sets) {
    match hir.kind() {
        HirKind::Literal(literal) => sets.extend(std::str::from_utf8(&literal.0).ok().into_iter().flat_map(of_literal)),
        HirKind::Capture(capture) => gather(&capture.sub, sets),
        HirKind::Repetition(repetition) if repetition.min > 0 => gather(&repetition.sub, sets),
        HirKind::Concat(parts) => parts.iter().for_each(|part| gather(part, sets)),
        HirKind::Alternation(branches) => sets.extend(one_of(branches.iter().map(|branch| {
            let mut inner = Vec::new();
            gather(branch, &mut inner);
            inner
        }))),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_what_every_match_holds() {
        for (source, words) in [
            (r"libz\.so\.1: cannot open", vec![vec!["libz.so.1: cannot open"]]),
            (r"sm_(?<sm>\d+) is not compatible", vec![vec![" is not compatible"], vec!["sm_"]]),
            (r"attribute '[^']*' missing", vec![vec!["attribute "], vec![" missing"]]),
            (r"lib(?:cublas|cudnn)\.so", vec![vec!["cublas", "cudnn"], vec!["lib"], vec![".so"]]),
            (r"(?:NIX_SSL)?_CERT_FILE", vec![vec!["_cert_file"]]),
            (r"(?:a \d+ long word|x|yes): no", vec![vec![": no"]]),
        ] {
            assert_eq!(Pattern::new(source).unwrap().needs, words, "{source}");
        }
    }

    #[test]
    fn small_and_capital_letters_are_the_same_unless_it_says_so() {
        for (source, text, found) in [
            (r"lib(?<name>[A-Z]+)\.so[^A-Z]* is", "LIBcuDA.SO.1: IS", Some((0, "cuDA"))),
            (r"\bError (?<name>\d{3})\b", "x Error 803.", Some((2, "803"))),
            (r"\bError (?<name>\d{3})\b", "xError 803.", None),
            (r"(?<name>[^a-z]+)Torch$", "--torch", Some((0, "--"))),
            (r"(?-i:Torch) (?<name>\S+)", "the Torch X", Some((4, "X"))),
            (r"(?-i:Torch) (?<name>\S+)", "the torch X", None),
            (r"(?<name>(?:not |never )?found|missing)", "Never Found", Some((0, "Never Found"))),
            (r"cannot.{0,4}open(?<name>\x20?)", "cannot \u{fffd}open", Some((0, ""))),
        ] {
            let pattern = Pattern::new(source).unwrap();
            let lower = text.to_ascii_lowercase();
            let got = pattern.locate(text, lower.as_bytes());
            assert_eq!(got, found.map(|(at, name)| (at, vec![("name".to_owned(), name.to_owned())])), "{source} in {text}");
            assert_eq!(
                pattern.matches(text, lower.as_bytes(), &Pairs::of(lower.as_bytes())),
                found.is_some(),
                "{source} in {text}"
            );
            let plain = RegexBuilder::new(source).case_insensitive(true).unicode(false).build().unwrap();
            assert_eq!(plain.is_match(text.as_bytes()), found.is_some(), "{source} in {text}");
        }
    }

    #[test]
    fn a_pattern_without_a_word_is_refused() {
        for source in [r"\d+", "a|bcdef", "ab", "(abcdef)?", "("] {
            assert!(Pattern::new(source).is_err(), "{source}");
        }
    }
}
