//! A proxy between this machine and the indexes, which the daemon of Nix must know too.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{notes, passes, skips};
use crate::core::doctor::remedies::known;

pub const CHECK: Check = Check {
    id: "proxy",
    title: "no proxy is in the way",
    codes: &["proxy-set"],
    facts: &["env.proxy"],
    run,
    #[cfg(test)]
    examples: &[notes("proxy-set", "env = { proxy = \"proxy.example:3128\" }"), passes("env = {}"), skips("schema = 1")],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(env) = case.env() else { return Judged::skipped("the environment is not known") };
    let Some(proxy) = &env.proxy else { return Judged::pass("no proxy is set") };
    Judged::note("proxy-set", "downloads go through a proxy")
        .seen(format!("proxy {proxy}"))
        .cause("the daemon of Nix has its own environment and does not see this variable")
        .remedy(known("proxy-set", case))
}
