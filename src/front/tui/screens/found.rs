//! What was found on the machine as rows, and what to mend, in a person's words.

use crate::core::doctor;
use crate::core::facts::{Disk, DiskRole, Facts, Gpu, Os, OsKind, Vendor};
use crate::core::finding::{Finding, Verdict};
use crate::core::text::{self, label};
use crate::front::tui::widgets::table::{Fact, Mark};

/// The machine in a few words, for the title line.
#[must_use]
pub fn summary(facts: &Facts) -> String {
    let card = facts.nvidia().find_map(|gpu| gpu.name.as_deref()).map(|name| label(name).replace("NVIDIA ", ""));
    let driver =
        facts.driver.as_ref().and_then(|driver| driver.version.as_deref()).map(|version| format!("driver {}", label(version)));
    match (card, driver) {
        (Some(card), Some(driver)) => format!("{card}, {driver}"),
        (Some(card), None) => card,
        (None, _) => facts.os.as_ref().and_then(name).or_else(|| facts.system()).unwrap_or_default(),
    }
}

/// What was found as rows; what is still looked for says so.
#[must_use]
pub fn facts(facts: &Facts, probed: bool) -> Vec<Fact> {
    let mut rows = vec![system(facts, probed)];
    rows.extend(cards(facts, probed));
    // Without a card of its maker the driver is nobody's concern.
    if facts.gpus.is_none() || facts.driver.is_some() || facts.nvidia().next().is_some() {
        rows.push(driver(facts, probed));
    }
    rows.push(nix(facts, probed));
    rows.push(disk(facts, probed));
    rows
}

/// What to mend, the gravest first, with the commands.
#[must_use]
pub fn troubles(facts: &Facts, probed: bool) -> Vec<Fact> {
    let mut found = if probed { doctor::run(facts, None, &[]) } else { Vec::new() };
    found.sort_by_key(|finding| {
        let grave = match finding.verdict {
            Verdict::Fail => 0,
            Verdict::Warn => 1,
            _ => 2,
        };
        // Of what is only noted, Nix matters most: everything else can wait for it.
        (grave, finding.code.as_deref() != Some("nix-missing"))
    });
    found.iter().filter_map(trouble).collect()
}

fn row(mark: Mark, label: &str, detail: String) -> Fact {
    Fact { mark, label: label.to_owned(), detail }
}

/// Not known: still looked for, or asked in vain.
fn unknown(facts: &Facts, label: &str, key: &str, probed: bool) -> Fact {
    match facts.unknown.get(key) {
        Some(why) => row(Mark::Warn, label, format!("not known: {}", text::label(why))),
        None if probed => row(Mark::Skip, label, "not known".to_owned()),
        None => row(Mark::Looking, label, "looking".to_owned()),
    }
}

fn system(facts: &Facts, probed: bool) -> Fact {
    let Some(os) = &facts.os else { return unknown(facts, "System", "os", probed) };
    let mut words = Vec::new();
    words.extend(name(os).or_else(|| facts.system()));
    words.extend(os.arch.as_deref().map(label));
    if facts.is_wsl() {
        words.push(format!("WSL {}", os.wsl.unwrap_or(2)));
    }
    if os.container == Some(true) {
        words.push("in a container".to_owned());
    }
    words.extend(facts.cpu.as_ref().and_then(|cpu| cpu.cores).map(|cores| format!("{cores} cores")));
    words.extend(
        facts.memory.as_ref().and_then(|memory| memory.total_bytes).map(|bytes| format!("{} memory", text::memory(bytes))),
    );
    row(Mark::Ok, "System", words.join(", "))
}

/// The system's name and version, as people say them.
fn name(os: &Os) -> Option<String> {
    let distro = match (os.kind, os.distro.as_deref()) {
        (Some(OsKind::Macos), _) => "macOS".to_owned(),
        (_, Some("nixos")) => "NixOS".to_owned(),
        (_, Some(id)) => capital(&label(id)),
        (_, None) => return None,
    };
    let version = os.version.as_deref().map(label).unwrap_or_default();
    Some(format!("{distro} {version}").trim().to_owned())
}

fn cards(facts: &Facts, probed: bool) -> Vec<Fact> {
    let Some(gpus) = &facts.gpus else { return vec![unknown(facts, "GPU", "gpus", probed)] };
    if gpus.is_empty() {
        return vec![row(Mark::Skip, "GPU", "no card that could compute: everything runs on the CPU".to_owned())];
    }
    // Cards that are alike share a row.
    let alike = |one: &Gpu, other: &Gpu| {
        (&one.name, one.memory_bytes, &one.compute, one.mig, &one.error)
            == (&other.name, other.memory_bytes, &other.compute, other.mig, &other.error)
    };
    let mut at = 0;
    gpus.chunk_by(alike)
        .map(|group| {
            let first = at;
            at += group.len();
            let name = match (gpus.len(), group.len()) {
                (1, _) => "GPU".to_owned(),
                (_, 1) => format!("GPU {first}"),
                (_, many) => format!("GPU {first}-{}", first + many - 1),
            };
            let mut row = card(&group[0], name);
            if group.len() > 1 {
                row.detail = format!("{} times {}", group.len(), row.detail);
            }
            row
        })
        .collect()
}

