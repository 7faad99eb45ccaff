//! The patterns of what nobody should paste in public, whoever they are: tokens, passwords, addresses, serial numbers.

use std::sync::{LazyLock, OnceLock};

use regex::{Captures, Regex, RegexSet};

use super::redact::word_ends;

/// A pattern, and what stands in its place; `$1`.. are kept parts.
struct Rule {
    source: &'static str,
    /// Made ready when a text has something to hide: most runs of nixml see none.
    ready: OnceLock<Option<Regex>>,
    /// The match must not be part of a longer word.
    whole: bool,
    with: &'static str,
}

impl Rule {
    fn pattern(&self) -> Option<&Regex> {
        self.ready.get_or_init(|| Regex::new(self.source).ok()).as_ref()
    }
}

/// In this order: a URL's password before its host, a token before the word beside it.
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    [
        (r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|\z)", false, "[secret]"),
        (r"([A-Za-z][A-Za-z0-9+.-]*://)[^\s/@'\x22<>]+@", false, "$1[secret]@"),
        (r"(?i)\b(access-tokens\s*[=:]\s*)\S[^\n]*", false, "$1[secret]"),
        (r"(?i)\b((?:proxy-)?authorization\s*[=:]\s*(?:basic|bearer|token)\s+)[^\s'\x22]+", false, "$1[secret]"),
        (r"(?i)\b(bearer\s+)[A-Za-z0-9._~+/=-]{8,}", false, "$1[secret]"),
        (r"(?i)\b(machine\s+\S+\s+)?(login\s+)\S+(\s+(?:account\s+\S+\s+)?password\s+)\S+", false, "$1$2[user]$3[secret]"),
        (r"(?:hf|gh[opsur]|npm)_[A-Za-z0-9]{8,}", true, "[secret]"),
        (r"github_pat_[A-Za-z0-9_]{8,}", true, "[secret]"),
        (r"(?:glpat|xox[abprs])-[A-Za-z0-9_-]{8,}", true, "[secret]"),
        (r"sk-[A-Za-z0-9_-]{16,}", true, "[secret]"),
        (r"pypi-[A-Za-z0-9_-]{32,}", true, "[secret]"),
        (r"A(?:KIA|SIA)[A-Z0-9]{12,}", true, "[secret]"),
        (r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+", true, "[secret]"),
        (
            r"([A-Z0-9_]*(?:TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|CREDENTIALS?)[A-Z0-9_]*\x22?\s*[=:]\s*\x22?)[^\s'\x22,;]{4,}",
            false,
            "$1[secret]",
        ),
        (
            r"(?i)\b((?:password|passwd|secret|api[_-]key|aws_secret_access_key|auth[_-]token)\x22?\s*[=:]\s*['\x22]?)[^\s'\x22,;]{4,}",
            false,
            "$1[secret]",
        ),
        (r"(?i)(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})", true, "[uuid]"),
        (r"(?i)\b(serial(?:[ _-]?(?:number|no\.?))?\x22?\s*[=:]\s*\x22?)[A-Z0-9][A-Z0-9-]{3,}", false, "$1[serial]"),
        (r"(?i)[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}", true, "[mac]"),
        (r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}", true, "[email]"),
    ]
    .into_iter()
    .map(|(source, whole, with)| Rule { source, ready: OnceLock::new(), whole, with })
    .collect()
});

const IPV4_PATTERN: &str = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}";
const IPV6_PATTERN: &str = r"(?i)[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7}|[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}";
static IPV4: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(IPV4_PATTERN).ok());
static IPV6: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(IPV6_PATTERN).ok());
/// All patterns at once: nearly every line has nothing to hide, and is read only once.
static ANY: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    let rules = RULES.iter().map(|rule| rule.source);
    RegexSet::new(rules.chain([IPV4_PATTERN, IPV6_PATTERN])).ok()
});
static BEFORE_IP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:@|//|\b(?:inet6?|addr|address|ip|ips|from|host|to|via|peer|server|connect|connecting|gateway|dns|nameserver|listen|listening|on|at|proxy)[ :=(\x22']+)$").ok()
});
static BEFORE_VERSION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:[-_=><~v]|version\x22?[ :=]*\x22?|(?:nvidia|tensorrt|cuda|cu[0-9]|lib)[A-Za-z0-9_.-]*[ :=\x22(+,]+)$")
        .ok()
});

