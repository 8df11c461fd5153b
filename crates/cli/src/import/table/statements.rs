//! The statements that a table is read, or changed, by.

use std::collections::BTreeMap;

use super::super::fields::Field;

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    #[cfg(feature = "postgres")]
    Postgres,
}

/// The statements of one table. Everything that they select is text.
#[derive(Debug)]
pub(super) struct Statements {
    /// The first page of what can be taken.
    pub(super) first: String,
    /// The page behind an account ($1).
    pub(super) behind: String,
    /// One account ($1), whatever became of it.
    pub(super) one: String,
    /// Takes an account ($1) that has this refresh token ($2).
    pub(super) take: String,
    /// Accounts with more than one row.
    pub(super) twice: String,
    /// What can be taken of which the refresh token stands in more than one row; `None` without such a column.
    pub(super) shared: Option<String>,
    /// What can be taken that has this refresh token ($1); `None` without such a column.
    pub(super) holders: Option<String>,
}

impl Statements {
    /// What is selected, in this order; then whether the row is marked.
    pub(super) const FIELDS: [Field; 9] = [
        Field::Account,
        Field::AccessToken,
        Field::RefreshToken,
        Field::ExpiresAt,
        Field::ExpiresIn,
        Field::ObtainedAt,
        Field::Scope,
        Field::AccountId,
        Field::Grant,
    ];

    pub(super) fn new(
        dialect: Dialect,
        table: &[String],
        columns: &BTreeMap<&'static str, String>,
        types: &BTreeMap<String, String>,
        mark: Option<&str>,
        renews: bool,
    ) -> Self {
        let table = quoted(table);
        let column = |field: Field| columns.get(field.name());
        let typed = |name: &String| types.get(name).map(String::as_str).unwrap_or_default();
        let text =
            |field: Field| column(field).map_or_else(|| "NULL".to_owned(), |name| text(dialect, name, typed(name)));
        let key = Key::of(dialect, columns.get(Field::Account.name()), typed);
        let selected: Vec<_> = Self::FIELDS.map(text).into();
        let marked = mark.map(|mark| format!("COALESCE({}, FALSE)", quote(mark)));
        let is_marked =
            marked.as_deref().map_or_else(|| "NULL".to_owned(), |marked| format!("CASE WHEN {marked} THEN 'yes' END"));
        let select = format!("SELECT {}, {is_marked} FROM {table} AS old", selected.join(", "));
        let has = |field: Field| format!("COALESCE({}, '') <> ''", text(field));
        let worth = match renews {
            true => has(Field::RefreshToken),
            false => format!("({} OR {})", has(Field::RefreshToken), has(Field::AccessToken)),
        };
        let unmarked = marked.map(|marked| format!(" AND NOT {marked}")).unwrap_or_default();
        let can_be_taken = format!("{} IS NOT NULL AND {worth}{unmarked}", key.column);
        let open = format!("{select} WHERE {can_be_taken}");
        let (order, is, behind) = (&key.order, key.compared("="), key.compared(">"));
        let taken = match (mark, column(Field::RefreshToken)) {
            (Some(mark), _) => format!("{} = TRUE", quote(mark)),
            (None, Some(token)) => format!("{} = NULL", quote(token)),
            // There is nothing to take.
            (None, None) => format!("{0} = {0}", key.column),
        };
        let token = column(Field::RefreshToken).map(|_| text(Field::RefreshToken));
        Self {
            shared: token.as_deref().map(|token| {
                let kept = has(Field::RefreshToken);
                format!(
                    "{open} AND {token} IN (SELECT {token} FROM {table} WHERE {can_be_taken} AND {kept} \
                     GROUP BY {token} HAVING COUNT(*) > 1) ORDER BY {order}"
                )
            }),
            holders: token.as_deref().map(|token| format!("{open} AND {token} = $1 ORDER BY {order}")),
            first: format!("{open} ORDER BY {order} LIMIT {PAGE}"),
            behind: format!("{open} AND {behind} ORDER BY {order} LIMIT {PAGE}"),
            one: format!("{select} WHERE {is}"),
            take: format!("UPDATE {table} SET {taken} WHERE {is} AND {} = $2{unmarked}", text(Field::RefreshToken)),
            twice: format!(
                "SELECT {} FROM {table} AS old GROUP BY {order} HAVING COUNT(*) > 1 AND {order} IS NOT NULL LIMIT 1",
                text(Field::Account)
            ),
        }
    }
}