fn card(gpu: &Gpu, name: String) -> Fact {
    let mut words = vec![gpu.name.as_deref().map_or_else(|| "a card without a name".to_owned(), label)];
    words.extend(gpu.memory_bytes.map(text::memory));
    words.extend(gpu.compute.as_deref().map(|compute| format!("compute {}", label(compute))));
    if gpu.mig == Some(true) {
        words.push("partitioned (MIG)".to_owned());
    }
    if let Some(error) = &gpu.error {
        words.push(label(error));
        return Fact { mark: Mark::Fail, label: name, detail: words.join(", ") };
    }
    let mark = if gpu.vendor == Some(Vendor::Nvidia) || gpu.vendor == Some(Vendor::Apple) { Mark::Ok } else { Mark::Note };
    words.extend((mark == Mark::Note).then(|| "not used for computing".to_owned()));
    Fact { mark, label: name, detail: words.join(", ") }
}

fn driver(facts: &Facts, probed: bool) -> Fact {
    let Some(driver) = &facts.driver else {
        return unknown(facts, "Driver", "driver", probed);
    };
    let Some(version) = &driver.version else {
        return unknown(facts, "Driver", "driver.version", probed);
    };
    let cuda = driver.cuda.as_deref().map_or(String::new(), |cuda| format!(", made for CUDA {}", label(cuda)));
    let source = facts.sources.get("driver.version").map_or(String::new(), |source| format!(" (asked {})", label(source)));
    match driver.kernel_module.as_deref().filter(|module| *module != version.as_str()) {
        // The library of an update, and the module of before it.
        Some(module) => {
            row(Mark::Fail, "Driver", format!("{}, but its kernel module is {}: see below", label(version), label(module)))
        }
        None => row(Mark::Ok, "Driver", format!("{}{cuda}{source}", label(version))),
    }
}

fn nix(facts: &Facts, probed: bool) -> Fact {
    let Some(nix) = &facts.nix else { return unknown(facts, "Nix", "nix", probed) };
    if nix.installed == Some(false) {
        return row(Mark::Note, "Nix", "not installed; the project can be written all the same".to_owned());
    }
    let mut words = vec![nix.version.as_deref().map_or_else(|| "of a version not known".to_owned(), label)];
    match nix.flakes {
        Some(true) => words.push("flakes on".to_owned()),
        Some(false) => words.push("flakes off (nixml switches them on for itself)".to_owned()),
        None => {}
    }
    if nix.multi_user == Some(true) {
        words.push(if nix.daemon == Some(false) { "the daemon does not answer" } else { "daemon answers" }.to_owned());
    }
    let mark =
        if nix.error.is_some() || (nix.multi_user == Some(true) && nix.daemon == Some(false)) { Mark::Warn } else { Mark::Ok };
    row(mark, "Nix", words.join(", "))
}

fn disk(facts: &Facts, probed: bool) -> Fact {
    let of = |role| facts.disks.iter().find(|disk: &&Disk| disk.role == Some(role) && disk.free_bytes.is_some());
    let places = [(DiskRole::Project, "for the project"), (DiskRole::Nix, "for Nix")];
    let free = |role| of(role).and_then(|disk| disk.free_bytes).map(text::bytes);
    if let (Some(project), Some(nix)) = (free(DiskRole::Project), free(DiskRole::Nix))
        && project == nix
    {
        return row(Mark::Ok, "Disk", format!("{project} free"));
    }
    let words: Vec<String> = places
        .into_iter()
        .filter_map(|(role, what)| {
            of(role).and_then(|disk| disk.free_bytes).map(|bytes| format!("{} free {what}", text::bytes(bytes)))
        })
        .collect();
    if words.is_empty() {
        return match facts.disks.iter().find_map(|disk| disk.free_bytes.map(|bytes| (bytes, &disk.path))) {
            Some((bytes, path)) => row(Mark::Ok, "Disk", format!("{} free at {}", text::bytes(bytes), label(path))),
            None => unknown(facts, "Disk", "disks", probed),
        };
    }
    row(Mark::Ok, "Disk", words.join(", "))
}

/// The name of a distribution as its makers write it, as far as its id tells.
fn capital(id: &str) -> String {
    let mut letters = id.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What stands in the way or costs something, with the exact commands.
fn trouble(finding: &Finding) -> Option<Fact> {
    let mark = match finding.verdict {
        Verdict::Fail => Mark::Fail,
        Verdict::Warn => Mark::Warn,
        // Something is not there that can be had by a command.
        Verdict::Note if finding.remedy.as_ref().is_some_and(|remedy| !remedy.commands.is_empty()) => Mark::Note,
        _ => return None,
    };
    let seen = if finding.seen.is_empty() { String::new() } else { format!(": {}", finding.seen) };
    let mut lines = vec![capital(&format!("{}{seen}", finding.title))];
    if let Some(remedy) = &finding.remedy {
        lines.push(remedy.say.clone());
        lines.extend(remedy.commands.iter().map(|command| format!("  {}", command.shell)));
    }
    lines.retain(|line| !line.is_empty());
    Some(row(mark, "", lines.join("\n")))
}
