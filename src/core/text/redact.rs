//! Hides who and where from a text that may be pasted in public; everything nixml reports passes here once.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

use super::secrets;

/// What must not be read in a report, as found on this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Private {
    /// Absolute paths of the home folder (as the variable says and as the links lead).
    pub homes: Vec<String>,
    /// Login names.
    pub users: Vec<String>,
    /// Host names; of a long one the first part is private too.
    pub hosts: Vec<String>,
    /// Other exact texts: GPU serial numbers, tokens read from settings.
    pub others: Vec<String>,
}

/// Names that are everybody's: hiding them would only make a report unreadable.
const PUBLIC_NAMES: &[&str] = &[
    "admin",
    "codespace",
    "cuda",
    "debian",
    "default",
    "fedora",
    "gpu",
    "host",
    "jovyan",
    "linux",
    "localhost",
    "nix",
    "nixbld",
    "nixos",
    "nobody",
    "nvidia",
    "python",
    "root",
    "runner",
    "torch",
    "ubuntu",
    "user",
    "vscode",
    "wsl",
];

/// One boundary for everything that leaves the machine in a report.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    /// `None`: nothing is hidden (`--no-redact`).
    rules: Option<Names>,
}

/// Exact texts and their stand-ins, the longest first.
#[derive(Debug, Clone, Default)]
struct Names {
    exact: Vec<(String, &'static str)>,
    homes: Vec<String>,
    words: Vec<(String, &'static str)>,
}

impl Redactor {
    #[must_use]
    pub fn new(private: &Private) -> Self {
        let mut names = Names::default();
        names.exact.extend(private.others.iter().filter(|text| text.len() >= 4).map(|text| (text.clone(), "[secret]")));
        names.homes.extend(private.homes.iter().map(|home| home.trim_end_matches('/').to_owned()).filter(|home| home.len() > 1));
        let mut hosts = BTreeSet::new();
        for host in &private.hosts {
            hosts.insert(host.as_str());
            hosts.extend(host.split('.').next());
        }
        let words =
            hosts.into_iter().map(|name| (name, "[host]")).chain(private.users.iter().map(|name| (name.as_str(), "[user]")));
        names.words.extend(
            words
                .filter(|(name, _)| name.len() >= 3 && !PUBLIC_NAMES.contains(&name.to_ascii_lowercase().as_str()))
                .map(|(name, with)| (name.to_owned(), with)),
        );
        names.exact.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        names.homes.sort_by_key(|home| std::cmp::Reverse(home.len()));
        names.words.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Self { rules: Some(names) }
    }

    /// Hides nothing.
    #[must_use]
    pub fn off() -> Self {
        Self { rules: None }
    }

    /// The text without names of people and machines, addresses, serial numbers and secrets.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let Some(names) = &self.rules else { return Cow::Borrowed(text) };
        let mut out = text.to_owned();
        for (secret, with) in &names.exact {
            out = out.replace(secret, with);
        }
        out = secrets::hide(&out);
        for home in &names.homes {
            out = replace_where(&out, home, "~", |before, after| {
                !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_'))
                    && !after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
            });
        }
        out = other_homes(&out);
        for (word, with) in &names.words {
            out = replace_where(&out, word, with, word_ends);
        }
        if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
    }

    /// The same for every string of a JSON value.
    #[must_use]
    pub fn redact_json(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.redact(&text).into_owned()),
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.redact_json(item)).collect()),
            Value::Object(pairs) => Value::Object(
                pairs.into_iter().map(|(key, value)| (self.redact(&key).into_owned(), self.redact_json(value))).collect(),
            ),
            other => other,
        }
    }
}

/// Nothing of a longer word on either side.
pub(super) fn word_ends(before: &str, after: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    !before.ends_with(part) && !after.starts_with(part)
}

/// Home folders of anybody: a log from another machine names its user too.
fn other_homes(text: &str) -> String {
    let mut out = text.to_owned();
    for parent in ["/home/", "/Users/"] {
        let mut from = 0;
        while let Some(found) = out[from..].find(parent) {
            let start = from + found;
            let name = &out[start + parent.len()..];
            let length = name.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))).unwrap_or(name.len());
            let inner = out[..start].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '~'));
            let common = ["linuxbrew", "Shared"].contains(&&name[..length]);
            from = start + parent.len();
            if length > 0 && !inner && !common {
                out.replace_range(start..start + parent.len() + length, "~");
                from = start + 1;
            }
        }
    }
    out
}

