//! What a project costs on the disk, found and freed: links are never followed, nothing outside goes unless it was named.

mod outside;
mod tree;

use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, renameat, unlinkat};

use crate::core::changes::OnDisk;
use crate::core::clean::{Group, Item};
use crate::core::failure::Failure;
use crate::edge::files::Folder;

use outside::Tools;

/// What was found, with the folder locked until this is dropped.
#[derive(Debug)]
pub struct Found {
    folder: Folder,
    pub items: Vec<Item>,
    tools: Tools,
    /// Distributions that the environments hold, for uv's cache.
    packages: Vec<String>,
}

/// Looks at the project in `dir`. `store`: everything of the Nix store is meant too.
///
/// # Errors
/// Exit 2: no project of nixml's. Exit 3: the folder cannot be opened. Exit 4: it is somebody else's, or another nixml works in it.
pub fn look(dir: &Path, store: bool) -> Result<Found, Failure> {
    let nothing = || {
        Failure::usage(format!("clean `{}`", dir.display()))
            .why("there is neither nixml.toml nor .nixml in it: nixml did not make a project there")
            .next("name the project's folder: `nixml clean DIR`")
    };
    let folder = Folder::look_only(dir)?.ok_or_else(nothing)?;
    let made = matches!(folder.look("nixml.toml"), OnDisk::File(_)) || folder.look(".nixml") == OnDisk::Other("a folder");
    if !made {
        return Err(nothing());
    }
    let tools = Tools::find();
    let mut items = Vec::new();
    let mut shared = tree::Inodes::default();
    let mut packages = Vec::new();
    for name in names(&folder, "") {
        if name == ".venv" || name.starts_with(".venv-") {
            items.push(environment(&folder, &name, &mut shared, &mut packages));
        }
    }
    items.extend(roots(&folder, &tools));
    if folder.look(".nixml/logs") == OnDisk::Other("a folder") {
        let size = tree::measure(&folder.path.join(".nixml/logs"), &mut tree::Inodes::default());
        items.push(Item::new(Group::Logs, ".nixml/logs", Some(size.bytes)));
    }
    packages.sort();
    packages.dedup();
    items.extend(tools.cache(shared.shared_bytes(), packages.len()));
    items.extend(outside::driver_links());
    if store {
        items.push(tools.store());
    }
    Ok(Found { folder, items, tools, packages })
}

fn names(folder: &Folder, inner: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path.join(inner)).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

fn environment(folder: &Folder, name: &str, shared: &mut tree::Inodes, packages: &mut Vec<String>) -> Item {
    let mut item = Item::new(Group::Venvs, name, None);
    match folder.look(name) {
        OnDisk::Other("a folder") => {}
        OnDisk::Other(what) => item.kept = Some(format!("it is {what}")),
        _ => item.kept = Some("it is no folder".to_owned()),
    }
    let settings = format!("{name}/pyvenv.cfg");
    if item.kept.is_none() && !name.starts_with(GOING) && !matches!(folder.look(&settings), OnDisk::File(_)) {
        item.kept = Some("it has no pyvenv.cfg: it is no environment of Python".to_owned());
    }
    if item.kept.is_none() {
        let path = folder.path.join(name);
        let mut own = tree::Inodes::default();
        let size = tree::measure(&path, &mut own);
        item.bytes = Some(size.bytes);
        item.shared_bytes = own.shared_bytes();
        shared.join(own);
        packages.extend(tree::distributions(&path));
    }
    item
}

/// Links that keep store paths: Nix collects nothing they lead to.
fn roots(folder: &Folder, tools: &Tools) -> Vec<Item> {
    let mut found: Vec<(String, PathBuf)> = Vec::new();
    for place in ["", ".nixml", ".direnv", ".direnv/flake-inputs"] {
        if !place.is_empty() && folder.look(place) != OnDisk::Other("a folder") {
            continue;
        }
        for name in names(folder, place) {
            let path = if place.is_empty() { name.clone() } else { format!("{place}/{name}") };
            let known = !place.is_empty() || name == "result" || name.starts_with("result-");
            let Ok(target) = std::fs::read_link(folder.path.join(&path)) else { continue };
            let profile = place == ".nixml" && name == "profile" || place == ".direnv" && !target.is_absolute();
            if known && (tools.in_store(&target) || profile && target.parent().is_none_or(|parent| parent == Path::new(""))) {
                let real = folder.path.join(&path).canonicalize().unwrap_or(target);
                found.push((path, real));
            }
        }
    }
    let sizes = tools.closures(found.iter().map(|(_, real)| real.as_path()));
    found.into_iter().map(|(path, real)| Item::new(Group::Roots, path, sizes.get(&real).copied())).collect()
}

/// The name that an environment goes by while it is removed: a stop in the middle leaves none that looks whole.
const GOING: &str = ".venv-going-";

impl Found {
    /// Frees what is marked; gives what a person should know of it, in sentences.
    ///
    /// # Errors
    /// Exit 3: the disk refuses, or uv or Nix is needed and absent. 128+N: stopped.
    pub fn free(&self, items: &[Item]) -> Result<Vec<String>, Failure> {
        let mut notes = Vec::new();
        for item in items.iter().filter(|item| item.freed) {
            match item.group {
                Group::Venvs => self.remove_tree(&item.path, GOING)?,
                Group::Logs => self.remove_tree(&item.path, ".nixml/going-")?,
                Group::Roots => self.remove_link(&item.path)?,
                Group::UvCache => notes.extend(self.tools.clean_cache(&self.packages, &self.folder.path)?),
                Group::DriverLinks => outside::remove_links(&item.path)?,
                Group::Store => notes.extend(self.tools.collect(&self.folder.path)?),
            }
        }
        Ok(notes)
    }

    fn remove_tree(&self, path: &str, aside: &str) -> Result<(), Failure> {
        let failed = |error: &std::io::Error| refused(&self.folder.path.join(path), error);
        let going = format!("{aside}{}", crate::edge::random_word());
        let (parent, name) = self.parent(path)?;
        let (beside, new) = self.parent(&going)?;
        renameat(&parent, name.as_str(), &beside, new.as_str()).map_err(|error| failed(&error.into()))?;
        std::fs::remove_dir_all(self.folder.path.join(&going)).map_err(|error| failed(&error))
    }

    fn remove_link(&self, path: &str) -> Result<(), Failure> {
        if self.folder.look(path) != OnDisk::Other("a link") {
            return Ok(());
        }
        let (parent, name) = self.parent(path)?;
        unlinkat(&parent, name.as_str(), AtFlags::empty()).map_err(|error| refused(&self.folder.path.join(path), &error.into()))
    }

    fn parent(&self, path: &str) -> Result<(std::os::fd::OwnedFd, String), Failure> {
        match self.folder.parent(path, false) {
            Ok(Some(found)) => Ok(found),
            Ok(None) => Err(Failure::precondition(format!("remove `{path}`")).why("its folder has gone")),
            Err(blocked) => Err(blocked.failure(format!("remove `{path}`"))),
        }
    }
}

fn refused(path: &Path, error: &std::io::Error) -> Failure {
    Failure::precondition(format!("remove `{}`", path.display())).why(error.to_string())
}
