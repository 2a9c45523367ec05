"""What a newcomer does first: bring in clients, lead deals of a type of the library, look at the funnel, print it."""

import re

import openpyxl

from tests.at_work import at_work, open_page

CLIENTS = [
    ("Emri", "Telefoni", "E-mail", "Qyteti", "NIPT"),
    ("Kafe Mira shpk", "069 212 3456", "mira@example.com", "Tiranë", "L12345678A"),
    ("ООО «Ромашка»", "+7 916 123 45 67", "info@romashka.example", "Москва", "7713000214"),
    ("Ndërtim Përmeti & Bijtë, një emër shumë i gjatë që duhet të hyjë kudo", "042 234 567", "", "Përmet", ""),
]


def write_workbook(path):
    workbook = openpyxl.Workbook()
    for row in CLIENTS:
        workbook.active.append(row)
    workbook.save(path)
    workbook.close()


def sign_in(page, served):
    open_page(page, "/sign-in")
    page.fill("input[name=login]", "admin")
    page.fill("input[name=password]", served.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/")
    at_work(page)


def import_clients(page, folder):
    write_workbook(folder / "klientë.xlsx")
    open_page(page, "/imports/")
    page.set_input_files("input[type=file]", folder / "klientë.xlsx")
    page.click("form.import-upload button")
    page.wait_for_selector("table.import-preview")
    page.click("button[name=start]")
    page.locator(".import-told a").wait_for(timeout=30_000)
    open_page(page, "/clients/")
    assert page.get_by_text("Kafe Mira shpk").first.is_visible()


def take_retail_sale(page):
    """Takes the short sale, which is led by hand, from the library, and returns its number."""
    open_page(page, "/settings/deal-types/library")
    page.click("form[action$='/retail-sale'] button")
    page.wait_for_url(re.compile(r"/deal-types/\d+$"))
    at_work(page)
    return page.url.rpartition("/")[2]


def open_deal(page, deal_type, client, title, potential):
    open_page(page, "/clients/")
    page.get_by_text(client).first.click()
    page.wait_for_url(re.compile(r"/clients/\d+$"))
    at_work(page)
    open_page(page, f"/deals/new?client={page.url.rstrip('/').rpartition('/')[2]}")
    page.select_option("select[name=type]", deal_type)
    page.fill("input[name=title]", title)
    page.fill("input[name=potential]", potential)
    page.click("form.sheet button.btn-primary")
    page.wait_for_url(re.compile(r"/deals/\d+$"))
    at_work(page)
    assert page.get_by_text(title).first.is_visible()


def test_from_a_file_to_the_printed_funnel(screen, served, tmp_path):
    sign_in(screen, served)
    import_clients(screen, tmp_path)
    deal_type = take_retail_sale(screen)
    open_deal(screen, deal_type, "Kafe Mira shpk", "Makina kafeje", "3400")
    move_to_the_end(screen)
    win(screen)
    open_deal(screen, deal_type, "ООО «Ромашка»", "Чайники", "1250,50")
    lose(screen)
    see_the_funnel(screen)
    print_it(screen)


def move_to_the_end(page):
    following = page.locator(".way-stop[aria-current=step] + .way-stop")
    while following.count():
        name = following.locator(".way-name").inner_text()
        following.locator("button[name=stage]").click()
        page.locator(".way-stop[aria-current=step] .way-name", has_text=name).wait_for()


def win(page):
    page.locator("a[hx-get*='/win']").click()
    page.locator("#dialogs form button[class*=btn-success]").click()
    page.locator("a[hx-get*='/reopen']").wait_for()


def lose(page):
    page.locator(".bar a[hx-get*='/lose']").click()
    page.locator("#dialogs select[name=reason]").select_option(index=1)
    page.locator("#dialogs form button[class*=btn-danger]").click()
    page.locator("a[hx-get*='/reopen']").wait_for()


def see_the_funnel(page):
    open_page(page, "/reports/funnel-closed")
    page.locator("[data-chart]").nth(1).scroll_into_view_if_needed()  # charts are drawn when they come near
    page.wait_for_selector("[data-chart-state=drawn] >> nth=1", timeout=30_000)
    assert page.locator("[data-chart-state=failed]").count() == 0


def print_it(page):
    with page.expect_download() as downloading:
        page.evaluate("document.querySelector('a[href*=\"format=pdf\"]').click()")
    assert downloading.value.path().read_bytes().startswith(b"%PDF-")
