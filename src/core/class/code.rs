//! The readiness code: eight characters that carry how a machine stands, detect every typo and swap, and say nothing about the person.
//!
//! Six symbols of five bits hold the content, two more give every code the same rest by `(x - 1)(x - a)` over GF(32): two codes differ in
//! at least three places, so no single wrong character and no exchange of two can turn one code into another. The rest is not 0, so that
//! what somebody types who has no code (`0000-0000`) is none.

use crate::core::changes::sha256;
use crate::core::class::Unmet;
use crate::core::plan::Target;

/// Crockford's alphabet: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The rest of every code.
const REST: (u8, u8) = (1, 2);

/// How far a machine has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Proved as the class wants it.
    Ready,
    /// Proved on the planned fallback.
    Fallback,
    /// The files are there, the proof is not.
    Written,
    /// Something is missing.
    NotReady,
}

impl State {
    const ALL: [Self; 4] = [Self::Ready, Self::Fallback, Self::Written, Self::NotReady];

    /// One word, for JSON.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Fallback => "fallback",
            Self::Written => "written",
            Self::NotReady => "not-ready",
        }
    }

    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Fallback => "ready on the CPU, as planned",
            Self::Written => "written, not proved",
            Self::NotReady => "not ready",
        }
    }
}

/// What a code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readiness {
    /// Twelve bits of the class file's hash.
    pub class: u16,
    pub state: State,
    pub target: Target,
    /// The major compute capability of the best card, 0 to 15; 0: none.
    pub card: u8,
    pub unmet: Option<Unmet>,
}

/// The twelve bits that stand for a class.
#[must_use]
pub fn class_bits(text: &str) -> u16 {
    u16::from_str_radix(&sha256(text.as_bytes())[..3], 16).unwrap_or(0)
}

/// The code of a readiness, `7F3K-9QWA`.
#[must_use]
pub fn encode(readiness: &Readiness) -> String {
    let state = place(&State::ALL, &readiness.state);
    let target = u32::from(readiness.target != Target::Cpu);
    let unmet = readiness.unmet.map_or(0, |unmet| place(&Unmet::ALL, &unmet) + 1);
    // 1 + 12 + 2 + 1 + 4 + 4 bits; the first is always 0 in this version of the code.
    let bits =
        u32::from(readiness.class & 0xfff) << 16 | state << 14 | target << 13 | u32::from(readiness.card.min(15)) << 4 | unmet;
    let mut symbols = [0_u8; 8];
    for (place, symbol) in symbols.iter_mut().take(6).enumerate() {
        *symbol = u8::try_from(bits >> (25 - 5 * place) & 31).unwrap_or(0);
    }
    // Two equations, two unknowns: the sum, and the sum weighted by powers of a.
    let (sum, weighted) = syndromes(symbols);
    let (sum, weighted) = (sum ^ REST.0, weighted ^ REST.1);
    let (last, other) = (power(7), power(6));
    symbols[7] = divide(weighted ^ multiply(other, sum), last ^ other);
    symbols[6] = sum ^ symbols[7];
    let text: String = symbols.iter().map(|symbol| ALPHABET[usize::from(*symbol)] as char).collect();
    format!("{}-{}", &text[..4], &text[4..])
}

/// What a code says; `None` for anything that is not a code. Hyphens, spaces and case do not matter, O reads as 0, I and L as 1.
#[must_use]
pub fn decode(text: &str) -> Option<Readiness> {
    let mut symbols = [0_u8; 8];
    let mut count = 0;
    for c in text.chars().filter(|c| !matches!(c, '-' | ' ' | '\u{2011}' | '\u{2013}')) {
        let c = match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        };
        *symbols.get_mut(count)? = u8::try_from(ALPHABET.iter().position(|known| *known as char == c)?).ok()?;
        count += 1;
    }
    if count != 8 || syndromes(symbols) != REST {
        return None;
    }
    let bits = symbols.iter().take(6).fold(0_u32, |bits, symbol| bits << 5 | u32::from(*symbol));
    let unmet = (bits & 15) as usize;
    if bits >> 28 != 0 || unmet > Unmet::ALL.len() || bits >> 8 & 31 != 0 {
        return None;
    }
    Some(Readiness {
        class: u16::try_from(bits >> 16 & 0xfff).ok()?,
        state: State::ALL[(bits >> 14 & 3) as usize],
        target: if bits >> 13 & 1 == 1 { Target::Cuda } else { Target::Cpu },
        card: u8::try_from(bits >> 4 & 15).ok()?,
        unmet: unmet.checked_sub(1).map(|place| Unmet::ALL[place]),
    })
}

/// The codes that are one slip away from something mistyped: a wrong character, two exchanged, one too many or too few. With `class`
/// only that class's. At most three, because more would be a guess.
#[must_use]
pub fn near(text: &str, class: Option<u16>) -> Vec<(String, Readiness)> {
    let typed: Vec<char> = text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let mut tried: Vec<Vec<char>> = Vec::new();
    let with = |place: usize, new: char, over: usize| {
        let mut one = typed.clone();
        one.splice(place..place + over, [new]);
        one
    };
    let letters = ALPHABET.iter().map(|letter| char::from(*letter));
    match typed.len() {
        7 => tried.extend(
            letters.flat_map(|letter| (0..=7).map(move |place| (place, letter))).map(|(place, letter)| with(place, letter, 0)),
        ),
        8 => {
            tried.extend(
                letters.flat_map(|letter| (0..8).map(move |place| (place, letter))).map(|(place, letter)| with(place, letter, 1)),
            );
            for (one, other) in (0..8).flat_map(|one| (one + 1..8).map(move |other| (one, other))) {
                let mut swapped = typed.clone();
                swapped.swap(one, other);
                tried.push(swapped);
            }
        }
        9 => tried.extend((0..9).map(|place| [&typed[..place], &typed[place + 1..]].concat())),
        _ => {}
    }
    let mut found: Vec<(String, Readiness)> = Vec::new();
    for one in tried {
        if let Some(said) =
            decode(&one.into_iter().collect::<String>()).filter(|said| class.is_none_or(|class| class == said.class))
        {
            let code = encode(&said);
            if !found.iter().any(|(known, _)| *known == code) {
                found.push((code, said));
            }
        }
    }
    if found.len() > 3 { Vec::new() } else { found }
}