/// `text` without secrets and addresses.
pub(super) fn hide(text: &str) -> String {
    let mut text = text.to_owned();
    if ANY.as_ref().is_some_and(|any| !any.is_match(&text)) {
        return text;
    }
    for rule in RULES.iter() {
        if let Some(pattern) = rule.pattern().filter(|pattern| pattern.is_match(&text)) {
            text = replace(&text, pattern, |before, found, after| {
                let inside = rule.whole && !word_ends(before, after);
                let git = rule.with == "[email]" && kept_address(&found[0]);
                if inside || git {
                    return None;
                }
                let mut with = String::new();
                found.expand(rule.with, &mut with);
                Some(with)
            });
        }
    }
    for (pattern, is_address) in [(IPV4.as_ref(), ipv4 as Judge), (IPV6.as_ref(), ipv6 as Judge)] {
        let Some(pattern) = pattern else { continue };
        text = replace(&text, pattern, |before, found, after| is_address(before, &found[0], after).then(|| "[ip]".to_owned()));
    }
    text
}

type Judge = fn(&str, &str, &str) -> bool;

fn replace(text: &str, pattern: &Regex, with: impl Fn(&str, &Captures<'_>, &str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for found in pattern.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        if let Some(with) = with(&text[..whole.start()], &found, &text[whole.end()..]) {
            out.push_str(&text[from..whole.start()]);
            out.push_str(&with);
            from = whole.end();
        }
    }
    out.push_str(&text[from..]);
    out
}

/// `git@` names nobody, and a systemd unit is no mailbox.
fn kept_address(found: &str) -> bool {
    found.starts_with("git@") || [".service", ".socket", ".target", ".mount", ".slice"].iter().any(|end| found.ends_with(end))
}

/// Four numbers are an address or a version (cuDNN 9.1.0.70): the neighbours decide, below 20 only when they speak for an address.
fn ipv4(before: &str, found: &str, after: &str) -> bool {
    let parts: Vec<Option<u8>> =
        found.split('.').map(|part| part.parse().ok().filter(|_| part.len() == 1 || !part.starts_with('0'))).collect();
    let [Some(first), Some(_), Some(_), Some(_)] = parts[..] else { return false };
    let next = after.chars().next();
    let longer = before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_')
        || next.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
        || (next == Some('.') && after[1..].starts_with(|c: char| c.is_ascii_digit()));
    if longer || first == 127 || first == 0 || first == 255 {
        return false;
    }
    let line = before.rsplit('\n').next().unwrap_or("");
    let says = |pattern: &Option<Regex>| pattern.as_ref().is_some_and(|pattern| pattern.is_match(line));
    let with_port = (after.starts_with(':') || after.starts_with('/')) && after[1..].starts_with(|c: char| c.is_ascii_digit());
    if with_port || says(&BEFORE_IP) {
        return true;
    }
    if says(&BEFORE_VERSION) {
        return false;
    }
    first >= 20 || (first == 10 && !line.is_empty())
}

/// Eight groups, or fewer with `::`; a time of day, a PCI address and a Rust path are none.
fn ipv6(before: &str, found: &str, after: &str) -> bool {
    let groups = found.split(':').filter(|group| !group.is_empty()).count();
    let shortened = found.matches("::").count() == 1 && !found.contains(":::");
    let digit = found.chars().any(|c| c.is_ascii_digit());
    let edge = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '.');
    let alone = !before.ends_with(edge) && !after.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '_'));
    let first = found.split(':').next().unwrap_or("");
    alone && digit && ((groups == 8 && !found.contains("::")) || (shortened && groups < 8 && first.len() >= 3))
}
