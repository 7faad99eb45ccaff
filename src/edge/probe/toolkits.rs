//! CUDA toolkits on the disk: shown as not needed, never used to decide anything.

use super::options::ProbeOptions;
use super::part::Part;
use crate::core::facts::Toolkit;

/// Fills `toolkits`.
pub fn ask(options: &ProbeOptions, part: &mut Part) {
    let root = &options.root;
    let mut places: Vec<String> = root
        .names("/usr/local")
        .into_iter()
        .filter(|name| name.starts_with("cuda-"))
        .map(|name| format!("/usr/local/{name}"))
        .collect();
    places.extend(["/usr/local/cuda", "/opt/cuda", "/usr/lib/cuda"].map(str::to_owned));
    places.extend(["CUDA_HOME", "CUDA_PATH"].iter().filter_map(|name| options.vars.get(name)));
    let mut seen = Vec::new();
    for place in places {
        let place = place.trim_end_matches('/').to_owned();
        let real = root.at(root.resolve(&place));
        if !place.starts_with('/')
            || !real.is_dir()
            || seen.contains(&real)
            || !(root.exists(format!("{place}/bin/nvcc")) || version(options, &place).is_some())
        {
            continue;
        }
        seen.push(real);
        part.facts.toolkits.push(Toolkit { version: version(options, &place), path: options.shown(place.as_ref()) });
    }
    part.rest_from("toolkits", "files");
}

fn version(options: &ProbeOptions, place: &str) -> Option<String> {
    let root = &options.root;
    let json = root.text(format!("{place}/version.json")).and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
    let told = json.and_then(|value| value.pointer("/cuda/version")?.as_str().map(str::to_owned));
    let old = || root.line(format!("{place}/version.txt"))?.strip_prefix("CUDA Version ").map(str::to_owned);
    let named = || {
        let real = root.resolve(place);
        real.file_name()?.to_str()?.strip_prefix("cuda-").map(str::to_owned)
    };
    told.or_else(old).or_else(named)
}
