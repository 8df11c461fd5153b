//! Servers that do not prove who they are: nothing is sent to them.

use std::{net::TcpListener, thread, time::Duration};

use mailgrant_core::ReqwestTransport;

use super::{
    VERBS, play,
    rows::End,
    tls_server::{Does, ROWS, serve},
};

#[test]
fn nothing_is_sent_to_whom_nobody_trusts() {
    for (name, does, host, trusted, end) in ROWS {
        let builder = ReqwestTransport::builder();
        let builder = trusted.iter().fold(builder, |builder, pem| builder.trust_pem(pem.as_bytes()).unwrap());
        let transport = builder.build().unwrap();
        let within = Duration::from_millis(if matches!(does, Does::IsSilent) { 300 } else { 30_000 });
        for verb in VERBS {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let url = format!("https://{host}:{}/token", listener.local_addr().unwrap().port());
            let served = thread::spawn(move || serve(&listener.accept().unwrap().0, does));
            let came = play(verb, &transport, &url, within);
            assert_eq!(came, verb.expects(end), "{name}: {verb:?}");
            let heard = served.join().unwrap();
            assert_eq!(heard.is_empty(), end == End::NotSent, "{name}: {verb:?} said something");
        }
    }
}
