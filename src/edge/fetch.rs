//! Fetches over https with the system's curl, called by argument list: nixml opens no sockets of its own.
//!
//! Proxies and certificates are those of curl's standard variables; a `.curlrc` is not read, so that the same happens everywhere.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::core::failure::{Exit, Failure};
use crate::core::text;
use crate::edge::child::{self, End, Environment, Heard, Interrupt, Order};

/// The largest page, in bytes: a class file or an answers file.
pub const MOST_PAGE: usize = 64 * 1024;
/// A page that takes longer is not coming.
const PAGE_SECONDS: u64 = 30;
const CONNECT_SECONDS: &str = "15";

/// One file to fetch; what is there of it already is gone on with.
#[derive(Debug, Clone)]
pub struct Download {
    pub url: String,
    pub to: PathBuf,
}

/// The text of a small page.
///
/// # Errors
/// Exit 2: not an https address, too large, not text. Exit 3: no curl. Exit 5: it could not be fetched. 128+N: interrupted.
pub fn page(url: &str, interrupt: &Interrupt) -> Result<String, Failure> {
    let shown = text::label(url);
    let what = || format!("fetch `{shown}`");
    if !is_https(url) {
        return Err(Failure::usage(what()).why("only https:// addresses are fetched").next("save the file and name it instead"));
    }
    let limit = (MOST_PAGE + 1).to_string();
    let seconds = PAGE_SECONDS.to_string();
    let order = order(&what)?
        .args(["--max-filesize", &limit, "--max-time", &seconds, "--url", url])
        .deadline(Instant::now().checked_add(Duration::from_secs(PAGE_SECONDS + 5)));
    let (mut page, mut said) = (Vec::new(), Vec::new());
    let ended = child::run(&order, interrupt, &mut |heard| match heard {
        Heard::Out(bytes) => page.extend_from_slice(&bytes[..bytes.len().min(MOST_PAGE + 1 - page.len().min(MOST_PAGE + 1))]),
        Heard::Err(bytes) if said.len() < 4096 => said.extend_from_slice(bytes),
        _ => {}
    })
    .map_err(|error| Failure::precondition(what()).why(format!("curl does not start: {error}")))?;
    let large = || Failure::usage(what()).why(format!("it has more than {} KiB: no class file is that long", MOST_PAGE >> 10));
    if page.len() > MOST_PAGE || ended.end == End::Exit(63) {
        return Err(large());
    }
    judge(&ended.end, &said, &what)?;
    String::from_utf8(page).map_err(|_| Failure::usage(what()).why("it is not UTF-8 text"))
}

/// Sizes that indexes tell beforehand, one for each address; `None` where one does not.
///
/// # Errors
/// Exit 3: no curl. Exit 5: nobody answers.
pub fn sizes(urls: &[String], interrupt: &Interrupt) -> Result<Vec<Option<u64>>, Failure> {
    if urls.is_empty() {
        return Ok(Vec::new());
    }
    let what = || "ask for the sizes of the wheels".to_owned();
    let temp = folder(&what)?;
    let mut config = String::new();
    for url in urls {
        let _ = writeln!(config, "url = \"{}\"\noutput = \"/dev/null\"", quoted(url));
    }
    let order = from_config(&what, temp.path(), &config)?.args(["--head", "--write-out", "%{url} %header{content-length}\\n"]);
    let (mut out, mut said) = (Vec::new(), Vec::new());
    let ended = child::run(&order, interrupt, &mut |heard| match heard {
        Heard::Out(bytes) => out.extend_from_slice(bytes),
        Heard::Err(bytes) if said.len() < 4096 => said.extend_from_slice(bytes),
        _ => {}
    })
    .map_err(|error| Failure::precondition(what()).why(format!("curl does not start: {error}")))?;
    judge(&ended.end, &said, &what)?;
    let text = String::from_utf8_lossy(&out).into_owned();
    let size = |url: &String| {
        let line = text.lines().find_map(|line| line.strip_prefix(url.as_str())?.strip_prefix(' '));
        line.and_then(|bytes| bytes.trim().parse().ok())
    };
    Ok(urls.iter().map(size).collect())
}

