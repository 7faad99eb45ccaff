//! What costs room outside the project's folder: uv's cache, the Nix store, links to former drivers. Its own programs free it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use crate::core::clean::{Group, Item};
use crate::core::failure::{Exit, Failure};
use crate::edge::child::{self, End, Environment, Heard, Interrupt, Order};
use crate::edge::validate::find_nix;

/// A question to uv or Nix takes no longer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes of an answer that are read.
const MOST_BYTES: usize = 1 << 20;

/// uv and Nix, as far as they are here.
#[derive(Debug)]
pub struct Tools {
    uv: Option<PathBuf>,
    nix: Option<PathBuf>,
    store: PathBuf,
}

impl Tools {
    #[must_use]
    pub fn find() -> Self {
        let home = home().unwrap_or_default();
        let store = std::env::var_os("NIX_STORE_DIR").map_or_else(|| PathBuf::from("/nix/store"), PathBuf::from);
        Self { uv: child::find("uv", &[&home.join(".local/bin"), &home.join(".cargo/bin")]), nix: find_nix(), store }
    }

    /// A path of the Nix store.
    pub fn in_store(&self, path: &Path) -> bool {
        path.starts_with(&self.store)
    }

    /// What each of these store paths holds in all, by path; nothing where Nix does not answer.
    pub fn closures<'a>(&self, paths: impl Iterator<Item = &'a Path>) -> HashMap<PathBuf, u64> {
        let paths: Vec<&Path> = paths.collect();
        let Some(nix) = self.nix.as_ref().filter(|_| !paths.is_empty()) else { return HashMap::new() };
        let order = Order::new(nix, "/", Environment::cleaned())
            .args(["--extra-experimental-features", "nix-command", "path-info", "--closure-size"])
            .args(&paths);
        let Ok((_, said)) = ask(&order) else { return HashMap::new() };
        let line = |line: &str| {
            let mut words = line.split_whitespace();
            Some((PathBuf::from(words.next()?), words.next_back()?.parse().ok()?))
        };
        said.lines().filter_map(line).collect()
    }

    /// uv's cache, as far as this project's environments share it.
    pub fn cache(&self, shared: u64, packages: usize) -> Option<Item> {
        if packages == 0 {
            return None;
        }
        let dir = self.uv.as_ref().and_then(|uv| {
            let (end, said) =
                ask(&Order::new(uv, "/", Environment::cleaned()).args(["cache", "dir", "--color", "never"])).ok()?;
            (end == End::Exit(0)).then(|| said.trim().to_owned()).filter(|path| path.starts_with('/'))
        });
        let path = dir.as_deref().map_or_else(|| "uv's cache".to_owned(), |dir| shown(Path::new(dir)));
        let mut item = Item::new(Group::UvCache, path, (shared > 0).then_some(shared));
        item.shared_bytes = shared;
        if self.uv.is_none() {
            item.kept = Some("uv is not on PATH; its own shell has it: `nix develop`".to_owned());
        }
        Some(item)
    }

    /// Everything of the store that nothing holds.
    pub fn store(&self) -> Item {
        let mut item = Item::new(Group::Store, self.store.display().to_string(), None);
        if self.nix.is_none() {
            item.kept = Some("Nix is not installed".to_owned());
        }
        item
    }

    /// Takes `packages` out of uv's cache.
    pub fn clean_cache(&self, packages: &[String], dir: &Path) -> Result<Option<String>, Failure> {
        let uv = self.uv.as_ref().ok_or_else(|| Failure::precondition("clean uv's cache").why("uv is not on PATH"))?;
        let order = Order::new(uv, dir, Environment::cleaned()).args(["cache", "clean", "--color", "never"]).args(packages);
        run(&order, "uv cache clean")
    }

    /// Lets Nix collect.
    pub fn collect(&self, dir: &Path) -> Result<Option<String>, Failure> {
        let nix = self.nix.as_ref().ok_or_else(|| Failure::precondition("collect the Nix store").why("Nix is not installed"))?;
        let order = Order::new(nix.with_file_name("nix-store"), dir, Environment::cleaned()).args(["--gc", "--quiet"]);
        run(&order, "nix-store --gc")
    }
}

fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute())
}

