//! Accounts moved to another store.

use std::fs;

use crate::{
    moving::{done, import, outcomes},
    rig::{Done, ID, Rig, SECRET, holds, mode},
};

/// Another home, at the same emulator.
fn elsewhere(rig: &Rig, args: &[&str]) -> Done {
    let mut command = rig.command(args);
    let home = rig.home.path().join("elsewhere");
    command.env("HOME", &home).env("XDG_CONFIG_HOME", home.join("config")).env("XDG_DATA_HOME", home.join("data"));
    done(command)
}

fn import_elsewhere(rig: &Rig, file: &str, identity: &str) -> Done {
    let mut command = import(rig, &[file, "--identity", identity, "--json"]);
    let home = rig.home.path().join("elsewhere");
    command.env("HOME", &home).env("XDG_CONFIG_HOME", home.join("config")).env("XDG_DATA_HOME", home.join("data"));
    done(command)
}

/// An identity's file with its public key.
fn identity(rig: &Rig, name: &str) -> (String, String) {
    let path = rig.home.path().join(name).to_str().unwrap().to_owned();
    let done = rig.run(["identity", &path]);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(mode(path.as_ref()), 0o600);
    (path, done.stdout.trim().to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_account_moves_and_is_used_elsewhere() {
    let rig = Rig::new().await;
    rig.connected();
    let (token, (own, key), (other, _)) = (rig.token(), identity(&rig, "own"), identity(&rig, "other"));
    let file = rig.home.path().join("export").to_str().unwrap().to_owned();
    for (args, code) in [(["--to", "age1nobody", "--account", "main"], 2), (["--to", &key, "--account", "nobody"], 2)] {
        let refused = rig.run(["export", "--out", &file].iter().chain(&args));
        assert_eq!(refused.code, code, "{refused:?}");
    }
    let refused = rig.run(["export", "--to", &key, "--all", "--out", &format!("{file}/missing/export")]);
    assert!(refused.code == 5 && refused.stderr.contains("cannot be written"), "{refused:?}");
    assert_eq!(rig.token(), token, "it is in service");
    let requests = rig.emulator.counters();
    let moved = rig.run(["export", "--to", &key, "--all", "--out", &file]);
    assert_eq!(moved.code, 0, "{moved:?}");
    assert_eq!(mode(file.as_ref()), 0o600);
    let bytes = fs::read(&file).unwrap();
    for secret in [&*token, SECRET, ID] {
        assert!(!holds(&bytes, secret) && !moved.stderr.contains(secret), "{moved:?}");
    }
    let gone = rig.run(["token", "main"]);
    assert!(gone.code == 3 && gone.stderr.contains("was moved away from here"), "{gone:?}");
    assert_eq!(rig.listed()["state"], "disconnected");
    assert!(!holds(&rig.stored_bytes(), &key), "what is remembered of it is sealed");
    let again = rig.run(["export", "--to", &key, "--all", "--out", &file]);
    assert!(again.code == 0 && again.stderr.contains("no accounts"), "{again:?}");
    assert_eq!(fs::read(&file).unwrap(), bytes);

    for (bad, why) in [(bytes[..bytes.len() - 1].to_vec(), "damaged"), (b"{}".to_vec(), "no export")] {
        let path = rig.home.path().join("bad");
        fs::write(&path, bad).unwrap();
        let refused = import_elsewhere(&rig, path.to_str().unwrap(), &own);
        assert!(refused.code == 5 && refused.stderr.contains(why), "{refused:?}");
    }
    let refused = import_elsewhere(&rig, &file, &other);
    assert!(refused.code == 5 && refused.stderr.contains("another identity"), "{refused:?}");
    let refused = import_elsewhere(&rig, &file, &file);
    assert!(refused.code == 5 && refused.stderr.contains("no identity"), "{refused:?}");

    let imported = import_elsewhere(&rig, &file, &own);
    assert_eq!(imported.code, 0, "{imported:?}");
    assert_eq!(outcomes(&imported), [("main".to_owned(), "imported".to_owned(), "-".to_owned())]);
    assert!(!imported.stdout.contains(&token) && !imported.stderr.contains(&token));
    assert_eq!(elsewhere(&rig, &["token", "main"]).stdout, format!("{token}\n"));
    let after = rig.emulator.counters();
    assert_eq!((after.token_requests, after.revocations), (requests.token_requests, 0), "nobody is told, or asked");
    assert_eq!(elsewhere(&rig, &["refresh", "main"]).code, 0);

    // And back, over what is left of it here.
    let back = elsewhere(&rig, &["export", "--to", &key, "--account", "main", "--out", &format!("{file}-2")]);
    assert_eq!(back.code, 0, "{back:?}");
    let imported = done(import(&rig, &[&format!("{file}-2"), "--identity", &own]));
    assert_eq!(imported.code, 0, "{imported:?}");
    assert_eq!(rig.run(["refresh", "main"]).code, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_copy_leaves_the_account_here() {
    let rig = Rig::new().await;
    rig.connected();
    let (token, (own, key)) = (rig.token(), identity(&rig, "own"));
    let file = rig.home.path().join("copy").to_str().unwrap().to_owned();
    let copied = rig.run(["export", "--to", &key, "--all", "--copy", "--out", &file]);
    assert!(copied.code == 0 && copied.stderr.contains("ends the accounts here"), "{copied:?}");
    assert_eq!(rig.token(), token);
    let here = done(import(&rig, &[&file, "--identity", &own, "--json"]));
    assert_eq!(outcomes(&here), [("main".to_owned(), "here".to_owned(), "-".to_owned())]);
    let twice = rig.run(["export", "--to", &key, "--all", "--out", &file]);
    assert!(twice.code == 2 && twice.stderr.contains("not overwritten"), "{twice:?}");
    assert_eq!(rig.token(), token);
}
