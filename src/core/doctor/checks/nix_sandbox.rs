//! The kernel lets Nix build in a sandbox.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{passes, skips, warns};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "nix-sandbox",
    title: "Nix can build in its sandbox",
    codes: &["nix-sandbox-unsupported"],
    facts: &["os.user_namespaces", "nix.settings", "nix.multi_user"],
    run,
    #[cfg(test)]
    examples: &[
        warns("nix-sandbox-unsupported", "os = { user_namespaces = false }\nnix = { multi_user = false }"),
        warns("nix-sandbox-unsupported", "os = { user_namespaces = false, container = true }\nnix = { multi_user = true }"),
        passes("os = { user_namespaces = false }\nnix = { multi_user = true }"),
        passes("os = { user_namespaces = true }\nnix = {}"),
        passes("[os]\nuser_namespaces = false\n[nix]\nmulti_user = false\n[nix.settings]\nsandbox = \"false\""),
        skips("nix = {}"),
        skips("nix = { installed = false }"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(nix) = case.nix() else { return Judged::skipped("Nix is not installed") };
    let Some(allowed) = case.os().and_then(|os| os.user_namespaces) else {
        return Judged::skipped(case.not_known("whether user namespaces are allowed", "os.user_namespaces"));
    };
    if allowed {
        return Judged::pass("user namespaces are allowed");
    }
    if nix.settings.get("sandbox").map(String::as_str) == Some("false") {
        return Judged::pass("the sandbox is off, so it needs none");
    }
    if nix.multi_user == Some(true) && !case.is_container() {
        return Judged::pass("the daemon builds as root and needs none");
    }
    Judged::warn("nix-sandbox-unsupported", "Nix cannot make its sandbox here")
        .seen("the kernel does not allow user namespaces")
        .cause("without them Nix cannot separate a build; downloads from a cache still work, builds fail")
        .remedy(known("nix-sandbox-unsupported", case))
}
