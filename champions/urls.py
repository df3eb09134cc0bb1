from django.urls import path

from champions import views

app_name = "champions"
urlpatterns = [path("account/", views.account, name="account")]
