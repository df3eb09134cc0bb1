"""Addresses of the department's own lists: what everybody reads, and what organisers keep."""

from django.urls import path

from organisation.views import guidelines, importing, lists, public

app_name = "organisation"
urlpatterns = [
    path("cheat-sheets/", public.cheat_sheets, name="cheat_sheets"),
    path("kit/", public.kit, name="kit"),
    path("kit/checklist/", public.kit_checklist, name="kit_checklist"),
    path("kit/invitation/", public.kit_invitation, name="kit_invitation"),
    path("kit/poster/", public.kit_poster, name="kit_poster"),
    path("kit/first-ten-minutes/", public.kit_first_ten_minutes, name="kit_first_ten_minutes"),
    path("kit/cheat-sheets/", public.kit_cheat_sheets, name="kit_cheat_sheets"),
    path("guidelines/", guidelines.guidelines, name="guidelines"),
    path("guidelines/<int:pk>/", guidelines.earlier_guidelines, name="earlier_guidelines"),
    path("accessibility/", public.accessibility, name="accessibility"),
    path("cookies/", public.cookies, name="cookies"),
    path("organise/lists/", lists.all_lists, name="all_lists"),
    path("organise/lists/department/", lists.department, name="department"),
    path("organise/lists/guidelines/", guidelines.kept_guidelines, name="kept_guidelines"),
    path("organise/lists/guidelines/new/", guidelines.add_guidelines, name="add_guidelines"),
    path("organise/lists/guidelines/<int:pk>/", guidelines.change_guidelines, name="change_guidelines"),
    path("organise/lists/guidelines/<int:pk>/delete/", guidelines.delete_guidelines, name="delete_guidelines"),
    path("organise/lists/<slug:slug>/", lists.own_list, name="own_list"),
    path("organise/lists/<slug:slug>/new/", lists.add_row, name="add_row"),
    path("organise/lists/<slug:slug>/import/", importing.import_counts, name="import_counts"),
    path("organise/lists/<slug:slug>/headcounts.csv", importing.template_for_counts, name="template_for_counts"),
    path("organise/lists/<slug:slug>/<int:pk>/", lists.row, name="row"),
    path("organise/lists/<slug:slug>/<int:pk>/retire/", lists.retire_row, name="retire_row"),
    path("organise/lists/<slug:slug>/<int:pk>/bring-back/", lists.bring_row_back, name="bring_row_back"),
    path("organise/lists/<slug:slug>/<int:pk>/delete/", lists.delete_row, name="delete_row"),
    path("organise/lists/<slug:slug>/<int:pk>/headcount/", lists.count_row, name="count_row"),
    path("organise/lists/<slug:slug>/<int:pk>/headcount/<int:count>/remove/", lists.remove_count, name="remove_count"),
]
