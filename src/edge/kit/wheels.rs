//! The wheels of a kit: what the lock names, fetched and checked, and uv's own word that they are enough.

use std::path::{Path, PathBuf};

use crate::core::failure::{Exit, Failure};
use crate::core::kit::{Platform, Wheel};
use crate::core::text;
use crate::edge::child::{self, End, Environment, Heard, Interrupt, Order};
use crate::edge::fetch::{self, Download};

use super::KitFolder;
use super::folder::hash;

/// A project with a uv.lock, and the shell that Nix built for it.
#[derive(Debug, Clone)]
pub struct Lock<'a> {
    pub nix: &'a Path,
    /// The project's folder; `.nixml/profile` is its shell.
    pub dir: &'a Path,
    /// What uv is told so that it takes the target: nothing for the first.
    pub groups: Vec<String>,
    pub interrupt: &'a Interrupt,
}

impl Lock<'_> {
    /// The lock in its standard form, of this target alone.
    ///
    /// # Errors
    /// Exit 1: uv refuses.
    pub fn standard(&self) -> Result<String, Failure> {
        self.export(&["--format", "pylock.toml"])
    }

    /// The same as requirements with hashes.
    ///
    /// # Errors
    /// Exit 1: uv refuses.
    pub fn requirements(&self) -> Result<String, Failure> {
        self.export(&["--format", "requirements.txt"])
    }

    fn export(&self, format: &[&str]) -> Result<String, Failure> {
        let mut args: Vec<&str> = vec!["export", "--quiet", "--frozen", "--offline", "--no-emit-project", "--no-header"];
        args.extend(format);
        args.extend(self.groups.iter().map(String::as_str));
        let (out, said, end) = self.uv(&args, &self.dir.to_path_buf())?;
        if end == End::Exit(0) { Ok(out) } else { Err(refused("read uv.lock", &said, &end)) }
    }

    /// Runs the shell's uv and gives what it printed.
    fn uv(&self, args: &[&str], dir: &PathBuf) -> Result<(String, String, End), Failure> {
        let profile = self.dir.join(".nixml/profile");
        let order = Order::new(self.nix, dir, Environment::cleaned())
            .args(["--extra-experimental-features", "nix-command flakes", "develop", "--offline"])
            .args([profile.as_os_str()])
            .args(["--command", "uv"])
            .args(args);
        let (mut out, mut said) = (Vec::new(), Vec::new());
        let ended = child::run(&order, self.interrupt, &mut |heard| match heard {
            Heard::Out(bytes) => out.extend_from_slice(bytes),
            Heard::Err(bytes) if said.len() < 1 << 16 => said.extend_from_slice(bytes),
            _ => {}
        })
        .map_err(|error| Failure::precondition("run uv").why(error.to_string()))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((text(&out), text(&said), ended.end))
    }
}

/// What uv said against it, in its own words.
fn refused(what: &str, said: &str, end: &End) -> Failure {
    if let End::Interrupted(number) = end {
        return Failure::new(Exit::Signal(*number), what).why("it was stopped");
    }
    let from = said.find("error:").or_else(|| said.find('×')).unwrap_or(0);
    let words: Vec<&str> = said[from..].split_whitespace().filter(|word| !["×", "╰─▶", "├─▶", "│"].contains(word)).collect();
    let words: String = text::sanitise(&words.join(" ")).chars().take(400).collect();
    Failure::new(Exit::Failed, what).why(words)
}

