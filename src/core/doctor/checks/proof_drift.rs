//! The machine is the one that the project was proved on: the same driver, cards and Nix.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{notes, passes, skips};
use crate::core::doctor::remedies::type_in;
use crate::core::facts::Proved;

pub const CHECK: Check = Check {
    id: "proof-drift",
    title: "the machine is as it was at the proof",
    codes: &["proof-outdated"],
    facts: &["project.proved", "driver.version", "gpus", "nix.version"],
    run,
    #[cfg(test)]
    examples: &[
        notes(
            "proof-outdated",
            "driver = { version = \"580.95.05\" }\nproject = { dir = \"~/x\", proved = [{ target = \"cuda\", driver = \"550.54.14\" }] }",
        ),
        notes(
            "proof-outdated",
            "gpus = []\nproject = { dir = \"~/x\", proved = [{ target = \"cuda\", cards = [\"NVIDIA L4\"] }] }",
        ),
        notes(
            "proof-outdated",
            "nix = { version = \"2.34.1\" }\nproject = { dir = \"~/x\", proved = [{ target = \"cpu\", nix = \"2.8.0\" }] }",
        ),
        passes(
            "driver = { version = \"580.95.05\" }\nproject = { dir = \"~/x\", proved = [{ target = \"cuda\", driver = \"580.95.05\" }] }",
        ),
        passes("project = { dir = \"~/x\", proved = [{ target = \"cuda\", driver = \"580.95.05\" }] }"),
        skips("project = { dir = \"~/x\", ours = true }"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let proofs = case.project().map(|project| project.proved.as_slice()).unwrap_or_default();
    if proofs.is_empty() {
        return Judged::skipped("nothing was proved here");
    }
    let changed: Vec<String> = proofs.iter().flat_map(|proved| changes(case, proved)).collect();
    if changed.is_empty() {
        let proved: Vec<&str> = proofs.iter().map(|proved| proved.target.as_str()).collect();
        return Judged::pass(format!("proved for {} with what is here now", proved.join(" and ")));
    }
    Judged::note("proof-outdated", "the machine changed since the project was proved")
        .seen(changed.join("; "))
        .cause("what worked with the old one need not work with the new one; what is installed did not change")
        .remedy(type_in("Prove it again.", "nixml validate"))
}

/// What is not as it was; what is not known now is not compared.
fn changes(case: &Case<'_>, proved: &Proved) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, then: Option<&String>, now: Option<&String>| {
        if let (Some(then), Some(now)) = (then, now)
            && then != now
        {
            found.push(format!("{what}: {then} at the proof ({}), {now} now", proved.target));
        }
    };
    compare("driver", proved.driver.as_ref(), case.driver().and_then(|driver| driver.version.as_ref()));
    compare("Nix", proved.nix.as_ref(), case.nix().and_then(|nix| nix.version.as_ref()));
    if let Some(gpus) = case.facts.gpus.as_ref().filter(|_| !proved.cards.is_empty()) {
        let mut names: Vec<String> = case.facts.nvidia().filter_map(|gpu| gpu.name.clone()).collect();
        names.sort();
        // A card whose name did not come is not another card.
        if names.len() == case.facts.nvidia().count() || gpus.is_empty() {
            let now = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            compare("cards", Some(&proved.cards.join(", ")), Some(&now));
        }
    }
    found
}
