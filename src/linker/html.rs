//! `--report-html`: the report on the program as one page that needs nothing else and no network.

/// The page; `{REPORT}` is replaced by the report as JSON.
const PAGE: &str = include_str!("report.html");

/// Returns the page for `report`, which is JSON.
pub(super) fn page(report: &str) -> String {
    // Inside a script element, `</script>` and `<!--` would end or change the text; in JSON both need a `<` in a string.
    PAGE.replacen("{REPORT}", &report.replace('<', "\\u003c"), 1)
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn names_cannot_end_the_data_and_nothing_is_fetched() {
        let page = page("{\"name\": \"</script><script>\"}");
        assert!(page.contains("\\u003c/script>\\u003cscript>"), "{page}");
        assert_eq!(page.matches("</script>").count(), 2);
        // The one address is the name of SVG's elements.
        let addresses = page.matches("://").count();
        assert_eq!((addresses, page.matches("http://www.w3.org/2000/svg").count()), (1, 1));
        assert!(page.contains("default-src 'none'"));
    }
}
