//! A moment, as old code wrote it down.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The year 10000, in seconds since 1970: whoever is behind it counted milliseconds.
const END: u64 = 253_402_300_800;

/// Why a text is no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoMoment {
    Unreadable,
    /// It is behind the year 9999.
    Absurd,
    Zoneless,
}

/// Seconds since 1970, whole or not, or a moment as RFC 3339 writes it. `zoneless`: one without a zone is UTC.
pub(super) fn parse(text: &str, zoneless: bool) -> Result<SystemTime, NoMoment> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if is_number(whole) && is_number(fraction) {
        return at(number(whole).ok_or(NoMoment::Absurd)?);
    }
    let (date, time) = text.split_once(['T', 't', ' ']).ok_or(NoMoment::Unreadable)?;
    let zone = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (time, zone) = time.split_at(zone);
    let [year, month, day] = parts(date, '-')?;
    let [hour, minute, second] = parts(time.split('.').next().unwrap_or(time), ':')?;
    let days = days(year, month, day).ok_or(NoMoment::Unreadable)?;
    // A leap second is the next one's first.
    if hour > 23 || minute > 59 || second > 60 {
        return Err(NoMoment::Unreadable);
    }
    let seconds = (days * 24 + hour) * 3600 + minute * 60 + second;
    let (ahead, offset) = offset(zone, zoneless)?;
    at(if ahead { seconds.checked_sub(offset) } else { seconds.checked_add(offset) }.ok_or(NoMoment::Absurd)?)
}

fn at(seconds: u64) -> Result<SystemTime, NoMoment> {
    if seconds < END { Ok(UNIX_EPOCH + Duration::from_secs(seconds)) } else { Err(NoMoment::Absurd) }
}

/// Whether the zone is ahead of UTC, with by how much.
fn offset(zone: &str, zoneless: bool) -> Result<(bool, u64), NoMoment> {
    let (ahead, rest) = match zone.split_at_checked(1) {
        None if zoneless => return Ok((true, 0)),
        None => return Err(NoMoment::Zoneless),
        Some(("Z" | "z", "")) => return Ok((true, 0)),
        Some(("+", rest)) => (true, rest),
        Some(("-", rest)) => (false, rest),
        Some(_) => return Err(NoMoment::Unreadable),
    };
    let (hours, minutes) = match rest.len() {
        // PostgreSQL writes whole hours so.
        2 => (rest, "00"),
        4 => rest.split_at_checked(2).ok_or(NoMoment::Unreadable)?,
        _ => rest.split_once(':').ok_or(NoMoment::Unreadable)?,
    };
    match (two(hours), two(minutes)) {
        (Some(hours @ 0..24), Some(minutes @ 0..60)) => Ok((ahead, hours * 3600 + minutes * 60)),
        _ => Err(NoMoment::Unreadable),
    }
}

fn parts(text: &str, separator: char) -> Result<[u64; 3], NoMoment> {
    let numbers: Option<Vec<_>> = text.split(separator).map(|part| is_number(part).then(|| number(part))?).collect();
    numbers.and_then(|numbers| numbers.try_into().ok()).ok_or(NoMoment::Unreadable)
}

/// The days since 1970, of the calendar that everybody has.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before = lengths.get(..usize::try_from(month.checked_sub(1)?).ok()?)?;
    let length = *lengths.get(before.len())?;
    if !(1970..10_000).contains(&year) || !(1..=length).contains(&day) {
        return None;
    }
    let leaps = |year: u64| year / 4 - year / 100 + year / 400;
    Some((year - 1970) * 365 + leaps(year - 1) - leaps(1969) + before.iter().sum::<u64>() + day - 1)
}

fn two(text: &str) -> Option<u64> {
    (text.len() == 2 && is_number(text)).then(|| number(text))?
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn number(text: &str) -> Option<u64> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Result<u64, NoMoment> {
        parse(text, true).map(|moment| moment.duration_since(UNIX_EPOCH).unwrap().as_secs())
    }

    #[test]
    fn moments_are_read_as_they_are_written() {
        for (text, moment) in [
            ("0", 0),
            ("1767225600", 1_767_225_600),
            (" 1767225600.75 ", 1_767_225_600),
            ("2026-01-01T00:00:00Z", 1_767_225_600),
            ("2026-01-01t01:30:00.123+01:30", 1_767_225_600),
            ("2025-12-31 19:00:00-05", 1_767_225_600),
            ("2026-01-01 00:00:00", 1_767_225_600),
            ("2026-01-01 00:00:00+0000", 1_767_225_600),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
            ("1994-11-06T08:49:37Z", 784_111_777),
            ("9999-12-31T23:59:59Z", END - 1),
        ] {
            assert_eq!(seconds(text), Ok(moment), "{text}");
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in ["", "soon", "2026-01-01", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z"] {
            assert_eq!(seconds(text), Err(NoMoment::Unreadable), "{text}");
        }
        for text in ["2026-01-01T00:00Z", "+1", "-1", "1e9", "2026-01-01T00:00:00+25:00", "2026-01-01T00:00:00Zx"] {
            assert_eq!(seconds(text), Err(NoMoment::Unreadable), "{text}");
        }
        assert_eq!(seconds("1767225600000"), Err(NoMoment::Absurd), "these are milliseconds");
        assert_eq!(seconds("99999999999999999999999"), Err(NoMoment::Absurd));
        assert_eq!(parse("2026-01-01T00:00:00", false), Err(NoMoment::Zoneless));
    }
}
