//! A package index that cannot be reached from here, answered for by a local TLS proxy with stand-in wheels.
//!
//! Only the transport is replaced, by proxy variables and a test CA: the addresses in the project's files stay the real ones.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use super::place::Place;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/index");

/// One stand-in package of the index.
pub struct Wheel<'a> {
    /// The path of the index on its host: `whl/cpu`.
    pub index: &'a str,
    pub name: &'a str,
    pub version: &'a str,
    /// What the wheels are built for: `cp313-cp313-manylinux_2_28_x86_64`.
    pub tags: &'a [&'a str],
    pub requires: &'a [&'a str],
}

/// A running proxy; ends with this value.
pub struct Index {
    child: Child,
    folder: PathBuf,
    log: Arc<Mutex<Vec<String>>>,
}

impl Index {
    /// Answers for `host` with these wheels, for programs that run in `place` from now on. `None` where `openssl` is missing.
    pub fn start(place: &mut Place, host: &str, wheels: &[Wheel]) -> Option<Self> {
        which::which("openssl").ok()?;
        let folder = place.at("index");
        std::fs::create_dir_all(&folder).unwrap();
        let list: Vec<_> = wheels
            .iter()
            .map(|wheel| {
                serde_json::json!({"index": wheel.index, "name": wheel.name, "version": wheel.version,
                                   "tags": wheel.tags, "requires": wheel.requires})
            })
            .collect();
        let mut making = Command::new("python3")
            .args([Path::new(SOURCE).join("wheels.py").as_path(), &folder])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        making.stdin.take().unwrap().write_all(serde_json::to_string(&list).unwrap().as_bytes()).unwrap();
        assert!(making.wait().unwrap().success(), "wheels.py");

        let ca = place.at("ca");
        certify(&ca, host);
        let mut child = Command::new("python3")
            .arg(Path::new(SOURCE).join("proxy.py"))
            .arg(host)
            .args([&folder, &ca.join("server.pem"), &ca.join("server.key")])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let first = lines.next().unwrap_or_default();
        let port = first.strip_prefix("port ").unwrap_or_else(|| panic!("the proxy says `{first}`"));
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
            place.set(name, format!("http://127.0.0.1:{port}"));
        }
        place.set("SSL_CERT_FILE", ca.join("bundle.pem"));
        // a cache of its own: no stand-in may ever be taken for the real wheel
        place.set("UV_CACHE_DIR", place.at("index-cache"));
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&log);
        std::thread::spawn(move || lines.for_each(|line| kept.lock().unwrap().push(line)));
        Some(Self { child, folder, log })
    }

    /// From now on the host answers no more: `down` cuts the connection, `forbidden` says 403, an empty word heals it.
    pub fn turn(&self, mode: &str) {
        std::fs::write(self.folder.join(".mode"), mode).unwrap();
    }

    /// What was asked so far: `tunnel HOST`, `GET PATH STATUS`.
    pub fn asked(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes a CA, a certificate of `host`, and a bundle of the system's CAs with the test's own.
fn certify(folder: &Path, host: &str) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("ext"), format!("subjectAltName=DNS:{host}\nbasicConstraints=CA:FALSE\n")).unwrap();
    let openssl = |args: &str| {
        let output = Command::new("openssl").current_dir(folder).args(args.split(' ')).output().unwrap();
        assert!(output.status.success(), "openssl {args}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let new = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(&format!("req -x509 {new} -days 2 -subj /CN=nixml-test-CA -keyout ca.key -out ca.pem"));
    openssl(&format!("req {new} -subj /CN={host} -keyout server.key -out server.csr"));
    openssl("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out server.pem");
    let own = std::env::var_os("SSL_CERT_FILE").map_or_else(|| "/etc/ssl/certs/ca-certificates.crt".into(), PathBuf::from);
    let mut bundle = std::fs::read(own).unwrap_or_default();
    bundle.push(b'\n');
    bundle.extend(std::fs::read(folder.join("ca.pem")).unwrap());
    std::fs::write(folder.join("bundle.pem"), bundle).unwrap();
}
