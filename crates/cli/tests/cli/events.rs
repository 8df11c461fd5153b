//! What happened, told once and as it happens.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::rig::{Rig, SECRET};

fn told(rig: &Rig, args: &[&str]) -> Vec<Value> {
    let done = rig.run([&["events", "--json"], args].concat());
    assert_eq!((done.code, &*done.stderr), (0, ""), "{done:?}");
    done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn events_are_told_in_order_without_a_secret() {
    let rig = Rig::new().await;
    assert!(told(&rig, &[]).is_empty());
    rig.connected();
    let first = rig.token();
    assert_eq!(rig.run(["refresh", "main"]).code, 0);
    let events = told(&rig, &[]);
    let main: Vec<_> = events.iter().filter(|event| event["tenant"] == "default").collect();
    let kinds: Vec<_> = main.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["login_begun", "login_returned", "connected", "claimed", "renewed"]);
    assert!(main.iter().all(|event| event["account"] == "main" && event["provider"] == "getresponse"));
    assert!(events[0]["at"].as_str().unwrap().starts_with("20") && events[0]["at"].as_str().unwrap().ends_with('Z'));
    let ids: Vec<_> = events.iter().map(|event| event["id"].as_u64().unwrap()).collect();
    assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
    assert_eq!(told(&rig, &["--after", &ids[1].to_string()]).len(), ids.len() - 2);
    assert!(told(&rig, &["--after", &ids[ids.len() - 1].to_string()]).is_empty());

    let text = rig.run(["events"]).stdout;
    assert_eq!(text.lines().count(), ids.len());
    let last = text.lines().last().unwrap();
    assert!(last.starts_with(&format!("{}  20", ids[ids.len() - 1])), "{last}");
    assert!(text.contains("Z  default/getresponse/main  renewed"), "{text}");
    for secret in [SECRET, &first, &rig.token()] {
        assert!(!text.contains(secret) && !format!("{events:?}").contains(secret));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn events_are_followed_until_ctrl_c() {
    let rig = Rig::new().await;
    rig.connected();
    let after = told(&rig, &[]).last().unwrap()["id"].to_string();
    let mut command = rig.command(["events", "--follow", "--after", &after]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(rig.run(["refresh", "main"]).code, 0);
    for kind in ["claimed", "renewed"] {
        let line = lines.next().unwrap().unwrap();
        assert!(line.contains(kind), "{line}");
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
