//! Where the class file comes from: a file, an https address, a kit.

use std::path::{Path, PathBuf};

use nixml::core::answers::Answers;
use nixml::core::class::{self, Class};
use nixml::core::failure::{Exit, Failure};
use nixml::core::kit::{KitFile, Manifest};
use nixml::core::step;
use nixml::edge::child::Interrupt;
use nixml::edge::fetch;
use nixml::edge::kit::{KitFolder, harm};

use crate::cli::Shared;
use crate::command::shared_data;

/// A class file that was read, and what came with it.
pub struct Source {
    pub class: Class,
    pub answers: Answers,
    /// The file's text: the readiness code is about exactly that.
    pub text: String,
    pub kit: Option<Kit>,
    /// With the kit's own data laid over nixml's.
    pub shared: Shared,
}

/// An open kit.
pub struct Kit {
    pub folder: KitFolder,
    pub manifest: Manifest,
}

impl Source {
    /// Reads it, from whichever place was named.
    pub fn read(class: Option<&str>, kit: Option<&Path>, shared: &Shared) -> Result<Self, Failure> {
        if let Some(kit) = kit {
            return Self::of_kit(kit, shared);
        }
        let named = class.unwrap_or_default();
        let text = if fetch::is_address(named) {
            fetch::page(named, &Interrupt::new())?
        } else {
            crate::command::class::read_text(Path::new(named))?
        };
        Self::of_text(named, text, None, shared.clone())
    }

    fn of_kit(path: &Path, shared: &Shared) -> Result<Self, Failure> {
        let (folder, manifest) = KitFolder::open(path)?;
        // What is read below must be what the instructor put in.
        let first: Vec<&KitFile> =
            manifest.files.iter().filter(|file| file.path == "class.toml" || file.path.starts_with("data/")).collect();
        if let Some(harm) = harm(&folder, &first, &Interrupt::new(), &mut |_| {}).first() {
            return Err(damaged(&folder, &harm.path, &harm.how));
        }
        let text = crate::command::class::read_text(&folder.at("class.toml"))?;
        let mut shared = shared.clone();
        if shared.data.is_none() && first.iter().any(|file| file.path.starts_with("data/")) {
            shared.data = Some(folder.at("data"));
        }
        let name = PathBuf::from("class.toml").display().to_string();
        Self::of_text(&name, text, Some(Kit { folder, manifest }), shared)
    }

    fn of_text(name: &str, text: String, kit: Option<Kit>, shared: Shared) -> Result<Self, Failure> {
        let (class, answers) = class::read(&nixml::core::text::label(name), &text, &step::load(&shared_data(&shared)?)?)?;
        Ok(Self { class, answers, text, kit, shared })
    }
}

/// A kit that cannot be used as it is.
pub fn damaged(folder: &KitFolder, path: &str, how: &str) -> Failure {
    Failure::new(Exit::Failed, format!("use the kit `{}`", folder.path.display()))
        .why(format!("`{path}` {how}"))
        .next("get that file again from whoever made the kit; `nixml bundle` on the same folder mends it there")
}