/// Replaces `needle` (ASCII case aside) where `fits` agrees with what stands before and after.
fn replace_where(text: &str, needle: &str, with: &str, fits: impl Fn(&str, &str) -> bool) -> String {
    let (low, needle) = (text.to_ascii_lowercase(), needle.to_ascii_lowercase());
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (start, _) in low.match_indices(&needle) {
        let end = start + needle.len();
        if start >= from && fits(&text[..start], &text[end..]) {
            out.push_str(&text[from..start]);
            out.push_str(with);
            from = end;
        }
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor() -> Redactor {
        Redactor::new(&Private {
            homes: vec!["/home/ada".into(), "/data/people/ada.l".into()],
            users: vec!["ada".into(), "root".into()],
            hosts: vec!["enigma.lab.example".into()],
            others: vec!["0324718012345".into()],
        })
    }

    #[test]
    fn planted_secrets_are_hidden() {
        for (text, safe) in [
            ("/home/ada/demo", "~/demo"),
            ("HOME=/home/ada", "HOME=~"),
            ("path:/data/people/ada.l/x", "path:~/x"),
            ("/home/grace/.bashrc and /Users/linus", "~/.bashrc and ~"),
            ("user ada on enigma", "user [user] on [host]"),
            ("ssh ADA@Enigma.lab.example", "ssh [email]"),
            ("at enigma.lab.example:", "at [host]:"),
            ("https://ada:s3cret@git.example/x", "https://[secret]@git.example/x"),
            ("HF_TOKEN=hf_AbCdEfGhIjKl", "HF_TOKEN=[secret]"),
            ("found hf_AbCdEfGhIjKl.", "found [secret]."),
            ("ghp_0123456789abcdef0123456789abcdef0123", "[secret]"),
            ("github_pat_11ABCDEFG0aBcDeFgHiJk_x", "[secret]"),
            ("key sk-proj-abcdefghijklmnop1234", "key [secret]"),
            ("AKIAIOSFODNN7EXAMPLE", "[secret]"),
            ("Authorization: Bearer abc.def-ghi_123", "Authorization: Bearer [secret]"),
            ("curl -H 'authorization: basic YWRhOnB3'", "curl -H 'authorization: basic [secret]'"),
            ("machine h.example login ada password hunter2", "machine h.example login [user] password [secret]"),
            ("access-tokens = github.com=abcdef gitlab.com=PAT:xyz", "access-tokens = [secret]"),
            ("WANDB_API_KEY: \"0123456789\"", "WANDB_API_KEY: \"[secret]\""),
            ("password = \"hunter22\"", "password = \"[secret]\""),
            ("GPU-4cf8db2d-06c0-7d70-1a51-e59b25b2c16c", "GPU-[uuid]"),
            ("Serial Number : 1562821004711", "Serial Number : [serial]"),
            ("board 0324718012345", "board [secret]"),
            ("link/ether 52:54:00:AB:cd:ef brd", "link/ether [mac] brd"),
            ("inet 192.168.13.37/24", "inet [ip]/24"),
            ("connect to 10.0.0.7:3128", "connect to [ip]:3128"),
            ("http://8.8.8.8/simple", "http://[ip]/simple"),
            ("inet6 fe80::5054:ff:fe12:3456/64", "inet6 [ip]/64"),
            ("2001:db8:0:1:2:3:4:5", "[ip]"),
            ("mail ada.lovelace@example.org now", "mail [email] now"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n.", "[secret]\n."),
        ] {
            assert_eq!(redactor().redact(text), safe, "{text:?}");
        }
    }

    #[test]
    fn ordinary_text_is_left_as_it_is() {
        for text in [
            "/nix/store/9xs2j5ci8zh54pdk2nyn28gkrc34yhc6-ml-starter-env.drv",
            "sha256-Sc5mCfTdk24oJGPFf0BPxiGR3bsYSghACbg4ONSm/wU=",
            "nvidia-curand-cu12==10.3.9.90, nvidia-cudnn-cu12 9.1.0.70, tensorrt 10.13.3.9",
            "driver 550.163.01, CUDA 12.4, uv 0.13.8, 32.0.15.6094, 2.15.0+cu126",
            "9.1.0.70",
            "listening on 127.0.0.1:8080 and 0.0.0.0 and ::1",
            "PCI 0000:01:00.0 at 12:30:45, std::fs::read, 10de:2684",
            "git@github.com:NixOS/nixpkgs and nix-daemon@x.service",
            "tokenizer: bert, max_tokens=4096, unexpected token: identifier",
            "adapter and adaptive, Canada, root",
            "task-queue-disk-scheduler-long-name, shf_whatever12",
            "trusted-public-keys = cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=",
            "/home/linuxbrew/.linuxbrew/bin and /var/home and ./home/x",
            "serial port, bearer of news",
        ] {
            assert_eq!(redactor().redact(text), text);
        }
    }

    #[test]
    fn every_string_of_json_passes_and_numbers_stay() {
        let value = serde_json::json!({"/home/ada": ["ada", 3, null], "n": {"x": "enigma"}});
        assert_eq!(redactor().redact_json(value), serde_json::json!({"~": ["[user]", 3, null], "n": {"x": "[host]"}}));
        assert_eq!(Redactor::off().redact("/home/ada"), "/home/ada");
    }

    proptest::proptest! {
        #[test]
        fn what_is_redacted_is_stable_and_holds_no_name(text in ".{0,40}(ada|/home/ada|enigma|hf_AbCdEfGhIjKl)?.{0,40}") {
            let once = redactor().redact(&text).into_owned();
            proptest::prop_assert!(!once.contains("/home/ada/"));
            proptest::prop_assert!(!once.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == "ada"), "{}", once);
        }
    }
}
