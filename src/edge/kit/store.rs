//! Nix's side of a kit: what a shell needs from the store, into a binary cache of plain files and out of it again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::core::failure::{Exit, Failure};
use crate::core::nix_log::{NixLog, Progress};
use crate::core::text;
use crate::edge::child::{self, End, Environment, Heard, Interrupt, Order};

/// Arguments of one command line are not more than this.
const AT_ONCE: usize = 400;

/// Whose store it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The person's own: no daemon stands between.
    Own,
    /// A daemon keeps it, and asks for signatures.
    Daemon,
}

/// The Nix of this machine.
#[derive(Debug, Clone)]
pub struct Store<'a> {
    pub nix: PathBuf,
    pub interrupt: &'a Interrupt,
}

struct Said {
    out: Vec<u8>,
    /// The first of what it said for people.
    plain: String,
    log: NixLog,
}

impl Store<'_> {
    /// Everything that these store paths need, themselves included.
    ///
    /// # Errors
    /// Exit 1: one is not in the store.
    pub fn closure(&self, paths: &[String]) -> Result<Vec<String>, Failure> {
        self.query("find out what the shell needs", "--requisites", paths)
    }

    /// Bytes of these paths, unpacked.
    ///
    /// # Errors
    /// Exit 1: one is not in the store.
    pub fn bytes(&self, paths: &[String]) -> Result<u64, Failure> {
        Ok(self.query("ask the store for sizes", "--size", paths)?.iter().filter_map(|size| size.parse::<u64>().ok()).sum())
    }

    /// The sources of a flake's inputs, as store paths: nixpkgs itself, without which nothing is evaluated.
    ///
    /// # Errors
    /// Exit 1 or 5: Nix cannot get them.
    pub fn inputs(&self, dir: &Path, nixpkgs: Option<&str>) -> Result<Vec<String>, Failure> {
        let what = "find the flake's inputs";
        let mut args = vec!["flake", "archive", "--json", "--dry-run", "--no-write-lock-file"];
        if let Some(nixpkgs) = nixpkgs {
            args.extend(["--override-input", "nixpkgs", nixpkgs]);
        }
        let said = self.run(what, &args, dir, &mut |_| {})?;
        let archive: serde_json::Value = serde_json::from_slice(&said.out)
            .map_err(|error| Failure::new(Exit::Failed, what).why(format!("Nix did not answer in JSON: {error}")))?;
        let mut paths = Vec::new();
        gather(&archive["inputs"], &mut paths);
        Ok(paths)
    }

    /// The interactive bash that `nix develop` wants beside the shell, from the nixpkgs in the store at `source`.
    ///
    /// # Errors
    /// Exit 1 or 5: Nix cannot build or get it.
    pub fn bash(&self, source: &str) -> Result<Vec<String>, Failure> {
        let what = "get the shell's bash";
        let reference = format!("path:{source}#bashInteractive");
        let said =
            self.run(what, &["build", "--no-link", "--json", "--no-write-lock-file", &reference], Path::new("/"), &mut |_| {})?;
        let built: serde_json::Value = serde_json::from_slice(&said.out)
            .map_err(|error| Failure::new(Exit::Failed, what).why(format!("Nix did not answer in JSON: {error}")))?;
        let outputs = built.as_array().into_iter().flatten().filter_map(|one| one["outputs"].as_object());
        Ok(outputs.flat_map(|outputs| outputs.values()).filter_map(|path| path.as_str().map(str::to_owned)).collect())
    }

    /// What it takes to build these paths again, as far as it is in the store: for machines that take no unsigned paths.
    ///
    /// # Errors
    /// Exit 1: a path is not in the store.
    pub fn ingredients(&self, paths: &[String]) -> Result<Vec<String>, Failure> {
        let what = "find what the unsigned paths are made of";
        let derivers = self.query(what, "--deriver", paths)?;
        let derivers: Vec<String> = derivers.into_iter().filter(|path| path.ends_with(".drv")).collect();
        let derivers = self.valid(&derivers)?;
        if derivers.is_empty() {
            return Ok(Vec::new());
        }
        let (made, plain): (Vec<String>, Vec<String>) =
            self.query(what, "--references", &derivers)?.into_iter().partition(|path| path.ends_with(".drv"));
        let mut all: BTreeSet<String> = plain.into_iter().collect();
        if !made.is_empty() {
            all.extend(self.query(what, "--outputs", &made)?);
        }
        self.valid(&all.into_iter().collect::<Vec<_>>())
    }

    /// Copies the closures of `paths` into the binary cache `to`; signatures stay. What is there already is left alone.
    ///
    /// # Errors
    /// Exit 1: Nix's own words. 128+N: interrupted; the same again goes on.
    pub fn copy_to(&self, to: &Path, paths: &[String], tell: &mut dyn FnMut(&Progress)) -> Result<(), Failure> {
        let (_link, cache) = address(to)?;
        let to = format!("{cache}?compression=zstd");
        self.copy("copy the shell into the kit", &["--to", &to], paths, tell)
    }

    /// Copies `paths` with their closures from the binary cache `from`. Signatures are asked for unless the store is the person's own.
    ///
    /// # Errors
    /// As [`Store::copy_to`].
    pub fn copy_from(&self, from: &Path, paths: &[String], owner: Owner, tell: &mut dyn FnMut(&Progress)) -> Result<(), Failure> {
        let (_link, cache) = address(from)?;
        let mut how = vec!["--offline", "--from", &cache];
        if owner == Owner::Own {
            how.push("--no-check-sigs");
        }
        self.copy("copy the shell from the kit", &how, paths, tell)
    }

    fn copy(&self, what: &str, how: &[&str], paths: &[String], tell: &mut dyn FnMut(&Progress)) -> Result<(), Failure> {
        for paths in paths.chunks(AT_ONCE) {
            let args: Vec<&str> = ["copy"].iter().chain(how).copied().chain(paths.iter().map(String::as_str)).collect();
            self.run(what, &args, Path::new("/"), tell)?;
        }
        Ok(())
    }

    /// Those of `paths` that are in the store.
    ///
    /// # Errors
    /// Exit 3: Nix does not start.
    pub fn valid(&self, paths: &[String]) -> Result<Vec<String>, Failure> {
        let mut valid = Vec::new();
        for paths in paths.chunks(AT_ONCE) {
            let order = self.order("nix-store").args(["--check-validity", "--print-invalid"]).args(paths);
            let mut out = Vec::new();
            self.start("look into the store", &order, &mut |heard| {
                if let Heard::Out(bytes) = heard {
                    out.extend_from_slice(bytes);
                }
            })?;
            let text = String::from_utf8_lossy(&out).into_owned();
            let invalid: BTreeSet<&str> = text.lines().collect();
            valid.extend(paths.iter().filter(|path| !invalid.contains(path.as_str())).cloned());
        }
        Ok(valid)
    }

    /// Whose store it is; what cannot be found out counts as a daemon's.
    #[must_use]
    pub fn owner(&self) -> Owner {
        let said = self.run("ask whose store it is", &["store", "ping"], Path::new("/"), &mut |_| {});
        // Some versions answer on standard output, some in their log.
        let heard = said.map(|said| format!("{}\n{}", String::from_utf8_lossy(&said.out), said.plain)).unwrap_or_default();
        if heard.lines().any(|line| line.trim() == "Store URL: local") { Owner::Own } else { Owner::Daemon }
    }

    fn query(&self, what: &str, question: &str, paths: &[String]) -> Result<Vec<String>, Failure> {
        let mut answers = BTreeSet::new();
        let mut list = Vec::new();
        for paths in paths.chunks(AT_ONCE) {
            let order = self.order("nix-store").args(["--query", question]).args(paths);
            let (mut out, mut said) = (Vec::new(), Vec::new());
            let end = self.start(what, &order, &mut |heard| match heard {
                Heard::Out(bytes) => out.extend_from_slice(bytes),
                Heard::Err(bytes) if said.len() < 4096 => said.extend_from_slice(bytes),
                _ => {}
            })?;
            if end != End::Exit(0) {
                return Err(failed(what, &end, &String::from_utf8_lossy(&said)));
            }
            for line in String::from_utf8_lossy(&out).lines().map(str::to_owned) {
                // Sizes may be equal, paths are named once.
                if question == "--size" || answers.insert(line.clone()) {
                    list.push(line);
                }
            }
        }
        Ok(list)
    }

    fn order(&self, program: &str) -> Order {
        Order::new(self.nix.with_file_name(program), "/", Environment::cleaned())
    }

    fn start(&self, what: &str, order: &Order, heard: &mut dyn FnMut(Heard<'_>)) -> Result<End, Failure> {
        let ended = child::run(order, self.interrupt, heard);
        let ended = ended.map_err(|error| Failure::precondition(what).why(format!("Nix does not start: {error}")))?;
        match ended.end {
            End::Interrupted(number) => Err(Failure::new(Exit::Signal(number), what)
                .why("it was stopped")
                .next("the same command goes on where it was stopped")),
            end => Ok(end),
        }
    }

    fn run(&self, what: &str, args: &[&str], dir: &Path, tell: &mut dyn FnMut(&Progress)) -> Result<Said, Failure> {
        let mut order = Order::new(&self.nix, dir, Environment::cleaned())
            .args(["--extra-experimental-features", "nix-command flakes", "--log-format", "internal-json"])
            .args(["--option", "warn-dirty", "false", "--option", "connect-timeout", "10"]);
        order = order.args(args);
        let mut said = Said { out: Vec::new(), plain: String::new(), log: NixLog::new() };
        let end = self.start(what, &order, &mut |heard| match heard {
            Heard::Out(bytes) => said.out.extend_from_slice(bytes),
            Heard::Err(bytes) => {
                let Said { log, plain, .. } = &mut said;
                log.feed(bytes, |line| {
                    if plain.len() < 2000 {
                        plain.push_str(&line.line());
                        plain.push('\n');
                    }
                });
                tell(said.log.progress());
            }
            _ => {}
        })?;
        said.log.finish(|_| {});
        if end == End::Exit(0) {
            return Ok(said);
        }
        let first = said.log.errors().first().map_or(said.plain, |error| error.raw.clone());
        Err(failed(what, &end, &first))
    }
}

