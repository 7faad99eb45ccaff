//! The fixed words of a regular expression, read off as it is written: a log needs few of the expressions, and reading all of them
//! in full takes longer than the log.

/// Deeper groups are left to the real parser.
const DEPTH: usize = 20;

/// Sets of words of which every text that matches holds one each; lower case.
pub(super) type Sets = Vec<Vec<String>>;

/// `None`: something is in it that is better left to the real parser, which also says what is wrong with it.
pub(super) fn words(source: &str) -> Option<Sets> {
    let mut reader = Reader { source: source.as_bytes(), at: 0, names: Vec::new() };
    let sets = reader.branches(0)?;
    (reader.at == reader.source.len()).then_some(sets)
}

/// Of each branch the set whose shortest word is the longest; `None` when one has no set.
pub(super) fn one_of(branches: impl Iterator<Item = Sets>) -> Option<Vec<String>> {
    let best = branches.map(|sets| sets.into_iter().max_by_key(|set| shortest(set)));
    best.collect::<Option<Vec<_>>>().map(|best| best.concat())
}

/// The words of a fixed text. Quotes are written in many ways, so a word ends at one.
pub(super) fn of_literal(text: &str) -> impl Iterator<Item = Vec<String>> {
    let words = text.split(['\'', '"']).filter(|word| word.len() > 1 && word.is_ascii());
    words.map(|word| vec![word.to_ascii_lowercase()])
}

pub(super) fn shortest(set: &[String]) -> usize {
    set.iter().map(String::len).min().unwrap_or(0)
}

struct Reader<'a> {
    source: &'a [u8],
    at: usize,
    names: Vec<&'a [u8]>,
}

/// What stands before a repetition.
enum Part {
    Letter(u8),
    Group(Sets),
    /// One letter of several.
    Class,
    /// A place, not a text.
    Look,
}

impl Reader<'_> {
    fn branches(&mut self, depth: usize) -> Option<Sets> {
        let mut branches = vec![self.branch(depth)?];
        while self.takes(b'|') {
            branches.push(self.branch(depth)?);
        }
        match branches.len() {
            1 => branches.pop(),
            _ => Some(one_of(branches.into_iter()).into_iter().collect()),
        }
    }

    fn branch(&mut self, depth: usize) -> Option<Sets> {
        let (mut sets, mut run) = (Vec::new(), String::new());
        while let Some(part) = self.part(depth)? {
            let times = self.times(&part)?;
            if let (Part::Letter(letter), Times::Once) = (&part, &times) {
                run.push(char::from(*letter));
                continue;
            }
            sets.extend(of_literal(&std::mem::take(&mut run)));
            if let (Part::Group(inner), Times::Once | Times::Some) = (part, times) {
                sets.extend(inner);
            }
        }
        sets.extend(of_literal(&run));
        Some(sets)
    }

    /// The next part; the inner `None` at the end of a branch, the outer for what this cannot read.
    #[expect(clippy::option_option, reason = "the end of a branch is not what cannot be read")]
    fn part(&mut self, depth: usize) -> Option<Option<Part>> {
        let Some(&letter) = self.source.get(self.at) else { return Some(None) };
        if matches!(letter, b'|' | b')') {
            return Some(None);
        }
        self.at += 1;
        Some(Some(match letter {
            b'(' => self.group(depth)?,
            b'[' => self.class()?,
            b'\\' => self.escape()?,
            b'.' => Part::Class,
            b'^' | b'$' => Part::Look,
            b'?' | b'*' | b'+' | b'{' => return None,
            b' '..=b'~' => Part::Letter(letter),
            _ => return None,
        }))
    }

    fn group(&mut self, depth: usize) -> Option<Part> {
        if self.takes(b'?') && !self.takes(b':') {
            let name = self.source.get(self.at..)?.strip_prefix(b"<")?;
            let name = &name[..name.iter().position(|letter| *letter == b'>')?];
            let [first, rest @ ..] = name else { return None };
            if !first.is_ascii_alphabetic() || !rest.iter().all(u8::is_ascii_alphanumeric) || self.names.contains(&name) {
                return None;
            }
            self.names.push(name);
            self.at += name.len() + 2;
        }
        let inner = if depth < DEPTH { self.branches(depth + 1)? } else { return None };
        self.takes(b')').then_some(Part::Group(inner))
    }

    fn class(&mut self) -> Option<Part> {
        self.takes(b'^');
        let mut first = true;
        while first || !self.takes(b']') {
            first = false;
            let from = self.member()?;
            if self.source.get(self.at) == Some(&b'-') && self.source.get(self.at + 1)? != &b']' {
                self.at += 1;
                // `--` takes one class from another.
                if self.source.get(self.at) == Some(&b'-') || self.member()?? < from? {
                    return None;
                }
            }
        }
        Some(Part::Class)
    }

    /// One of a class; the inner `None` for one that is a class itself.
    #[expect(clippy::option_option, reason = "a class in a class is not what cannot be read")]
    fn member(&mut self) -> Option<Option<u8>> {
        let letter = *self.source.get(self.at)?;
        self.at += 1;
        match letter {
            b'\\' => match self.escape()? {
                Part::Letter(letter) => Some(Some(letter)),
                Part::Class => Some(None),
                _ => None,
            },
            b'[' | b']' | b'&' | b'~' => None,
            b'-' if self.source.get(self.at) == Some(&b'-') => None,
            b' '..=b'~' => Some(Some(letter)),
            _ => None,
        }
    }

    fn escape(&mut self) -> Option<Part> {
        let letter = *self.source.get(self.at)?;
        self.at += 1;
        match letter {
            b'd' | b'D' | b'w' | b'W' | b's' | b'S' => Some(Part::Class),
            // `\b{` begins a name.
            b'b' | b'B' if self.source.get(self.at) != Some(&b'{') => Some(Part::Look),
            b'\\' | b'.' | b'+' | b'*' | b'?' | b'(' | b')' | b'|' | b'[' | b']' | b'{' | b'}' | b'^' | b'$' | b'-' | b'/' => {
                Some(Part::Letter(letter))
            }
            _ => None,
        }
    }

    fn times(&mut self, part: &Part) -> Option<Times> {
        let times = match self.source.get(self.at) {
            Some(b'?' | b'*') => Times::MaybeNone,
            Some(b'+') => Times::Some,
            Some(b'{') => {
                let inner = &self.source[self.at + 1..];
                let inner = std::str::from_utf8(&inner[..inner.iter().position(|letter| *letter == b'}')?]).ok()?;
                let (least, most) = inner.split_once(',').unwrap_or((inner, inner));
                let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u16>().ok())?;
                let least = number(least)?;
                if !most.is_empty() && number(most)? < least {
                    return None;
                }
                self.at += inner.len() + 1;
                if least == 0 { Times::MaybeNone } else { Times::Some }
            }
            _ => return Some(Times::Once),
        };
        self.at += 1;
        self.takes(b'?');
        let again = matches!(self.source.get(self.at), Some(b'?' | b'*' | b'+' | b'{'));
        (!again && !matches!(part, Part::Look)).then_some(times)
    }

    fn takes(&mut self, letter: u8) -> bool {
        let there = self.source.get(self.at) == Some(&letter);
        self.at += usize::from(there);
        there
    }
}

