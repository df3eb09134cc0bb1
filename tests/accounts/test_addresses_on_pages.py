"""An address on a narrow screen."""

from accounts.templatetags.addresses import breakable


def test_it_goes_on_in_the_next_line_after_its_at_sign_and_its_dots():
    assert breakable("ada.lovelace@dcr.gov.uk") == "ada.<wbr>lovelace@<wbr>dcr.<wbr>gov.<wbr>uk"


def test_the_address_of_a_page_goes_on_after_its_slashes():
    assert breakable("https://a.uk/calendar.ics") == "https:/<wbr>/<wbr>a.<wbr>uk/<wbr>calendar.<wbr>ics"


def test_what_could_be_markup_is_shown_as_it_is():
    assert breakable("<b>@x") == "&lt;b&gt;@<wbr>x"


def test_no_address_is_nothing():
    assert breakable(None) == ""