/// Accounts that are taken together.
const PAGE: usize = 500;

/// The column of the account, as it is compared with a text.
struct Key {
    column: String,
    /// The same, and never the text of it that is selected under its name.
    order: String,
    parameter: String,
}

impl Key {
    fn of<'a>(dialect: Dialect, name: Option<&'a String>, typed: impl Fn(&'a String) -> &'a str) -> Self {
        let Some(name) = name else { return Self::nothing() };
        match dialect {
            // A column of these types takes the text for what it holds; of any other, 12 and '12' would differ.
            Dialect::Sqlite => {
                let declared = typed(name).to_ascii_uppercase();
                let converts = ["INT", "CHAR", "CLOB", "TEXT"].iter().any(|part| declared.contains(part));
                let column = |of: &str| if converts { of.to_owned() } else { format!("CAST({of} AS TEXT)") };
                let (own, order) = (column(&quote(name)), column(&format!("old.{}", quote(name))));
                Self { column: own, order, parameter: "$1".to_owned() }
            }
            // In its own type, so that its index is of use.
            #[cfg(feature = "postgres")]
            Dialect::Postgres => Self {
                column: quote(name),
                order: format!("old.{}", quote(name)),
                parameter: format!("CAST($1 AS {})", typed(name)),
            },
        }
    }

    fn nothing() -> Self {
        Self { column: "NULL".to_owned(), order: "NULL".to_owned(), parameter: "$1".to_owned() }
    }

    fn compared(&self, how: &str) -> String {
        format!("{} {how} {}", self.column, self.parameter)
    }
}

/// A column as text. A moment of PostgreSQL's is seconds since 1970, whatever its session's zone is.
fn text(dialect: Dialect, name: &str, typed: &str) -> String {
    match dialect {
        #[cfg(feature = "postgres")]
        Dialect::Postgres if typed.starts_with("timestamp") => {
            format!("CAST(EXTRACT(EPOCH FROM {}) AS TEXT)", quote(name))
        }
        _ => {
            let _ = typed;
            format!("CAST({} AS TEXT)", quote(name))
        }
    }
}

pub(super) fn quoted(parts: &[String]) -> String {
    let parts: Vec<_> = parts.iter().map(|part| quote(part)).collect();
    parts.join(".")
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements(dialect: Dialect, typed: &str, mark: Option<&str>) -> Statements {
        let columns = [(Field::Account, "id"), (Field::RefreshToken, "r t")];
        let columns = columns.map(|(field, column)| (field.name(), column.to_owned())).into();
        let types = [("id".to_owned(), typed.to_owned())].into();
        Statements::new(dialect, &["s".to_owned(), "t\"x".to_owned()], &columns, &types, mark, true)
    }

    #[test]
    fn a_row_is_taken_with_the_token_that_was_read() {
        let erase = statements(Dialect::Sqlite, "INTEGER", None).take;
        assert_eq!(erase, r#"UPDATE "s"."t""x" SET "r t" = NULL WHERE "id" = $1 AND CAST("r t" AS TEXT) = $2"#);
        let mark = statements(Dialect::Sqlite, "", Some("gone")).take;
        assert_eq!(
            mark,
            r#"UPDATE "s"."t""x" SET "gone" = TRUE WHERE CAST("id" AS TEXT) = $1 AND CAST("r t" AS TEXT) = $2 AND NOT COALESCE("gone", FALSE)"#
        );
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn an_account_is_compared_in_its_own_type() {
        let one = statements(Dialect::Postgres, "bigint", None);
        assert!(one.behind.contains(r#"AND "id" > CAST($1 AS bigint) ORDER BY old."id" LIMIT"#), "{one:?}");
        assert_eq!(
            text(Dialect::Postgres, "at", "timestamp with time zone"),
            r#"CAST(EXTRACT(EPOCH FROM "at") AS TEXT)"#
        );
    }
}