/// Fetches what is not there yet; a file with the wrong hash is fetched anew. `tell` hears how many are there.
///
/// # Errors
/// As [`fetch::files`]; exit 5 when an index gave something else than the lock says.
pub fn fetch(kit: &KitFolder, wheels: &[Wheel], interrupt: &Interrupt, tell: &mut dyn FnMut(usize)) -> Result<(), Failure> {
    std::fs::create_dir_all(kit.at("wheels"))
        .map_err(|error| Failure::precondition("make the folder for the wheels").why(error.to_string()))?;
    let whole = |path: &Path, wheel: &Wheel| hash(path, interrupt).is_ok_and(|(_, found)| found == wheel.sha256);
    let place = |wheel: &Wheel| kit.at(&format!("wheels/{}", wheel.name));
    let part = |wheel: &Wheel| kit.at(&format!("wheels/{}.part", wheel.name));
    let mut open: Vec<&Wheel> = Vec::new();
    for wheel in wheels {
        if whole(&place(wheel), wheel) {
            continue;
        }
        if whole(&part(wheel), wheel) {
            keep(&part(wheel), &place(wheel))?;
            continue;
        }
        let _ = std::fs::remove_file(place(wheel));
        open.push(wheel);
    }
    let mut there = wheels.len() - open.len();
    tell(there);
    for again in [false, true] {
        let downloads: Vec<Download> = open.iter().map(|wheel| Download { url: wheel.url.clone(), to: part(wheel) }).collect();
        let fetched = fetch::files(&downloads, interrupt, &mut |_| {
            there += 1;
            tell(there.min(wheels.len()));
        });
        // What came whole is kept, whatever happened to the others.
        let before = open.len();
        let mut left = Vec::new();
        for wheel in open {
            if whole(&part(wheel), wheel) { keep(&part(wheel), &place(wheel))? } else { left.push(wheel) }
        }
        open = left;
        there = wheels.len() - open.len();
        if open.is_empty() {
            return Ok(());
        }
        if let Err(failure) = fetched
            && (again || interrupt.asked().is_some() || before > open.len() || failure.exit != Exit::Network)
        {
            return Err(
                failure.next(format!("{there} of {} wheels are there; the same command goes on from there", wheels.len()))
            );
        }
        // A remainder that cannot be gone on with: once from the start.
        for wheel in &open {
            let _ = std::fs::remove_file(part(wheel));
        }
    }
    let names: Vec<&str> = open.iter().map(|wheel| wheel.name.as_str()).take(3).collect();
    Err(Failure::new(Exit::Network, "fetch the wheels")
        .why(format!("the index gave something else than uv.lock says for {}", names.join(", ")))
        .next("is a proxy changing files? Try again on another network"))
}

fn keep(part: &Path, place: &Path) -> Result<(), Failure> {
    std::fs::rename(part, place)
        .map_err(|error| Failure::precondition(format!("write `{}`", place.display())).why(error.to_string()))
}

/// uv resolves the lock from the kit's wheels alone, for a machine of `platform`: it says whether they are enough.
///
/// # Errors
/// Exit 1 with uv's words: a wheel is missing that such a machine needs.
pub fn complete(lock: &Lock<'_>, requirements: &str, kit: &KitFolder, platform: Platform, python: &str) -> Result<(), Failure> {
    let what = format!("check the wheels for {}", platform.word());
    let temp = tempfile::Builder::new()
        .prefix("nixml-")
        .tempdir()
        .map_err(|error| Failure::precondition(what.clone()).why(error.to_string()))?;
    let file = temp.path().join("requirements.txt");
    std::fs::write(&file, requirements).map_err(|error| Failure::precondition(what.clone()).why(error.to_string()))?;
    let (file, target, wheels) = (file.to_string_lossy(), temp.path().join("t"), kit.at("wheels"));
    let (target, wheels) = (target.to_string_lossy(), wheels.to_string_lossy());
    let args = ["pip", "install", "--dry-run", "--offline", "--no-index", "--no-deps", "--require-hashes", "--no-build"];
    let more = ["--python-platform", platform.for_uv(), "--python-version", python, "--target", &target];
    let all = [&args[..], &more[..], &["--find-links", &wheels, "--requirements", &file]].concat();
    let (_, said, end) = lock.uv(&all, &lock.dir.to_path_buf())?;
    if end == End::Exit(0) { Ok(()) } else { Err(refused(&what, &said, &end)) }
}
