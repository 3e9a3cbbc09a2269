//! As much of URL resolution (RFC 3986) as a backend's address needs.

/// Makes `url` absolute against `base`, and takes a trailing slash away.
pub(super) fn resolve(url: &str, base: &str) -> Result<String, String> {
    let url = url.trim();
    if url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("has blanks in it".into());
    }
    if url.contains(['?', '#']) {
        return Err("must have neither ? nor #".into());
    }
    let absolute = if let Some((scheme, _)) = url.split_once("://") {
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return Err(["must begin with http:// or https://, not with ", scheme, "://"].concat());
        }
        url.to_owned()
    } else {
        let (origin, path) = split(base).ok_or("is relative, and the address of the app is unknown")?;
        if let Some(host) = url.strip_prefix("//") {
            let scheme = origin.split("//").next().unwrap_or("https:");
            [scheme, "//", host].concat()
        } else if url.starts_with('/') {
            [origin, url].concat()
        } else {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            [origin, folder, "/", url.trim_start_matches("./")].concat()
        }
    };
    let (origin, path) = split(&absolute).ok_or("names no host")?;
    if origin.contains('@') {
        return Err("must not hold a user name or password".into());
    }
    Ok([origin, path.trim_end_matches('/')].concat())
}

/// Origin, and path without query and fragment.
fn split(url: &str) -> Option<(&str, &str)> {
    let start = url.find("://")? + 3;
    let rest = url.get(start..)?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    if end == 0 || rest.starts_with(':') {
        return None;
    }
    let tail = rest.get(end..)?;
    let path = tail.split(['?', '#']).next().unwrap_or_default();
    Some((url.get(..start + end)?, path))
}
