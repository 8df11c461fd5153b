//! What is excused from a rule, each with its reason.
//!
//! An entry that excuses nothing is itself a fault, so these lists only hold what is needed.

/// A path with the reason why it is here.
pub(super) type Excused = (&'static str, &'static str);

/// May be longer than [`super::source::LONGEST`].
pub(super) const LONG: &[Excused] = &[];

/// May say "and" in the line that tells what the file is for.
pub(super) const AND: &[Excused] = &[];

/// May open a secret outside of tests.
pub(super) const DOORS: &[Excused] = &[
    ("crates/acceptance/examples/memory_scan/life.rs", "what is to be looked for, noted where it is in use"),
    ("crates/cli/src/app.rs", "the app's secret, into the note that is sealed next"),
    ("crates/cli/src/app/client.rs", "the app's secret, into its client"),
    ("crates/cli/src/demo/files.rs", "what must not be in the store's files, to look for it there"),
    ("crates/cli/src/demo/story/consenting.rs", "a callback, for whoever it was sent to"),
    ("crates/cli/src/demo/tokens.rs", "a record's tokens, to look for them in the store's files"),
    ("crates/cli/src/export/lines.rs", "an account's tokens, into the export that is sealed next"),
    ("crates/cli/src/export/moved.rs", "opened bytes, into the note that they are"),
    ("crates/cli/src/identity.rs", "the private key of whom exports are for, into its file, or out of it"),
    ("crates/cli/src/import/aside.rs", "a record, into the note that is sealed next, or out of it"),
    ("crates/cli/src/import/fields.rs", "what of an account's fields is no token, to read it"),
    ("crates/cli/src/import/lines.rs", "an export that was opened, to read it line by line"),
    ("crates/cli/src/import/owners.rs", "a refresh token, hashed, so that no two accounts have the same"),
    ("crates/cli/src/import/table.rs", "a column of an old table, to see that it is not empty"),
    (
        "crates/cli/src/import/table/database.rs",
        "the address of an old table; its refresh token, back into the statement that takes it",
    ),
    ("crates/cli/src/note.rs", "opened bytes, into the note that they are"),
    ("crates/cli/src/sealed.rs", "an export, into what seals it"),
    ("crates/cli/src/store/server.rs", "the address of a server, into what connects to it"),
    ("crates/core/src/bearer.rs", "the access token, into the header that is sent"),
    ("crates/core/src/binding.rs", "the state, hashed into the name under which the login waits"),
    ("crates/core/src/callback.rs", "the code, to see that it is not empty"),
    ("crates/core/src/login.rs", "the state, into the redirect URI that a browser is shown anyway"),
    ("crates/core/src/pending.rs", "the login's one-time values, into bytes that are sealed next"),
    ("crates/core/src/record.rs", "the tokens, into bytes that are sealed next"),
    ("crates/core/src/secret.rs", "comparison in constant time, checks of what a token may contain"),
    ("crates/core/src/tokens.rs", "the tokens of a record, for whoever takes the grant over"),
    ("crates/core/src/wire/answer.rs", "a token that arrived, to see that it is not empty"),
    ("crates/core/src/wire/encode.rs", "secrets, into the form or header that is sent"),
    ("crates/fuzz/src/record.rs", "a record's bytes, to compare them with what was read"),
    ("crates/storage/src/key_ring.rs", "the sealing key, into the cipher; secrets, into what seals them"),
    ("crates/storage/src/vault.rs", "opened bytes, into the record or login that they are"),
];