/// How often a part stands there.
enum Times {
    Once,
    MaybeNone,
    Some,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::bytes::RegexBuilder;

    use super::super::pattern::parsed;
    use super::*;

    #[test]
    fn it_reads_the_words_that_the_parser_reads() {
        for source in [
            r"libz\.so\.1: cannot open",
            r"sm_(?<sm>\d+) is not compatible",
            r"(?:cannot|could not) (?:find|open)",
            r"(?:glibc)?xx: [^a-z\]-]+ (?<name>\S{2,4}?)'abc'|def ghi",
            r"^\W*warning$|a{0,2}bcd+e{3}fgh",
        ] {
            assert_eq!(words(source), Some(parsed(source).unwrap()), "{source}");
        }
        for source in ["(?i)abc", r"\p{L}abc", r"\x41bc", "[[:alpha:]]", "a**", "über", "(?<n>a)(?<n>b)", "[z-a]", "a{3,1}", "("]
        {
            assert_eq!(words(source), None, "{source}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// Whatever it reads is an expression, and every text that matches holds a word of each set.
        #[test]
        fn what_it_reads_is_so(
            parts in prop::collection::vec(prop::sample::select(vec![
                "ab", "cd ", "e", "F", "(?:", "(", "(?<n>", ")", "|", "[", "^", "$", "]", "-", "a-c", "?", "*", "+", "{", "1", ",", "}",
                r"\d", r"\b", r"\.", r"\-", ".", "'", "&", "<", ">", r"\W", "{0,2}", "{2}", "(?:ab|cd)",
            ]), 0..9),
            texts in prop::collection::vec("(?:ab|AB|cd |e|F|f|[.'1a-]){0,8}", 8),
        ) {
            let source = parts.concat();
            if let Some(sets) = words(&source) {
                let regex = RegexBuilder::new(&source).case_insensitive(true).unicode(false).build();
                prop_assert!(regex.is_ok(), "{source}");
                for text in texts.iter().filter(|text| regex.as_ref().is_ok_and(|regex| regex.is_match(text.as_bytes()))) {
                    let lower = text.to_ascii_lowercase();
                    prop_assert!(sets.iter().all(|set| set.iter().any(|word| lower.contains(word.as_str()))), "{source} in {text}");
                }
            }
        }
    }
}
