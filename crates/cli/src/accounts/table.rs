//! The list as a table, for a person.

use super::Line;
use crate::say;

/// Columns as wide as what is in them.
pub(super) fn of(lines: &[Line]) -> String {
    let head = ["NAME", "PROVIDER", "ENVIRONMENT", "GRANT", "STATE", "TOKEN ENDS", "CLIENT ID"].map(str::to_owned);
    let rows: Vec<_> = std::iter::once(head).chain(lines.iter().map(row)).collect();
    let widths: Vec<_> =
        (0..7).map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()).collect();
    let text: Vec<_> = rows
        .iter()
        .map(|row| {
            let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            cells.join("  ").trim_end().to_owned()
        })
        .collect();
    text.join("\n")
}

fn row(line: &Line) -> [String; 7] {
    let begun = if line.login_begun && line.state != "pending" { ", login begun" } else { "" };
    let untold = if line.provider_untold { ", provider not told" } else { "" };
    [
        say::plain(&line.name),
        say::plain(&line.provider),
        line.generation.map_or_else(
            || line.environment.to_owned(),
            |generation| format!("{}, generation {generation}", line.environment),
        ),
        line.grant.unwrap_or("-").to_owned(),
        format!("{}{untold}{begun}", line.state),
        match line.expires_in {
            Some(left) => format!("in {left} s"),
            None if line.never_expires => "never".to_owned(),
            None => "-".to_owned(),
        },
        line.client_id.as_deref().map_or_else(|| "-".to_owned(), say::plain),
    ]
}
