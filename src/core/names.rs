//! The two lists in `flake.nix` that are a person's to fill with names of nixpkgs: data, not a program, as long as nothing else differs.

/// How each list begins in `templates/flake.nix.j2`.
const LISTS: [&str; 2] = ["\n        libraries = [", "\n        programs = ["];

/// True when nixml wrote what was `found` at `path`, names of the person's apart: it may be run unasked.
#[must_use]
pub fn is_ours(path: &str, ours: &str, found: &[u8]) -> bool {
    let names = || std::str::from_utf8(found).is_ok_and(|found| differ_only_in_names(ours, found));
    found == ours.as_bytes() || path == "flake.nix" && names()
}

/// True when `found` has every byte of `ours` but for plain names in these lists: what it runs is still what nixml wrote,
/// with packages of the nixpkgs that flake.lock pins.
fn differ_only_in_names(ours: &str, found: &str) -> bool {
    let emptied = |text: &str| LISTS.iter().try_fold(text.to_owned(), |text, list| emptied(&text, list));
    emptied(ours).is_some_and(|ours| emptied(found) == Some(ours))
}

/// The text with the lists of `other` in place of its own, when both hold plain names.
#[must_use]
pub fn with_lists_of(text: &str, other: &str) -> Option<String> {
    LISTS.iter().try_fold(text.to_owned(), |text, list| {
        emptied(&text, list)?;
        emptied(other, list)?;
        let (before, rest) = text.split_once(list)?;
        let after = &rest[rest.find("];")?..];
        let names = other.split_once(list)?.1.split_once("];")?.0;
        Some(format!("{before}{list}{names}{after}"))
    })
}

/// The text with nothing in that list; `None` when it is not there or holds more than names.
fn emptied(text: &str, list: &str) -> Option<String> {
    let (before, rest) = text.split_once(list)?;
    let (inner, after) = rest.split_once("];")?;
    only_names(inner).then(|| format!("{before}{list}];{after}"))
}

/// Quoted names, white space, and comments that end before the list does. No other control character: Nix ends a comment at a
/// carriage return, too.
fn only_names(inner: &str) -> bool {
    let (lines, last) = inner.rsplit_once('\n').unwrap_or(("", inner));
    let mut lines = lines.lines().map(|line| line.split('#').next().unwrap_or(line)).chain([last]);
    !inner.chars().any(|letter| letter.is_control() && letter != '\n') && lines.all(|line| line.split_whitespace().all(is_name))
}

/// `"git-lfs"`: one attribute of nixpkgs, which the templates look up as it is.
fn is_name(word: &str) -> bool {
    let name = word.strip_prefix('"').and_then(|word| word.strip_suffix('"')).unwrap_or_default();
    name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_+".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::{differ_only_in_names, with_lists_of};

    const OURS: &str =
        "{\n        libraries = [\n          \"libGL\"\n        ];\n        programs = [ ];\n        env = { };\n}\n";

    fn with(from: &str, to: &str) -> bool {
        assert!(OURS.contains(from));
        differ_only_in_names(OURS, &OURS.replacen(from, to, 1))
    }

    #[test]
    fn names_are_the_person_s() {
        for list in [
            "[ \"ffmpeg\" ]",
            "[\"ffmpeg\" \"git-lfs\"]",
            "[\n          # of the lab\n          \"ffmpeg\" # video\n          \"gtk3\"\n        ]",
            "[ ]",
        ] {
            assert!(with("programs = [ ]", &format!("programs = {list}")), "{list}");
        }
        assert!(with("\"libGL\"", "\"libGL\"\n          \"glib\"") && with("          \"libGL\"\n", ""));
        assert!(differ_only_in_names(OURS, OURS));
    }

    #[test]
    fn the_lists_of_another_are_put_in() {
        let mine = OURS.replacen("programs = [ ]", "programs = [ \"ffmpeg\" ]", 1).replacen("env", "later", 1);
        assert_eq!(with_lists_of(&mine, OURS), Some(OURS.replacen("env", "later", 1)));
        assert_eq!(with_lists_of(&mine.replace("\"ffmpeg\"", "./x.nix"), OURS), None);
    }

    #[test]
    fn everything_else_is_somebody_s_program() {
        for list in [
            "[ (import ./evil.nix) ]",
            "[ ./evil.nix ]",
            "[ pkgs.hello ]",
            "[ \"a${builtins.readFile /etc/passwd}\" ]",
            "[ ''ffmpeg'' ]",
            "[ \"a b\" ]",
            "[ \"a.b\" ]",
            "[ \"__functor\" ]",
            "[ \"\" ]",
            "[ \"a\"\"b\" ]",
            "[ \"a\\nb\" ]",
            "[ /* \"a\" */ ]",
            "[ \"a\" # and ]",
            "[ # so\r (import ./evil.nix)\n ]",
            "[ \"a\" ] ++ [ (import ./evil.nix) ]",
            "[ ]; shellHook = \"true\"",
            "[ # ];\n (import ./evil.nix)\n ]",
        ] {
            assert!(!with("programs = [ ]", &format!("programs = {list}")), "{list:?}");
        }
        assert!(!with("env = { }", "env = { A = \"b\"; }"));
        assert!(!with("programs = [ ];", "programs = [ ]; # mine"));
        assert!(!with("        programs = [ ];\n", ""));
        assert!(!with("env", "programs = [ (import ./evil.nix) ];\n        env"));
        assert!(!differ_only_in_names("a", "a"), "a text without the lists is compared by its bytes");
    }
}
