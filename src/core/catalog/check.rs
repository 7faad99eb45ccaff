//! What the types cannot say about the catalog: every name that a row uses exists, every row tells its source.

use super::load::wrong;
use super::{Catalog, Framework};
use crate::core::failure::Failure;

const SYSTEMS: [&str; 3] = ["x86_64-linux", "aarch64-linux", "aarch64-darwin"];

pub(super) fn check(catalog: &Catalog) -> Result<(), Failure> {
    if catalog.frameworks.is_empty() {
        return Err(wrong("assets/catalog/frameworks/", "no framework is there"));
    }
    for (key, source, verified) in rows(catalog) {
        if source.trim().is_empty() {
            return Err(wrong("assets/catalog/", &format!("`{key}` has no `source`")));
        }
        if !is_date(verified) {
            return Err(wrong("assets/catalog/", &format!("`verified` of `{key}` is `{verified}`; write `2026-11-21`")));
        }
    }
    for framework in &catalog.frameworks {
        let path = format!("assets/catalog/frameworks/{}.toml", framework.id);
        names_exist(catalog, framework).map_err(|why| wrong(&path, &why))?;
        rows_fit(catalog, framework).map_err(|why| wrong(&path, &why))?;
    }
    Ok(())
}

/// Frameworks, indexes, systems and Python releases that rows speak of.
fn names_exist(catalog: &Catalog, framework: &Framework) -> Result<(), String> {
    if let Some(base) = &framework.base {
        match catalog.framework(&base.framework) {
            None => return Err(format!("`base.framework`: there is no framework `{}`", base.framework)),
            Some(below) if below.base.is_some() => {
                return Err(format!("`base.framework`: `{}` stands on another framework itself", base.framework));
            }
            Some(_) if !framework.builds.is_empty() => {
                return Err("`build`: a framework with a `base` takes the builds of that one".to_owned());
            }
            Some(_) => {}
        }
    } else if framework.builds.is_empty() {
        return Err("`build`: at least one is needed".to_owned());
    }
    for build in &framework.builds {
        let place = format!("build `{}`", build.id);
        if let Some(index) = &build.index
            && !framework.indexes.iter().any(|remote| remote.name == *index)
        {
            return Err(format!("{place}: there is no index `{index}`"));
        }
        for system in build.systems.iter().chain(build.sm.keys()).chain(build.ptx.keys()) {
            if !SYSTEMS.contains(&system.as_str()) {
                return Err(format!("{place}: `{system}` is none of {}", SYSTEMS.join(", ")));
            }
        }
        if let Some(cuda) = &build.cuda {
            if catalog.floor(cuda, false).is_none() {
                return Err(format!("{place}: cuda.toml has no `floor` for CUDA {}", cuda.major()));
            }
            let every = build.systems.iter().all(|system| build.sm.contains_key(system));
            if build.compute.is_none() && !every {
                return Err(format!("{place}: `sm` for each system, or `compute`, is needed"));
            }
        }
    }
    for release in &framework.releases {
        for python in &release.python {
            if catalog.python(python).is_none() {
                return Err(format!("release {}: python.toml has no `{python}`", release.version));
            }
        }
    }
    Ok(())
}

/// Releases without builds, placeholders without a value, sizes of nothing.
fn rows_fit(catalog: &Catalog, framework: &Framework) -> Result<(), String> {
    for release in &framework.releases {
        let built = framework.builds.iter().filter(|build| build.releases.contains(&release.version));
        if framework.base.is_none() && built.clone().next().is_none() {
            return Err(format!("release {}: no `build` is for it", release.version));
        }
        for requirement in framework.requirements.iter().chain(built.flat_map(|build| &build.requirements)) {
            let filled = release.fill(requirement);
            if filled.contains(['{', '}']) {
                return Err(format!("release {}: `with` has no value for `{requirement}`", release.version));
            }
            crate::core::requirement::read(&filled).map_err(|why| format!("requirement `{filled}`: {why}"))?;
        }
    }
    let below = framework.base.as_ref().and_then(|base| catalog.framework(&base.framework)).unwrap_or(framework);
    for size in &framework.sizes {
        let release = framework.releases.iter().any(|release| release.version == size.release);
        let build = below.builds.iter().any(|build| build.id == size.build);
        if !release || !build {
            return Err(format!("size of {} {}: there is no such release or build", size.release, size.build));
        }
    }
    Ok(())
}

fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() })
}

/// The newest date on which a row was verified.
pub(super) fn newest_date(catalog: &Catalog) -> &str {
    rows(catalog).into_iter().map(|(_, _, verified)| verified).max().unwrap_or("")
}

/// Every row: what it is, its source, its date.
fn rows(catalog: &Catalog) -> Vec<(String, &str, &str)> {
    let mut rows: Vec<(String, &str, &str)> = Vec::new();
    macro_rules! rows {
        ($list:expr, $row:ident => $name:expr) => {
            rows.extend($list.iter().map(|$row| ($name, $row.source.as_str(), $row.verified.as_str())))
        };
    }
    rows!(catalog.floors, row => format!("floor of CUDA {}", row.major));
    rows!(catalog.toolkits, row => format!("toolkit {}", row.version));
    rows!(catalog.generations, row => format!("generation {}", row.name));
    rows!(catalog.arches, row => format!("arch {}", row.compute));
    rows!(catalog.cards, row => format!("cards of {}", row.compute));
    rows!(catalog.pythons, row => format!("python {}", row.version));
    rows!(catalog.native, row => format!("native {}", row.packages.join(", ")));
    rows!(catalog.extras.values().collect::<Vec<_>>(), row => format!("extra {}", row.id));
    rows!([&catalog.pypi], row => { let _ = row; "pypi".to_owned() });
    rows!([&catalog.pin], row => format!("pin {}", row.branch));
    for framework in &catalog.frameworks {
        let id = &framework.id;
        rows!([framework], row => row.id.clone());
        rows!(framework.indexes, row => format!("{id}: index {}", row.name));
        rows!(framework.releases, row => format!("{id}: release {}", row.version));
        rows!(framework.builds, row => format!("{id}: build {}", row.id));
        rows!(framework.builds.iter().flat_map(|build| &build.pins).collect::<Vec<_>>(), row => format!("{id}: pin {}", row.requirement));
        rows!(framework.companions, row => format!("{id}: companion {}", row.package));
        rows!(framework.sizes, row => format!("{id}: size of {}", row.build));
        rows!(framework.broken, row => format!("{id}: broken {}", row.releases));
        rows!(framework.notes, row => format!("{id}: note"));
    }
    rows
}
