//! Records hold secrets: they are not compared, and not serialized by accident.
use mailgrant_core::TokenRecord;

fn mistake(first: TokenRecord, second: TokenRecord) -> bool {
    first == second
}

fn main() {}
