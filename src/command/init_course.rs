//! What `nixml join` knows beside the answers when it makes a course's project.

use std::path::PathBuf;

use nixml::core::choices::Resolved;
use nixml::core::plan::Target;

/// A course's own part of `init`.
#[derive(Debug, Clone)]
pub struct Course {
    /// The builds that everybody in the course gets.
    pub resolved: Resolved,
    pub kit: Option<Kit>,
    /// The report goes elsewhere: `init` prints none.
    pub silent: bool,
}

/// The parts of a kit that the project is made from.
#[derive(Debug, Clone)]
pub struct Kit {
    /// The text of its uv.lock.
    pub lock: String,
    pub wheels: PathBuf,
    /// The targets beside the first that are filled from it.
    pub others: Vec<Target>,
}
