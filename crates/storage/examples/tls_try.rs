//! Temporary.
#[tokio::main]
async fn main() {
    for url in std::env::args().skip(1) {
        let answer = mailgrant_storage::postgres::PostgresStore::open(&url).await;
        println!("{url}: {:?}", answer.map(|_| "opened"));
    }
}
