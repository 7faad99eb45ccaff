//! What is written for a plan: it parses, it teaches nothing wrong, and nothing hostile gets in.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, reason = "tests touch the world")]

mod plans;

use nixml::core::data::Data;
use nixml::core::files::{Files, Ownership};
use nixml::core::plan::Plan;
use nixml::core::render::render;

fn files(plan: &Plan) -> Files {
    render(plan, &Data::embedded()).unwrap_or_else(|failure| panic!("{}: {failure}", plan.name))
}

#[test]
fn dump() {
    for plan in plans::all() {
        let dir = std::path::Path::new("/tmp/tpl-dump").join(&plan.name);
        for (path, file) in &files(&plan).0 {
            let to = dir.join(path);
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::write(to, &file.text).unwrap();
        }
    }
    let _ = Ownership::Owned;
}
