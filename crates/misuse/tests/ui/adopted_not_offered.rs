//! A record of an adopted token is woken where tokens are adopted.
use mailgrant_core::{Adopted, TokenRecord};

fn mistake(record: TokenRecord) {
    let _standing = mailgrant_misuse::mute().restore::<Adopted>(record);
}

fn main() {}
