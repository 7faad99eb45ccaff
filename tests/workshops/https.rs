//! A class file from an https address: curl's business, checked and shown before anything is done with it.

use std::os::unix::fs::symlink;

use crate::support::index::Index;
use crate::support::need;
use crate::support::place::Place;
use crate::support::tools;

const HOST: &str = "courses.example.org";
const CLASS: &str =
    "schema = 1\ntitle = \"ML \\u001b[31m101\"\ncontact = \"ada\"\n[answers]\nframework = \"jax\"\ntargets = [\"cpu\"]\n";

#[test]
fn a_class_file_is_fetched_and_shown_before_use() {
    let mut place = Place::new().with_program(&need!(tools::curl(), "no curl: run scripts/install-tools"));
    place.write("project/none.toml", crate::PLAIN);
    let index = need!(Index::start(&mut place, HOST, &[]), "no openssl");
    // curl asks this variable before the ones that uv and Nix know.
    place.set("CURL_CA_BUNDLE", place.at("ca/bundle.pem"));
    place.write("index/ml.toml", &CLASS.replace("\\u001b[31m", ""));
    place.write("index/colour.toml", CLASS);
    place.write("index/large.toml", &format!("{CLASS}# {}\n", "x".repeat(70_000)));
    place.write("index/page.toml", "<html>please log in</html>");
    let url = |name: &str| format!("https://{HOST}/{name}");
    let join = |place: &Place, url: &str| place.nixml(["join", url, "lab", "--host", "none.toml", "--no-validate"]);

    let good = join(&place, &url("ml.toml"));
    good.exits(0).says("ML 101; questions go to ada").says("the course sets");
    let (shown, made) = (good.err().find("the course sets").unwrap(), good.err().find("readiness code").unwrap());
    assert!(shown < made);
    assert!(place.at("project/lab/pyproject.toml").exists());
    assert!(index.asked().contains(&"GET /ml.toml 200".to_owned()), "{:?}", index.asked());
    std::fs::remove_dir_all(place.at("project/lab")).unwrap();

    join(&place, &url("colour.toml")).exits(2).says("title");
    join(&place, &url("large.toml")).exits(2).says("64 KiB");
    join(&place, &url("page.toml")).exits(2);
    join(&place, &url("nothing.toml")).exits(5).says("404");
    join(&place, &format!("http://{HOST}/ml.toml")).exits(2).says("only https://");
    join(&place, "file:///etc/passwd").exits(2).says("only https://");
    index.turn("elsewhere");
    join(&place, &url("ml.toml")).exits(5).says("not https");
    index.turn("down");
    join(&place, &url("ml.toml")).exits(5);
    index.turn("");
    // A certificate that nobody signed.
    place.set("CURL_CA_BUNDLE", "/etc/ssl/certs/ca-certificates.crt");
    join(&place, &url("ml.toml")).exits(5).says("certificate");
    assert!(!place.at("project/lab").exists(), "nothing was written");
}

#[test]
fn without_curl_it_is_said_what_to_do() {
    let place = Place::new();
    std::fs::create_dir(place.at("bin")).unwrap();
    for program in ["git", "sh", "env"] {
        let found = which::which_in(program, Some("/usr/bin:/bin"), "/").unwrap();
        symlink(found, place.at("bin").join(program)).unwrap();
    }
    let mut command = place.command(env!("CARGO_BIN_EXE_nixml"));
    let output = command.env("PATH", place.at("bin")).args(["join", "https://courses.example.org/x.toml"]).output().unwrap();
    crate::support::ran::Ran(output).exits(3).says("curl is not on this machine");
}
