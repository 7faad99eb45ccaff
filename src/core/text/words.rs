//! Small words for people: the nearest known name, sizes, signals.

/// How alike two names must be (0 to 1) before one is offered for the other.
const ALIKE: f64 = 0.75;

/// The known name that `word` most likely means; `None` when none is near.
#[must_use]
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    // What stands whole inside a name, or has a name inside it, is nearer than any likeness of letters: `torch`.
    let inside = |name: &&&str| word.len() >= 3 && (name.to_lowercase().contains(&word) || word.contains(&name.to_lowercase()));
    if let Some(name) = known.iter().find(inside) {
        return Some(name);
    }
    known
        .iter()
        .map(|name| (strsim::jaro_winkler(&word, &name.to_lowercase()), *name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, name)| name)
}

/// The usual name of a signal.
#[must_use]
pub fn signal(number: i32) -> String {
    let name = match number {
        1 => "SIGHUP",
        2 => "SIGINT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        _ => return format!("signal {number}"),
    };
    name.to_owned()
}

/// What to say after a word that is not known: the nearest one if any, and all there are; `list` opens that list, as in
/// `the keys are`.
#[must_use]
pub fn known_words(word: &str, known: &[&str], list: &str) -> String {
    let all = known.join(", ");
    match nearest(word, known) {
        Some(near) => {
            let mut letters = list.chars();
            let opening: String = letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect();
            format!("did you mean `{near}`? {opening} {all}")
        }
        None => format!("{list} {all}"),
    }
}

/// A size for people, in decimal units: `3.0 GB`.
#[must_use]
pub fn bytes(count: u64) -> String {
    for (unit, name) in [(1_000_000_000_u64, "GB"), (1_000_000, "MB"), (1_000, "kB")] {
        if count >= unit {
            let tenths = (u128::from(count) * 10 + u128::from(unit) / 2) / u128::from(unit);
            return if tenths >= 1000 {
                format!("{} {name}", tenths / 10)
            } else {
                format!("{}.{} {name}", tenths / 10, tenths % 10)
            };
        }
    }
    format!("{count} bytes")
}

/// The size of a memory for people, in the binary units that its makers count in: `24 GiB`.
#[must_use]
pub fn memory(count: u64) -> String {
    let (unit, name) = if count >= 1 << 30 { (1_u64 << 30, "GiB") } else { (1 << 20, "MiB") };
    let tenths = (u128::from(count) * 10 + u128::from(unit) / 2) / u128::from(unit);
    match (tenths / 10, tenths % 10) {
        // What the hardware keeps for itself makes 23.6 of 24.
        (whole, part) if whole >= 10 => format!("{} {name}", whole + u128::from(part >= 5)),
        (whole, 0) => format!("{whole} {name}"),
        (whole, part) => format!("{whole}.{part} {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found() {
        let known = ["pytorch", "jax", "tensorflow", "scikit-learn"];
        assert_eq!(nearest("pytroch", &known), Some("pytorch"));
        assert_eq!(nearest("sklearn", &known), Some("scikit-learn"));
        assert_eq!(nearest("zzz", &known), None);
        assert_eq!(nearest("Torch", &known), Some("pytorch"));
        assert_eq!(known_words("zzz", &["a", "b"], "the keys are"), "the keys are a, b");
        assert_eq!(known_words("nme", &["name", "b"], "the keys are"), "did you mean `name`? The keys are name, b");
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!(
            [999, 1_000, 140_000_000, 3_030_000_000].map(bytes),
            ["999 bytes", "1.0 kB", "140 MB", "3.0 GB"].map(str::to_owned)
        );
        assert_eq!(
            [8_589_934_592, 25_757_220_864, 67_171_794_944, 6_227_702_579, 512 << 20].map(memory),
            ["8 GiB", "24 GiB", "63 GiB", "5.8 GiB", "512 MiB"].map(str::to_owned)
        );
    }
}
