//! The files of certificates that variables name exist.

use crate::core::doctor::Case;
use crate::core::doctor::check::{Check, Judged};
#[cfg(test)]
use crate::core::doctor::examples::{fails, passes, skips};
use crate::core::doctor::remedies::type_in;

pub const CHECK: Check = Check {
    id: "ca-files",
    title: "the certificate files exist",
    codes: &["ssl-ca-missing"],
    facts: &["env.ssl_cert_file", "env.nix_ssl_cert_file", "env.missing_cert_files"],
    run,
    #[cfg(test)]
    examples: &[
        fails(
            "ssl-ca-missing",
            "env = { nix_ssl_cert_file = \"/etc/ssl/gone.crt\", missing_cert_files = [\"/etc/ssl/gone.crt\"] }",
        )
        .required(true),
        passes("env = { ssl_cert_file = \"/etc/ssl/certs/ca-certificates.crt\" }"),
        passes("env = {}"),
        skips("schema = 1"),
    ],
};

fn run(case: &Case<'_>) -> Judged {
    let Some(env) = case.env() else { return Judged::skipped("the environment is not known") };
    let set = [("SSL_CERT_FILE", &env.ssl_cert_file), ("NIX_SSL_CERT_FILE", &env.nix_ssl_cert_file)];
    let set: Vec<_> = set.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect();
    if env.missing_cert_files.is_empty() {
        let list: Vec<_> = set.iter().map(|(name, value)| format!("{name}={value}")).collect();
        return Judged::pass(if list.is_empty() { "no variable names another file".to_owned() } else { list.join(", ") });
    }
    let names: Vec<_> =
        set.iter().filter(|(_, value)| env.missing_cert_files.iter().any(|gone| gone == value)).map(|(name, _)| *name).collect();
    let names = if names.is_empty() { vec!["SSL_CERT_FILE", "NIX_SSL_CERT_FILE"] } else { names };
    Judged::fail("ssl-ca-missing", "a file of certificates is missing")
        .seen(format!("{} names {}, which does not exist", names.join(" and "), env.missing_cert_files.join(", ")))
        .cause("Nix and uv check every download against that file and refuse all of them without it")
        .remedy(type_in(
            "Unset the variable, or point it to the system's bundle (/etc/ssl/certs/ca-certificates.crt or ca-bundle.crt).",
            &format!("unset {}", names.join(" ")),
        ))
        .required(true)
}