fn failed(what: &str, end: &End, said: &str) -> Failure {
    let line: String = text::sanitise(said).split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.trim_start_matches("error: ").chars().take(400).collect();
    let exit = if crate::core::outage::outage(said).is_some() { Exit::Network } else { Exit::Failed };
    let why = if line.is_empty() { format!("Nix ended with {end:?}") } else { line };
    let failure = Failure::new(exit, what).why(why);
    if said.contains("No space left") { failure.next("free some space and run the same again: it goes on") } else { failure }
}

fn gather(inputs: &serde_json::Value, into: &mut Vec<String>) {
    for input in inputs.as_object().into_iter().flat_map(|inputs| inputs.values()) {
        if let Some(path) = input["path"].as_str()
            && !into.iter().any(|known| known == path)
        {
            into.push(path.to_owned());
        }
        gather(&input["inputs"], into);
    }
}

/// The address of a binary cache in a folder. Nix's versions read special characters in it differently: such a folder gets a plain
/// name for the while.
fn address(folder: &Path) -> Result<(Option<tempfile::TempDir>, String), Failure> {
    let plain =
        |path: &Path| path.to_str().is_some_and(|text| text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+".contains(c)));
    if plain(folder) {
        return Ok((None, format!("file://{}", folder.display())));
    }
    let what = || Failure::precondition(format!("name `{}` to Nix", folder.display()));
    let temp = tempfile::Builder::new().prefix("nixml-").tempdir().map_err(|error| what().why(error.to_string()))?;
    let link = temp.path().join("kit");
    std::os::unix::fs::symlink(folder, &link).map_err(|error| what().why(error.to_string()))?;
    let address = format!("file://{}", link.display());
    Ok((Some(temp), address))
}