/// A path with the home folder as `~`.
fn shown(path: &Path) -> String {
    match home().and_then(|home| path.strip_prefix(home).ok().map(Path::to_path_buf)) {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
}

/// How a short question ended, and what was answered.
fn ask(order: &Order) -> std::io::Result<(End, String)> {
    let mut out = Vec::new();
    let order = order.clone().deadline(Instant::now().checked_add(PATIENCE));
    let ended = child::run(&order, &Interrupt::new(), &mut |heard| {
        if let Heard::Out(bytes) = heard {
            out.extend_from_slice(&bytes[..bytes.len().min(MOST_BYTES.saturating_sub(out.len()))]);
        }
    })?;
    Ok((ended.end, String::from_utf8_lossy(&out).into_owned()))
}

/// Runs what frees; its last line is worth telling.
fn run(order: &Order, name: &str) -> Result<Option<String>, Failure> {
    let mut said = String::new();
    let ended = child::run(order, &Interrupt::from_signals(), &mut |heard| {
        if let Heard::Out(bytes) | Heard::Err(bytes) = heard {
            said.push_str(&String::from_utf8_lossy(&bytes[..bytes.len().min(MOST_BYTES.saturating_sub(said.len()))]));
        }
    });
    let last = said.lines().rev().map(str::trim).find(|line| !line.is_empty()).map(crate::core::text::label);
    let failed = |exit, why: String| Failure::new(exit, format!("run `{name}`")).why(why);
    match ended.map_err(|error| failed(Exit::Precondition, error.to_string()))?.end {
        End::Exit(0) => Ok(last.map(|last| format!("{name}: {last}"))),
        End::Interrupted(number) => Err(failed(Exit::Signal(number), "it was stopped".to_owned())),
        _ => Err(failed(Exit::Precondition, last.unwrap_or_else(|| "it failed".to_owned()))),
    }
}

/// Folders of links to drivers, as nix/driver.sh makes them; the newest of each machine serves it now.
pub fn driver_links() -> Vec<Item> {
    let mut items = Vec::new();
    for base in bases() {
        let mut farms: Vec<(String, PathBuf, SystemTime)> = fs::read_dir(&base)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let status = entry.metadata().ok().filter(fs::Metadata::is_dir)?;
                let name = entry.file_name().into_string().ok()?;
                let machine = name.rsplit_once('-').map_or(name.clone(), |(machine, _)| machine.to_owned());
                Some((machine, entry.path(), status.modified().ok()?))
            })
            .collect();
        farms.sort_by_key(|(_, _, made)| std::cmp::Reverse(*made));
        let mut seen: Vec<String> = Vec::new();
        for (machine, path, _) in farms {
            let newest = !seen.contains(&machine);
            seen.push(machine);
            let mut item = Item::new(Group::DriverLinks, path.display().to_string(), Some(4096));
            item.kept = if newest {
                Some("it leads to the driver of today".to_owned())
            } else if links(&path).is_none() {
                Some("it holds more than links".to_owned())
            } else {
                None
            };
            if !newest {
                items.push(item);
            }
        }
    }
    items
}

/// Where nix/driver.sh puts them.
fn bases() -> Vec<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = variable("XDG_CACHE_HOME").or_else(|| home().map(|home| home.join(".cache")));
    let own = format!("nixml-{}", rustix::process::getuid().as_raw());
    let temp = variable("TMPDIR").unwrap_or_else(|| PathBuf::from("/tmp")).join(own);
    let places = [cache.map(|dir| dir.join("nixml")), variable("XDG_RUNTIME_DIR").map(|dir| dir.join("nixml")), Some(temp)];
    let ours = |path: &PathBuf| {
        use std::os::unix::fs::MetadataExt as _;
        fs::symlink_metadata(path).is_ok_and(|status| status.is_dir() && status.uid() == rustix::process::geteuid().as_raw())
    };
    places.into_iter().flatten().filter(ours).map(|dir| dir.join("driver-libs")).filter(ours).collect()
}

/// Everything in a folder, when it is links only.
fn links(farm: &Path) -> Option<Vec<PathBuf>> {
    let entries: Vec<fs::DirEntry> = fs::read_dir(farm).ok()?.collect::<Result<_, _>>().ok()?;
    let all = entries.iter().all(|entry| entry.file_type().is_ok_and(|kind| kind.is_symlink()));
    all.then(|| entries.iter().map(fs::DirEntry::path).collect())
}

/// Removes one folder of links.
pub fn remove_links(farm: &str) -> Result<(), Failure> {
    let farm = Path::new(farm);
    let failed = |error: std::io::Error| super::refused(farm, &error);
    for link in links(farm).unwrap_or_default() {
        fs::remove_file(link).map_err(failed)?;
    }
    fs::remove_dir(farm).map_err(failed)
}