/// Where something stands in its list.
fn place<T: PartialEq>(all: &[T], one: &T) -> u32 {
    all.iter().zip(0..).find(|(known, _)| *known == one).map_or(0, |(_, place)| place)
}

fn syndromes(symbols: [u8; 8]) -> (u8, u8) {
    symbols
        .iter()
        .enumerate()
        .fold((0, 0), |(sum, weighted), (place, symbol)| (sum ^ symbol, weighted ^ multiply(power(place), *symbol)))
}

/// Product in GF(32) by `x^5 + x^2 + 1`.
fn multiply(left: u8, right: u8) -> u8 {
    let mut product = 0_u16;
    for bit in 0..5 {
        if right >> bit & 1 == 1 {
            product ^= u16::from(left) << bit;
        }
    }
    for bit in (5..9).rev() {
        if product >> bit & 1 == 1 {
            product ^= 0b10_0101 << (bit - 5);
        }
    }
    u8::try_from(product).unwrap_or(0)
}

/// The generator 2 to a power.
fn power(exponent: usize) -> u8 {
    (0..exponent).fold(1, |value, _| multiply(value, 2))
}

/// Quotient by something that is not 0: there are 31 candidates.
fn divide(left: u8, right: u8) -> u8 {
    (0..32).find(|candidate| multiply(*candidate, right) == left).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Readiness> {
        let mut all = Vec::new();
        let unmet: Vec<Option<Unmet>> = std::iter::once(None).chain(Unmet::ALL.map(Some)).collect();
        for class in [0, 1, 0x5a5, 0xfff] {
            for state in State::ALL {
                for target in [Target::Cpu, Target::Cuda] {
                    for card in [0, 8, 12] {
                        all.extend(unmet.iter().map(|unmet| Readiness { class, state, target, card, unmet: *unmet }));
                    }
                }
            }
        }
        all
    }

    #[test]
    fn a_code_says_what_was_put_in() {
        for readiness in all() {
            let code = encode(&readiness);
            assert_eq!(decode(&code), Some(readiness), "{code}");
            assert_eq!(decode(&code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l")), Some(readiness));
        }
    }

    #[test]
    fn every_single_typo_and_every_swap_is_detected() {
        for readiness in all() {
            let code: Vec<u8> = encode(&readiness).replace('-', "").into_bytes();
            for place in 0..8 {
                for wrong in ALPHABET.iter().filter(|wrong| **wrong != code[place]) {
                    let mut typo = code.clone();
                    typo[place] = *wrong;
                    assert_eq!(decode(std::str::from_utf8(&typo).unwrap()), None);
                }
                for other in place + 1..8 {
                    if code[place] != code[other] {
                        let mut swapped = code.clone();
                        swapped.swap(place, other);
                        assert_eq!(decode(std::str::from_utf8(&swapped).unwrap()), None);
                    }
                }
            }
        }
    }

    /// The property behind it, without trying every code: the code is linear, so what holds for the differences holds for all.
    #[test]
    fn no_two_codes_are_closer_than_three_places() {
        for place in 0..8 {
            for wrong in 1..32 {
                let mut one = [0; 8];
                one[place] = wrong;
                assert_ne!(syndromes(one), (0, 0));
                for other in place + 1..8 {
                    for also in 1..32 {
                        let mut two = one;
                        two[other] = also;
                        assert_ne!(syndromes(two), (0, 0), "{two:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_near_is_found_again() {
        for readiness in all().into_iter().step_by(17) {
            let code = encode(&readiness);
            let has = |typo: &str| near(typo, Some(readiness.class)).iter().any(|(known, _)| *known == code);
            assert!(has(&code.replacen('-', "", 1)[..7]), "one too few: {code}");
            assert!(has(&format!("{code}0")), "one too many: {code}");
            let mut swapped: Vec<char> = code.replace('-', "").chars().collect();
            swapped.swap(2, 5);
            assert!(has(&swapped.into_iter().collect::<String>()), "two exchanged: {code}");
        }
        assert_eq!(near("hello", None), []);
        for letter in ALPHABET {
            assert_eq!(decode(&char::from(*letter).to_string().repeat(8)), None, "one letter eight times");
        }
    }

    #[test]
    fn decoding_is_total() {
        for text in ["", "-", "0000-0000", "ZZZZZZZZ", "\u{1f600}", "7F3K-9QW", "7F3K-9QWAA", "U000-0000"] {
            let _ = (decode(text), near(text, None));
        }
    }

    proptest::proptest! {
        /// Whatever is typed, there is an answer, and what counts as a code is exactly what `encode` writes.
        #[test]
        fn decoding_is_total_on_anything(text in "\\PC{0,12}", code in "[0-9A-HJKMNP-TV-Z]{8}") {
            let _ = near(&text, None);
            for text in [text, code] {
                if let Some(said) = decode(&text) {
                    proptest::prop_assert_eq!(decode(&encode(&said)), Some(said));
                }
            }
        }
    }
}
