//! A permit is leave for one renewal.
use mailgrant_core::{AnyClient, Permit, TokenRecord};

async fn mistake(client: &dyn AnyClient, permit: Permit, record: TokenRecord) {
    let _first = client.refresh(permit, &record).await;
    let _second = client.refresh(permit, &record).await;
}

fn main() {}
