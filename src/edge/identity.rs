//! Who and where we are: what a report must not say.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;

use crate::core::text::Private;

/// Reads home folder, login name and host name from the environment, the user table and the kernel.
#[must_use]
pub fn private() -> Private {
    let mut homes = BTreeSet::new();
    let mut users = BTreeSet::new();
    if let Some((name, home)) =
        fs::read_to_string("/etc/passwd").ok().and_then(|table| entry(&table, rustix::process::getuid().as_raw()))
    {
        users.insert(name);
        homes.insert(home);
    }
    homes.extend(env::var("HOME").ok());
    users.extend(["USER", "LOGNAME", "SUDO_USER"].iter().filter_map(|name| env::var(name).ok()));
    let real: Vec<String> =
        homes.iter().filter_map(|home| Some(Path::new(home).canonicalize().ok()?.to_str()?.to_owned())).collect();
    homes.extend(real);
    let uname = rustix::system::uname();
    let hosts =
        uname.nodename().to_str().ok().map(str::to_owned).into_iter().chain(env::var("HOSTNAME").ok()).collect::<BTreeSet<_>>();
    Private {
        homes: homes.into_iter().collect(),
        users: users.into_iter().collect(),
        hosts: hosts.into_iter().collect(),
        others: Vec::new(),
    }
}

/// True for a person's home folder itself: no place for a project's files and a repository.
#[must_use]
pub fn is_home(dir: &Path) -> bool {
    let home = env::var_os("HOME").and_then(|home| Path::new(&home).canonicalize().ok());
    home.is_some() && dir.canonicalize().ok() == home
}

/// True for the administrator.
#[must_use]
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Name and home folder of a user number in the text of /etc/passwd.
fn entry(table: &str, uid: u32) -> Option<(String, String)> {
    table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        (fields.get(2)?.parse() == Ok(uid)).then(|| (fields[0].to_owned(), fields.get(5).copied().unwrap_or("").to_owned()))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_user_is_found_by_number() {
        let table = "root:x:0:0:root:/root:/bin/bash\nbroken\nada:x:1000:1000::/home/ada:/bin/sh\n";
        assert_eq!(super::entry(table, 1000), Some(("ada".into(), "/home/ada".into())));
        assert_eq!(super::entry(table, 7), None);
    }
}