/// Fetches files, a few at once. `tell` hears of each one that is there.
///
/// # Errors
/// Exit 3: no curl. Exit 5: one could not be fetched; what came of it stays. 128+N: interrupted.
pub fn files(downloads: &[Download], interrupt: &Interrupt, tell: &mut dyn FnMut(&str)) -> Result<(), Failure> {
    if downloads.is_empty() {
        return Ok(());
    }
    let what = || "fetch the wheels".to_owned();
    let temp = folder(&what)?;
    let mut config = String::new();
    for download in downloads {
        let to = quoted(&download.to.to_string_lossy());
        let _ = writeln!(config, "url = \"{}\"\noutput = \"{to}\"", quoted(&download.url));
    }
    let order = from_config(&what, temp.path(), &config)?
        .args(["--continue-at", "-", "--retry", "3", "--speed-limit", "1", "--speed-time", "60"])
        .args(["--write-out", "%{filename_effective}\\n"]);
    let (mut lines, mut said) = (crate::core::nix_log::Lines::default(), Vec::new());
    let ended = child::run(&order, interrupt, &mut |heard| match heard {
        Heard::Out(bytes) => lines.feed(bytes, |line| {
            let path = String::from_utf8_lossy(line);
            tell(path.rsplit('/').next().unwrap_or(&path));
        }),
        Heard::Err(bytes) if said.len() < 4096 => said.extend_from_slice(bytes),
        _ => {}
    })
    .map_err(|error| Failure::precondition(what()).why(format!("curl does not start: {error}")))?;
    judge(&ended.end, &said, &what)
}

/// True for an address that may be fetched.
#[must_use]
pub fn is_https(url: &str) -> bool {
    let scheme = url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"));
    scheme && url.len() <= 2000 && !url.chars().any(|c| c.is_control() || c == ' ')
}

/// True for what looks like an address of any kind.
#[must_use]
pub fn is_address(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric()))
}

fn order(what: &dyn Fn() -> String) -> Result<Order, Failure> {
    let Some(curl) = child::find("curl", &[]) else {
        return Err(Failure::precondition(what())
            .why("curl is not on this machine, and nixml opens no sockets of its own")
            .next("install curl, or save the file with a browser and name it instead"));
    };
    // The first argument, or it does not count.
    Ok(Order::new(curl, "/", Environment::cleaned())
        .args(["--disable", "--silent", "--show-error", "--fail", "--location", "--max-redirs", "5"])
        .args(["--proto", "=https", "--proto-redir", "=https", "--connect-timeout", CONNECT_SECONDS]))
}

fn from_config(what: &dyn Fn() -> String, temp: &Path, config: &str) -> Result<Order, Failure> {
    let file = temp.join("curl");
    std::fs::write(&file, config).map_err(|error| Failure::precondition(what()).why(error.to_string()))?;
    Ok(order(what)?.args(["--parallel", "--parallel-max", "6", "--config"]).args([file]))
}

fn folder(what: &dyn Fn() -> String) -> Result<tempfile::TempDir, Failure> {
    tempfile::Builder::new().prefix("nixml-").tempdir().map_err(|error| Failure::precondition(what()).why(error.to_string()))
}

/// A value of curl's configuration file, which ends at the end of its line: no line end may come with it.
fn quoted(value: &str) -> String {
    let value: String = value.chars().filter(|c| !c.is_control()).collect();
    value.replace('\\', "\\\\").replace('"', "\\\"")
}

fn judge(end: &End, said: &[u8], what: &dyn Fn() -> String) -> Result<(), Failure> {
    let said = String::from_utf8_lossy(said);
    let line = said.lines().find_map(|line| line.strip_prefix("curl: ")).unwrap_or("").trim();
    // `(6) Could not resolve host: x` without curl's number.
    let line = text::label(line.split_once(") ").map_or(line, |(_, rest)| rest));
    let network = |why: String| Failure::new(Exit::Network, what()).why(why).next("check the address and the network");
    match end {
        End::Exit(0) => Ok(()),
        End::Exit(1 | 47) => Err(network("it was redirected to an address that is not https, or too often".to_owned())),
        End::Exit(3) => Err(Failure::usage(what()).why("it is not an address")),
        End::Exit(23) => Err(Failure::precondition(what()).why(line).next("is the disk full?")),
        End::Exit(28) => Err(network("it took too long".to_owned())),
        End::Exit(_) => Err(network(line)),
        End::TimedOut => Err(network(format!("nothing came within {PAGE_SECONDS} s"))),
        End::Signal(number) => Err(network(format!("curl was ended by signal {number}"))),
        End::Interrupted(number) => Err(Failure::new(Exit::Signal(*number), what()).why("it was stopped")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_is_fetched() {
        assert!(is_https("https://example.org/class.toml") && is_https("HTTPS://example.org"));
        for url in ["http://example.org", "ftp://x", "file:///etc/passwd", "https//x", "https://x\n-o /etc/x", "class.toml", ""] {
            assert!(!is_https(url), "{url}");
        }
        assert!(is_address("http://x") && is_address("file:///x") && !is_address("class.toml") && !is_address("a b://x"));
        assert_eq!(page("http://example.org", &Interrupt::new()).unwrap_err().exit.code(), 2);
        assert_eq!(quoted("https://x/\"\noutput = \"/etc/x"), "https://x/\\\"output = \\\"/etc/x");
    }
}
